"""Which numbers are observed, each named once. Pure.

A row says what a line of the access log has to be to be counted. From the same rows come the local counts, and on AWS
the metric filters, alarms and widgets (as Args). Only fields of the access log's format are used
(`components/access_log.py`). Filter patterns: CloudWatch Logs user guide, "Filter pattern syntax", JSON patterns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "PredictedRatings"
CLASSES: Mapping[str, tuple[int, int]] = {"4xx": (400, 499), "5xx": (500, 599)}
"""The error classes that a policy may weigh, with the statuses of each."""
QUANTILES: Mapping[str, float] = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
"""The quantiles of the stable release's latency that become thresholds."""


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

    `key` is the error class or threshold's key; `condition` the filter pattern's part beside the track, empty for
    every request; `low` and `high` the bounds of the status, or `low` the threshold in milliseconds.
    """

    kind: Kind
    key: str = ""
    condition: str = ""
    low: float = 0.0
    high: float = 0.0

    @property
    def name(self) -> str:
        """The metric's name without its track, such as `errors-5xx`."""
        return f"{self.kind.value}-{self.key}" if self.key else self.kind.value

    def metric(self, track: Track, group: Group = Group.ACCESS) -> str:
        """The CloudWatch metric's name, in `namespace(api)`."""
        name = f"{track.value}-{self.name}"
        return name if group is Group.ACCESS else f"{name}-in-{group.value}"

    def pattern(self, track: Track) -> str:
        """The CloudWatch Logs filter pattern that counts this row for one track."""
        canary = "=" if track is Track.CANARY else "!="
        of_track = f'$.isCanaryRequest {canary} "true"'
        return f"{{ ({of_track}) && ({self.condition}) }}" if self.condition else f"{{ {of_track} }}"

    def counts(self, status: int, latency: float) -> bool:
        """Whether a request with this status, answered in `latency` milliseconds, is counted."""
        match self.kind:
            case Kind.REQUESTS:
                return True
            case Kind.ERRORS:
                return self.low <= status <= self.high
            case Kind.SLOW:
                return latency > self.low


def namespace(api: str) -> str:
    """The CloudWatch namespace of one API's metrics; an API's name differs from stack to stack."""
    return f"{NAMESPACE}/{api}"


def rows(thresholds: Mapping[str, float]) -> tuple[Row, ...]:
    """Every row: requests, each error class, each threshold (milliseconds, by key) from the lowest up."""
    errors = (
        Row(kind=Kind.ERRORS, key=key, condition=f"($.status >= {low}) && ($.status <= {high})", low=low, high=high)
        for key, (low, high) in CLASSES.items()
    )
    slow = (
        Row(kind=Kind.SLOW, key=key, condition=f"$.responseLatency > {limit:g}", low=limit)
        for key, limit in sorted(thresholds.items(), key=lambda item: item[1])
    )
    return (Row(kind=Kind.REQUESTS), *errors, *slow)


def thresholds(latencies: Sequence[float]) -> Mapping[str, float]:
    """The stable release's own quantiles (nearest rank), as thresholds in milliseconds; none of nothing.

    Equal quantiles count the same requests twice, so of those that coincide only the lowest stays.
    """
    ordered = sorted(latencies)
    found: dict[str, float] = {}
    for key, quantile in QUANTILES.items():
        if ordered:
            value = ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
            if value not in found.values():
                found[key] = value
    return found
