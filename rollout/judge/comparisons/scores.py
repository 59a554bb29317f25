"""Scores: has the distribution of what the model predicts moved further than an honest retrain moves it?

Two-sided, with a tolerance that is an effect size. The null has two halves: the mean (in bins, over stable's
standard deviation) moved by at most `shift`, and no bin's share changed by more than the factor `factor`. Four
fifths of the stake lie on the mean, which finds a shift; the rest on the bins, which find a change of shape.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.bets import even, log_mixture, split_log_factors, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS, Finding
from rollout.judge.effect import SUMS, ratio_interval
from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval
from rollout.judge.policy import Metric, Role, ScoreRule
from rollout.judge.units import UNKNOWN

Floats = npt.NDArray[np.float64]

_MEAN_PART = 0.8
_BIN_RATIOS = np.array([1.5, 3.0])
_BIN_CAPS = np.array([0.9, 0.9])


@dataclass(frozen=True)
class ScoreComparison:
    """Compares two histograms. An interval's numbers: the canary's counts by bin, stable's by bin.

    Carried: both histograms, then the sums of x = w D, y = w over units as in `effect_sums`, D the
    difference of the means in standard deviations and w = n m / (n + m) items.
    """

    rule: ScoreRule
    weight: float
    bins: int

    metric = Metric.SCORES
    name = Metric.SCORES.value

    @property
    def role(self) -> Role:
        """Return the rule's role."""
        return self.rule.role

    @property
    def lateness(self) -> float:
        """Return the rule's bound, seconds."""
        return self.rule.lateness

    @property
    def width(self) -> int:
        """Return how many numbers an interval has."""
        return 2 * self.bins

    @property
    def carried(self) -> int:
        """Return how many sums are carried."""
        return 2 * self.bins + SUMS

    @property
    def components(self) -> int:
        """Return how many bets there are: mean up, mean down, bins up, bins down."""
        return len(self._weights)

    @property
    def promotions(self) -> int:
        """Return how many bets there are that the mean lies inside the margin, above and below."""
        return 2 * len(STEEPNESS)

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers; None where not measured."""
        if interval.canary is None or interval.stable is None:
            return None
        ours, theirs = interval.canary.scores, interval.stable.scores
        if ours is None or theirs is None:
            return None
        if len(ours) != self.bins or len(theirs) != self.bins:
            raise ObservationError("scores", (f"{len(ours)} and {len(theirs)} bins, but this series has {self.bins}",))
        return (*ours, *theirs)

    def looks(self, arrays: Arrays) -> Floats:
        """Return runs x looks x width."""
        if arrays.canary.scores is None or arrays.stable.scores is None:
            raise ObservationError("scores", ("selected and not in the arrays: leave the metric out",))
        tracks = (arrays.canary.scores, arrays.stable.scores)
        return np.concatenate([np.asarray(track, dtype=np.float64) for track in tracks], axis=-1)

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return `UNKNOWN`, as `alerts` does."""
        del counts
        return UNKNOWN

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return `UNKNOWN`: a unit of scores can only double the evidence, so none is waited for."""
        return np.full(looks.shape[:-1], UNKNOWN, dtype=np.int8)

    def carry(self, units: Floats) -> Floats:
        """Return a unit's sums; the differences are in bins, scaled when they are told."""
        n, m, difference = self._difference(units)
        weight = np.where((n > 0) & (m > 0), n * m / np.maximum(n + m, 1.0), 0.0)
        x = weight * np.nan_to_num(difference)
        sums = np.stack([x, weight, x * x, x * weight, weight * weight], axis=-1)
        return np.concatenate([units, sums], axis=-1)

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors: mean up, mean down, bins up, bins down."""
        n, m, difference = self._difference(units)
        deviation = self._deviation(units, past)
        scale = deviation * np.sqrt(1.0 / np.maximum(n, 1.0) + 1.0 / np.maximum(m, 1.0))
        allowed = self.rule.shift * deviation
        up = symmetric_log_factors((difference - allowed) / scale, STEEPNESS)
        down = symmetric_log_factors((-difference - allowed) / scale, STEEPNESS)
        ours, theirs = units[..., : self.bins], units[..., self.bins :]
        share = np.broadcast_to((n / np.maximum(n + m, 1.0))[..., None], ours.shape)
        more = split_log_factors(
            ours, ours + theirs, share, ratios=_BIN_RATIOS, caps=_BIN_CAPS, tolerance=self.rule.factor
        )
        fewer = symmetric_log_factors(self._lack(ours, theirs, n, m), STEEPNESS)
        flat = [x.reshape(*x.shape[:-2], -1) for x in (more, fewer)]
        return np.concatenate([up, down, *flat], axis=-1)

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors against a mean above the margin, then against one below it."""
        n, m, difference = self._difference(units)
        deviation = self._deviation(units, past)
        scale = deviation * np.sqrt(1.0 / np.maximum(n, 1.0) + 1.0 / np.maximum(m, 1.0))
        room = self.rule.margin * deviation
        bets = [symmetric_log_factors((room + sign * difference) / scale, STEEPNESS) for sign in (-1.0, 1.0)]
        return np.concatenate(bets, axis=-1)

    def evidence(self, wealth: Floats) -> Floats:
        """Return the log e-value that the scores moved too far."""
        return log_mixture(wealth, self._weights)

    def promotion(self, wealth: Floats) -> Floats:
        """Return the log e-value of the side that has least."""
        sides = wealth.reshape(*wealth.shape[:-1], 2, len(STEEPNESS))
        return log_mixture(sides, even(len(STEEPNESS))).min(axis=-1)

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return the means (in bins) and their difference in stable's standard deviations."""
        ours, theirs = past[: self.bins], past[self.bins : 2 * self.bins]
        places = np.arange(self.bins)
        n, m = float(ours.sum()), float(theirs.sum())
        deviation = float(_deviation_of(theirs))
        ratio = ratio_interval(past[2 * self.bins :] / _scales(deviation), alpha, lowest=-np.inf) if deviation else None
        return (
            Finding(
                part="mean bin",
                canary=float(ours @ places) / n if n else None,
                stable=float(theirs @ places) / m if m else None,
                ratio=None if ratio is None else ratio[0],
                interval=None if ratio is None else ratio[1],
            ),
        )

    def growth(self, past: Floats, share: float) -> float:
        """Return 0: the growth depends on the items per request, which only the units know."""
        del past, share
        return 0.0

    @cached_property
    def _weights(self) -> Floats:
        side = np.full(len(STEEPNESS), _MEAN_PART / 2.0 / len(STEEPNESS))
        bins = (1.0 - _MEAN_PART) / 2.0 / self.bins
        more = np.full(self.bins * len(_BIN_RATIOS), bins / len(_BIN_RATIOS))
        fewer = np.full(self.bins * len(STEEPNESS), bins / len(STEEPNESS))
        return np.concatenate([side, side, more, fewer])

    def _difference(self, units: Floats) -> tuple[Floats, Floats, Floats]:
        """Return both tracks' items and the difference of their means in bins, NaN where a track has none."""
        ours, theirs = units[..., : self.bins], units[..., self.bins :]
        places = np.arange(self.bins, dtype=np.float64)
        n, m = ours.sum(axis=-1), theirs.sum(axis=-1)
        difference = (ours @ places) / np.maximum(n, 1.0) - (theirs @ places) / np.maximum(m, 1.0)
        return n, m, np.where((n > 0) & (m > 0), difference, np.nan)

    def _deviation(self, units: Floats, past: Floats) -> Floats:
        """Return the standard deviation in bins: stable's before and this unit's of both tracks.

        It does not change when the tracks of the unit are exchanged, so the distance stays symmetric.
        """
        both = units[..., : self.bins] + units[..., self.bins :]
        return np.maximum(_deviation_of(past[..., self.bins : 2 * self.bins] + both), 1e-3)

    def _lack(self, ours: Floats, theirs: Floats, n: Floats, m: Floats) -> Floats:
        """Return by how many standard deviations the canary's count of a bin lies below 1/factor of its share.

        Square roots of Poisson counts have a spread of 1/2 whatever their mean; 3/8 is Anscombe's correction. The
        half that is taken off makes the bet fair for small counts too (checked by summation in the tests).
        """
        factor = self.rule.factor
        scale = (n / np.maximum(m, 1.0) / factor)[..., None]
        expected = theirs * scale
        lack = 2.0 * (np.sqrt(expected) - np.sqrt(ours + 0.375)) / np.sqrt(1.0 + scale)
        playable = ((n > 0) & (m > 0))[..., None]
        return np.where(playable, lack, np.nan)


def _deviation_of(histogram: Floats) -> Floats:
    places = np.arange(histogram.shape[-1], dtype=np.float64)
    total = np.maximum(histogram.sum(axis=-1), 1.0)
    mean = (histogram @ places) / total
    return np.sqrt(np.maximum((histogram @ (places * places)) / total - mean * mean, 0.0))


def _scales(deviation: float) -> Floats:
    return np.array([deviation, 1.0, deviation * deviation, deviation, 1.0])
