"""How Java's values print: toString, and json-smart's JSON for lists that were parsed.

Doubles print as `Double.toString` does since JDK 19, with the shortest digits that read back; older JDKs print one
digit more for a few (2.0E-3 is the same, but 2^-44 is 5.684341886080802E-14 here and 5.6843418860808015E-14 there).
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from struct import pack, unpack
from typing import cast

from orjson import dumps

from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.values import (
    MAX_TEXT,
    Array,
    ArrayList,
    BigDecimal,
    BigInteger,
    Byte,
    Char,
    Float,
    Host,
    Long,
    Short,
    from_key,
)


def double_text(value: float) -> str:
    """Double.toString: plain between 1e-3 and 1e7, else in computerised scientific notation."""
    size = abs(value)
    if 1e-3 <= size < 1e7:  # noqa: PLR2004 - the bounds of Double.toString
        return dumps(float(value)).decode()  # orjson's digits are repr's, six times as fast
    if value == 0:
        return float.__repr__(value)
    if value != value:  # noqa: PLR0124 - NaN is the only value unlike itself
        return "NaN"
    if size == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, exponent = Decimal(float.__repr__(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + cast("int", exponent)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{power}"


def float_text(value: float) -> str:
    """Float.toString: the shortest digits that read back as the same 24 bits."""
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN
        return double_text(float(value))
    for precision in range(1, 10):
        short = float(f"{value:.{precision}g}")
        if unpack("f", pack("f", short))[0] == value:
            return double_text(short)
    return double_text(float(value))


_ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\/\x00-\x1f\x7f-\x9f\u2000-\u20ff]')


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


class _Printer:
    """Prints a container piece by piece and stops where it grows past the largest text (lists can share items)."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._left = MAX_TEXT

    def add(self, piece: str) -> None:
        self.parts.append(piece)
        self._left -= len(piece) + 1
        if self._left < 0:
            raise TemplateBoundError(
                f"a list or map prints as more than {MAX_TEXT} characters", expected="smaller values"
            )

    def json(self, value: object) -> None:
        """json-smart's JSONValue in its default, web-safe style."""
        if value.__class__ is Char:
            self.add("{}")  # json-smart takes a Character for a bean without properties
        elif isinstance(value, str):
            self.add(f'"{_ESCAPED.sub(_escape, value)}"')
        elif isinstance(value, dict):
            self.add("{")
            for i, (key, item) in enumerate(cast("dict[object, object]", value).items()):
                shown = text(from_key(key))
                self.add(f'{"," if i else ""}"{_ESCAPED.sub(_escape, "null" if shown is None else shown)}":')
                self.json(item)
            self.add("}")
        elif isinstance(value, list):
            self.add("[")
            for i, item in enumerate(cast("list[object]", value)):
                if i:
                    self.add(",")
                self.json(item)
            self.add("]")
        elif isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - NaN
            self.add("null")
        elif isinstance(value, bool | int | float | Decimal):
            self.add(text(value) or "")
        else:
            shown = text(value)
            self.add("null" if shown is None else f'"{_ESCAPED.sub(_escape, shown)}"')

    def java(self, value: object) -> None:
        """AbstractMap's and AbstractCollection's toString."""
        kind = value.__class__
        if kind is dict:
            self.add("{")
            for i, (key, item) in enumerate(cast("dict[object, object]", value).items()):
                if i:
                    self.add(", ")
                self._inside(from_key(key), value, "(this Map)")
                self.add("=")
                self._inside(item, value, "(this Map)")
            self.add("}")
        elif kind is list:
            self.json(value)
        else:
            self.add("[")
            for i, item in enumerate(cast("Iterable[object]", value)):
                if i:
                    self.add(", ")
                self._inside(item, value, "(this Collection)")
            self.add("]")

    def _inside(self, value: object, outer: object, this: str) -> None:
        if value is outer:
            self.add(this)
        elif value.__class__ in (dict, list, ArrayList):
            self.java(value)
        else:
            shown = text(value)
            self.add("null" if shown is None else shown)


def json_text(value: object) -> str:
    """A value as it stands in a printed JSON list."""
    printer = _Printer()
    printer.json(value)
    return "".join(printer.parts)


def container_text(value: object) -> str:
    """A map as `{a=1}`, a collection as `[1, 2]`; JSON lists inside as JSON."""
    printer = _Printer()
    printer.java(value)
    return "".join(printer.parts)


def _array_text(value: Array) -> str:
    return f"[{value.component}@{id(value) & 0xFFFFFFF:x}"


def _boolean_text(value: bool) -> str:
    return "true" if value else "false"


def _decimal_text(value: Decimal) -> str:
    return Decimal.__str__(value)


TEXT: dict[type, Callable[..., str]] = {
    str: str.__str__,
    Char: str.__str__,
    int: int.__repr__,
    Long: int.__repr__,
    BigInteger: int.__repr__,
    Short: int.__repr__,
    Byte: int.__repr__,
    float: double_text,
    Float: float_text,
    BigDecimal: _decimal_text,
    Decimal: _decimal_text,
    bool: _boolean_text,
    dict: container_text,
    list: json_text,
    ArrayList: container_text,
    Array: _array_text,
}
"""How each type prints; a type that is not here is a Host or a subclass of one that is."""


def text(value: object) -> str | None:
    """Java's toString; None for null, or where a Host's answers null."""
    if value is None:
        return None
    printer = TEXT.get(value.__class__)
    if printer is not None:
        return printer(value)
    if isinstance(value, Host):
        return value.vtl_str()
    for kind in (bool, int, float, Decimal, str, dict, list):
        if isinstance(value, kind):
            return TEXT[kind](value)
    return f"{value.__class__.__name__}"
