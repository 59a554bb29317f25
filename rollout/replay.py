"""Run a policy over recorded observations: what would it have done, when, and why?

Pure: intervals in, verdicts out; `rollout.judge.commands` reads the file and prints, `rollout.recorded` reads what
is no JSON lines, `rollout.retold` says it in words.
"""

import re
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
_SERIES = re.compile(r'"series"\s*:\s*("(?:[^"\\]|\\.)*")')
_NAMELESS = ""

Read = tuple[str, Interval | None, tuple[str, ...]]
"""A series' name and its next interval; or None, and why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `at` (seconds since 1970-01-01 UTC) on, at this look, the judge said something else."""

    at: float
    look: int
    canary_requests: int
    label: Label
    pause: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a series came to, and how many of its lines could not be read.

    `began` and `ended` are seconds since 1970-01-01 UTC: the first interval's start, and the end of the last one
    that was judged. `changes` are what the judge said in between, where that was asked for.
    """

    series: str
    verdict: Verdict
    bad_lines: int
    began: float | None = None
    ended: float | None = None
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class _Series:
    state: State
    waiting: list[Interval] = field(default_factory=list[Interval])
    stopped: bool = False
    bad: int = 0
    changes: list[Change] = field(default_factory=list[Change])
    units: int = -1


def replay(policy: Policy, lines: Iterable[bytes | str], *, changes: bool = False) -> tuple[Replayed, ...]:
    """Return one verdict per series of JSON lines, in the order in which the series first appear.

    `fail` and `broken` end a series at the look where they came; the others are those after its last interval. A
    line that cannot be read breaks the series it names (or the nameless one). With `changes`, every change of the
    verdict on the way is told, which takes a look whenever a unit of evidence has closed.
    """
    numbered = enumerate(lines, start=1)
    return replay_read(policy, (_read(line, number) for number, line in numbered if line.strip()), changes=changes)


def replay_intervals(policy: Policy, intervals: Iterable[Interval], *, changes: bool = False) -> tuple[Replayed, ...]:
    """Do the same for intervals that have been read already."""
    return replay_read(policy, ((each.series, each, ()) for each in intervals), changes=changes)


def replay_read(policy: Policy, reads: Iterable[Read], *, changes: bool = False) -> tuple[Replayed, ...]:
    """Do the same for what was read, well or badly."""
    chunk = 1 if changes else _CHUNK
    table: dict[str, _Series] = {}
    for name, interval, faults in reads:
        series = table.get(name)
        if series is None:
            series = table[name] = _Series(start(policy))
        if interval is None:
            series.bad += 1
        if series.stopped:
            continue
        if interval is not None:
            series.waiting.append(interval)
            if len(series.waiting) >= chunk:
                _advance(series)
                if changes:
                    _note(series)
        else:
            _advance(series)
            if not series.stopped:
                series.state, series.stopped = refuse(series.state, faults), True
    return tuple(_end(name, series, changes=changes) for name, series in table.items())


def _end(name: str, series: _Series, *, changes: bool) -> Replayed:
    _advance(series)
    if not series.stopped:
        series.state = finish(series.state)
    if changes:
        _note(series, last=True)
    state = series.state
    return Replayed(name, look(state), series.bad, state.began, state.end, tuple(series.changes))


def _note(series: _Series, *, last: bool = False) -> None:
    """Look where a verdict may have changed: a unit has closed, or the series has ended."""
    units = sum(metric.evidence.units for metric in series.state.metrics)
    if units == series.units and not series.stopped and not last:
        return
    series.units = units
    verdict = look(series.state)
    before = series.changes[-1] if series.changes else None
    if before is not None and (verdict.label, verdict.pause) == (before.label, before.pause):
        return
    series.changes.append(
        Change(
            at=series.state.end if series.state.end is not None else 0.0,
            look=verdict.look,
            canary_requests=verdict.canary_requests,
            label=verdict.label,
            pause=verdict.pause,
        )
    )


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


def _read(line: bytes | str, number: int) -> Read:
    try:
        data: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _named(line), None, (f"line {number} is not JSON: {error}",)
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


def _named(line: bytes | str) -> str:
    """The series that a line names although it is not JSON: torn, or with a NaN in it; nameless where it names none."""
    found = _SERIES.search(line.decode(errors="replace") if isinstance(line, bytes) else line)
    if found is None:
        return _NAMELESS
    try:
        return str(orjson.loads(found[1]))
    except orjson.JSONDecodeError:
        return _NAMELESS


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
