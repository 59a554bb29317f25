"""Units of evidence: which intervals are judged together, tick by tick and over whole arrays.

Errors come in clumps: an instance is out and all it is given fails. So the unit is not the request but a stretch of
time at least `correlation_time` long. A unit begins with the first counted interval after the last unit, unless the
canary is inside an episode then: the last interval in which it had requests saw half of them or more fail
(`alert`). An episode that has gone on for longer than `correlation_time` and two intervals is none by the policy's
own word, and no longer waited for: a canary that is simply dead is judged in consecutive units. What decides whether
a unit begins lies in the past, so the bets stay fair.

A unit ends with the interval that makes it long enough. A change of the split, or a split not yet verified, throws
away the open unit: whether it is looked at does not depend on what it holds.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

CLEAR, ALERT, UNKNOWN = 0, 1, -1
"""What one interval says of an episode: over, going on, or nothing (the canary had no request)."""

_TICK = 1e-6
_AFTER = 2


@dataclass(frozen=True, slots=True)
class Clock:
    """When the open unit began (`None`: none is open), and for how many seconds an episode has been going on."""

    opened: float | None = None
    streak: float = 0.0


@dataclass(frozen=True, slots=True)
class Tick:
    """What becomes of an interval: the clock after it, whether its counts are taken, and whether it ends a unit."""

    clock: Clock
    taken: bool
    closes: bool
    discards: bool


def advance(clock: Clock, start: float, seconds: float, *, length: float, counts: bool, alert: int) -> Tick:
    """Return what an interval does to the clock of a metric.

    Args:
        clock: the clock before it.
        start: when the interval began, in seconds.
        seconds: how long it lasted.
        length: the policy's `correlation_time`.
        counts: whether the interval may be judged; if not, the open unit is thrown away.
        alert: `CLEAR`, `ALERT` or `UNKNOWN`.
    """
    going_on = alert == ALERT or (alert == UNKNOWN and clock.streak > 0.0)
    streak = clock.streak + seconds if going_on else 0.0
    if not counts:
        return Tick(Clock(None, streak), taken=False, closes=False, discards=clock.opened is not None)
    opened = clock.opened
    if opened is None:
        if 0.0 < clock.streak < length + _AFTER * seconds - _TICK:
            return Tick(Clock(None, streak), taken=False, closes=False, discards=False)
        opened = start
    closes = start + seconds - opened >= length - _TICK
    return Tick(Clock(None if closes else opened, streak), taken=True, closes=closes, discards=False)


def boundaries(
    counts: npt.NDArray[np.bool_], alerts: npt.NDArray[np.int8], seconds: float, length: float
) -> npt.NDArray[np.int64]:
    """Return the first look of every unit, runs x units, filled up with -1; all units have `unit_looks` looks.

    Args:
        counts: runs x looks, whether a look may be judged.
        alerts: runs x looks of `CLEAR`, `ALERT`, `UNKNOWN`.
        seconds: seconds per look.
        length: the policy's `correlation_time`.
    """
    runs, looks = counts.shape
    size = unit_looks(seconds, length)
    if bool(counts.all()) and not bool((alerts == ALERT).any()):
        return np.tile(np.arange(looks // size, dtype=np.int64) * size, (runs, 1))
    index = np.arange(looks, dtype=np.int64)
    streak = _streaks(alerts, index) * seconds
    blocked = np.zeros_like(counts)
    blocked[:, 1:] = (streak[:, :-1] > 0) & (streak[:, :-1] < length + _AFTER * seconds - _TICK)
    never = np.int64(looks)
    invalid = _next(~counts, index, never)
    begin = _next(counts & ~blocked, index, never)
    rows: npt.NDArray[np.int64] = np.arange(runs, dtype=np.int64)
    position = np.zeros(runs, dtype=np.int64)
    columns: list[npt.NDArray[np.int64]] = []
    while True:
        start = begin[rows, position]
        last = start + size
        if bool((last > looks).all()):
            break
        stop = invalid[rows, start]
        whole = (stop >= last) & (last <= looks)
        columns.append(np.where(whole, start, -1))
        position = np.minimum(np.where(whole, last, np.where(last > looks, looks, stop)), looks)
    return np.stack(columns, axis=1) if columns else np.zeros((runs, 0), dtype=np.int64)


def unit_looks(seconds: float, length: float) -> int:
    """Return how many looks of `seconds` a unit of at least `length` seconds has."""
    return max(1, ceil((length - _TICK) / seconds))


def _next(marks: npt.NDArray[np.bool_], index: npt.NDArray[np.int64], never: np.int64) -> npt.NDArray[np.int64]:
    """Return for every look, and one past the last, the first look at or after it that is marked."""
    runs, looks = marks.shape
    found = np.full((runs, looks + 1), never, dtype=np.int64)
    found[:, :looks] = np.where(marks, index, never)
    return np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1]


def _streaks(alerts: npt.NDArray[np.int8], index: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return for how many looks an episode has been going on, up to and with each look."""
    clear = np.maximum.accumulate(np.where(alerts == CLEAR, index, -1), axis=1)
    alert = np.maximum.accumulate(np.where(alerts == ALERT, index, -1), axis=1)
    before = np.full_like(alert, -1)
    before[:, 1:] = alert[:, :-1]
    first = np.maximum.accumulate(np.where((alerts == ALERT) & (before <= clear), index, -1), axis=1)
    return np.where(alert > clear, index - first + 1, 0)
