"""A template's tree to one Python function, `render(c, b)`: variables are locals, blocks are loops and ifs.

`c` is the context (variables are read from it at the start and written back at the end), `b` the render's `Run`,
`o` the list of output pieces. Text and references that follow each other become one f-string; blocks that nest too
deep for Python, bodies of #define and strings with directives become functions beside each other. For every line
that is generated, `Program.places` knows the place in the template, so that errors need no bookkeeping while rendering.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mapping.vtl import access, runtime, tree
from mapping.vtl.analysis import Uses, reads_only, sets, uses, weight
from mapping.vtl.arithmetic import arithmetic
from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.expressions import Expressions
from mapping.vtl.limits import Dialect, Limits
from mapping.vtl.maps import hashable
from mapping.vtl.regex import split
from mapping.vtl.scope import Scope, break_for, leave_scope
from mapping.vtl.source import Function, Line, in_format, literal
from mapping.vtl.values import Array, ArrayList

FILE = "<vtl template>"
"""File name of generated code in tracebacks."""

_DEEPEST = 12
_MOST_PIECES = 24


def _split_plain(text: str, separator: str) -> Array:
    return Array(split(text, separator))


GLOBALS: dict[str, object] = {
    "ArrayList": ArrayList,
    "LISTS": frozenset({list, ArrayList, Array}),
    "prop": access.prop,
    "index": access.index,
    "set_prop": access.set_prop,
    "set_index": access.set_index,
    "elements": access.elements,
    "guarded": access.guarded,
    "hashable": hashable,
    "arithmetic": arithmetic,
    "same": runtime.same,
    "less": runtime.less,
    "greater": runtime.greater,
    "at_most": runtime.at_most,
    "at_least": runtime.at_least,
    "truth": runtime.truth,
    "shown": runtime.shown,
    "shown_or": runtime.shown_or,
    "shown_escaped": runtime.shown_escaped,
    "show_into": runtime.show_into,
    "fault": runtime.fault,
    "Define": runtime.Define,
    "Halt": runtime.Halt,
    "Broken": runtime.Broken,
    "Scope": Scope,
    "break_for": break_for,
    "leave_scope": leave_scope,
    "split_plain": _split_plain,
    "min": min,
    "len": len,
    "str": str,
    "dict": dict,
    "list": list,
    "__builtins__": {},
}
"""All that generated code can reach."""


@dataclass(frozen=True, slots=True)
class Program:
    """Compiled code: the function, its source, and the template's place of each of its lines (from 1)."""

    run: Callable[..., object]
    source: str
    places: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class LoopNames:
    """Python names of a loop's counter, size and scope object."""

    counter: str
    size: str
    scope: str | None


