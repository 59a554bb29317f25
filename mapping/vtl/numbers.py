"""Methods of Integer, Long, Double and Boolean, the static ones through a value (`$n.parseInt("12")`) included."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import cast

from mapping.vtl.arithmetic import arithmetic, compare, to_float32
from mapping.vtl.equality import equals, hash_code
from mapping.vtl.errors import TemplateRunError
from mapping.vtl.methods import Kind, Table
from mapping.vtl.texts import text
from mapping.vtl.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, BigInteger, Byte, Float, Long, Short

_DOUBLE = re.compile(r"[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)")


def narrow(value: float, bits: int) -> int:
    """The low bits of an integer, or a double cut off and clamped, as Java narrows."""
    if isinstance(value, float):
        if math.isnan(value):
            return 0
        limit = 1 << (max(bits, 32) - 1)
        value = limit - 1 if value >= limit else -limit if value <= -limit else int(value)
    half = 1 << (bits - 1)
    return (int(value) + half) % (1 << bits) - half


def parse_integer(image: object, radix: int, low: int, high: int) -> int:
    """Integer.parseInt and Long.parseLong.

    Raises TemplateRunError where Java throws NumberFormatException.
    """
    digits = cast("str", image)
    if digits is not None and re.fullmatch(r"[+-]?[0-9a-zA-Z]+", digits):  # pyright: ignore[reportUnnecessaryComparison] # null from a template
        try:
            value = int(digits, radix)
        except ValueError:
            pass
        else:
            if low <= value <= high:
                return value
    raise TemplateRunError(f"For input string: {digits!r}", construct="parseInt", expected=f"{low} to {high}")


def parse_double(image: object) -> float:
    """Double.parseDouble.

    Raises TemplateRunError where Java throws NumberFormatException.
    """
    digits = cast("str", image).strip()
    if not _DOUBLE.fullmatch(digits):
        raise TemplateRunError(f"For input string: {digits!r}", construct="parseDouble", expected="a number")
    return float(digits.rstrip("fFdD") if digits[-1:] in "fFdD" else digits.replace("Infinity", "inf"))


def _number() -> Table:
    """What every number has."""
    table = Table()
    for name, convert in _CONVERSIONS.items():
        table.add(name)(convert)
    table.add("toString")(text)
    table.add("hashCode")(hash_code)
    table.add("equals", Kind.OBJECT)(equals)
    return table


def _int_value(value: float) -> int:
    return narrow(value, 32)


def _long_value(value: float) -> Long:
    return Long(narrow(value, 64))


def _short_value(value: float) -> Short:
    return Short(narrow(value, 16))


def _byte_value(value: float) -> Byte:
    return Byte(narrow(value, 8))


def _float_value(value: float) -> Float:
    return to_float32(float(value))


_CONVERSIONS: dict[str, Callable[[float], object]] = {
    "intValue": _int_value,
    "longValue": _long_value,
    "shortValue": _short_value,
    "byteValue": _byte_value,
    "doubleValue": float,
    "floatValue": _float_value,
}

INTEGER, LONG, BIG, DECIMAL, DOUBLE, FLOAT = _number(), _number(), _number(), _number(), _number(), _number()
BOOLEAN = Table()


@INTEGER.add("compareTo", Kind.INTEGER_BOX)
@LONG.add("compareTo", Kind.LONG_BOX)
@FLOAT.add("compareTo", Kind.FLOAT_BOX)
def _compare_to(value: object, other: object) -> int:
    return compare(value, other)


@BIG.add("compareTo", Kind.BIG_INTEGER)
@DECIMAL.add("compareTo", Kind.BIG_DECIMAL)
def _compare_big(value: int | Decimal, other: int | Decimal) -> int:
    return compare(value, other)


def _big_binary(name: str, operator: str) -> None:
    @BIG.add(name, Kind.BIG_INTEGER)
    def _run(value: int, other: int) -> BigInteger:
        result = arithmetic(operator, BigInteger(value), BigInteger(other))
        if result is None:
            raise TemplateRunError("BigInteger divide by zero", construct=name)
        return BigInteger(cast("int", result))


for _name, _operator in (("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"), ("mod", "%")):
    _big_binary(_name, _operator)


@BIG.add("max", Kind.BIG_INTEGER)
def _big_max(value: int, other: int) -> BigInteger:
    return BigInteger(max(value, other))


@BIG.add("min", Kind.BIG_INTEGER)
def _big_min(value: int, other: int) -> BigInteger:
    return BigInteger(min(value, other))


@BIG.add("negate")
def _big_negate(value: int) -> BigInteger:
    return BigInteger(-value)


@BIG.add("abs")
def _big_abs(value: int) -> BigInteger:
    return BigInteger(abs(value))


@BIG.add("signum")
def _big_signum(value: int) -> int:
    return (value > 0) - (value < 0)


@BIG.add("valueOf", Kind.LONG)
def _big_of(_: object, value: int) -> BigInteger:
    return BigInteger(value)


@DOUBLE.add("compareTo", Kind.DOUBLE_BOX)
def _compare_doubles(value: float, other: float) -> int:
    return compare(value, other) or (repr(value) > repr(other)) - (repr(value) < repr(other))


@INTEGER.add("parseInt", Kind.STRING)
@INTEGER.add("valueOf", Kind.STRING)
def _parse_int(_: int, image: str) -> int:
    return parse_integer(image, 10, INT_MIN, INT_MAX)


@INTEGER.add("parseInt", Kind.STRING, Kind.INT)
@INTEGER.add("valueOf", Kind.STRING, Kind.INT)
def _parse_int_in(_: int, image: str, radix: int) -> int:
    return parse_integer(image, radix, INT_MIN, INT_MAX)


@LONG.add("parseLong", Kind.STRING)
@LONG.add("valueOf", Kind.STRING)
def _parse_long(_: int, image: str) -> Long:
    return Long(parse_integer(image, 10, LONG_MIN, LONG_MAX))


@DOUBLE.add("parseDouble", Kind.STRING)
@DOUBLE.add("valueOf", Kind.STRING)
def _parse_double(_: float, image: str) -> float:
    return parse_double(image)


@FLOAT.add("parseFloat", Kind.STRING)
@FLOAT.add("valueOf", Kind.STRING)
def _parse_float(_: float, image: str) -> Float:
    return to_float32(parse_double(image))


@INTEGER.add("valueOf", Kind.INT)
def _int_of(_: int, value: int) -> int:
    return int(value)


@LONG.add("valueOf", Kind.LONG)
def _long_of(_: int, value: int) -> Long:
    return Long(value)


@DOUBLE.add("valueOf", Kind.DOUBLE)
def _double_of(_: float, value: float) -> float:
    return float(value)


@INTEGER.add("toString", Kind.INT)
@LONG.add("toString", Kind.LONG)
@BOOLEAN.add("toString", Kind.BOOLEAN)
def _text_of(_: object, value: object) -> str | None:
    return text(value)


@DOUBLE.add("toString", Kind.DOUBLE)
def _double_text_of(_: float, value: float) -> str | None:
    return text(float(value))


def _digits(table: Table, kind: Kind, bits: int) -> None:
    """toHexString, toOctalString and toBinaryString in two's complement."""
    mask = (1 << bits) - 1

    @table.add("toHexString", kind)
    def _hex(_: int, value: int) -> str:
        return f"{value & mask:x}"

    @table.add("toOctalString", kind)
    def _octal(_: int, value: int) -> str:
        return f"{value & mask:o}"

    @table.add("toBinaryString", kind)
    def _binary(_: int, value: int) -> str:
        return f"{value & mask:b}"


