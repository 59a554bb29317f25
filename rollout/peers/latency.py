"""Rules on answer times: exceedance of fixed thresholds by the split test, and the two-sample DKW-type band."""

import math
from collections.abc import Sequence

import numpy as np

from rollout.peers.sequential import split_log_e
from rollout.simulation.outcome import Counts, Flags, Floats


def exceedance_log_e(slow: Sequence[tuple[Counts, Counts]], share: Floats | float) -> list[Floats]:
    """Ln E of the split test on "slower than a threshold", each slow answer a witness, for each threshold given.

    slow: for each threshold the canary's and stable's counts per look, shape (runs, looks).
    """
    return [split_log_e(a, b, share) for a, b in slow]


def mixed_log_e(logs: Sequence[Floats]) -> Floats:
    """Ln of the average of e-processes given by their logarithms: an average of e-processes is one."""
    total = logs[0]
    for log in logs[1:]:
        total = np.logaddexp(total, log)
    return total - math.log(len(logs))


def radius(n: Counts | Floats, alpha: float) -> Floats:
    """Radius of a band around an empirical distribution function that holds at every n >= 1.

    Howard and Ramdas (2022): 0.85 sqrt((ln ln(e n) + 0.8 ln(1612 / alpha)) / n).
    """
    size = np.maximum(np.asarray(n, dtype=np.float64), 1.0)
    width: Floats = 0.85 * np.sqrt((np.log(np.log(math.e * size)) + 0.8 * math.log(1612.0 / alpha)) / size)
    return width


def band(canary: Counts, stable: Counts, *, alpha: float) -> Flags:
    """Whether the two empirical distribution functions are further apart than both radii, alpha / 2 each.

    Histograms per look of the same fine bins, shape (runs, looks, bins).
    """
    x, y = np.cumsum(canary, axis=1), np.cumsum(stable, axis=1)
    n, m = x.sum(axis=2), y.sum(axis=2)
    below_x = np.cumsum(x, axis=2) / np.maximum(n, 1)[..., np.newaxis]
    below_y = np.cumsum(y, axis=2) / np.maximum(m, 1)[..., np.newaxis]
    apart: Floats = (below_y - below_x).max(axis=2)
    return apart > radius(n, alpha / 2.0) + radius(m, alpha / 2.0)
