"""Methods of Integer, Long, Double and Boolean, the static ones through a value (`$n.parseInt("12")`) included."""

import math
import re
from typing import cast

from mapping.vtl.arithmetic import compare, to_float32
from mapping.vtl.errors import TemplateRunError
from mapping.vtl.methods import Kind, Table
from mapping.vtl.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, Byte, Long, Short, equals, hash_code, text

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
    table.add("intValue")(lambda value: narrow(value, 32))
    table.add("longValue")(lambda value: Long(narrow(value, 64)))
    table.add("shortValue")(lambda value: Short(narrow(value, 16)))
    table.add("byteValue")(lambda value: Byte(narrow(value, 8)))
    table.add("doubleValue")(float)
    table.add("floatValue")(lambda value: to_float32(float(value)))
    table.add("toString")(text)
    table.add("hashCode")(hash_code)
    table.add("equals", Kind.OBJECT)(equals)
    return table


INTEGER = _number()
INTEGER.add("compareTo", Kind.INTEGER_BOX)(compare)
INTEGER.add("parseInt", Kind.STRING)(lambda _, image: parse_integer(image, 10, INT_MIN, INT_MAX))
INTEGER.add("valueOf", Kind.INT)(lambda _, value: int(value))
for _name in ("parseInt", "valueOf"):
    INTEGER.add(_name, Kind.STRING, Kind.INT)(lambda _, image, radix: parse_integer(image, radix, INT_MIN, INT_MAX))
INTEGER.add("valueOf", Kind.STRING)(lambda _, image: parse_integer(image, 10, INT_MIN, INT_MAX))
INTEGER.add("toString", Kind.INT)(lambda _, value: text(value))
INTEGER.add("toHexString", Kind.INT)(lambda _, value: f"{value & 0xFFFFFFFF:x}")
INTEGER.add("toBinaryString", Kind.INT)(lambda _, value: f"{value & 0xFFFFFFFF:b}")
INTEGER.add("toOctalString", Kind.INT)(lambda _, value: f"{value & 0xFFFFFFFF:o}")
INTEGER.add("signum", Kind.INT)(lambda _, value: (value > 0) - (value < 0))
INTEGER.add("compare", Kind.INT, Kind.INT)(lambda _, left, right: compare(left, right))
INTEGER.add("max", Kind.INT, Kind.INT)(lambda _, left, right: max(left, right))
INTEGER.add("min", Kind.INT, Kind.INT)(lambda _, left, right: min(left, right))
INTEGER.add("sum", Kind.INT, Kind.INT)(lambda _, left, right: narrow(left + right, 32))

LONG = _number()
LONG.add("compareTo", Kind.LONG_BOX)(compare)
LONG.add("parseLong", Kind.STRING)(lambda _, image: Long(parse_integer(image, 10, LONG_MIN, LONG_MAX)))
LONG.add("valueOf", Kind.STRING)(lambda _, image: Long(parse_integer(image, 10, LONG_MIN, LONG_MAX)))
LONG.add("valueOf", Kind.LONG)(lambda _, value: Long(value))
LONG.add("toString", Kind.LONG)(lambda _, value: text(value))
LONG.add("toHexString", Kind.LONG)(lambda _, value: f"{value & 0xFFFFFFFFFFFFFFFF:x}")
LONG.add("toBinaryString", Kind.LONG)(lambda _, value: f"{value & 0xFFFFFFFFFFFFFFFF:b}")
LONG.add("toOctalString", Kind.LONG)(lambda _, value: f"{value & 0xFFFFFFFFFFFFFFFF:o}")
LONG.add("signum", Kind.LONG)(lambda _, value: (value > 0) - (value < 0))
LONG.add("compare", Kind.LONG, Kind.LONG)(lambda _, left, right: compare(left, right))
LONG.add("sum", Kind.LONG, Kind.LONG)(lambda _, left, right: Long(narrow(left + right, 64)))
LONG.add("max", Kind.LONG, Kind.LONG)(lambda _, left, right: Long(max(left, right)))
LONG.add("min", Kind.LONG, Kind.LONG)(lambda _, left, right: Long(min(left, right)))

BIG = _number()

DOUBLE = _number()
DOUBLE.add("compareTo", Kind.DOUBLE_BOX)(
    lambda value, other: compare(value, other) or (repr(value) > repr(other)) - (repr(value) < repr(other))
)
DOUBLE.add("isNaN")(math.isnan)
DOUBLE.add("isInfinite")(math.isinf)
DOUBLE.add("isNaN", Kind.DOUBLE)(lambda _, value: math.isnan(value))
DOUBLE.add("isInfinite", Kind.DOUBLE)(lambda _, value: math.isinf(value))
DOUBLE.add("parseDouble", Kind.STRING)(lambda _, image: parse_double(image))
DOUBLE.add("valueOf", Kind.STRING)(lambda _, image: parse_double(image))
DOUBLE.add("valueOf", Kind.DOUBLE)(lambda _, value: float(value))
DOUBLE.add("toString", Kind.DOUBLE)(lambda _, value: text(float(value)))
DOUBLE.add("max", Kind.DOUBLE, Kind.DOUBLE)(lambda _, left, right: max(float(left), float(right)))
DOUBLE.add("min", Kind.DOUBLE, Kind.DOUBLE)(lambda _, left, right: min(float(left), float(right)))

FLOAT = _number()
FLOAT.add("compareTo", Kind.FLOAT_BOX)(compare)
FLOAT.add("isNaN")(math.isnan)
FLOAT.add("parseFloat", Kind.STRING)(lambda _, image: to_float32(parse_double(image)))

BOOLEAN = Table()
BOOLEAN.add("booleanValue")(lambda value: value)
BOOLEAN.add("toString")(text)
BOOLEAN.add("hashCode")(lambda value: 1231 if value else 1237)
BOOLEAN.add("equals", Kind.OBJECT)(equals)
BOOLEAN.add("compareTo", Kind.BOOLEAN_BOX)(lambda value, other: int(value) - int(other))
BOOLEAN.add("parseBoolean", Kind.STRING)(lambda _, image: (image or "").lower() == "true")
BOOLEAN.add("valueOf", Kind.STRING)(lambda _, image: (image or "").lower() == "true")
BOOLEAN.add("valueOf", Kind.BOOLEAN)(lambda _, value: value)
BOOLEAN.add("toString", Kind.BOOLEAN)(lambda _, value: text(value))


for _table in (INTEGER, LONG, BIG, DOUBLE, FLOAT, BOOLEAN):
    _table.comparable()
