"""What a rollout's answers are counted against, fixed when it begins; and what was known of the stable release then."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rollout.judge.observations import TrackCounts
from rollout.judge.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """`stable` and `canary` are release ids, `thresholds` milliseconds by key, rising, `edges` the inner bounds of
    the score bins, rising (n edges, n + 1 bins; none: scores are not counted).
    """

    stable: str
    canary: str
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The stable release's recent history.

    `requests` is how many it rests on, `per_minute` the whole stage's traffic, `error_rate` (0..1) the part answered
    5xx, `thresholds` and `edges` as in `Yardstick`, `instances` the stable fleet's size.
    """

    requests: int
    per_minute: float
    error_rate: float
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])
    edges: tuple[float, ...] = ()
    instances: int = 1


def thresholds_in_force(policy: Policy, baseline: Baseline) -> Mapping[str, float]:
    """What counts as slow for a whole rollout: the policy's own thresholds, else the quantiles of history."""
    return dict(policy.latency.thresholds) or baseline.thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over both tracks, of intervals that counted and took `seconds` together."""

    seconds: float
    canary: TrackCounts
    stable: TrackCounts

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            seconds=self.seconds + other.seconds,
            canary=added(self.canary, other.canary),
            stable=added(self.stable, other.stable),
        )


def added(one: TrackCounts, other: TrackCounts) -> TrackCounts:
    """Both counts in one; what only one of them measured stays as it is."""
    scores = one.scores or other.scores
    if one.scores is not None and other.scores is not None:
        scores = tuple(a + b for a, b in zip(one.scores, other.scores, strict=True))
    return TrackCounts(
        requests=one.requests + other.requests,
        errors=_added(one.errors, other.errors),
        slow=_added(one.slow, other.slow),
        scores=scores,
    )


def _added(one: Mapping[str, int] | None, other: Mapping[str, int] | None) -> Mapping[str, int] | None:
    if one is None or other is None:
        return one or other
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *(k for k in other if k not in one))}
