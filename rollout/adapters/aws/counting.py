"""From the rows of `rollout/metrics.py` to CloudWatch queries, and from the answers to counts. Pure.

A filter that has matched nothing in a minute may leave no datapoint. So no datapoint of errors is zero where the
track's requests have one in that minute, and where they have none the track was not measured. A row whose filter does
not exist was not measured either, whatever there is of the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from rollout.judge.observations import TrackCounts
from rollout.metrics import Group, Kind, Row, Track, limit_of, slow, sources

MINUTE = 60
SETTLED = 180.0
"""Seconds after a minute's end until its metrics are taken for complete. AWS gives no bound; access logs arrive and
are counted within two to three minutes (docs/fidelity.md)."""

Values = Mapping[str, Mapping[int, float]]
"""By metric name: a minute's start (seconds since 1970) to the sum over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One metric to ask for: its sum over each minute."""

    id: str
    metric: str


def queries(rows: Sequence[Row]) -> tuple[Query, ...]:
    """Every metric of every row, track and group, in a fixed order."""
    metrics = [row.metric(track, group) for track in Track for group in sources(track) for row in rows]
    return tuple(Query(id=f"m{index}", metric=metric) for index, metric in enumerate(metrics))


def minutes(start: float, now: float, settled: float = SETTLED) -> range:
    """The starts of the closed minutes at or after `start`."""
    return range(ceil(start / MINUTE) * MINUTE, floor((now - settled) / MINUTE) * MINUTE, MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was answered for `rows`. `filters` maps a metric's name to the pattern of the filter that makes it."""

    rows: Sequence[Row]
    values: Values
    filters: Mapping[str, str]

    def of(self, track: Track, minute: int) -> TrackCounts | None:
        """One track in one minute, by the group that counted more of it; None where it was not measured."""
        found = [each for group in sources(track) if (each := self._in(group, track, minute)) is not None]
        return max(found, key=lambda each: each.requests, default=None)

    def _in(self, group: Group, track: Track, minute: int) -> TrackCounts | None:
        measured = [row for row in self.rows if self.filters.get(row.metric(track, group)) == row.pattern(track)]
        found = {row: self.values.get(row.metric(track, group), {}).get(minute) for row in measured}
        requests = next((value for row, value in found.items() if row.kind is Kind.REQUESTS), None)
        if requests is None:
            return None
        return TrackCounts(
            requests=round(requests), errors=self._by_key(found, Kind.ERRORS), slow=self._by_key(found, Kind.SLOW)
        )

    def _by_key(self, found: Mapping[Row, float | None], kind: Kind) -> Mapping[str, int] | None:
        """The counts of a kind, all of them or none: some classes or thresholds without the others mislead."""
        asked = [row for row in self.rows if row.kind is kind]
        if not asked or any(row not in found for row in asked):
            return None
        return {row.key: round(found[row] or 0.0) for row in asked}


def countable(filters: Mapping[str, str]) -> tuple[float, ...]:
    """The thresholds that every track has its filters for, in milliseconds, rising."""
    found: set[float] = set()
    for metric in filters:
        limit = limit_of(metric)
        if limit is not None and all(
            filters.get(row.metric(track, group)) == row.pattern(track)
            for row in (slow("", limit),)
            for track in Track
            for group in sources(track)
        ):
            found.add(limit)
    return tuple(sorted(found))


def histogram(scores: Iterable[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Count scores between edges (rising): n edges, n + 1 bins, a score at an edge in the upper one."""
    bins = [0] * (len(edges) + 1)
    for score in scores:
        bins[sum(score >= edge for edge in edges)] += 1
    return tuple(bins)
