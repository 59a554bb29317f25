"""Java's values in Python: which type stands for which class, how each prints, when two are equal.

| Java | Python |
|---|---|
| String, Character | str, `Char` |
| Integer, Long, BigInteger | int (by its size), `Long`, `BigInteger` |
| Double, Float, BigDecimal | float, `Float`, `BigDecimal` |
| Boolean, null | bool, None |
| json-smart's JSONArray, ArrayList | list, `ArrayList` |
| arrays | `Array` |
| LinkedHashMap | dict |
| anything with methods of its own | a `Host` |

A parsed JSON body is made of plain lists and dicts, so it needs no conversion. A plain list prints as compact JSON
(recorded on AWS 2025-06-18), a list written in a template as `[1, 2]`. Doubles print as `Double.toString` does since
JDK 19, with the shortest digits that read back; older JDKs print one digit more for a few (2.0E-3 is the same, but
2^-44 is 5.684341886080802E-14 here and 5.6843418860808015E-14 there).
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from struct import pack, unpack
from typing import cast

from orjson import dumps

from mapping.vtl.errors import TemplateBoundError

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
MAX_TEXT = 10 * 1024 * 1024
"""Characters that one printed list or map may have: API Gateway's payload quota."""


class Short(int):
    """java.lang.Short."""


class Byte(int):
    """java.lang.Byte."""


class Long(int):
    """java.lang.Long, also where the number is small."""


class BigInteger(int):
    """java.math.BigInteger, also where the number is small."""


class Float(float):
    """java.lang.Float: a float rounded to 24 bits."""


class BigDecimal(Decimal):
    """java.math.BigDecimal."""


class Char(str):
    """java.lang.Character: one UTF-16 unit; not a String to `+` and to methods."""

    __slots__ = ()


class ArrayList(list[object]):
    """java.util.ArrayList: what a template writes as [a, b] or [1..3]."""

    __slots__ = ()


class Array(list[object]):
    """A Java array, as `split` gives one: of strings unless made by `of`."""

    __slots__ = ("_component",)

    @classmethod
    def of(cls, component: str, items: Iterable[object]) -> "Array":
        """An array of another class."""
        array = cls(items)
        array._component = component
        return array

    @property
    def component(self) -> str:
        """The class of its elements, as Class.getName has it."""
        return getattr(self, "_component", "Ljava.lang.String;")


class _NoMethod:
    """The type of NO_METHOD."""

    __slots__ = ()


NO_METHOD = _NoMethod()
"""What a call answers where a value has no such method for such arguments: null to the template."""


class Host:
    """A value with methods of its own, such as `$input`. Only what these methods answer can be reached."""

    __slots__ = ()

    def vtl_get(self, name: str) -> object:
        """`$host.name`; None if there is none."""
        del name

    def vtl_call(self, name: str, args: tuple[object, ...]) -> object:
        """`$host.name(args)`, also `$host[key]` as `get`; NO_METHOD if there is none."""
        del name, args
        return NO_METHOD

    def vtl_put(self, name: str, value: object) -> None:
        """`#set($host.name = value)`."""

    def vtl_set(self, key: object, value: object) -> None:
        """`#set($host[key] = value)`: `set(key, value)`, else `put(key, value)`; nothing where neither exists."""
        if self.vtl_call("set", (key, value)) is NO_METHOD:
            self.vtl_call("put", (key, value))

    def vtl_str(self) -> str | None:
        """What `$host` prints; None as Java's toString that answers null."""
        return ""

    def vtl_iter(self) -> Iterable[object] | None:
        """What #foreach goes through; None if it cannot."""
        return None

    def vtl_equals(self, other: object) -> bool:
        """`$host.equals(other)`, where both are of the same class."""
        return self is other


def integer_literal(image: str) -> int:
    """Integer, else Long, else BigInteger."""
    value = int(image)
    return value if LONG_MIN <= value <= LONG_MAX else BigInteger(value)


# text


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
                shown = text(key)
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
                self._inside(key, value, "(this Map)")
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


# classes and equality

_CLASSES: dict[type, str] = {
    str: "String",
    Char: "Character",
    bool: "Boolean",
    Long: "Long",
    BigInteger: "BigInteger",
    Short: "Short",
    Byte: "Byte",
    float: "Double",
    Float: "Float",
    Decimal: "BigDecimal",
    BigDecimal: "BigDecimal",
    dict: "LinkedHashMap",
    list: "ArrayList",
    ArrayList: "ArrayList",
}


