"""From the emulator's access log to counts, by the rows of `rollout/metrics.py`. Pure, line by line.

A request counts in the interval in which it was answered: lines are written then, so an interval is complete as soon
as it is over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from rollout.judge.observations import TrackCounts
from rollout.metrics import Kind, Row, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One line: the track, when it was answered (seconds since 1970 of the emulator), status, milliseconds."""

    track: Track
    at: float
    status: int
    latency: float


def read_line(line: bytes) -> Answered | None:
    """Read one line of the access log; None where it is torn or says too little to be counted."""
    try:
        raw = cast("dict[str, Any]", json.loads(line))
        latency = float(raw["responseLatency"])
        return Answered(
            track=Track.CANARY if raw["isCanaryRequest"] == "true" else Track.STABLE,
            at=(float(raw["requestTimeEpoch"]) + latency) / 1000,
            status=int(raw["status"]),
            latency=latency,
        )
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(slots=True)
class Counter:
    """One track in one interval, while its lines are read."""

    requests: int = 0
    rows: dict[str, int] = field(default_factory=dict[str, int])
    scores: list[int] | None = None

    def take(self, answered: Answered, rows: Sequence[Row]) -> None:
        """Count one line."""
        self.requests += 1
        for row in rows:
            if row.counts(answered.status, answered.latency):
                self.rows[row.name] = self.rows.get(row.name, 0) + 1

    def counts(self, rows: Sequence[Row]) -> TrackCounts:
        """What was counted, every row named; thresholds that do not exist are not measured."""
        slow = self._of(rows, Kind.SLOW)
        return TrackCounts(
            requests=self.requests,
            errors=self._of(rows, Kind.ERRORS),
            slow=slow or None,
            scores=None if self.scores is None else tuple(self.scores),
        )

    def _of(self, rows: Sequence[Row], kind: Kind) -> Mapping[str, int]:
        return {row.key: self.rows.get(row.name, 0) for row in rows if row.kind is kind}
