"""What the judge sees: a few numbers per interval and track, whoever counted them.

An access log, CloudWatch metric filters and the emulator can all provide them. `None` means "not measured", which
is never the same as zero. `check` lists what is impossible in an interval; `rollout.judge.reading` makes
intervals from JSON lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Outcomes whose truth arrived: how many, and the sums of their losses and squared losses (each loss 0..1)."""

    n: int
    loss_sum: float
    loss_square_sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCounts:
    """One track in one interval.

    `errors` counts failed requests by class (`5xx`), `slow` the answers slower than each fixed threshold, from the
    lowest threshold to the highest, `scores` is a histogram of predicted scores over fixed bins from low to high
    (it counts items, so its sum may exceed `requests`).
    """

    requests: int
    errors: Mapping[str, int] | None = None
    slow: Mapping[str, int] | None = None
    scores: tuple[int, ...] | None = None
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Both tracks over `seconds` from `start` (seconds since 1970-01-01 UTC).

    `share` is the part (0..1, exclusive) of the traffic that the split gives the canary. `verified` is false while
    a split has been applied and not yet been seen: such an interval counts for nothing. A track of `None` could
    not be measured.
    """

    start: float
    seconds: float
    share: float
    canary: TrackCounts | None
    stable: TrackCounts | None
    series: str = ""
    verified: bool = True

    @property
    def end(self) -> float:
        """When the interval ended, in seconds since 1970-01-01 UTC."""
        return self.start + self.seconds
