"""A described world: traffic, rates, drift, bursts, clumps, outages, and one fault of the canary.

A world without a `fault` is the null hypothesis itself: canary and stable are the same release behind the same
gateway. Everything by which the canary differs is in `Fault`; everything that happens to both is beside it.
Description only; `scene` draws from it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rollout.simulation.errors import WorldError


class Effect(StrEnum):
    """What an instance does to the requests it is given while it is in trouble."""

    ERRORS = "errors"
    """It fails them all (class 5xx). It is not taken out of service."""
    SLOW = "slow"
    """It answers them, `slow_factor` times slower. It does not fail them."""
    STRANGE = "strange"
    """It answers them with the lowest scores there are. It neither fails them nor is it slow."""


@dataclass(frozen=True, kw_only=True)
class Swing:
    """A factor 1 + amplitude * sin(2 pi (t / period + phase)) on something that both tracks share."""

    amplitude: float
    period_minutes: float = 1440.0
    phase: float = 0.0

    def __post_init__(self) -> None:
        _require(0.0 <= self.amplitude <= 1.0, "swing.amplitude", "within 0..1", self.amplitude)
        _require(self.period_minutes > 0.0, "swing.period_minutes", "above 0", self.period_minutes)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Log-normal answer times in milliseconds, counted above fixed `thresholds` (none: quantiles of history)."""

    median_ms: float = 100.0
    sigma: float = 0.5
    quantiles: tuple[float, ...] = (0.5, 0.9, 0.99, 0.999)
    swing: Swing | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        _require(self.median_ms > 0.0, "latency.median_ms", "above 0", self.median_ms)
        _require(self.sigma > 0.0, "latency.sigma", "above 0", self.sigma)
        rising = all(a < b for a, b in zip(self.quantiles, self.quantiles[1:], strict=False))
        within = all(0.0 < q < 1.0 for q in self.quantiles)
        _require(bool(self.quantiles) and rising and within, "latency.quantiles", "rising within 0..1", self.quantiles)
        for name, limit in self.thresholds.items():
            _require(limit > 0.0, f"latency.thresholds.{name}", "above 0", limit)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Predicted scores: standard normal for stable, counted in `bins` bins of equal share, or explicit `shares`."""

    bins: int = 10
    items: int = 1
    shares: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _require(self.bins >= 2, "scores.bins", "at least 2", self.bins)  # noqa: PLR2004 - one bin tells nothing
        _require(self.items >= 1, "scores.items", "at least 1", self.items)
        if self.shares is not None:
            _require_shares("scores.shares", self.shares)


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Outcomes that become known later: which share of requests, after how long, losses on five levels of 0..1."""

    known: float = 0.2
    after_minutes: float = 0.0
    loss: float = 0.2

    def __post_init__(self) -> None:
        _require(0.0 < self.known <= 1.0, "labels.known", "within 0..1", self.known)
        _require(self.after_minutes >= 0.0, "labels.after_minutes", "at least 0", self.after_minutes)
        _require(0.0 < self.loss < 1.0, "labels.loss", "within 0..1", self.loss)


@dataclass(frozen=True, kw_only=True)
class Burst:
    """A known stretch of time in which every request of either track fails with probability `rate` besides."""

    at_minute: float
    minutes: float
    rate: float

    def __post_init__(self) -> None:
        _require(self.minutes > 0.0, "bursts.minutes", "above 0", self.minutes)
        _require(0.0 < self.rate <= 1.0, "bursts.rate", "within 0..1", self.rate)


