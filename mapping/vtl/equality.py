"""When Java's values are equal, and their hash codes. Both give up where shared parts make a value endless."""

from decimal import Decimal
from struct import pack, unpack
from typing import cast

from mapping.vtl.errors import TemplateBoundError
from mapping.vtl.values import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
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
    utf16,
)

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
            return signed(sum(self.of(from_key(key)) ^ self.of(item) for key, item in pairs))
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


def string_hash(value: str) -> int:
    """String.hashCode."""
    result = 0
    for char in utf16(value):
        result = (result * 31 + ord(char)) & 0xFFFFFFFF
    return signed(result)
