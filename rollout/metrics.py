"""Which numbers are observed, each named once. Pure.

A row says what a line of the access log has to be to be counted: its filter pattern, and nothing beside it. From the
same rows come the local counts (by `emulator/filter_pattern.py`), and on AWS the metric filters, alarms and widgets
(as Args, `program/observed.py`) and what the adapter asks for. Only fields of the access log's format are used
(`components/access_log.py`). Filter patterns: CloudWatch Logs user guide, "Filter pattern syntax", JSON patterns.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import log

NAMESPACE = "PredictedRatings"
CLASSES: Mapping[str, tuple[int, int]] = {"4xx": (400, 499), "5xx": (500, 599)}
"""The error classes that a policy may weigh, with the statuses of each."""
QUANTILES: Mapping[str, float] = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
"""The quantiles of the stable release's latency that become thresholds."""
BINS = 10
"""Score bins: between the stable release's deciles."""


class Track(StrEnum):
    """Whose request a line tells of."""

    CANARY = "canary"
    """`isCanaryRequest` is true."""
    STABLE = "stable"
    """It is false, or the stage has no canary."""


class Group(StrEnum):
    """Which of the access log's two groups a filter on AWS reads. Which of them gets a canary's lines is not settled
    by AWS's pages, so both are counted, under different names, and the larger count is the canary's: never the sum.
    """

    ACCESS = "access"
    """The stage's own group."""
    CANARY = "canary-group"
    """The one with `/Canary` at its end."""


class Kind(StrEnum):
    """What a row counts."""

    REQUESTS = "requests"
    """Every request."""
    ERRORS = "errors"
    """Those whose status lies in a class."""
    SLOW = "slow"
    """Those that took longer than a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number per track and interval.

    `key` is the error class or the threshold's key, by which it is judged; `part` what tells the row from others of its
    kind, in a metric's name: the class, or the threshold itself, since a filter that counts above 250 ms serves
    whoever asks for 250 ms. `condition` is the filter pattern's part beside the track, empty for every request.
    """

    kind: Kind
    key: str = ""
    part: str = ""
    condition: str = ""

    @property
    def name(self) -> str:
        """The metric's name without its track, such as `errors-5xx` or `slow-250ms`."""
        return f"{self.kind.value}-{self.part}" if self.part else self.kind.value

    def metric(self, track: Track, group: Group = Group.ACCESS) -> str:
        """The CloudWatch metric's name, in `namespace(api)`; the filter that makes it is called the same."""
        name = f"{track.value}-{self.name}"
        return name if group is Group.ACCESS else f"{name}-in-{group.value}"

    def pattern(self, track: Track) -> str:
        """The CloudWatch Logs filter pattern that counts this row for one track."""
        canary = "=" if track is Track.CANARY else "!="
        of_track = f'$.isCanaryRequest {canary} "true"'
        return f"{{ ({of_track}) && ({self.condition}) }}" if self.condition else f"{{ {of_track} }}"


REQUESTS = Row(kind=Kind.REQUESTS)
ERRORS: Mapping[str, Row] = {
    key: Row(kind=Kind.ERRORS, key=key, part=key, condition=f"($.status >= {low}) && ($.status <= {high})")
    for key, (low, high) in CLASSES.items()
}
"""By error class."""


def slow(key: str, limit: float) -> Row:
    """The row of answers that took longer than `limit` milliseconds."""
    number = f"{limit:.15g}"
    return Row(kind=Kind.SLOW, key=key, part=f"{number}ms", condition=f"$.responseLatency > {number}")


def limit_of(metric: str) -> float | None:
    """The threshold that a metric of slow answers is named after; None for other metrics."""
    found = re.search(rf"-{Kind.SLOW.value}-([0-9.]+)ms(?:$|-in-)", metric)
    return float(found[1]) if found else None


def sources(track: Track) -> tuple[Group, ...]:
    """The log groups in which a track's requests are looked for."""
    return (Group.ACCESS, Group.CANARY) if track is Track.CANARY else (Group.ACCESS,)


def namespace(api: str) -> str:
    """The CloudWatch namespace of one API's metrics; an API's name differs from stack to stack."""
    return f"{NAMESPACE}/{api}"


def rows(thresholds: Mapping[str, float]) -> tuple[Row, ...]:
    """Every row: requests, each error class, each threshold (milliseconds, by key) from the lowest up."""
    rising = sorted(thresholds.items(), key=lambda item: item[1])
    return (REQUESTS, *ERRORS.values(), *(slow(key, limit) for key, limit in rising))


def thresholds(latencies: Sequence[float]) -> Mapping[str, float]:
    """The stable release's own quantiles (nearest rank), as thresholds in milliseconds; none of nothing."""
    ordered = sorted(latencies)
    if not ordered:
        return {}
    last = len(ordered) - 1
    return once({key: ordered[min(last, int(part * len(ordered)))] for key, part in QUANTILES.items()})


def nearest(wanted: Mapping[str, float], limits: Collection[float]) -> Mapping[str, float]:
    """Of the thresholds that are counted (`limits`, above 0), those whose ratio to a wanted one is nearest to 1."""
    if not limits:
        return {}
    return once({key: min(limits, key=lambda limit: abs(log(limit / max(at, 1.0)))) for key, at in wanted.items()})


def once(found: Mapping[str, float]) -> Mapping[str, float]:
    """Thresholds without repetition: equal ones would count the same requests twice, so the first of them stays."""
    kept: dict[str, float] = {}
    for key, value in found.items():
        if value not in kept.values():
            kept[key] = value
    return kept


def edges(scores: Sequence[float]) -> tuple[float, ...]:
    """The inner bounds of at most `BINS` bins: the scores' quantiles, each value once; none of too few."""
    ordered = sorted(scores)
    if len(ordered) < BINS * BINS:
        return ()
    found = [ordered[len(ordered) * index // BINS] for index in range(1, BINS)]
    kept = [*(low for low, high in pairwise(found) if low != high), found[-1]]
    return tuple(kept) if len(kept) > 1 else ()
