"""A policy: what a rollout asks of its canary, as frozen data. `rollout.judge.reading` makes one from a mapping.

Weights are parts of alpha; they are renormalised over what is selected before the first look. All durations are
seconds. The presets' operating characteristics are in `docs/policy.md`.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What a metric may do when its evidence crosses its threshold."""

    GUARD = "guard"
    """It aborts."""
    SIGNAL = "signal"
    """It pauses: a person decides. It spends none of the guards' alpha."""
    DRY = "dry"
    """It is told and does nothing."""


class Metric(StrEnum):
    """What can be compared, and what can be measured beside it."""

    ERRORS = "errors"
    LATENCY = "latency"
    SCORES = "scores"
    LABELS = "labels"
    RATIO = "ratio"
    LIMITS = "limits"


class Futility(StrEnum):
    """What becomes of a rollout that will not know within its plan."""

    ROLLBACK = "rollback"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How much worse a canary may be and still be promoted: worse by more than BOTH is what must be excluded.

    `ratio` of the rates (above 1) and `points`, their difference (0..1).
    """

    ratio: float
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRule:
    """Failed requests. `classes` weighs the error classes; `tolerance` is the ratio of rates that still passes."""

    role: Role = Role.GUARD
    weight: float = 0.5
    lateness: float = 180.0
    tolerance: float = 1.0
    margin: Margin = Margin(ratio=2.0, points=0.005)
    classes: tuple[tuple[str, float], ...] = (("5xx", 0.95), ("4xx", 0.05))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyRule:
    """Answers slower than fixed thresholds, all thresholds mixed; `tolerance` as for errors.

    `thresholds` are the policy's own (key and milliseconds, from the lowest up); none: the quantiles of the stable
    release's history (`rollout.metrics`).
    """

    role: Role = Role.GUARD
    weight: float = 0.25
    lateness: float = 180.0
    tolerance: float = 1.0
    margin: Margin = Margin(ratio=2.0, points=0.05)
    thresholds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """Predicted scores, two-sided.

    The mean may move by `shift` standard deviations of stable, and no bin's share may change by more than the
    factor `factor`; `margin` is the shift (in the same unit) that must be excluded before promotion.
    """

    role: Role = Role.GUARD
    weight: float = 0.15
    lateness: float = 900.0
    shift: float = 0.15
    factor: float = 1.5
    margin: float = 0.4


class Late(StrEnum):
    """What labels may do when they show, after the promotion, that the release was worse."""

    TOLD = "told"
    """People are told; the window for the way back ends as it would."""
    PAUSE = "pause"
    """The previous release stays warm until a person says undo, resume or retire."""
    UNDO = "undo"
    """The previous release gets everything back. Then labels spend their part of the guards' alpha."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRule:
    """Losses of labelled outcomes; the canary's mean loss may exceed stable's by `tolerance`.

    A loss is how far a rating was off, as a part of the scale from `low` to `high`: 0..1. `lateness` is how long after
    an answer its labels are waited for. `after_promotion` is for what they show then; a role of dry is only ever told.
    """

    role: Role = Role.SIGNAL
    weight: float = 0.1
    lateness: float = 604_800.0
    tolerance: float = 0.0
    low: float = 1.0
    high: float = 5.0
    after_promotion: Late = Late.PAUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRule:
    """Does the split arrive? The canary's requests may differ from their share by the factor `tolerance`.

    What it finds is `broken`, never `fail`. It has its own error probability `alpha`, spent beside the guards'.
    """

    role: Role = Role.GUARD
    alpha: float = 0.001
    tolerance: float = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An absolute limit: of the requests, at most `limit` (0..1) may fail (`metric` errors) or be slow (latency).

    `part` is the error class or the threshold's key.
    """

    metric: Metric
    part: str
    limit: float
    weight: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the plan: `percent` of the traffic for at least `seconds` and `requests` of the canary's."""

    percent: float
    seconds: float
    requests: int = 0
    approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a rollout asks.

    `alpha` bounds the chance that an identical canary is ever aborted, over all guards and looks; `confidence`
    is that of promotion evidence. `correlation_time` is how long an episode (an instance out, a burst) lasts at
    most: the shortest unit of evidence. `warm_up` counts for nothing after the first interval's start.
    `broken_after` is how long the judge may be without data before it says so. `metrics` selects.
    """

    name: str
    steps: tuple[Step, ...]
    alpha: float = 0.01
    confidence: float = 0.95
    correlation_time: float = 60.0
    warm_up: float = 0.0
    broken_after: float = 300.0
    deadline: float = 14_400.0
    futility: Futility = Futility.ROLLBACK
    metrics: tuple[Metric, ...] = (Metric.ERRORS, Metric.LATENCY, Metric.SCORES, Metric.LABELS, Metric.RATIO)
    errors: ErrorRule = ErrorRule()
    latency: LatencyRule = LatencyRule()
    scores: ScoreRule = ScoreRule()
    labels: LabelRule = LabelRule()
    ratio: RatioRule = RatioRule()
    limits: tuple[Limit, ...] = ()

    def select(self, metrics: tuple[Metric, ...]) -> "Policy":
        """Return the same policy looking at these metrics only; they share the whole alpha."""
        return replace(self, metrics=metrics)


def _steps(*pairs: tuple[float, float]) -> tuple[Step, ...]:
    return tuple(Step(percent=percent, seconds=60.0 * minutes) for percent, minutes in pairs)


CAUTIOUS = Policy(
    name="cautious",
    steps=_steps((1, 30), (5, 30), (10, 60), (25, 60), (50, 60)),
    correlation_time=120.0,
    warm_up=120.0,
    deadline=28_800.0,
    futility=Futility.PAUSE,
    errors=ErrorRule(margin=Margin(ratio=1.5, points=0.003)),
    latency=LatencyRule(margin=Margin(ratio=1.5, points=0.03)),
    scores=ScoreRule(margin=0.3),
)
STANDARD = Policy(name="standard", steps=_steps((1, 15), (5, 15), (25, 30), (50, 60)))
FAST = Policy(
    name="fast",
    steps=_steps((5, 5), (25, 10), (50, 15)),
    alpha=0.02,
    correlation_time=30.0,
    deadline=3_600.0,
    errors=ErrorRule(margin=Margin(ratio=3.0, points=0.01)),
    latency=LatencyRule(margin=Margin(ratio=3.0, points=0.1)),
    scores=ScoreRule(margin=0.5),
)
PRESETS = {policy.name: policy for policy in (CAUTIOUS, STANDARD, FAST)}
