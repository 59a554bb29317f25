"""Java's numbers: +, -, *, /, % and comparison as Velocity 1.7's MathUtils has them.

Two integers give the larger of their types and grow to the next one on overflow; a double makes both doubles;
BigInteger with a double makes BigDecimal. What is not a number gives null.
"""

import math
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, Context, Decimal
from typing import cast

from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.values import INT_MAX, INT_MIN, LONG_MAX, LONG_MIN, BigDecimal, BigInteger, Byte, Float, Long, Short

_EXACT = Context(prec=5000, Emax=999999, Emin=-999999)
_MOST_BITS = 14_280
"""Bits of a BigInteger: 4300 digits minus a few, `sys.int_info.default_max_str_digits`."""

_SIZES: dict[type, int] = {Byte: 0, Short: 1, Long: 3, BigInteger: 4}
_RANGES = ((-128, 127), (-32768, 32767), (INT_MIN, INT_MAX), (LONG_MIN, LONG_MAX))
_TYPES: tuple[Callable[[int], int], ...] = (Byte, Short, int, Long)


def is_number(value: object) -> bool:
    """Tell whether Java would call it a Number."""
    return isinstance(value, int | float | Decimal) and value.__class__ is not bool


def _size(value: int) -> int:
    """0 Byte, 1 Short, 2 Integer, 3 Long, 4 BigInteger."""
    if value.__class__ is int:
        if INT_MIN <= value <= INT_MAX:
            return 2
        return 3 if LONG_MIN <= value <= LONG_MAX else 4
    return _SIZES[value.__class__]


def bounded(value: int) -> int:
    """The value itself.

    Raises TemplateBoundError where it has more digits than Python prints.
    """
    if value.bit_length() > _MOST_BITS:
        raise TemplateBoundError("an integer of more than 4300 digits", construct="arithmetic", expected="smaller ones")
    return value


def _wrap(value: int, left: int, right: int) -> int:
    """An exact result in the larger operand's type, or in the next that holds it."""
    bounded(value)
    size = max(_size(left), _size(right))
    if size == 4:  # noqa: PLR2004 - BigInteger
        return BigInteger(value)
    while size < 4:  # noqa: PLR2004 - BigInteger
        low, high = _RANGES[size]
        if low <= value <= high:
            return _TYPES[size](value)
        size += 1
    return BigInteger(value)


def _is_big(value: object) -> bool:
    """Tell whether Java has a BigInteger or BigDecimal."""
    return isinstance(value, Decimal) or (isinstance(value, int) and _size(value) == 4)  # noqa: PLR2004 - BigInteger


def to_decimal(value: object) -> Decimal:
    """A number as BigDecimal; doubles with all their binary digits."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and _is_big(value):
        return Decimal(int(value))
    number = float(cast("float", value))
    if math.isnan(number) or math.isinf(number):
        raise TemplateRunError("infinity or NaN cannot become a BigDecimal", construct="arithmetic")
    return Decimal(number)


def to_float32(value: float) -> Float:
    """Round to Java's float."""
    try:
        return Float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return Float(math.copysign(float("inf"), value))


def _float(value: object) -> float:
    try:
        return float(cast("float", value))
    except OverflowError:
        return math.copysign(float("inf"), cast("int", value))


def _integers(operator: str, left: int, right: int) -> int | None:
    if operator == "+":
        return _wrap(left + right, left, right)
    if operator == "-":
        return _wrap(left - right, left, right)
    if operator == "*":
        if right == -1 and left == LONG_MIN:
            return Long(LONG_MIN)
        return _wrap(left * right, left, right)
    if right == 0:
        return None
    big = _is_big(left) or _is_big(right)
    quotient = abs(left) // abs(right)
    if (left < 0) != (right < 0):
        quotient = -quotient
    if operator == "/":
        if not big and quotient > LONG_MAX:
            return Long(LONG_MIN)
        return _wrap(quotient, left, right)
    if big:
        if right < 0:
            raise TemplateRunError("BigInteger: modulus not positive", construct="%")
        return BigInteger(int(left) % int(right))
    return _wrap(left - quotient * right, left, right)


def _doubles(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        return None
    if operator == "/":
        return left / right
    if math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


def _decimals(operator: str, left: Decimal, right: Decimal) -> BigDecimal | None:
    if operator == "+":
        return BigDecimal(_EXACT.add(left, right))
    if operator == "-":
        return BigDecimal(_EXACT.subtract(left, right))
    if operator == "*":
        return BigDecimal(_EXACT.multiply(left, right))
    if right == 0:
        return None
    if operator == "%":
        raise TemplateRunError("Cannot calculate the modulo of BigDecimals.", construct="%")
    exponent = min(cast("int", left.as_tuple().exponent), 0)
    quotient = _EXACT.divide(left, right)
    return BigDecimal(quotient.quantize(Decimal((0, (1,), exponent)), ROUND_HALF_DOWN, _EXACT))


def arithmetic(operator: str, left: object, right: object) -> object:
    """`left operator right` for two numbers; None where one is not a number or a divisor is zero."""
    if not is_number(left) or not is_number(right):
        return None
    integers = isinstance(left, int), isinstance(right, int)
    if all(integers):
        return _integers(operator, cast("int", left), cast("int", right))
    if _is_big(left) or _is_big(right):
        return _decimals(operator, to_decimal(left), to_decimal(right))
    result = _doubles(operator, _float(left), _float(right))
    if result is not None and _both_float(left, right):
        return to_float32(result)
    return result


def _both_float(left: object, right: object) -> bool:
    """Tell whether Java calculates with floats: a Float on one side and no double on the other."""
    return (left.__class__ is Float or isinstance(left, int)) and (right.__class__ is Float or isinstance(right, int))


def plus(left: object, right: object) -> object:
    """`+` for two numbers, the common case first."""
    if left.__class__ is int and right.__class__ is int:
        a, b = cast("int", left), cast("int", right)
        if INT_MIN <= a <= INT_MAX and INT_MIN <= b <= INT_MAX:
            return a + b
    elif left.__class__ is float and right.__class__ is float:
        return cast("float", left) + cast("float", right)
    return arithmetic("+", left, right)


def compare(left: object, right: object) -> int:
    """-1, 0 or 1 for two numbers; 0 too where one is NaN."""
    if isinstance(left, int) and isinstance(right, int):
        return (left > right) - (left < right)
    if _is_big(left) or _is_big(right):
        ours, theirs = to_decimal(left), to_decimal(right)
        return (ours > theirs) - (ours < theirs)
    one, other = _float(left), _float(right)
    return (one > other) - (one < other)
