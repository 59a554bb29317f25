"""What a rollout's answers are counted against, fixed when it begins; and what was known of the stable release then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rollout.judge.observations import TrackCounts
from rollout.judge.policy import Metric, Policy


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
    5xx, `thresholds` and `edges` as in `Yardstick`, `instances` the stable fleet's size. `limits` are the thresholds
    that can be counted at all, in milliseconds; None where any can.
    """

    requests: int
    per_minute: float
    error_rate: float
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])
    edges: tuple[float, ...] = ()
    instances: int = 1
    limits: tuple[float, ...] | None = None


def thresholds_in_force(policy: Policy, baseline: Baseline) -> Mapping[str, float]:
    """What counts as slow for a whole rollout: the policy's own thresholds, else the quantiles of history."""
    return dict(policy.latency.thresholds) or baseline.thresholds


def uncounted_in(policy: Policy, limits: Collection[float] | None) -> str | None:
    """Say which of a policy's thresholds are not among `limits` (None: any is counted); None where all are."""
    if limits is None or Metric.LATENCY not in policy.metrics:
        return None
    wanted = [f"{key} ({limit:g} ms)" for key, limit in policy.latency.thresholds if limit not in limits]
    if limits and not wanted:
        return None
    asked = f"latency at {', '.join(wanted)}" if wanted else "latency"
    there = f"those of {', '.join(f'{limit:g}' for limit in sorted(limits))} ms" if limits else "none"
    return (
        f"the policy {policy.name} asks for {asked}, and of metric filters that count slow answers there are {there}. "
        "Set observability.latencyThresholdsMilliseconds in the stack's file and apply it (pulumi up): a filter counts "
        "from then on. Or ask for what is counted, or for less: metrics: [errors, ratio]"
    )


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
