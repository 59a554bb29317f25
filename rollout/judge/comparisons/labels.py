"""Labels: is the canary's mean loss higher? Outcomes arrive late; losses are scaled to 0..1.

Half of the stake is the classical bet on a difference of bounded means, half the symmetric bet, which is the faster
one where a unit holds many labels.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.bets import log_mixture, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS, Finding
from rollout.judge.effect import SUMS, ratio_interval
from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval
from rollout.judge.policy import LabelRule, Metric, Role
from rollout.judge.units import UNKNOWN

Floats = npt.NDArray[np.float64]

STAKES = np.array([0.1, 0.4, 0.9])
"""Stakes of the plain bet, as parts of the largest possible one."""


@dataclass(frozen=True)
class LabelComparison:
    """Compares mean losses. An interval's numbers, per track: labels, sum of losses, sum of squared losses.

    Carried: the same numbers, then the sums of x = w D, y = w over units as in `effect_sums`, D the difference of
    the mean losses and w = n m / (n + m) labels.
    """

    rule: LabelRule
    weight: float

    metric = Metric.LABELS
    name = Metric.LABELS.value
    width = 6
    carried = 6 + SUMS
    components = len(STAKES) + len(STEEPNESS)
    promotions = 0

    @property
    def role(self) -> Role:
        """Return the rule's role."""
        return self.rule.role

    @property
    def lateness(self) -> float:
        """Return the rule's bound, seconds."""
        return self.rule.lateness

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers; None where not measured."""
        if interval.canary is None or interval.stable is None:
            return None
        ours, theirs = interval.canary.labels, interval.stable.labels
        if ours is None or theirs is None:
            return None
        return (
            ours.n,
            ours.loss_sum,
            ours.loss_square_sum,
            theirs.n,
            theirs.loss_sum,
            theirs.loss_square_sum,
        )

    def looks(self, arrays: Arrays) -> Floats:
        """Raise: arrays carry no labels."""
        del arrays
        raise ObservationError("labels", ("arrays carry no labels: judge them tick by tick",))

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return `UNKNOWN`, as `alerts` does."""
        del counts
        return UNKNOWN

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return `UNKNOWN`: no episode is waited for."""
        return np.full(looks.shape[:-1], UNKNOWN, dtype=np.int8)

    def carry(self, units: Floats) -> Floats:
        """Return a unit's sums."""
        n, m, difference = _difference(units)
        weight = np.where((n > 0) & (m > 0), n * m / np.maximum(n + m, 1.0), 0.0)
        x = weight * np.nan_to_num(difference)
        return np.concatenate([units, np.stack([x, weight, x * x, x * weight, weight * weight], axis=-1)], axis=-1)

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors: 1 + lambda (x - y - tolerance), lambda < 1/(1 + tolerance), then the symmetric bets.

        x and y are the tracks' mean losses in the unit, both in 0..1. Source of the plain bet: Waudby-Smith and
        Ramdas (JRSS-B 2024).
        """
        n, m, difference = _difference(units)
        excess = difference - self.rule.tolerance
        plain = np.log1p(STAKES / (1.0 + self.rule.tolerance) * np.nan_to_num(excess)[..., None])
        count = np.maximum(past[..., 3] + n + m, 1.0)
        mean = (past[..., 4] + units[..., 1] + units[..., 4]) / count
        variance = np.maximum((past[..., 5] + units[..., 2] + units[..., 5]) / count - mean * mean, 1e-6)
        scale = np.sqrt(variance * (1.0 / np.maximum(n, 1.0) + 1.0 / np.maximum(m, 1.0)))
        return np.concatenate([plain, symmetric_log_factors(excess / scale, STEEPNESS)], axis=-1)

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return nothing: a promotion does not wait for labels."""
        del past
        return np.zeros((*units.shape[:-1], 0))

    def evidence(self, wealth: Floats) -> Floats:
        """Return the log e-value that the canary's loss is higher."""
        return log_mixture(wealth, self._weights)

    def promotion(self, wealth: Floats) -> Floats:
        """Return infinity: labels stand in no promotion's way."""
        return np.full(wealth.shape[:-1], np.inf)

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return both mean losses and their difference."""
        n, m = float(past[0]), float(past[3])
        ratio = ratio_interval(past[6:], alpha, lowest=-1.0, highest=1.0)
        return (
            Finding(
                part="loss",
                canary=float(past[1]) / n if n else None,
                stable=float(past[4]) / m if m else None,
                ratio=None if ratio is None else ratio[0],
                interval=None if ratio is None else ratio[1],
            ),
        )

    def growth(self, past: Floats, share: float) -> float:
        """Return 0: nothing grows."""
        del past, share
        return 0.0

    @cached_property
    def _weights(self) -> Floats:
        plain = np.full(len(STAKES), 0.5 / len(STAKES))
        return np.concatenate([plain, np.full(len(STEEPNESS), 0.5 / len(STEEPNESS))])


def _difference(units: Floats) -> tuple[Floats, Floats, Floats]:
    n, m = units[..., 0], units[..., 3]
    difference = units[..., 1] / np.maximum(n, 1.0) - units[..., 4] / np.maximum(m, 1.0)
    return n, m, np.where((n > 0) & (m > 0), difference, np.nan)
