"""java.util.Formatter, as `String.format` uses it: flags, width and precision of the conversions templates need.

Source: java.util.Formatter (JDK 17). Dates (`%t`) and hexadecimal floats (`%a`) are refused.
"""

import decimal
import re
from decimal import ROUND_HALF_UP, Decimal

from mapping.vtl.errors import TemplateBoundError, TemplateRunError
from mapping.vtl.texts import float_text, text
from mapping.vtl.values import Char, Float

_SPECIFIER = re.compile(r"%(\d+\$)?([-#+ 0,(<]*)(\d+)?(\.\d+)?([tT])?([a-zA-Z%])")
_WIDEST = 10_000


def _fault(problem: str, specifier: str) -> TemplateRunError:
    return TemplateRunError(problem, construct=f"the format {specifier!r}", expected="a java.util.Formatter one")


def java_format(pattern: str, args: tuple[object, ...]) -> str:
    """Format as `String.format(pattern, args)` in the root locale.

    Raises TemplateRunError where Java throws an IllegalFormatException, TemplateBoundError for a very wide field.
    """
    out: list[str] = []
    at = ordinary = 0
    last = -1
    while True:
        percent = pattern.find("%", at)
        if percent < 0:
            out.append(pattern[at:])
            return "".join(out)
        out.append(pattern[at:percent])
        match = _SPECIFIER.match(pattern, percent)
        if match is None:
            raise _fault("unknown conversion", pattern[percent : percent + 2])
        at = match.end()
        index, flags, width, precision, date, conversion = match.groups()
        if date:
            raise _fault("dates are not formatted here", match[0])
        size = int(width) if width else 0
        digits = int(precision[1:]) if precision else None
        if size > _WIDEST or (digits or 0) > _WIDEST:
            raise TemplateBoundError(f"a field wider than {_WIDEST}", construct=match[0], expected=f"at most {_WIDEST}")
        if conversion in "n%":
            out.append(_pad("\n" if conversion == "n" else "%", size, flags))
            continue
        if "<" in flags:
            position = last
        elif index:
            position = int(index[:-1]) - 1
        else:
            position, ordinary = ordinary, ordinary + 1
        if not 0 <= position < len(args):
            raise _fault("an argument is missing", match[0])
        last = position
        shown = _convert(match[0], conversion, flags, size, digits, args[position])
        out.append(shown.upper() if conversion.isupper() else shown)


def _pad(shown: str, size: int, flags: str) -> str:
    return shown.ljust(size) if "-" in flags else shown.rjust(size)


def _convert(whole: str, conversion: str, flags: str, size: int, digits: int | None, value: object) -> str:  # noqa: PLR0917 - as java.util.Formatter has them
    kind = conversion.lower()
    if kind == "s":
        shown = text(value)
        return _pad(("null" if shown is None else shown)[:digits], size, flags)
    if kind == "b":
        shown = "true" if value is True or (value is not None and value is not False) else "false"
        return _pad(shown[:digits], size, flags)
    if kind == "h":
        raise _fault("hash codes are not formatted here", whole)
    if value is None:
        return _pad("null"[:digits], size, flags)
    if kind == "c":
        if isinstance(value, Char):
            return _pad(str(value), size, flags)
        if isinstance(value, int) and not isinstance(value, bool):
            return _pad(chr(value), size, flags)
        raise _fault(f"{value.__class__.__name__} is not a character", whole)
    if kind in "dxo":
        if not isinstance(value, int) or isinstance(value, bool):
            raise _fault(f"{text(value)} is not an integer", whole)
        return _integer(kind, flags, size, value)
    if kind in "feg":
        if not isinstance(value, float | Decimal):
            raise _fault(f"{text(value)} is not a floating-point number", whole)
        return _floating(kind, flags, size, 6 if digits is None else digits, value)
    raise _fault("unknown conversion", whole)


def _integer(kind: str, flags: str, size: int, value: int) -> str:
    if kind == "d":
        return _number(f"{abs(value):,}" if "," in flags else str(abs(value)), value < 0, flags, size)
    if value < 0:
        value += 1 << (32 if value >= -(2**31) else 64)
    shown = f"{value:{kind}}"
    if "#" in flags:
        shown = ("0x" if kind == "x" else "0") + shown
    return shown.rjust(size, "0") if "0" in flags else _pad(shown, size, flags)


def _floating(kind: str, flags: str, size: int, digits: int, value: float | Decimal) -> str:
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - NaN
        shown = "NaN" if value != value else "Infinity"  # noqa: PLR0124 - the same
        return _pad(("-" if value < 0 else "+" if "+" in flags else "") + shown, size, flags)
    exact = (
        value if isinstance(value, Decimal) else Decimal(float_text(value) if isinstance(value, Float) else repr(value))
    )
    negative = exact.is_signed()
    exact = abs(exact)
    if kind == "g":
        digits = digits or 1
        small = exact != 0 and (exact < Decimal("0.0001") or exact >= Decimal(10) ** digits)
        if small:
            return _number(_scientific(exact, digits - 1), negative, flags, size)
        digits -= 1 if exact == 0 else exact.adjusted() + 1
        return _number(_fixed(exact, max(digits, 0), flags), negative, flags, size)
    shown = _scientific(exact, digits) if kind == "e" else _fixed(exact, digits, flags)
    return _number(shown, negative, flags, size)


def _fixed(exact: Decimal, digits: int, flags: str) -> str:
    rounded = exact.quantize(Decimal((0, (1,), -digits)), ROUND_HALF_UP, _context(exact, digits))
    return f"{rounded:,f}" if "," in flags else f"{rounded:f}"


def _context(exact: Decimal, digits: int) -> decimal.Context:
    return decimal.Context(prec=max(exact.adjusted(), 0) + digits + 10)


def _scientific(exact: Decimal, digits: int) -> str:
    if exact == 0:
        return f"{0:.{digits}f}e+00"
    power = exact.adjusted()
    mantissa = _fixed(exact.scaleb(-power, _context(exact, digits + 800)), digits, "")
    if mantissa.startswith("10"):
        power += 1
        mantissa = _fixed(exact.scaleb(-power, _context(exact, digits + 800)), digits, "")
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"


def _number(shown: str, negative: bool, flags: str, size: int) -> str:
    before, after = "", ""
    if negative:
        before, after = ("(", ")") if "(" in flags else ("-", "")
    elif "+" in flags:
        before = "+"
    elif " " in flags:
        before = " "
    if "0" in flags:
        shown = shown.rjust(size - len(before) - len(after), "0")
    return _pad(before + shown + after, size, flags)
