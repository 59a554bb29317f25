"""Times, durations and rates in words, the same in every command. Pure."""

from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def clock(at: float) -> str:
    """A time of day with its date where a reader needs it, in UTC: `23 Nov 14:05:09`."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M:%S")


def iso(at: float) -> str:
    """RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def lasting(seconds: float) -> str:
    """A duration in its two largest units: `1 h 5 min`, `40 s`."""
    whole = round(max(0.0, seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "min")
    return _two(whole, _DAY, "d", _HOUR, "h")


def _two(whole: int, unit: int, name: str, below: int, smaller: str) -> str:
    first, rest = divmod(whole, unit)
    second = rest // below
    return f"{first} {name} {second} {smaller}" if second else f"{first} {name}"


def rate(part: float | None) -> str:
    """A part of one as a percentage with the digits that matter: `0.8 %`, `0.013 %`."""
    return "-" if part is None else f"{100 * part:.3g} %"


def percent(value: float) -> str:
    """A percentage that is one already: `25 %`."""
    return f"{value:g} %"
