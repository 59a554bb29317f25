"""A template's tree to one Python function, `render(c, b, o)`: variables are locals, blocks are loops and ifs.

`c` is the context (variables are read from it at the start and, if the render keeps them, written back at the end),
`b` the render's `Run`, `o` the list of output pieces. Text and references that follow each other become one f-string;
blocks that nest too deep for Python, bodies of #define and strings with directives become functions beside each
other. For every line that is generated, `Program.places` knows the place in the template, so that errors need no
bookkeeping while rendering.
"""

from mapping.vtl import tree
from mapping.vtl.analysis import weight
from mapping.vtl.known import Code, Kind, either
from mapping.vtl.loops import Loops
from mapping.vtl.program import GLOBALS, Program, load
from mapping.vtl.source import Function, Line, literal

_DEEPEST = 12


class Compiler(Loops):
    """Compiles one template to `render(c, b, o)`."""

    globals = GLOBALS

    def compile(self) -> Program:
        """Generate, compile and load the code.

        Raises TemplateBoundError where Python cannot compile it.
        """
        self.block(self.root)
        self.flush()
        return load(self.assemble(), self.globals | self.constants)

    def assemble(self) -> list[Line]:
        """The function around what was generated."""
        start = (1, 1, "")
        lines = [Line(0, "def render(c, b, o):", start), Line(1, "a = o.append", start)]
        lines += [Line(1, f"{variable} = c.get({literal(name)})", start) for name, variable in self.variables.items()]
        lines += [Line(1, f"{name} = None", start) for name in sorted(self.shared)]
        for function in self.functions:
            lines.append(Line(1, f"def {function.name}(o):", start))
            if function.assigned:
                lines.append(Line(2, f"nonlocal {', '.join(sorted(function.assigned))}", start))
            lines.append(Line(2, "a = o.append", start))
            lines += [Line(line.depth + 1, line.text, line.place) for line in function.lines]
            lines.append(Line(2, "return False", start))
        changed = self.function.assigned.union(*(function.assigned for function in self.functions))
        written = [(name, variable) for name, variable in self.variables.items() if variable in changed]
        if not written:
            return lines + self.function.lines + [Line(1, "return", start)]
        lines.append(Line(1, "try:", start))
        lines.append(Line(2, "pass", start))
        lines += [Line(line.depth + 1, line.text, line.place) for line in self.function.lines]
        lines.append(Line(1, "finally:", start))
        lines.append(Line(2, "if b.keep:", start))
        lines += [Line(3, f"c[{literal(name)}] = {variable}", start) for name, variable in written]
        return lines

    # functions beside each other

    def outlined(self, node: tree.Node, kind: str) -> str:
        """Compile a block as a function of its own and give its name."""
        self.count += 1
        outer, place = self.function, self.place
        loops, holders = self.loops, self.holders
        self.known = {}
        self.function = Function(f"f{self.count}", kind, recursive=outer.recursive or kind == "define")
        if kind == "define":
            self.loops = []
        if self.function.recursive:
            self.holders = {}
        self.statement(node)
        self.flush()
        self.functions.append(self.function)
        name = self.function.name
        self.function, self.place, self.loops, self.holders = outer, place, loops, holders
        self.known = {}
        return name

    def captured(self, template: tree.Block, *, padded: bool) -> Code:
        """A string with directives: a function that renders it."""
        return Code(f"b.capture({self.outlined(template, 'string')}, {padded})", Kind.TEXT)

    # statements

    def block(self, node: tree.Block) -> None:
        """Statements, one after the other."""
        for child in node.children:
            self.statement(child)

    def inner(self, node: tree.Node) -> None:
        """A block one level deeper; as a function where Python would not nest further."""
        self.function.depth += 1
        before = len(self.function.lines)
        if self.function.depth > _DEEPEST:
            name = self.outlined(node, "part")
            self.emit(f"if {name}({self.parameters}):")
            self.function.depth += 1
            self.leave()
            self.function.depth -= 1
        else:
            self.statement(node)
            self.flush()
        if len(self.function.lines) == before:
            self.emit("pass")
        self.function.depth -= 1

    def statement(self, node: tree.Node) -> None:
        """Anything that can stand in a block."""
        match node:
            case tree.Block():
                self.block(node)
            case tree.Text() | tree.Comment():
                self.say(node.text)
            case tree.Reference():
                self.at(node, node.source)
                self.print_reference(node)
            case tree.Set():
                self.flush()
                self.at(node, "#set")
                self.set(node)
            case tree.If():
                self.condition(node)
            case tree.Foreach():
                self.flush()
                self.at(node, "#foreach")
                self.foreach(node)
            case tree.Define():
                self.flush()
                self.at(node, "#define")
                body = self.outlined(node.body, "define")
                self.store(node.name, Code(f"Define(b, {body}, {weight(node.body)})"))
            case tree.MacroCall():
                self.say(node.source)
            case tree.Break() | tree.Stop():
                self.flush()
                self.at(node, "#break" if isinstance(node, tree.Break) else "#stop")
                self.stop(node)
            case tree.Fault():
                self.flush()
                self.at(node, "#foreach")
                self.emit(f"fault({literal(node.problem)})")
            case _:
                pass

    def print_reference(self, node: tree.Reference) -> None:
        """`$reference` in text."""
        if node.bare:
            self.say(node.name)
            return
        if self.used.careful:  # what stands before a #stop in an argument is printed
            self.flush()
        if self.used.defines and not node.escaped and node.computable:
            self.flush()
            parts = f"{literal(node.escape)}, {literal(node.prefix)}, {literal(node.null_text)}"
            self.emit(f"show_into(o, {self.reference(node).text}, {parts})")
            return
        lead, expression = self.printed(node)
        self.say(lead)
        self.say_value(expression)

    def set(self, node: tree.Set) -> None:
        """`#set`: null leaves everything as it is."""
        code = self.code(node.value)
        target = node.target
        depth = self.function.depth
        before = self.known.get(node.name)
        nullable = code.nullable
        if nullable or (target.parts and not code.simple):
            temp = self.held(code)
            code = Code(temp, Kind.SOME) if nullable else code.renamed(temp)
            if nullable:
                self.emit(f"if {temp} is not None:")
                self.function.depth += 1
        if target.parts:
            self.set_part(target, code.text)
        else:
            self.store(node.name, code)
            if nullable and node.name not in self.holders:
                self.learn(node.name, either(code, before) or Code(code.text))
        self.function.depth = depth

    def set_part(self, target: tree.Reference, value: str) -> None:
        """Assignment to a property, a key or an element."""
        current = self.load(target.name)
        for i, part in enumerate(target.parts[:-1]):
            current = self.part(current, part, first=i == 0)
        last = target.parts[-1]
        if isinstance(last, tree.Index):
            temp = self.held(current)
            key = self.code(last.key)
            if key.constant is not None:
                self.emit(f"if isinstance({temp}, Host): {temp}.vtl_set({key.text}, {value})")
                self.emit(f"elif {temp} is not None: set_index({temp}, {key.text}, {value})")
            else:
                self.emit(f"if {temp} is not None: set_index({temp}, {key.text}, {value})")
        else:
            self.emit(f"set_prop({current.text}, {literal(last.name)}, {value})")

    def condition(self, node: tree.If) -> None:
        """`#if`, `#elseif`, `#else`; one that only chooses between texts is part of what is printed."""
        test, _ = node.branches[0]
        texts = _two_texts(node)
        if test is not None and texts is not None:
            if self.used.careful or self.used.macros:
                self.flush()
            self.at(test, "#if")
            yes, no = texts
            self.say_value(Code(f"{literal(yes)} if {self.truth(test)} else {literal(no)}", Kind.TEXT))
            return
        self.flush()
        ways: list[dict[str, Code]] = []
        for i, (test, block) in enumerate(node.branches):
            if test is None:
                self.emit("else:")
            else:
                self.at(test, "#elseif" if i else "#if")
                self.emit(f"{'elif' if i else 'if'} {self.truth(test)}:")
            entering = dict(self.known)
            self.inner(block)
            ways.append(self.known)
            self.known = entering
        if node.branches[-1][0] is not None:
            ways.append(self.known)
        self.meet(ways)

    def stop(self, node: tree.Break | tree.Stop) -> None:
        """`#stop` ends the output, `#break` the loop."""
        if isinstance(node, tree.Stop):
            if node.message is not None:
                self.emit(self.code(node.message).text)
            self.emit("raise Halt")
        elif node.scope is None:
            self.leave()
        else:
            self.emit(f"break_for({self.code(node.scope).text})")

    def leave(self) -> None:
        """`#break` from where we are."""
        if self.function.loops:
            self.emit("break")
            return
        match self.function.kind:
            case "part":
                self.emit("return True")
            case "define":
                self.emit("return")
            case "string":
                self.emit("raise Broken")
            case _:
                self.emit("raise Halt")


def _two_texts(node: tree.If) -> tuple[str, str] | None:
    """What `#if` prints and what else; None where it is not only text, or has an `#elseif`."""
    if any(test is not None for test, _ in node.branches[1:]):
        return None
    texts = [_constant(block) for _, block in node.branches]
    if None in texts:
        return None
    return texts[0] or "", (texts[1] or "") if len(texts) > 1 else ""


def _constant(block: tree.Block) -> str | None:
    """What a block prints whatever happens; None where that is not only text."""
    texts = [child.text for child in block.children if isinstance(child, tree.Text | tree.Comment)]
    return "".join(texts) if len(texts) == len(block.children) else None
