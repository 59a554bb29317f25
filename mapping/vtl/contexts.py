"""Variables that are looked up while rendering: what templates with macros or #evaluate need (`velocity` only).

A macro sees its arguments by name: a reference is looked up again each time in the caller's variables, and what the
macro sets is set outside as well. That is 1.7's ProxyVMContext; `Nulls` is what a #foreach puts around a null element.
"""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass

from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.runtime import Broken, Run, shown_escaped
from mapping.vtl.values import NO_METHOD, Host

BodyFunction = Callable[[list[str], "Context"], object]


class Context:
    """The template's own variables."""

    __slots__ = ("variables",)

    def __init__(self, variables: MutableMapping[str, object]) -> None:
        self.variables = variables

    def get(self, name: str) -> object:
        """A variable; None where there is none."""
        return self.variables.get(name)

    def put(self, name: str, value: object) -> None:
        """Set a variable."""
        self.variables[name] = value

    def remove(self, name: str) -> None:
        """Forget a variable."""
        self.variables.pop(name, None)

    def null_text(self, text: str) -> str:
        """What a reference without a value prints: inside of a macro, the argument's text."""
        source = self.get(f".literal.{text}")
        return source.text if isinstance(source, Source) else text


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a macro's argument."""

    text: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a macro's call: its text, and how to evaluate it; `constant` ones are evaluated once."""

    source: str
    value: "Callable[[Context], object]"
    constant: bool = False


class Chained(Context):
    """Variables around others."""

    __slots__ = ("inner",)

    def __init__(self, inner: Context) -> None:
        super().__init__(inner.variables)
        self.inner = inner

    def get(self, name: str) -> object:
        """A variable of the inner context."""
        return self.inner.get(name)

    def put(self, name: str, value: object) -> None:
        """Set it there."""
        self.inner.put(name, value)

    def remove(self, name: str) -> None:
        """Forget it there."""
        self.inner.remove(name)


class Nulls(Chained):
    """Inside of a #foreach whose element is null: its variable stays null whatever is set."""

    __slots__ = ("active", "name")

    def __init__(self, inner: Context, name: str) -> None:
        super().__init__(inner)
        self.name = name
        self.active = True

    def get(self, name: str) -> object:
        """Null for the loop's variable."""
        return None if self.active and name == self.name else super().get(name)

    def put(self, name: str, value: object) -> None:
        """Set outside; null makes it null here again."""
        if name == self.name and value is None:
            self.active = True
        super().put(name, value)

    def remove(self, name: str) -> None:
        """Forget it, and that it was null."""
        if name == self.name:
            self.active = False
        super().remove(name)


class Arguments(Chained):
    """Inside of a macro."""

    __slots__ = ("local", "proxies")

    def __init__(self, inner: Context) -> None:
        super().__init__(inner)
        self.local: dict[str, object] = {}
        self.proxies: dict[str, Argument] = {}

    def bind(self, name: str, argument: Argument) -> None:
        """Give a parameter its argument."""
        if argument.constant:
            self.local[name] = argument.value(self.inner)
        else:
            self.proxies[name] = argument
            self.local[f".literal.${name}"] = Source(argument.source)

    def get(self, name: str) -> object:
        """What was set here, else the argument, else the caller's."""
        found = self.local.get(name)
        if found is not None:
            return found
        argument = self.proxies.get(name)
        return self.inner.get(name) if argument is None else argument.value(self.inner)

    def put(self, name: str, value: object) -> None:
        """Set here and outside."""
        self.local[name] = value
        self.inner.put(name, value)

    def remove(self, name: str) -> None:
        """Forget here and outside."""
        self.local.pop(name, None)
        self.proxies.pop(name, None)
        self.inner.remove(name)


class Body(Host):
    """What `#define` and the body of `#@macro` bind: rendered, with the variables of then, wherever it is printed."""

    __slots__ = ("_body", "_context", "_depth", "_most", "_run", "_weight")

    def __init__(self, run: Run, body: BodyFunction, context: Context, weight: int, most: int) -> None:
        self._run = run
        self._body = body
        self._context = context
        self._depth = 0
        self._weight = weight
        self._most = most

    def render(self, out: list[str], context: Context) -> bool:
        """Render the body; False where it has come back to itself too often."""
        if self._depth >= self._most:
            return False
        self._run.spend(self._weight)
        self._depth += 1
        try:
            self._body(out, context)
        except Broken as broken:
            if broken.owner is not None:
                raise
        self._depth -= 1
        return True

    def vtl_str(self) -> str | None:
        """The body's output; None where it has come back to itself too often."""
        out: list[str] = []
        return self._run.finish(out) if self.render(out, self._context) else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Object's toString, equals and hashCode."""
        if name == "equals" and len(args) == 1:
            return args[0] is self
        if name == "hashCode" and not args:
            return id(self) & 0x7FFFFFFF
        return self.vtl_str() if name == "toString" and not args else NO_METHOD


@dataclass(frozen=True, slots=True)
class MacroBody:
    """A macro as it was defined."""

    name: str
    parameters: tuple[str, ...]
    body: BodyFunction
    weight: int


class Macros:
    """The macros of one render, and how deep they are in each other."""

    __slots__ = ("_run", "defined", "depth")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.defined: dict[str, MacroBody] = {}
        self.depth = 0

    def define(self, macro: MacroBody) -> None:
        """Add a macro; the first of a name stays."""
        self.defined.setdefault(macro.name, macro)

    def call(  # noqa: PLR0917 - generated code calls it by position
        self,
        out: list[str],
        context: Context,
        name: str,
        arguments: tuple[Argument, ...],
        body: "tuple[BodyFunction, int] | None",
        source: str,
        wrong: str,
    ) -> None:
        """Render a macro, or print the call where nobody defined it.

        Raises TemplateRunError for a bare word among the arguments, TemplateBoundError 20 macros deep.
        """
        macro = self.defined.get(name)
        if macro is None:
            out.append(source)
            return
        if wrong:
            raise TemplateRunError(f"invalid argument {wrong!r}", construct=f"#{name}", expected="a value")
        self._run.spend(macro.weight)
        inner = Arguments(context)
        for parameter, argument in zip(macro.parameters, arguments, strict=False):
            inner.bind(parameter, argument)
        if body is not None:
            inner.local["bodyContent"] = Body(self._run, body[0], context, body[1], 20)
        if self.depth >= self._run.limits.macro_depth:
            raise TemplateBoundError(
                f"more than {self._run.limits.macro_depth} macros call each other",
                construct=f"#{name}",
                expected="a macro that ends",
            )
        self.depth += 1
        try:
            macro.body(out, inner)
        except Broken as broken:
            if broken.owner is not None:
                raise
        else:
            self.depth -= 1


def show(out: list[str], context: Context, value: object, escape: str, prefix: str, instead: str) -> None:  # noqa: PLR0917 - generated code calls it by position
    """Print a reference; bodies go straight out."""
    if isinstance(value, Body) and value.render(out, context):
        return
    out.append(shown_escaped(value, escape, prefix, "" if not instead else context.null_text(instead)))


def show_source(out: list[str], context: Context, value: object, escape: str, instead: str) -> None:
    r"""Print an escaped reference: its source, behind one more backslash where it has no value."""
    out.append(escape + ("\\" if value is None else "") + context.null_text(instead))
