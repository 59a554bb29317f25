"""From the emulator's access log to counts, by the filter patterns of `rollout/metrics.py`. Pure, line by line.

A line is counted by the very patterns that the metric filters on AWS have. A request counts in the interval in which
it was answered: lines are written then, so an interval is complete as soon as it is over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from emulator.filter_pattern import filter_pattern
from rollout.judge.observations import TrackCounts
from rollout.metrics import REQUESTS, Kind, Row, Track

_NUMBERS = ("status", "responseLatency")
_REQUESTS = {track: filter_pattern(REQUESTS.pattern(track)) for track in Track}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One line: the track whose requests it is counted with, when it was answered (seconds since 1970 of the
    emulator), how long that took (milliseconds), and the decoded line.
    """

    track: Track
    at: float
    latency: float
    event: Mapping[str, Any]


def read_line(line: bytes, *, quoted: bool = False) -> Answered | None:
    """Read one line of the access log; None where it is torn, or says too little to be counted.

    Numbers in quotes say too little, for no filter pattern compares them: errors would look like none. With `quoted`
    they are taken for numbers all the same, for logs whose format is another's.
    """
    try:
        event = cast("dict[str, Any]", json.loads(line))
        if quoted:
            event |= {name: float(event[name]) for name in _NUMBERS}
        latency = event["responseLatency"]
        if not all(isinstance(event[name], int | float) for name in _NUMBERS):
            return None
        return Answered(
            track=next(track for track, requests in _REQUESTS.items() if requests.matches(event)),
            at=(float(event["requestTimeEpoch"]) + latency) / 1000,
            latency=latency,
            event=event,
        )
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


class Table:
    """Rows, and for each track the patterns that count them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._patterns = {
            track: tuple((row.name, filter_pattern(row.pattern(track))) for row in self.rows) for track in Track
        }

    def counted_in(self, answered: Answered) -> list[str]:
        """The names of the rows that count a line."""
        return [name for name, pattern in self._patterns[answered.track] if pattern.matches(answered.event)]


@dataclass(slots=True)
class Counter:
    """One track in one interval, while its lines are read."""

    rows: dict[str, int] = field(default_factory=dict[str, int])
    scores: list[int] | None = None

    def take(self, answered: Answered, table: Table) -> None:
        """Count one line."""
        for name in table.counted_in(answered):
            self.rows[name] = self.rows.get(name, 0) + 1

    @property
    def requests(self) -> int:
        """How many lines were counted."""
        return self.rows.get(REQUESTS.name, 0)

    def counts(self, table: Table) -> TrackCounts:
        """What was counted, every row named; thresholds that do not exist are not measured."""
        slow = self._of(table, Kind.SLOW)
        return TrackCounts(
            requests=self.requests,
            errors=self._of(table, Kind.ERRORS),
            slow=slow or None,
            scores=None if self.scores is None else tuple(self.scores),
        )

    def _of(self, table: Table, kind: Kind) -> Mapping[str, int]:
        return {row.key: self.rows.get(row.name, 0) for row in table.rows if row.kind is kind}
