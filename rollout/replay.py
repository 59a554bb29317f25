"""Run a policy over recorded observations: what would it have done, when, and why?

Pure: text in, verdicts out; `rollout.judge.commands` reads the file and prints.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from rollout.judge.errors import ObservationError
from rollout.judge.judge import absorb, finish, look, observe, refuse, settled, start, stopped
from rollout.judge.observations import Interval
from rollout.judge.policy import Policy
from rollout.judge.reading import interval_of
from rollout.judge.state import State
from rollout.judge.verdict import Label, Verdict

_CHUNK = 384
_NAMELESS = ""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a series came to, and how many of its lines could not be read."""

    series: str
    verdict: Verdict
    bad_lines: int


@dataclass(slots=True)
class _Series:
    state: State
    waiting: list[Interval] = field(default_factory=list[Interval])
    stopped: bool = False
    bad: int = 0


def replay(policy: Policy, lines: Iterable[bytes | str]) -> tuple[Replayed, ...]:
    """Return one verdict per series, in the order in which the series first appear.

    `fail` and `broken` end a series at the look where they came; the others are those after its last interval. A
    line that cannot be read breaks the series it names (or the nameless one).
    """
    table: dict[str, _Series] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, interval, faults = _read(line, number)
        series = table.get(name)
        if series is None:
            series = table[name] = _Series(start(policy))
        if interval is None:
            series.bad += 1
        if series.stopped:
            continue
        if interval is not None:
            series.waiting.append(interval)
            if len(series.waiting) >= _CHUNK:
                _advance(series)
        else:
            _advance(series)
            if not series.stopped:
                series.state, series.stopped = refuse(series.state, faults), True
    return tuple(_end(name, series) for name, series in table.items())


def _end(name: str, series: _Series) -> Replayed:
    _advance(series)
    if not series.stopped:
        series.state = finish(series.state)
    return Replayed(name, look(series.state), series.bad)


def _advance(series: _Series) -> None:
    """Take what waits: all at once, and again one by one where something in it ends the series."""
    if series.stopped or not series.waiting:
        return
    waiting, before = series.waiting, series.state
    series.waiting = []
    state = before
    for interval in waiting:
        state = absorb(state, interval)
    state = settled(state)
    if stopped(state):
        state = before
        for interval in waiting:
            state = observe(state, interval)
            if stopped(state):
                break
        series.stopped = True
    series.state = state


def _read(line: bytes | str, number: int) -> tuple[str, Interval | None, tuple[str, ...]]:
    try:
        data: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _NAMELESS, None, (f"line {number} is not JSON: {error}",)
    if not isinstance(data, dict):
        return _NAMELESS, None, (f"line {number} is not an object",)
    table = cast("dict[str, Any]", data)
    try:
        interval = interval_of(table)
    except ObservationError as error:
        name: object = table.get("series", _NAMELESS)
        named = name if isinstance(name, str) else _NAMELESS
        return named, None, tuple(f"line {number}: {fault}" for fault in error.faults)
    return interval.series, interval, ()


def records(replayed: Iterable[Replayed]) -> Iterator[dict[str, object]]:
    """Return one JSON object per series: series, verdict, look, canary_requests, metric, reasons."""
    for item in replayed:
        verdict = item.verdict
        yield {
            "series": item.series,
            "verdict": verdict.label.value,
            "look": verdict.look,
            "canary_requests": verdict.canary_requests,
            "metric": verdict.metric,
            "reasons": [reason.text for reason in verdict.reasons],
        }


def unreadable(replayed: Iterable[Replayed]) -> int:
    """Return how many series are broken by what they were given: a bad line, or counts that cannot be."""
    return sum(1 for item in replayed if item.bad_lines or item.verdict.label is Label.BROKEN)
