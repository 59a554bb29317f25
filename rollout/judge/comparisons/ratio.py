"""The sample ratio: do the requests arrive in the split that was applied? A fault of the plumbing, not of the model.

Two-sided: the canary's odds of getting a request may differ from the split's by the factor `tolerance`. Counts are
compared on the square-root scale (Anscombe), where a Poisson count's spread is 1/2 whatever its mean, by the
symmetric bet.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.bets import even, log_mixture, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS, Finding
from rollout.judge.observations import Interval
from rollout.judge.policy import Metric, RatioRule, Role
from rollout.judge.units import UNKNOWN

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RatioComparison:
    """Compares requests with the split. An interval's numbers: canary's, stable's, those expected of the canary."""

    rule: RatioRule
    lateness: float

    metric = Metric.RATIO
    name = Metric.RATIO.value
    weight = 1.0
    width = 3
    carried = 3
    components = 2 * len(STEEPNESS)
    promotions = 0

    @property
    def role(self) -> Role:
        """Return the rule's role."""
        return self.rule.role

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers; None where a track was not measured."""
        if interval.canary is None or interval.stable is None:
            return None
        ours, theirs = interval.canary.requests, interval.stable.requests
        return (ours, theirs, interval.share * (ours + theirs))

    def looks(self, arrays: Arrays) -> Floats:
        """Return runs x looks x 3."""
        ours = np.asarray(arrays.canary.requests, dtype=np.float64)
        theirs = np.asarray(arrays.stable.requests, dtype=np.float64)
        return np.stack([ours, theirs, np.asarray(arrays.share) * (ours + theirs)], axis=-1)

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return `UNKNOWN`, as `alerts` does."""
        del counts
        return UNKNOWN

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return `UNKNOWN`: no episode is waited for."""
        return np.full(looks.shape[:-1], UNKNOWN, dtype=np.int8)

    def carry(self, units: Floats) -> Floats:
        """Return the unit's own numbers."""
        return units

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors: too many, then too few."""
        del past
        n, m, expected = units[..., 0], units[..., 1], units[..., 2]
        total = n + m
        share = np.where(total > 0, expected / np.maximum(total, 1.0), 0.5)
        tolerance = self.rule.tolerance
        most = share * tolerance / (share * tolerance + 1.0 - share)
        least = share / (share + tolerance * (1.0 - share))
        many = 2.0 * (np.sqrt(n) - np.sqrt(total * most + 0.375)) / np.sqrt(1.0 - most)
        few = 2.0 * (np.sqrt(total * least) - np.sqrt(n + 0.375)) / np.sqrt(1.0 - least)
        bets = [symmetric_log_factors(np.where(total > 0, d, np.nan), STEEPNESS) for d in (many, few)]
        return np.concatenate(bets, axis=-1)

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return nothing: no promotion asks for it."""
        del past
        return np.zeros((*units.shape[:-1], 0))

    def evidence(self, wealth: Floats) -> Floats:
        """Return the log e-value that the split does not arrive."""
        return log_mixture(wealth, even(self.components))

    def promotion(self, wealth: Floats) -> Floats:
        """Return infinity: it stands in no promotion's way."""
        return np.full(wealth.shape[:-1], np.inf)

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return the canary's share of the requests, and the split's."""
        del alpha
        n, m, expected = (float(value) for value in past)
        if n + m == 0:
            return (Finding(part="requests", canary=None, stable=None, ratio=None, interval=None),)
        share, applied = n / (n + m), expected / (n + m)
        return (Finding(part="requests", canary=share, stable=applied, ratio=share / applied, interval=None),)

    def growth(self, past: Floats, share: float) -> float:
        """Return 0: nothing grows."""
        del past, share
        return 0.0
