"""The two bets of the judge. Each gives the logarithm by which one unit of evidence multiplies a wealth.

A unit is an interval at least as long as an episode lasts (`rollout.judge.units`). A bet never loses more than its
stake and its expectation under the null, given the past, is at most what was staked; so a product of its factors is
a nonnegative supermartingale and by Ville's inequality exceeds 1/alpha, at any look, with probability at most alpha.
Averages of such products (`log_mixture`) are again one.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def split_log_factors(
    canary: Floats, total: Floats, share: Floats, *, ratios: Floats, caps: Floats, tolerance: float = 1.0
) -> Floats:
    """Bet that the canary has more than its share of the bad requests of a unit.

    Of N bad requests a were the canary's. Under the null E[a | N, past] <= s' N with
    s' = s tau / (s tau + 1 - s), s the canary's share of the unit's requests and tau the tolerance, however the bad
    requests clump inside the unit. So 1 + lambda (a/N - s') = 1 - f + f a/(N s') has mean at most 1 for every
    f = lambda s' in [0, 1]. A bet on the rate ratio r stakes f = 1 - ((1 - theta)/(1 - s'))^N,
    theta = s' r / (s' r + 1 - s'): the line that meets the likelihood ratio of r at a = 0, and equals it for
    N = 1; it is within a few percent of Kelly's stake. `caps` keep one unit from ruining a bet.

    Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (JRSS-B 2024), for
    the bet; Lindon and Malek, "Anytime-valid inference for multinomial count data" (NeurIPS 2022), for the split.

    Args:
        canary: bad requests of the canary per unit, any shape.
        total: bad requests of both tracks, same shape.
        share: the canary's share of the unit's requests (0..1), same shape; where it is 0 or 1 there is no bet.
        ratios: the rate ratios bet on, one per component (above 1).
        caps: the largest stake of each component (below 1).
        tolerance: the ratio of rates that still belongs to the null (at least 1).

    Returns:
        log factors, the shape of the counts and one more axis for the components.
    """
    null = share * tolerance / (share * tolerance + 1.0 - share)
    playable = (total > 0) & (null > 0) & (null < 1)
    safe = np.where(playable, null, 0.5)[..., None]
    theta = safe * ratios / (safe * ratios + 1.0 - safe)
    count = np.where(playable, total, 0.0)[..., None]
    stake = np.minimum(-np.expm1(count * np.log((1.0 - theta) / (1.0 - safe))), caps)
    payoff = np.where(playable, canary, 0.0)[..., None] / (np.maximum(count, 1.0) * safe)
    return np.log1p(stake * (payoff - 1.0))


def symmetric_log_factors(distance: Floats, steepness: Floats) -> Floats:
    """Bet that a unit's distance, in whatever scale, lies above zero more often and further than below.

    The factor is 1 + tanh(k d) = 2 / (1 + exp(-2 k d)). Under the null that d is symmetric about a centre of at most
    zero given the past, E tanh(k d) <= 0 for every k >= 0: no scale, dispersion or tail has to be known, a wrong
    scale costs speed and not validity, and no unit, whatever happens in it, does more than double the evidence.
    For d ~ N(mu, sigma^2) against its mirror image the likelihood ratio is exactly this with k = mu / sigma^2.

    Source: the likelihood ratio of a density against its symmetrisation; tests for symmetry by betting go back to
    Ramdas et al., "Testing exchangeability and symmetry by betting", and de la Pena, "A general class of
    exponential inequalities for martingales and ratios" (Ann. Probab. 1999).

    Args:
        distance: one number per unit, any shape; NaN where there is none (no bet).
        steepness: k of each component, above 0.

    Returns:
        log factors, the shape of `distance` and one more axis for the components.
    """
    there = np.nan_to_num(distance, nan=0.0)[..., None]
    return np.log(2.0) - np.logaddexp(0.0, -2.0 * steepness * there)


def log_mixture(log_wealth: Floats, weights: Floats) -> Floats:
    """Return log(sum of weights times wealth) along the last axis; the weights are above 0 and sum to at most 1."""
    weighted = log_wealth + np.log(weights)
    top = weighted.max(axis=-1)
    return top + np.log(np.exp(weighted - top[..., None]).sum(axis=-1))


@cache
def even(count: int) -> Floats:
    """Return equal weights that sum to 1 (not to be written to)."""
    weights = np.full(count, 1.0 / count, dtype=np.float64)
    weights.flags.writeable = False
    return weights