@dataclass(frozen=True, kw_only=True)
class Outages:
    """Instances in trouble, alone: each instance of either fleet with the same hazard, stationary from the start."""

    per_instance_hour: float
    seconds: float
    stable_instances: int = 19
    canary_instances: int = 1
    effect: Effect = Effect.ERRORS
    slow_factor: float = 5.0

    def __post_init__(self) -> None:
        _require(self.per_instance_hour > 0.0, "outages.per_instance_hour", "above 0", self.per_instance_hour)
        _require(self.seconds > 0.0, "outages.seconds", "above 0", self.seconds)
        _require(self.stable_instances >= 1, "outages.stable_instances", "at least 1", self.stable_instances)
        _require(self.canary_instances >= 1, "outages.canary_instances", "at least 1", self.canary_instances)
        _require(self.slow_factor > 1.0, "outages.slow_factor", "above 1", self.slow_factor)


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """Something that both tracks need goes down at random: `failing` of all requests fail meanwhile."""

    per_hour: float
    seconds: float
    failing: float = 1.0

    def __post_init__(self) -> None:
        _require(self.per_hour > 0.0, "dependency.per_hour", "above 0", self.per_hour)
        _require(self.seconds > 0.0, "dependency.seconds", "above 0", self.seconds)
        _require(0.0 < self.failing <= 1.0, "dependency.failing", "within 0..1", self.failing)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A stretch of time from which no measurement arrives."""

    at_minute: float
    minutes: float

    def __post_init__(self) -> None:
        _require(self.minutes > 0.0, "gaps.minutes", "above 0", self.minutes)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How the canary differs from stable, from `at_minute` on. What is left out does not differ."""

    at_minute: float = 0.0
    errors: Mapping[str, float] = field(default_factory=dict[str, float])
    latency_factor: float = 1.0
    tail_share: float = 0.0
    tail_ms: float = 2000.0
    score_shift: float = 0.0
    score_scale: float = 1.0
    score_shares: tuple[float, ...] | None = None
    loss: float | None = None

    def __post_init__(self) -> None:
        _require(self.at_minute >= 0.0, "fault.at_minute", "at least 0", self.at_minute)
        for name, rate in self.errors.items():
            _require(0.0 <= rate <= 1.0, f"fault.errors.{name}", "within 0..1", rate)
        _require(self.latency_factor > 0.0, "fault.latency_factor", "above 0", self.latency_factor)
        _require(0.0 <= self.tail_share <= 1.0, "fault.tail_share", "within 0..1", self.tail_share)
        _require(self.score_scale > 0.0, "fault.score_scale", "above 0", self.score_scale)
        if self.score_shares is not None:
            _require_shares("fault.score_shares", self.score_shares)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that a simulation needs to know; units in the names, rates and shares within 0..1.

    `steps` are (share, minutes) pairs for those who look without a plan of their own; the last one lasts to the end.
    `clump` is the mean size of the geometric clumps in which background errors come (1: independent).
    """

    name: str
    summary: str = ""
    seconds: float = 10.0
    minutes: float = 180.0
    requests_per_minute: float = 600.0
    steps: tuple[tuple[float, float], ...] = ((0.05, 180.0),)
    traffic_swing: Swing | None = None
    errors: Mapping[str, float] = field(default_factory=lambda: {"5xx": 0.001})
    error_swing: Swing | None = None
    clump: float = 1.0
    latency: Latency | None = None
    scores: Scores | None = None
    labels: Labels | None = None
    bursts: tuple[Burst, ...] = ()
    outages: Outages | None = None
    dependency: Dependency | None = None
    gaps: tuple[Gap, ...] = ()
    fault: Fault | None = None

    def __post_init__(self) -> None:
        """Raise `WorldError` for the first key whose value makes no sense."""
        _require(self.seconds > 0.0, "seconds", "above 0", self.seconds)
        _require(self.looks >= 1, "minutes", "at least one look", self.minutes)
        _require(self.requests_per_minute >= 0.0, "requests_per_minute", "at least 0", self.requests_per_minute)
        _require(bool(self.steps), "steps", "at least one (share, minutes) pair", self.steps)
        for share, minutes in self.steps:
            _require(0.0 < share < 1.0, "steps[].share", "inside 0..1", share)
            _require(minutes > 0.0, "steps[].minutes", "above 0", minutes)
        for name, rate in self.errors.items():
            _require(0.0 <= rate <= 1.0, f"errors.{name}", "within 0..1", rate)
        _require(self.clump >= 1.0, "clump", "at least 1", self.clump)
        for name in self.fault.errors if self.fault else ():
            _require(name in self.errors, f"fault.errors.{name}", "a class of errors", name)

    @property
    def looks(self) -> int:
        """How many whole intervals fit into the world's time."""
        return math.floor(self.minutes * 60.0 / self.seconds + 1e-9)

    @property
    def identical(self) -> bool:
        """Whether the canary is the same release as stable."""
        return self.fault is None


def _require(holds: bool, key: str, bound: str, value: object) -> None:
    if not holds:
        raise WorldError(f"world: {key} must be {bound}, not {value!r}")


def _require_shares(key: str, shares: tuple[float, ...]) -> None:
    _require(len(shares) >= 2, key, "at least two shares", shares)  # noqa: PLR2004 - one bin tells nothing
    _require(all(s > 0.0 for s in shares), key, "above 0 each", shares)
    _require(abs(sum(shares) - 1.0) < 1e-6, key, "a sum of 1", sum(shares))  # noqa: PLR2004 - rounding of a printed sum
