"""Where generated code goes: lines and their places, names, output that is put together, and what is known so far."""

from collections.abc import Iterable
from dataclasses import dataclass

from mapping.vtl import runtime, tree
from mapping.vtl.analysis import Uses, uses
from mapping.vtl.known import Code, either
from mapping.vtl.limits import Dialect, Limits
from mapping.vtl.source import Function, Line, in_format, literal

_MOST_PIECES = 24
"""Texts and references that one f-string joins."""

Known = dict[str, Code]
"""What is known of variables, by name; of one that is not there, nothing."""


@dataclass(slots=True)
class LoopNames:
    """Python names of a loop's counter, size and scope object."""

    counter: str
    size: str
    scope: str | None


class Emitter:
    """The compiler's state, and how a line gets written."""

    parameters = "o"

    def __init__(self, root: tree.Block, dialect: Dialect, limits: Limits) -> None:
        self.root = root
        self.dialect = dialect
        self.limits = limits
        self.used: Uses = uses(root)
        self.constants: dict[str, object] = {}
        self.variables = {name: f"v{i}" for i, name in enumerate(sorted(self._names()))}
        self.functions: list[Function] = []
        self.function: Function = Function("render", "main")
        self.loops: list[LoopNames] = []
        self.holders: dict[str, str] = {}
        self.shared: set[str] = set()
        self.definitions: list[Line] = []
        self.place: tuple[int, int, str] = (1, 1, "")
        self.count: int = 0
        self.known: Known = {}

    def _names(self) -> set[str]:
        names = set(self.used.names)
        if self.used.scope_objects:
            names.add("foreach")
        return names

    # lines

    def emit(self, text: str) -> None:
        """Write one line at the current depth."""
        self.function.lines.append(Line(self.function.depth, text, self.place))

    def at(self, node: tree.Node, construct: str) -> None:
        """Say where the next lines come from."""
        self.place = (node.line, node.column, construct)

    def constant(self, value: object) -> str:
        """A global name for a value."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def bind(self, code: Code) -> tuple[str, str]:
        """An expression to evaluate first, and a name that it can be called by from then on."""
        if code.text.isidentifier():
            return code.text, code.text
        temp = self.function.temp()
        return f"({temp} := {code.text})", temp

    # variables

    def load(self, name: str) -> Code:
        """A variable's Python name, and what is known of it."""
        variable = self.variables[name]
        known = self.known.get(name)
        return Code(variable) if known is None else known.renamed(variable)

    def store(self, name: str, code: Code) -> None:
        """Assign a variable; a loop's own stays null while the element is null."""
        variable = self.variables[name]
        self.function.assigned.add(variable)
        self.emit(f"{variable} = {code.text}")
        if name in self.holders:
            self.emit(f"if {self.holders[name]}: {variable} = None")
            self.known.pop(name, None)
        else:
            self.learn(name, code)

    def learn(self, name: str, code: Code) -> None:
        """Remember what a variable holds from here on; the body of a #define may change it at any moment."""
        if code.nullable or self.used.defines:
            self.known.pop(name, None)
        else:
            self.known[name] = code

    def forget(self, names: Iterable[str]) -> None:
        """Know nothing of some variables any longer."""
        for name in names:
            self.known.pop(name, None)

    def meet(self, ways: list[Known]) -> None:
        """Know what is known on all the ways that lead here."""
        met, *others = ways
        for other in others:
            common = {name: either(code, other.get(name)) for name, code in met.items()}
            met = {name: code for name, code in common.items() if code is not None}
        self.known = met

    # output

    def say(self, text: str) -> None:
        """Print constant text."""
        if text:
            self.function.pieces.append(("text", text))

    def say_value(self, code: Code) -> None:
        """Print an expression that is a str."""
        self.function.pieces.append(("value", self.held(code)))
        if self.used.careful or len(self.function.pieces) >= _MOST_PIECES:
            self.flush()

    def held(self, code: Code) -> str:
        """A name for a value as it is now."""
        name = self.function.temp()
        self.emit(f"{name} = {code.text}")
        return name

    def flush(self) -> None:
        """Write what was said so far as one piece of output."""
        pieces, self.function.pieces = self.function.pieces, []
        if not pieces:
            return
        if all(kind == "text" for kind, _ in pieces):
            text = "".join(text for _, text in pieces)
            self.emit(f"a({literal(text)})")
            if len(text) > runtime.LONG_TEXT:
                self.emit(f"b.big({len(text)})")
        elif len(pieces) == 1:
            name = pieces[0][1]
            self.emit(f"a({name})")
            self.emit(f"if len({name}) > {runtime.LONG_TEXT}: b.big(len({name}))")
        else:
            body = "".join(in_format(text) if kind == "text" else f"{{{text}}}" for kind, text in pieces)
            self.emit(f"a(r := f'{body}')")
            self.emit(f"if len(r) > {runtime.LONG_TEXT}: b.big(len(r))")