def class_of(value: object) -> object:
    """What Java's class is to us: equal for two values whose `equals` can be true."""
    kind = value.__class__
    if kind is int:
        number = cast("int", value)
        if INT_MIN <= number <= INT_MAX:
            return "Integer"
        return "Long" if LONG_MIN <= number <= LONG_MAX else "BigInteger"
    return _CLASSES.get(kind, kind)


def equals(left: object, right: object) -> bool:
    """Java's `left.equals(right)`, null equal to null.

    Raises TemplateBoundError for values that share parts so often that comparing them has no end.
    """
    if left.__class__ is str and right.__class__ is str:
        return left == right
    return _Equality().same(left, right)


class _Equality:
    """Compares two values and gives up where shared parts make it endless."""

    def __init__(self) -> None:
        self._left = MAX_TEXT // 8

    def same(self, left: object, right: object) -> bool:
        self._left -= 1
        if self._left < 0:
            raise TemplateBoundError("two lists or maps are too large to compare", expected="smaller values")
        if left is right:
            return True
        if left is None or right is None or class_of(left) != class_of(right):
            return False
        if isinstance(left, Host):
            return left.vtl_equals(right)
        if isinstance(left, Array):
            return False
        if isinstance(left, list):
            ours, theirs = cast("list[object]", left), cast("list[object]", right)
            return len(ours) == len(theirs) and all(map(self.same, ours, theirs))
        if isinstance(left, dict):
            mine, yours = cast("dict[object, object]", left), cast("dict[object, object]", right)
            return len(mine) == len(yours) and all(
                key in yours and self.same(item, yours[key]) for key, item in mine.items()
            )
        if isinstance(left, float):
            return repr(left) == repr(right)
        return left == right


# hash codes


def hash_code(value: object) -> int:
    """Java's hashCode, 0 for null; what has none of its own here counts as 0."""
    return _Hash().of(value)


def signed(bits: int) -> int:
    """The low 32 bits as an int."""
    bits &= 0xFFFFFFFF
    return bits - (1 << 32) if bits & 0x80000000 else bits


class _Hash:
    """Walks a value and gives up where shared parts make it endless."""

    def __init__(self) -> None:
        self._left = MAX_TEXT // 8

    def of(self, value: object) -> int:
        self._left -= 1
        if self._left < 0:
            raise TemplateBoundError("a list or map is too large for hashCode", expected="smaller values")
        if isinstance(value, str):
            return string_hash(value)
        if value.__class__ is bool:
            return 1231 if value else 1237
        if isinstance(value, int):
            return self._integer(value)
        if isinstance(value, Float):
            return signed(unpack(">i", pack(">f", value))[0])
        if isinstance(value, float):
            (bits,) = unpack(">q", pack(">d", value))
            return signed(bits ^ (bits >> 32))
        if isinstance(value, list):
            result = 1
            for item in cast("list[object]", value):
                result = (31 * result + self.of(item)) & 0xFFFFFFFF
            return signed(result)
        if isinstance(value, dict):
            pairs = cast("dict[object, object]", value).items()
            return signed(sum(self.of(key) ^ self.of(item) for key, item in pairs))
        return 0

    def _integer(self, value: int) -> int:
        name = class_of(value)
        if name == "Long":
            return signed(value ^ (value >> 32))
        if name == "BigInteger":
            size, result = abs(value), 0
            for shift in range((size.bit_length() + 31) // 32 * 32 - 32, -1, -32):
                result = 31 * result + (size >> shift & 0xFFFFFFFF)
            return signed(result if value >= 0 else -result)
        return value


def utf16(value: str) -> str:
    """The text with each character outside the BMP as two surrogates, as Java counts it."""
    if value.isascii() or max(value) <= "\uffff":
        return value
    return "".join(char if char <= "\uffff" else _surrogates(ord(char) - 0x10000) for char in value)


def _surrogates(offset: int) -> str:
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def string_hash(value: str) -> int:
    """String.hashCode."""
    result = 0
    for char in utf16(value):
        result = (result * 31 + ord(char)) & 0xFFFFFFFF
    return signed(result)
