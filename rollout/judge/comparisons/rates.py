"""Rates: the share of requests that are bad, in several parts (error classes, latency thresholds).

Errors: the split bet for each class. Latency: half of the stake on the split bet for each threshold, which finds a
tail fault, and half on one symmetric bet on the number of thresholds that an answer exceeds, which finds a shift:
where a metric is dense, an interval's split hardly moves and a bet bounded by 1/share is slow, while the difference
of the tracks stands far above its own spread.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.bets import even, log_mixture, split_log_factors, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS, Finding
from rollout.judge.effect import SUMS, effect_sums, ratio_interval
from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval
from rollout.judge.policy import ErrorRule, LatencyRule, Margin, Metric, Role
from rollout.judge.promotion import (
    PromotionBets,
    dispersion,
    promotion_bets,
    promotion_growth,
    promotion_log_factors,
)
from rollout.judge.units import ALERT, CLEAR, UNKNOWN

Floats = npt.NDArray[np.float64]

RATIOS = np.array([2.0, 4.0, 8.0, 16.0])
"""Rate ratios that the split bets are made for."""
CAPS = np.array([0.9, 0.9, 0.9, 0.9])
"""The largest stake of each: a unit in which only stable fails leaves a tenth."""
_HALF = 0.5
_USUAL = 0.25


@dataclass(frozen=True)
class RateComparison:
    """Compares the rates of the bad requests of each part.

    An interval's numbers: canary requests, stable requests, the canary's bad ones by part, stable's by part.
    Carried: units with canary requests, units with stable ones, both requests; then by part both counts, both
    sums of count^2 / requests, and the sums of `effect_sums`.
    """

    metric: Metric
    role: Role
    weight: float
    lateness: float
    tolerance: float
    margin: Margin
    parts: tuple[str, ...]
    part_weights: tuple[float, ...]

    @property
    def name(self) -> str:
        """Return the metric's name."""
        return self.metric.value

    @property
    def width(self) -> int:
        """Return how many numbers an interval has."""
        return 2 + 2 * len(self.parts)

    @property
    def carried(self) -> int:
        """Return how many sums are carried."""
        return 4 + (4 + SUMS) * len(self.parts)

    @property
    def components(self) -> int:
        """Return how many bets there are that the canary is worse."""
        return len(self._weights)

    @property
    def promotions(self) -> int:
        """Return how many bets there are that it is inside the margin."""
        return len(self.parts) * self._promotion.count

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers (a class that is not named has none); None where not measured."""
        canary, stable = interval.canary, interval.stable
        if canary is None or stable is None:
            return None
        if self.metric is Metric.ERRORS:
            ours, theirs = canary.errors, stable.errors
        else:
            ours, theirs = canary.slow, stable.slow
        if ours is None or theirs is None:
            return None
        if self.metric is Metric.LATENCY and (set(ours) != set(self.parts) or set(theirs) != set(self.parts)):
            raise ObservationError(
                "slow", (f"thresholds {sorted({*ours, *theirs})}, but this series has {sorted(self.parts)}",)
            )
        return (
            canary.requests,
            stable.requests,
            *[ours.get(part, 0) for part in self.parts],
            *[theirs.get(part, 0) for part in self.parts],
        )

    def looks(self, arrays: Arrays) -> Floats:
        """Return runs x looks x width; a part that the arrays do not have is zero for errors."""
        errors = self.metric is Metric.ERRORS
        columns: list[npt.NDArray[np.generic]] = [arrays.canary.requests, arrays.stable.requests]
        zero = np.zeros_like(arrays.canary.requests)
        for track in (arrays.canary, arrays.stable):
            table = track.errors if errors else track.slow
            columns.extend(table.get(part, zero) for part in self.parts)
        return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=-1)

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return the same as `alerts` for one interval's numbers."""
        n, m = counts[0], counts[1]
        if n <= 0:
            return UNKNOWN
        first = 2 + len(self.parts)
        pairs = list(zip(counts[2:first], counts[first:], strict=True))
        if not self.combined:
            pairs = [(sum(counts[2:first]), sum(counts[first:]))]
        return ALERT if any(a >= _HALF * n and b <= _USUAL * m for a, b in pairs) else CLEAR

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return `ALERT` where half of the canary's requests or more were bad and usually few of stable's are."""
        n, m, a, b = self._split(looks)
        bad, usual = a, b
        if not self.combined:
            bad, usual = a.sum(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
        high = (bad >= _HALF * n[..., None]) & (usual <= _USUAL * m[..., None])
        return np.where(n > 0, np.where(high.any(axis=-1), ALERT, CLEAR), UNKNOWN).astype(np.int8)

    def carry(self, units: Floats) -> Floats:
        """Return a unit's sums."""
        n, m, a, b = self._split(units)
        head = np.stack([n > 0, m > 0, n, m], axis=-1).astype(np.float64)
        n1, m1 = n[..., None], m[..., None]
        effects = effect_sums(a, b, n1, m1)
        tails = [a, b, a * a / np.maximum(n1, 1.0), b * b / np.maximum(m1, 1.0)]
        return np.concatenate([head, *tails, effects.reshape(*effects.shape[:-2], -1)], axis=-1)

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors: split bets by part, then the symmetric ones."""
        n, m, a, b = self._split(units)
        share = np.broadcast_to((n / np.maximum(n + m, 1.0))[..., None], a.shape)
        split = split_log_factors(a, a + b, share, ratios=RATIOS, caps=CAPS, tolerance=self.tolerance)
        flat = split.reshape(*split.shape[:-2], -1)
        if not self.combined:
            return flat
        return np.concatenate([flat, symmetric_log_factors(self._distance(units, past), STEEPNESS)], axis=-1)

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors of the promotion bets by part."""
        n, m, a, b = self._split(units)
        n1, m1 = (np.broadcast_to(x[..., None], a.shape) for x in (n, m))
        factors = promotion_log_factors(
            self._promotion, a, b, canary_requests=n1, stable_requests=m1, phi=self._phi(past)
        )
        return factors.reshape(*factors.shape[:-2], -1)

    def evidence(self, wealth: Floats) -> Floats:
        """Return the log e-value that the canary is worse."""
        return log_mixture(wealth, self._weights)

    def promotion(self, wealth: Floats) -> Floats:
        """Return the log e-value of the part that has least: each must be inside the margin."""
        by_part = wealth.reshape(*wealth.shape[:-1], len(self.parts), -1)
        return log_mixture(by_part, even(self._promotion.count)).min(axis=-1)

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return each part's rates, ratio and interval."""
        n, m = float(past[2]), float(past[3])
        a, b, _, _, effects = self._sums(past)
        found: list[Finding] = []
        for index, part in enumerate(self.parts):
            ratio = ratio_interval(effects[index], alpha)
            found.append(
                Finding(
                    part=part,
                    canary=float(a[index]) / n if n else None,
                    stable=float(b[index]) / m if m else None,
                    ratio=None if ratio is None else ratio[0],
                    interval=None if ratio is None else ratio[1],
                )
            )
        return tuple(found)

    def growth(self, past: Floats, share: float) -> float:
        """Return the slowest part's promotion growth per canary request, at stable's rates."""
        m = float(past[3])
        if m == 0:
            return 0.0
        _, b, _, _, _ = self._sums(past)
        phi = self._phi(past)
        return min(
            promotion_growth(self._promotion, float(b[index]) / m, share, float(phi[index]))
            for index in range(len(self.parts))
        )

    @property
    def combined(self) -> bool:
        """Whether the parts are nested thresholds, so that the number exceeded is a score."""
        return self.metric is Metric.LATENCY

    @cached_property
    def _weights(self) -> Floats:
        parts = np.array(self.part_weights) / sum(self.part_weights)
        split = np.repeat(parts / len(RATIOS), len(RATIOS))
        if not self.combined:
            return split
        return np.concatenate([_HALF * split, np.full(len(STEEPNESS), _HALF / len(STEEPNESS))])

    @cached_property
    def _promotion(self) -> PromotionBets:
        return promotion_bets(self.margin)

    def _split(self, numbers: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        count = len(self.parts)
        return numbers[..., 0], numbers[..., 1], numbers[..., 2 : 2 + count], numbers[..., 2 + count :]

    def _sums(self, past: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        count = len(self.parts)
        four = past[..., 4 : 4 + 4 * count].reshape(*past.shape[:-1], 4, count)
        effects = past[..., 4 + 4 * count :].reshape(*past.shape[:-1], count, SUMS)
        return four[..., 0, :], four[..., 1, :], four[..., 2, :], four[..., 3, :], effects

    def _phi(self, past: Floats) -> Floats:
        a, b, aa, bb, _ = self._sums(past)
        units, stable_units, n, m = (past[..., index, None] for index in range(4))
        return np.maximum(dispersion(units, a, aa, n), dispersion(stable_units, b, bb, m))

    def _distance(self, units: Floats, past: Floats) -> Floats:
        """Return how many standard deviations the canary's mean number of exceeded thresholds lies above stable's.

        The scale is that of independent requests with stable's rates before and this unit's of both tracks: it does
        not change when the tracks are exchanged, so the distance stays symmetric; otherwise it may be wrong (see
        `symmetric_log_factors`). For nested thresholds of rates q1 >= q2 >= ... the number exceeded has
        E Y^2 = sum (2 j - 1) q_j.
        """
        n, m, a, b = self._split(units)
        _, before, _, _, _ = self._sums(past)
        playable = (n > 0) & (m > 0)
        n1, m1 = np.where(playable, n, 1.0), np.where(playable, m, 1.0)
        rates = (before + a + b) / np.maximum(past[..., 3] + n + m, 1.0)[..., None]
        odd = 2.0 * np.arange(len(self.parts)) + 1.0
        mean = rates.sum(axis=-1)
        variance = (np.flip(np.sort(rates, axis=-1), axis=-1) * odd).sum(axis=-1) - mean * mean
        tolerance = self.tolerance
        shift = a.sum(axis=-1) / n1 - tolerance * b.sum(axis=-1) / m1
        scale = np.sqrt(np.maximum(variance, 1e-9) * tolerance * (1.0 / n1 + tolerance / m1))
        return np.where(playable, shift / scale, np.nan)


def error_comparison(rule: ErrorRule, weight: float) -> RateComparison:
    """Return the comparison of failed requests by class."""
    return RateComparison(
        metric=Metric.ERRORS,
        role=rule.role,
        weight=weight,
        lateness=rule.lateness,
        tolerance=rule.tolerance,
        margin=rule.margin,
        parts=tuple(name for name, _ in rule.classes),
        part_weights=tuple(part for _, part in rule.classes),
    )


def latency_comparison(rule: LatencyRule, weight: float, thresholds: tuple[str, ...]) -> RateComparison:
    """Return the comparison of answers slower than each threshold."""
    return RateComparison(
        metric=Metric.LATENCY,
        role=rule.role,
        weight=weight,
        lateness=rule.lateness,
        tolerance=rule.tolerance,
        margin=rule.margin,
        parts=thresholds,
        part_weights=(1.0,) * len(thresholds),
    )
