"""What generated code calls: text, conditions, comparison, bounds. One `Run` for each render, nothing shared."""

from collections.abc import Callable, Iterator
from typing import cast

from orjson import dumps

from mapping.vtl import access
from mapping.vtl.arithmetic import compare, is_number, plus
from mapping.vtl.equality import class_of, equals
from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.limits import Limits
from mapping.vtl.numbers import narrow
from mapping.vtl.texts import text
from mapping.vtl.values import NO_METHOD, ArrayList, Host

PIECES = 20_000
"""Pieces of output after which they are joined and counted."""

LONG_TEXT = 2_000
"""Characters from which on a single text is counted against the bounds."""


SIZED = frozenset({str, list, ArrayList, dict})
"""Types whose methods take time by their size."""


class Halt(Exception):  # noqa: N818 - a command, not an error
    """`#stop`, and `#break` outside of everything: what was rendered so far is the output."""


class Broken(Exception):  # noqa: N818 - a command, not an error
    """A `#break` that has to leave a function to reach its loop; `owner` is the scope it names, if any."""

    def __init__(self, owner: object = None) -> None:
        self.owner = owner
        super().__init__()


class Run:
    """One render's budget."""

    __slots__ = ("keep", "limits", "loop_limit", "pending", "steps")

    def __init__(self, limits: Limits, loop_limit: int, keep: bool) -> None:
        self.keep = keep
        self.limits = limits
        self.loop_limit = loop_limit
        self.steps = limits.steps
        self.pending = 4 * limits.text

    def spend(self, steps: int) -> None:
        """Count steps.

        Raises TemplateBoundError when they are used up.
        """
        self.steps -= steps
        if self.steps < 0:
            raise TemplateBoundError(
                f"the template runs more than {self.limits.steps} steps",
                construct="loops multiplied out",
                expected="fewer iterations, shorter bodies or shorter texts",
            )

    def big(self, size: int) -> None:
        """Count a long text.

        Raises TemplateBoundError when the render's texts together are too long.
        """
        self.pending -= size
        self.steps -= size >> 6
        if self.pending < 0 or self.steps < 0:
            raise self.too_long()

    def too_long(self) -> TemplateBoundError:
        """The error for too much text."""
        return TemplateBoundError(
            f"the template makes more than {self.limits.text} characters",
            construct="output or a string",
            expected=f"at most {self.limits.text}",
        )

    def squeeze(self, out: list[str]) -> None:
        """Join the pieces of output so far, if they are within bounds."""
        if sum(map(len, out)) > self.limits.text:
            raise self.too_long()
        out[:] = ["".join(out)]

    def finish(self, out: list[str]) -> str:
        """The whole output."""
        if sum(map(len, out)) > self.limits.text:
            raise self.too_long()
        return "".join(out)

    def counted(self, out: list[str]) -> str:
        """The whole output of code that has counted each long piece: their sum need not be known to join them."""
        whole = "".join(out)
        if len(whole) > self.limits.text:
            raise self.too_long()
        return whole

    def join(self, pieces: tuple[str, ...]) -> str:
        """An interpolated string."""
        size = sum(map(len, pieces))
        if size > LONG_TEXT:
            if size > self.limits.text:
                raise self.too_long()
            self.big(size)
        return "".join(pieces)

    def long(self, text: str) -> str:
        """A string that is long: counted."""
        if len(text) > self.limits.text:
            raise self.too_long()
        self.big(len(text))
        return text

    def capture(self, body: Callable[[list[str]], object], padded: bool) -> str:
        """A string with directives in it; `padded` ones lose their last character again."""
        out: list[str] = []
        body(out)
        shown = self.finish(out)
        if len(shown) > LONG_TEXT:
            self.big(len(shown))
        return shown[:-1] if padded else shown

    def meter(self, items: "Iterator[object] | list[object]", out: list[str]) -> Iterator[object]:
        """Go through a long list: end with an error at the dialect's limit, keep the output in bounds.

        Raises TemplateBoundError.
        """
        limit = self.loop_limit
        for count, item in enumerate(items):
            if count == limit and limit:
                raise TemplateBoundError(
                    f"more than {limit} iterations", construct="#foreach", expected=f"at most {limit}"
                )
            if len(out) > PIECES:
                self.squeeze(out)
            yield item

    def call(self, value: object, name: str, args: tuple[object, ...]) -> object:
        """A method call; long values are counted."""
        if value.__class__ in SIZED:
            size = len(cast("str", value))
            if size > LONG_TEXT:
                self.spend(1 + (size >> 6))
        return access.call(value, name, args)

    def range(self, start: object, end: object) -> ArrayList | None:
        """`[start..end]`; None where one is not a number."""
        if not is_number(start) or not is_number(end):
            return None
        first, last = narrow(cast("float", start), 32), narrow(cast("float", end), 32)
        size = abs(first - last) + 1
        self.spend(size >> 2)
        return ArrayList(range(first, last + 1) if first < last else range(first, last - 1, -1))

    def add(self, left: object, right: object, left_source: str, right_source: str) -> object:
        """`+`: numbers add, a String on one side makes text; null's text is its source."""
        if left.__class__ is not str and right.__class__ is not str:
            return plus(left, right)
        one, other = text(left), text(right)
        if (one is None and left is not None) or (other is None and right is not None):
            raise TemplateRunError("NullPointerException: a #define inside of itself has no text", construct="+")
        one = left_source if one is None else one
        other = right_source if other is None else other
        if len(one) + len(other) > LONG_TEXT:
            if len(one) + len(other) > self.limits.text:
                raise self.too_long()
            self.big(len(one) + len(other))
        return one + other