_digits(INTEGER, Kind.INT, 32)
_digits(LONG, Kind.LONG, 64)


@INTEGER.add("signum", Kind.INT)
@LONG.add("signum", Kind.LONG)
def _signum(_: int, value: int) -> int:
    return (value > 0) - (value < 0)


@INTEGER.add("compare", Kind.INT, Kind.INT)
@LONG.add("compare", Kind.LONG, Kind.LONG)
def _compare(_: int, left: int, right: int) -> int:
    return compare(left, right)


@INTEGER.add("max", Kind.INT, Kind.INT)
def _int_max(_: int, left: int, right: int) -> int:
    return int(max(left, right))


@INTEGER.add("min", Kind.INT, Kind.INT)
def _int_min(_: int, left: int, right: int) -> int:
    return int(min(left, right))


@INTEGER.add("sum", Kind.INT, Kind.INT)
def _int_sum(_: int, left: int, right: int) -> int:
    return narrow(left + right, 32)


@LONG.add("max", Kind.LONG, Kind.LONG)
def _long_max(_: int, left: int, right: int) -> Long:
    return Long(max(left, right))


@LONG.add("min", Kind.LONG, Kind.LONG)
def _long_min(_: int, left: int, right: int) -> Long:
    return Long(min(left, right))


@LONG.add("sum", Kind.LONG, Kind.LONG)
def _long_sum(_: int, left: int, right: int) -> Long:
    return Long(narrow(left + right, 64))


@DOUBLE.add("max", Kind.DOUBLE, Kind.DOUBLE)
def _double_max(_: float, left: float, right: float) -> float:
    return max(float(left), float(right))


@DOUBLE.add("min", Kind.DOUBLE, Kind.DOUBLE)
def _double_min(_: float, left: float, right: float) -> float:
    return min(float(left), float(right))


@DOUBLE.add("isNaN")
@FLOAT.add("isNaN")
def _is_nan(value: float) -> bool:
    return math.isnan(value)


@DOUBLE.add("isInfinite")
@FLOAT.add("isInfinite")
def _is_infinite(value: float) -> bool:
    return math.isinf(value)


@DOUBLE.add("isNaN", Kind.DOUBLE)
def _is_that_nan(_: float, value: float) -> bool:
    return math.isnan(value)


@DOUBLE.add("isInfinite", Kind.DOUBLE)
def _is_that_infinite(_: float, value: float) -> bool:
    return math.isinf(value)


BOOLEAN.add("toString")(text)
BOOLEAN.add("hashCode")(hash_code)
BOOLEAN.add("equals", Kind.OBJECT)(equals)


@BOOLEAN.add("booleanValue")
def _boolean_value(value: bool) -> bool:
    return value


@BOOLEAN.add("compareTo", Kind.BOOLEAN_BOX)
def _compare_booleans(value: bool, other: bool) -> int:
    return int(value) - int(other)


@BOOLEAN.add("parseBoolean", Kind.STRING)
@BOOLEAN.add("valueOf", Kind.STRING)
def _parse_boolean(_: bool, image: str | None) -> bool:
    return (image or "").lower() == "true"


@BOOLEAN.add("valueOf", Kind.BOOLEAN)
def _boolean_of(_: bool, value: bool) -> bool:
    return value


for _table in (INTEGER, LONG, BIG, DECIMAL, DOUBLE, FLOAT, BOOLEAN):
    _table.comparable()
