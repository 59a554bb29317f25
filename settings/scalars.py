"""What the engine makes of a plain scalar in a stack file. Pure.

Pulumi's engine reads YAML with gopkg.in/yaml.v3 and hands the values on as JSON; neither is what a YAML library of
Python does. `on` and `1:30` are strings, `1e3` and `1_000` are numbers, `017` and `0o17` are 15, a date becomes
Go's long form of a time, `10.0` is the integer 10. The rules are those of its `resolve` and `parseTimestamp`
(https://github.com/go-yaml/yaml/blob/v3/resolve.go); `tests/engine/test_stackfile_yaml.py` compares them with the
engine itself.
"""

import math
import re
from calendar import monthrange

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{f"{sign}{word}": math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DOTTED = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?")
"""What begins with a dot goes to Go's ParseFloat, which takes underscores between digits only."""
_BASES = (
    (re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"([-+]?)0[bB]([01]+)"), 2),
    (re.compile(r"([-+]?)0[oO]?([0-7]+)"), 8),
    (re.compile(r"([-+]?)(0|[1-9][0-9]*)"), 10),
)
_SIGN_INSIDE = ((re.compile(r"0b([-+][01]+)"), 2), (re.compile(r"0o([-+][0-7]+)"), 8))
_TIME = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?P<mark>[Tt ])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,](?P<part>[0-9]+))?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?"
)
_INT_MIN, _UINT_MAX = -(2**63), 2**64 - 1
_JSON_EXPONENT_FROM = 1e21
"""Go's encoding/json writes floats below this without an exponent, so a whole one becomes an integer."""


def scalar(text: str) -> Scalar:
    """Return what the engine reads a plain (unquoted, untagged) scalar as.

    `nan` and infinities are returned as they are: the engine refuses a file that holds one.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        return _float(text) if _DOTTED.fullmatch(text) else text
    if text[0] not in "+-0123456789":
        return text
    time = _time(text)
    if time is not None:
        return time
    plain = text.replace("_", "")
    whole = _integer(plain)
    if whole is not None:
        return whole
    number = _float(text)
    if not isinstance(number, str):
        return number
    for pattern, base in _SIGN_INSIDE:
        if found := pattern.fullmatch(plain):
            return int(found[1], base)
    return text


def _integer(plain: str) -> int | None:
    for pattern, base in _BASES:
        if found := pattern.fullmatch(plain):
            value = int(found[1] + found[2], base)
            signed = bool(found[1])
            return value if _INT_MIN <= value <= (_UINT_MAX if not signed else -_INT_MIN - 1) else None
    return None


def _float(text: str) -> Scalar:
    plain = text.replace("_", "")
    value = float(plain) if _FLOAT.fullmatch(plain) else math.inf
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < _JSON_EXPONENT_FROM else value


def _time(text: str) -> str | None:
    """Return Go's `time.Time.String()` where `text` is a date or a time as yaml.v3 takes one."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    zone = found["zone"]
    if (found["mark"] in ("T", "t")) != (zone is not None):
        return None  # T asks for a zone, a blank forbids one
    months, hours, sixty = 12, 24, 60
    if not (1 <= month <= months and 1 <= day <= monthrange(year, month)[1]):
        return None
    if hour >= hours or minute >= sixty or second >= sixty:
        return None
    if zone not in (None, "Z") and (int(zone[1:3]) > hours or int(zone[4:]) > sixty):
        return None
    part = (found["part"] or "")[:9].rstrip("0")
    minutes = 0 if zone in (None, "Z") else int(zone[1:3]) * sixty + int(zone[4:])
    offset = f"{'-' if (zone or '')[0:1] == '-' and minutes else '+'}{minutes // sixty:02}{minutes % sixty:02}"
    name = "UTC" if offset == "+0000" else offset
    fraction = f".{part}" if part else ""
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction} {offset} {name}"