def shown(value: object) -> str:
    """What a reference prints in `aws`: null is nothing. Numbers, the common case, first."""
    kind = value.__class__
    if kind is float and 1e-3 <= cast("float", value) < 1e7:  # noqa: PLR2004 - the bounds of Double.toString
        return dumps(value).decode()  # orjson's digits are repr's, six times as fast
    if kind is int:
        return repr(value)
    return text(value) or ""


def shown_or(value: object, instead: str) -> str:
    """What a reference prints in `velocity`, or where its text can be null."""
    found = text(value)
    return instead if found is None else found


def shown_escaped(value: object, escape: str, prefix: str, instead: str) -> str:
    """A reference behind backslashes: they double where there is no value."""
    found = text(value)
    return escape + escape + prefix + instead if found is None else escape + prefix + found


def show_into(out: list[str], value: object, escape: str, prefix: str, instead: str) -> None:
    """Print a reference that may be a #define: its body goes straight out, without what stands before it.

    So what the body printed before a #stop is kept.
    """
    if isinstance(value, Define) and value.render(out):
        return
    out.append(shown_escaped(value, escape, prefix, instead))


def truth(value: object) -> bool:
    """A reference as a condition: there, not false, and with a text that is not null."""
    return value is not None and value is not False and text(value) is not None


def same(left: object, right: object) -> bool:
    """`==`: numbers by value, two of one class by equals, others by their text."""
    if left.__class__ is str and right.__class__ is str:
        return left == right
    if is_number(left) and is_number(right):
        return compare(left, right) == 0
    if left is not None and right is not None and class_of(left) == class_of(right):
        return equals(left, right)
    return text(left) == text(right)


def less(left: object, right: object) -> bool:
    """`<`; False where one is not a number."""
    return is_number(left) and is_number(right) and compare(left, right) < 0


def greater(left: object, right: object) -> bool:
    """`>`; False where one is not a number."""
    return is_number(left) and is_number(right) and compare(left, right) > 0


def at_most(left: object, right: object) -> bool:
    """`<=`; False where one is not a number."""
    return is_number(left) and is_number(right) and compare(left, right) <= 0


def at_least(left: object, right: object) -> bool:
    """`>=`; False where one is not a number."""
    return is_number(left) and is_number(right) and compare(left, right) >= 0


class Define(Host):
    """What `#define` binds: its body, rendered wherever it is printed, at most two deep in itself."""

    __slots__ = ("_body", "_depth", "_run", "_weight")

    def __init__(self, run: Run, body: Callable[[list[str]], object], weight: int) -> None:
        self._run = run
        self._body = body
        self._depth = 0
        self._weight = weight

    def render(self, out: list[str]) -> bool:
        """Render the body; False where it has come back to itself too often."""
        if self._depth >= 2:  # noqa: PLR2004 - 1.7's directive.define.max.depth
            return False
        self._run.spend(self._weight)
        self._depth += 1
        try:
            self._body(out)
        finally:
            self._depth -= 1
        return True

    def vtl_str(self) -> str | None:
        """The body's output; None where it has come back to itself too often."""
        out: list[str] = []
        return self._run.finish(out) if self.render(out) else None

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """Object's toString, equals and hashCode."""
        if name == "equals" and len(args) == 1:
            return args[0] is self
        if name == "hashCode" and not args:
            return id(self) & 0x7FFFFFFF
        return self.vtl_str() if name == "toString" and not args else NO_METHOD


def fault(problem: str) -> None:
    """A directive that cannot run.

    Raises TemplateRunError.
    """
    raise TemplateRunError(problem)
