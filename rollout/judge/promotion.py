"""Evidence for promotion: an e-process against "the canary is worse than the margin".

Worse than the margin (ratio R, points D) means a canary's rate p of at least both R q and q + D, q stable's rate of
the same moment. That set is convex; it lies inside each half-plane p >= h q + d with h in [1, R] that touches its
corner (D/(R-1), R D/(R-1)), so d = (R - h) D / (R - 1). Reject one of them and the set is rejected.

For counts a of n (canary) and b of m (stable) in a unit, 0 < u < 1 and v = 1 + h (n/m) (1 - u),

    u^a  v^b  exp(n (1 - u) d)

has mean at most 1 whenever p >= h q + d: E u^a <= exp(-n p (1-u)) and E v^b <= exp(m q (v-1)), for Poisson (equal)
and binomial counts (below), and the exponents sum to n (1-u) (h q + d - p) <= 0. q may move from unit to unit, the
share too. For d = 0 it is the likelihood ratio of the error split; for h = 1 it is the expectation of the split test
over a stable track to which errors at rate d were added by lot.

Clumps: if failures come c at a time, the counts are c times such counts and the factor to the power 1/c is what has
mean at most 1. The power used is 1/phi, phi the index of dispersion (variance over mean of the units' counts) of the
worse track so far, at least 1. So the evidence assumes that a clump looks as those before it did. It cannot be had
without some such assumption: that a canary fails wholly in one minute of two hundred is not excluded by a hundred
good minutes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rollout.judge.policy import Margin

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PromotionBets:
    """The components: slope h, offset d and base u of each, equally weighed."""

    slopes: Floats
    offsets: Floats
    bases: Floats

    @property
    def count(self) -> int:
        """How many components there are."""
        return len(self.bases)


def promotion_bets(margin: Margin) -> PromotionBets:
    """Return the components for a margin: three bets on the points, two on the ratio."""
    ratio = margin.ratio
    slopes = np.array([1.0, 1.0, 1.0, ratio, ratio])
    offsets = (ratio - slopes) * margin.points / (ratio - 1.0)
    bases = np.array([0.1, 0.3, 0.65, 1.0 / ratio, (1.0 + 1.0 / ratio) / 2.0])
    return PromotionBets(slopes, offsets, bases)


def promotion_log_factors(
    bets: PromotionBets,
    canary: Floats,
    stable: Floats,
    *,
    canary_requests: Floats,
    stable_requests: Floats,
    phi: Floats,
) -> Floats:
    """Return the log factors of a unit (see the module), the counts' shape and one more axis for the components.

    Args:
        bets: slopes, offsets and bases.
        canary: bad requests of the canary per unit.
        stable: bad requests of stable.
        canary_requests: the canary's requests; where there are none there is no bet.
        stable_requests: stable's; likewise.
        phi: index of dispersion known before the unit, at least 1.
    """
    playable = (canary_requests > 0) & (stable_requests > 0)
    n = np.where(playable, canary_requests, 0.0)[..., None]
    m = np.where(playable, stable_requests, 1.0)[..., None]
    a = np.where(playable, canary, 0.0)[..., None]
    b = np.where(playable, stable, 0.0)[..., None]
    rest = 1.0 - bets.bases
    log_v = np.log1p(bets.slopes * (n / m) * rest)
    return (a * np.log(bets.bases) + b * log_v + n * rest * bets.offsets) / phi[..., None]


def promotion_growth(bets: PromotionBets, rate: float, share: float, phi: float) -> float:
    """Return by how much a canary no worse than stable lets the best component's log grow per canary request."""
    odds = share / (1.0 - share)
    rest = 1.0 - bets.bases
    growth = rate * np.log(bets.bases) + rate / odds * np.log1p(bets.slopes * odds * rest) + rest * bets.offsets
    return float(growth.max()) / phi


def dispersion(units: Floats, total: Floats, squares: Floats, requests: Floats) -> Floats:
    """Return the index of dispersion of a track's counts, at least 1; 1 where fewer than two units or no event.

    Pearson's chi-squared over its degrees of freedom: (sum x^2/n - (sum x)^2 / sum n) / p / (units - 1), p the
    pooled rate.

    Args:
        units: how many units with requests.
        total: sum of the counts x.
        squares: sum of x^2 / n.
        requests: sum of n.
    """
    enough = (units > 1) & (total > 0)
    n = np.where(enough, requests, 1.0)
    rate = np.where(enough, total, 1.0) / n
    spread = np.where(enough, squares - total * rate, 0.0)
    return np.maximum(1.0, spread / rate / np.where(enough, units - 1.0, 1.0))
