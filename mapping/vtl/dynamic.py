"""The compiler for templates whose variables cannot be locals: with macros or #evaluate, or #define beside #foreach.

Macros take their arguments by name and #evaluate may set or read anything, so nothing is known before rendering.
Everything else is `Compiler`.
"""

from collections.abc import Callable

from mapping.vtl import access, tree
from mapping.vtl.analysis import weight
from mapping.vtl.compiler import Compiler
from mapping.vtl.contexts import Argument, Body, Context, MacroBody, Macros, Nulls, show, show_source
from mapping.vtl.known import Code, Kind
from mapping.vtl.limits import Dialect
from mapping.vtl.program import GLOBALS
from mapping.vtl.runtime import Broken, Halt, Run
from mapping.vtl.scope import Scope, leave_scope
from mapping.vtl.source import Line, literal
from mapping.vtl.texts import text


class Session:
    """What one render of such a template needs: its macros, and how to compile what #evaluate is given."""

    __slots__ = ("_compile", "_known", "macros", "run")

    def __init__(self, run: Run, compile_text: "Callable[[str, frozenset[str]], DynamicProgram]") -> None:
        self.run = run
        self.macros = Macros(run)
        self._compile = compile_text
        self._known: dict[tuple[str, frozenset[str]], DynamicProgram] = {}

    def evaluate(self, out: list[str], context: Context, value: object) -> None:
        """Render a text as a template.

        Raises TemplateSyntaxError where it is none.
        """
        source = text(value) or ""
        self.run.spend(200 + len(source))
        key = (source, frozenset(self.macros.defined))
        program = self._known.get(key)
        if program is None:
            self.run.spend(2000 + 20 * len(source))
            program = self._known[key] = self._compile(*key)
        try:
            program(self, out, context)
        except Halt:
            pass
        except Broken as broken:
            if broken.owner is not None:
                raise

    def loop(  # noqa: PLR0917 - generated code calls it by position
        self,
        out: list[str],
        context: Context,
        name: str,
        value: object,
        body: Callable[[list[str], Context], object],
        cost: int,
    ) -> None:
        """#foreach, as 1.7 does it."""
        items = access.elements(value)
        if items is None:
            return
        self.run.spend(len(items) * cost)
        names = (name, "velocityCount", "velocityHasNext")
        kept = [(key, context.get(key)) for key in names]
        scope = Scope(context.get("foreach"), 0, 0)
        context.put("foreach", scope)
        nulls: Nulls | None = None
        size = len(items)
        try:
            for i, item in enumerate(self.run.meter(access.guarded(items, value), out)):
                context.put("velocityCount", i + 1)
                context.put("velocityHasNext", i + 1 < size)
                context.put(name, item)
                scope.index, scope.has_next = i, i + 1 < size
                inner = context
                if item is None:
                    inner = nulls = Nulls(context, name) if nulls is None else nulls
                if body(out, inner):
                    break
        except Broken as broken:
            if broken.owner is not None and broken.owner is not scope:
                self._leave(context, kept)
                raise
        self._leave(context, kept)

    @staticmethod
    def _leave(context: Context, kept: list[tuple[str, object]]) -> None:
        for key, old in kept:
            if old is None:
                context.remove(key)
            else:
                context.put(key, old)
        outer = leave_scope(context.get("foreach"))
        if outer is None:
            context.remove("foreach")
        else:
            context.put("foreach", outer)

    def capture(self, body: Callable[[list[str], Context], object], context: Context, padded: bool) -> str:
        """A string with something in it."""
        return self.run.capture(lambda out: body(out, context), padded)


DynamicProgram = Callable[[Session, list[str], Context], object]

GLOBALS_DYNAMIC: dict[str, object] = GLOBALS | {
    "Argument": Argument,
    "Body": Body,
    "MacroBody": MacroBody,
    "show": show,
    "show_source": show_source,
}


