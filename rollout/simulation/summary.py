"""Proportions with exact bounds and spreads of what happened, from one value a run."""

from dataclasses import dataclass

import numpy as np

from rollout.simulation.bounds import lower_bound, upper_bound
from rollout.simulation.outcome import Counts, Flags, Floats


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """A share of the runs with its one-sided 99 percent Clopper-Pearson bounds."""

    count: int
    runs: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The 10, 50 and 90 percent points of a quantity over the runs in which it happened."""

    low: float
    median: float
    high: float


def proportion(hits: Flags) -> Proportion:
    """Count and bound; shape (runs,)."""
    count, runs = int(np.count_nonzero(hits)), len(hits)
    return Proportion(
        count=count,
        runs=runs,
        share=count / runs,
        lower=lower_bound(count, runs),
        upper=upper_bound(count, runs),
    )


def spread(values: Floats | Counts, chosen: Flags) -> Spread | None:
    """Quantiles of the chosen values, None without any."""
    if not chosen.any():
        return None
    low, median, high = (float(q) for q in np.quantile(values[chosen], [0.1, 0.5, 0.9]))
    return Spread(low=low, median=median, high=high)
