"""Sequential rules over counts: a z-test that peeks, GrowthBook's asymptotic sequence, Wald's SPRT, the error split.

All but the first keep their promise at any number of looks if requests fail independently; docs/judge.md says what
they do when errors come in clumps. Counts per look, shape (runs, looks); results of the same shape, one row a run.
"""

import math

import numpy as np

from rollout.simulation.outcome import Counts, Flags, Floats

RATIOS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
"""Rate ratios over which the split test is mixed, with equal weights."""


def peeked_z(n1: Counts, e1: Counts, n0: Counts, e0: Counts, *, quantile: float = 1.6448536269514722) -> Flags:
    """Pooled two-proportion z above `quantile` (one-sided 5 %) on everything so far. Not valid at every look."""
    c1, x1, c0, x0 = (np.cumsum(a, axis=1).astype(np.float64) for a in (n1, e1, n0, e0))
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (x1 + x0) / (c1 + c0)
        z = (x1 / c1 - x0 / c0) / np.sqrt(pooled * (1.0 - pooled) * (1.0 / c1 + 1.0 / c0))
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0) > quantile


def growthbook(  # noqa: PLR0917 - two of each, in the order of the formula
    n1: Counts, n0: Counts, mean1: Floats, mean0: Floats, variance1: Floats, variance0: Floats, *, alpha: float = 0.05
) -> Floats:
    """Lower end of GrowthBook's confidence sequence of mean1 - mean0; all arguments cumulative.

    Asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021) with the tuning
    N* = 5000 of its documentation; N counts both arms.
    """
    tuning = 5000.0
    rho2 = (-2.0 * math.log(alpha) + math.log(1.0 - 2.0 * math.log(alpha))) / tuning
    total = (n1 + n0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(variance1 / n1 + variance0 / n0)
        grown = total * rho2 + 1.0
        width = error * np.sqrt(total) * np.sqrt(2.0 * grown / (total**2 * rho2) * np.log(np.sqrt(grown) / alpha))
        lower = mean1 - mean0 - width
    return np.where((error > 0.0) & np.isfinite(lower), lower, -np.inf)


def growthbook_rates(n1: Counts, e1: Counts, n0: Counts, e0: Counts, *, alpha: float = 0.05) -> Flags:
    """Whether GrowthBook's sequence of the difference of error rates lies above 0; counts per look."""
    c1, x1, c0, x0 = (np.cumsum(a, axis=1) for a in (n1, e1, n0, e0))
    p1, p0 = x1 / np.maximum(c1, 1), x0 / np.maximum(c0, 1)
    return growthbook(c1, c0, p1, p0, p1 * (1 - p1), p0 * (1 - p0), alpha=alpha) > 0.0


def wald(n1: Counts, e1: Counts, *, p0: float, p1: float, alpha: float = 0.05, beta: float = 0.05) -> Flags:
    """Wald's SPRT of p1 against p0, both known: True from the look on at which it rejects p0 before accepting it."""
    n, x = np.cumsum(n1, axis=1), np.cumsum(e1, axis=1)
    ratio = x * math.log(p1 / p0) + (n - x) * math.log((1.0 - p1) / (1.0 - p0))
    accepted = np.logical_or.accumulate(ratio <= math.log(beta / (1.0 - alpha)), axis=1)
    return (ratio >= math.log((1.0 - beta) / alpha)) & ~accepted


def split_log_e(a: Counts, b: Counts, share: Floats | float, *, tolerance: float = 1.0) -> Floats:
    """Ln E of the error-split test (Lindon and Malek 2022), each error a witness, mixed over `RATIOS`.

    a, b: the canary's and stable's errors per look; share: the canary's share of the traffic, broadcast to them.
    """
    rho = np.broadcast_to(np.asarray(share, dtype=np.float64), a.shape)
    rho = rho * tolerance / (rho * tolerance + 1.0 - rho)
    mixed = np.full(a.shape, -np.inf)
    for r in RATIOS:
        scale = rho * r + 1.0 - rho
        step = a * np.log(r / scale) - b * np.log(scale)
        np.logaddexp(mixed, np.cumsum(step, axis=1), out=mixed)
    return mixed - math.log(len(RATIOS))