class Compiler(Expressions):
    """Compiles one template to `render(c, b, o)`."""

    globals = GLOBALS
    parameters = "o"

    def __init__(self, root: tree.Block, dialect: Dialect, limits: Limits) -> None:
        self.root = root
        self.dialect = dialect
        self.limits = limits
        self.used: Uses = uses(root)
        self.constants: dict[str, object] = {}
        self.variables = {name: f"v{i}" for i, name in enumerate(sorted(self._names()))}
        self.functions: list[Function] = []
        self.function = Function("render", "main")
        self.loops = []
        self.holders: dict[str, str] = {}
        self.shared: set[str] = set()
        self.definitions: list[Line] = []
        self.place = (1, 1, "")
        self.count = 0

    def _names(self) -> set[str]:
        names = set(self.used.names)
        if self.used.scope_objects:
            names.add("foreach")
        return names

    def compile(self) -> Program:
        """Generate, compile and load the code.

        Raises TemplateBoundError where Python cannot compile it.
        """
        self.block(self.root)
        self.flush()
        lines = self.assemble()
        source = "\n".join("    " * line.depth + line.text for line in lines) + "\n"
        namespace = self.globals | self.constants
        try:
            exec(compile(source, FILE, "exec", dont_inherit=True), namespace)  # noqa: S102 - our own generated code
        except (SyntaxError, MemoryError, RecursionError, OverflowError) as error:
            raise TemplateBoundError(
                "an expression or block is too deep to compile",
                construct=str(error)[:80],
                expected="shorter chains and fewer levels: #set a part of it first",
            ) from error
        run = namespace["render"]
        assert callable(run)  # noqa: S101 - the source above defines it
        return Program(run, source, tuple(line.place for line in lines))

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
        lines += [Line(2, f"c[{literal(name)}] = {variable}", start) for name, variable in written]
        return lines

    # writing

    def emit(self, text: str) -> None:
        """Write one line at the current depth."""
        self.function.lines.append(Line(self.function.depth, text, self.place))

    def at(self, node: tree.Node, construct: str) -> None:
        """Say where the next lines come from."""
        self.place = (node.line, node.column, construct)

    def load(self, name: str) -> str:
        """A variable's Python name."""
        return self.variables[name]

    def store(self, name: str, expression: str) -> None:
        """Assign a variable; a loop's own stays null while the element is null."""
        variable = self.variables[name]
        self.function.assigned.add(variable)
        self.emit(f"{variable} = {expression}")
        if name in self.holders:
            self.emit(f"if {self.holders[name]}: {variable} = None")

    def say(self, text: str) -> None:
        """Print constant text."""
        if text:
            self.function.pieces.append(("text", text))

    def say_value(self, expression: str) -> None:
        """Print an expression that is a str."""
        name = self.function.temp()
        self.emit(f"{name} = {expression}")
        self.function.pieces.append(("value", name))
        if self.used.careful or len(self.function.pieces) >= _MOST_PIECES:
            self.flush()

    def flush(self) -> None:
        """Write what was said so far as one piece of output."""
        pieces, self.function.pieces = self.function.pieces, []
        if not pieces:
            return
        if all(kind == "text" for kind, _ in pieces):
            self.emit(f"a({literal(''.join(text for _, text in pieces))})")
        elif len(pieces) == 1:
            self.emit(f"a({pieces[0][1]})")
        else:
            body = "".join(in_format(text) if kind == "text" else f"{{{text}}}" for kind, text in pieces)
            self.emit(f"a(r := f'{body}')")
            self.emit(f"if len(r) > {runtime.LONG_TEXT}: b.big(len(r))")

    # functions beside each other

    def outlined(self, node: tree.Node, kind: str) -> str:
        """Compile a block as a function of its own and give its name."""
        self.count += 1
        outer, place = self.function, self.place
        loops, holders = self.loops, self.holders
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
        return name

    def captured(self, template: tree.Block, *, padded: bool) -> str:
        """A string with directives: a function that renders it."""
        return f"b.capture({self.outlined(template, 'string')}, {padded})"

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
                self.flush()
                self.condition(node)
            case tree.Foreach():
                self.flush()
                self.at(node, "#foreach")
                self.foreach(node)
            case tree.Define():
                self.flush()
                self.at(node, "#define")
                body = self.outlined(node.body, "define")
                self.store(node.name, f"Define(b, {body}, {weight(node.body)})")
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
        if self.used.defines and not node.escaped and node.computable:
            self.flush()
            parts = f"{literal(node.escape)}, {literal(node.prefix)}, {literal(node.null_text)}"
            self.emit(f"show_into(o, {self.reference(node)}, {parts})")
            return
        lead, expression = self.printed(node)
        self.say(lead)
        self.say_value(expression)

    def set(self, node: tree.Set) -> None:
        """`#set`: null leaves everything as it is."""
        value = self.value(node.value)
        target = node.target
        depth = self.function.depth
        if self.nullable(node.value) or target.parts:
            temp = self.function.temp()
            self.emit(f"{temp} = {value}")
            value = temp
            if self.nullable(node.value):
                self.emit(f"if {temp} is not None:")
                self.function.depth += 1
        if not target.parts:
            self.store(node.name, value)
        else:
            self.set_part(target, value)
        self.function.depth = depth

    def set_part(self, target: tree.Reference, value: str) -> None:
        """Assignment to a property, a key or an element."""
        current = self.load(target.name)
        for part in target.parts[:-1]:
            current = self.part(current, part)
        last = target.parts[-1]
        if isinstance(last, tree.Index):
            temp = self.function.temp()
            self.emit(f"{temp} = {current}")
            self.emit(f"if {temp} is not None: set_index({temp}, {self.value(last.key)}, {value})")
        else:
            self.emit(f"set_prop({current}, {literal(last.name)}, {value})")

    def condition(self, node: tree.If) -> None:
        """`#if`, `#elseif`, `#else`."""
        for i, (test, block) in enumerate(node.branches):
            if test is None:
                self.emit("else:")
            else:
                self.at(test, "#elseif" if i else "#if")
                self.emit(f"{'elif' if i else 'if'} {self.truth(test)}:")
            self.inner(block)

    def stop(self, node: tree.Break | tree.Stop) -> None:
        """`#stop` ends the output, `#break` the loop."""
        if isinstance(node, tree.Stop):
            if node.message is not None:
                self.emit(self.value(node.message))
            self.emit("raise Halt")
        elif node.scope is None:
            self.leave()
        else:
            self.emit(f"break_for({self.value(node.scope)})")

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

    # loops

    def foreach(self, node: tree.Foreach) -> None:
        """`#foreach`: a Python loop; what the body does not use is not kept."""
        self.count += 1
        n = self.count
        source, items = f"l{n}", f"s{n}"
        names = LoopNames(f"i{n}", f"n{n}", f"x{n}" if self.used.scope_objects else None)
        self.emit(f"{source} = {self.value(node.items)}")
        self.emit(f"{items} = {source} if {source}.__class__ is list else elements({source})")
        self.emit(f"if {items}:")
        depth = self.function.depth
        self.function.depth += 1
        self.emit(f"{names.size} = len({items})")
        self.emit(f"b.spend({names.size} * {weight(node.body)})")
        if not reads_only(node.body) or self.used.defines:
            self.emit(f"{items} = guarded({items}, {source})")
        self.emit(f"if {names.size} > {self._unmetered(node)}: {items} = b.meter({items}, o)")
        self.run_loop(node, names, items)
        self.emit(f"if len(o) > {runtime.PIECES}: b.squeeze(o)")
        self.function.depth = depth

    def _unmetered(self, node: tree.Foreach) -> int:
        """Iterations for which neither the dialect's limit nor the output has to be watched."""
        pieces = max(1, weight(node.body))
        few = runtime.PIECES // pieces
        limit = self.limits.loop(self.dialect)
        return min(few, limit) if limit else few

    def run_loop(self, node: tree.Foreach, names: LoopNames, items: str) -> None:
        """The loop itself, with what 1.7 saves before and puts back after."""
        variable = self.variables[node.name]
        n = names.counter[1:]
        if self.function.kind != "main" and not self.function.recursive:
            self.share(names.counter, names.size, f"h{n}")
        kept = [(variable, f"o{n}")]
        for extra, letter in (("velocityCount", "p"), ("velocityHasNext", "q")):
            if extra in self.variables:
                kept += [(self.variables[extra], f"{letter}{n}")]
        for name, saved in kept:
            self.emit(f"{saved} = {name}")
            self.function.assigned.add(name)
        if names.scope:
            foreach = self.variables["foreach"]
            self.function.assigned.add(foreach)
            self.emit(f"{foreach} = {names.scope} = Scope({foreach}, {node.line}, {node.column})")
        counted = names.scope or len(kept) > 1 or self._counts(node)
        if counted:
            self.emit(f"{names.counter} = 0")
        catching = self.used.throws
        if catching:
            self.emit("try:")
            self.function.depth += 1
        self.emit(f"for {variable} in {items}:")
        self.function.depth += 1
        if counted:
            self.emit(f"{names.counter} += 1")
        for name, saved in kept[1:]:
            self.emit(f"{name} = " + (names.counter if saved[0] == "p" else f"{names.counter} < {names.size}"))
        if names.scope:
            self.emit(f"{names.scope}.index = {names.counter} - 1")
            self.emit(f"{names.scope}.has_next = {names.counter} < {names.size}")
        outer_holders = dict(self.holders)
        holder = self.holders.get(node.name)
        if holder:
            self.emit(f"if {holder}: {variable} = None")
        elif sets(node.body, node.name):
            self.holders[node.name] = f"h{n}"
            self.emit(f"h{n} = {variable} is None")
        self.function.depth -= 1
        self.loops.append(names)
        self.function.loops += 1
        self.inner(node.body)
        self.function.loops -= 1
        self.loops.pop()
        self.holders = outer_holders
        if catching:
            self.function.depth -= 1
            self.emit("except Broken as broken:")
            self.emit(f"    e{n} = broken.owner")
            self.emit(f"    if e{n} is None: e{n} = {names.scope or True}")
            self.emit("else:")
            self.emit(f"    e{n} = {names.scope or True}")
        self.restore(kept, names)
        if holder:
            self.emit(f"{holder} = False")
            if self.function.kind != "main" and not self.function.recursive:
                self.function.assigned.add(holder)
        if catching:
            self.emit(f"if e{n} is not {names.scope or True}: raise Broken(e{n})")

    def share(self, *names: str) -> None:
        """Let functions cut out of this one see a loop's names."""
        self.shared.update(names)
        self.function.assigned.update(names)

    def restore(self, kept: list[tuple[str, str]], names: LoopNames) -> None:
        """Put back what the loop's names hid."""
        for name, saved in kept:
            self.emit(f"{name} = {saved}")
        if names.scope:
            foreach = self.variables["foreach"]
            self.emit(f"{foreach} = leave_scope({foreach})")

    def _counts(self, node: tree.Foreach) -> bool:
        """Tell whether the body asks for a position."""
        return any(
            isinstance(inner, tree.Reference) and inner.name in ("foreach", "velocityCount", "velocityHasNext")
            for inner in tree.walk(node.body)
        )
