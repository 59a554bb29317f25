"""Java's values in Python: which type stands for which class (`texts` prints them, `equality` compares them).

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
(recorded on AWS 2025-06-18), a list written in a template as `[1, 2]`.
"""

from collections.abc import Iterable
from decimal import Decimal

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


class OddKey(Host):
    """A key of a map that Python would take for another: 1, true, 1.0 and a Long 1 are four keys in Java."""

    __slots__ = ("_identity", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        self._identity = (value.__class__, repr(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OddKey) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


def as_key(key: object) -> object:
    """A value as a map keeps it: strings, integers, null and objects as they are."""
    return OddKey(key) if key.__class__ in _ODD else key


def from_key(key: object) -> object:
    """A map's key as the value that it was."""
    return key.value if isinstance(key, OddKey) else key


_ODD = frozenset({bool, float, Char, Long, BigInteger, Short, Byte, Float, BigDecimal, Decimal})


def integer_literal(image: str) -> int:
    """Integer, else Long, else BigInteger."""
    value = int(image)
    return value if LONG_MIN <= value <= LONG_MAX else BigInteger(value)


def utf16(value: str) -> str:
    """The text with each character outside the BMP as two surrogates, as Java counts it."""
    if value.isascii() or max(value) <= "\uffff":
        return value
    return "".join(char if char <= "\uffff" else _surrogates(ord(char) - 0x10000) for char in value)


def _surrogates(offset: int) -> str:
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))