class DynamicCompiler(Compiler):
    """Compiles to `render(e, o, c)`: the session, the output, the variables."""

    globals = GLOBALS_DYNAMIC
    parameters = "o, c"

    def load(self, name: str) -> Code:
        """Look a variable up."""
        return Code(f"c.get({literal(name)})")

    def store(self, name: str, code: Code) -> None:
        """Set a variable."""
        self.emit(f"c.put({literal(name)}, {code.text})")

    def learn(self, name: str, code: Code) -> None:
        """Nothing: others may set it."""

    def assemble(self) -> list[Line]:
        """The function around what was generated."""
        start = (1, 1, "")
        lines = [Line(0, "def render(e, o, c):", start), Line(1, "b = e.run", start), Line(1, "a = o.append", start)]
        for function in self.functions:
            lines.append(Line(1, f"def {function.name}(o, c):", start))
            lines.append(Line(2, "a = o.append", start))
            lines += [Line(line.depth + 1, line.text, line.place) for line in function.lines]
            lines.append(Line(2, "return False", start))
        lines += self.definitions
        return lines + self.function.lines + [Line(1, "return", start)]

    def captured(self, template: tree.Block, *, padded: bool) -> Code:
        """A string with something in it."""
        return Code(f"e.capture({self.outlined(template, 'string')}, c, {padded})", Kind.TEXT)

    def string(self, node: tree.String) -> Code:
        """A constant, or rendered like a template."""
        if node.template is None:
            return Code(literal(node.value), Kind.TEXT, node.value)
        return self.captured(node.template, padded=node.padded)

    def print_reference(self, node: tree.Reference) -> None:
        """`$reference` in text."""
        self.flush()
        if node.bare:
            self.say(node.name)
            return
        instead, value = literal(node.null_text), self.reference(node).text
        if not node.computable and self.dialect is Dialect.AWS:
            value = "''"
        if node.escaped:
            self.emit(f"show_source(o, c, {value}, {literal(node.escape)}, {instead})")
        else:
            self.emit(f"show(o, c, {value}, {literal(node.escape)}, {literal(node.prefix)}, {instead})")

    def statement(self, node: tree.Node) -> None:
        """What is different here; the rest as ever."""
        match node:
            case tree.Define():
                self.flush()
                self.at(node, "#define")
                body = self.outlined(node.body, "define")
                self.store(node.name, Code(f"Body(b, {body}, c, {weight(node.body)}, 2)"))
            case tree.Macro() | tree.MacroCall() if self.dialect is Dialect.AWS:
                super().statement(node)
            case tree.Macro():
                body = self.outlined(node.body, "string")
                made = f"MacroBody({literal(node.name)}, {node.parameters!r}, {body}, {weight(node.body)})"
                self.definitions.append(Line(1, f"e.macros.define({made})", (node.line, node.column, "#macro")))
            case tree.MacroCall():
                self.flush()
                self.at(node, "#" + node.name)
                self.call(node)
            case tree.Evaluate():
                self.flush()
                self.at(node, "#evaluate")
                self.emit(f"e.evaluate(o, c, {self.code(node.value).text})")
            case _:
                super().statement(node)

    def call(self, node: tree.MacroCall) -> None:
        """A macro's call."""
        arguments = [self.argument(argument) for argument in node.arguments]
        body = "None"
        if node.body is not None:
            body = f"({self.outlined(node.body, 'string')}, {weight(node.body)})"
            arguments.append("Argument('', lambda c: None, True)")
        wrong = next((argument.word for argument in node.arguments if isinstance(argument, tree.Word)), "")
        made = "".join(argument + ", " for argument in arguments)
        self.emit(
            f"e.macros.call(o, c, {literal(node.name)}, ({made}), {body}, {literal(node.source)}, {literal(wrong)})"
        )

    def argument(self, node: tree.Value) -> str:
        """An argument, to be evaluated when it is used."""
        constant = isinstance(node, tree.Number | tree.Boolean | tree.Word)
        return f"Argument({literal(node.source)}, lambda c: {self.code(node).text}, {constant})"

    def foreach(self, node: tree.Foreach) -> None:
        """#foreach with its body as a function."""
        body = self.outlined(node.body, "part")
        value = self.code(node.items).text
        self.emit(f"e.loop(o, c, {literal(node.name)}, {value}, {body}, {weight(node.body)})")
