"""How sure a count of simulated runs makes us, and what no test can beat.

Clopper and Pearson's exact bounds for a proportion, and the information-theoretic limits that measured exposure is
compared with. No scipy at run time; the tests compare with it.
"""

import math
from collections.abc import Callable

import numpy as np

CONFIDENCE = 0.99
"""One-sided, for every bound that is printed."""


def upper_bound(hits: int, runs: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper-Pearson upper bound: the p at which `hits` or fewer have probability 1 - confidence.

    Raise `ValueError` unless 0 <= hits <= runs and runs >= 1.
    """
    _check(hits, runs)
    if hits == runs:
        return 1.0
    return _solve(lambda p: _at_most(hits, runs, p) > 1.0 - confidence)


def lower_bound(hits: int, runs: int, confidence: float = CONFIDENCE) -> float:
    """One-sided Clopper-Pearson lower bound: 1 - upper bound of the misses."""
    _check(hits, runs)
    return 1.0 - upper_bound(runs - hits, runs, confidence)


def divergence(p: float, q: float) -> float:
    """KL(p || q) of two Bernoulli laws, in nats; 0 <= p <= 1, 0 < q < 1."""
    left = p * math.log(p / q) if p > 0.0 else 0.0
    right = (1.0 - p) * math.log((1.0 - p) / (1.0 - q)) if p < 1.0 else 0.0
    return left + right


def requests_to_tell(p0: float, p1: float, share: float, alpha: float) -> float:
    """Canary requests below which no level-`alpha` test can tell rate p1 from p0 on average, when p0 is unknown.

    share * ln(1 / alpha) / I, I = share KL(p1 || m) + (1 - share) KL(p0 || m), m the mixed rate: the information
    of one request of either track with the common rate as nuisance (Garivier and Kaufmann's change of measure).
    """
    mixed = share * p1 + (1.0 - share) * p0
    information = share * divergence(p1, mixed) + (1.0 - share) * divergence(p0, mixed)
    return share * math.log(1.0 / alpha) / information


def scores_to_tell(shift: float, share: float, alpha: float) -> float:
    """The same for a normal mean moved by `shift` standard deviations: 2 ln(1 / alpha) / shift^2 / (1 - share)."""
    return 2.0 * math.log(1.0 / alpha) / shift**2 / (1.0 - share)


def _check(hits: int, runs: int) -> None:
    if runs < 1 or not 0 <= hits <= runs:
        raise ValueError(f"a proportion needs 0 <= hits <= runs and runs >= 1, not {hits} of {runs}")


def _at_most(hits: int, runs: int, p: float) -> float:
    """P(Binomial(runs, p) <= hits), summed in logs; 0 < p < 1."""
    k = np.arange(hits + 1)
    steps = np.log(runs - k[:-1]) - np.log(k[:-1] + 1.0)
    choose = np.concatenate([[0.0], np.cumsum(steps)])
    logs = choose + k * math.log(p) + (runs - k) * math.log1p(-p)
    top = float(logs.max())
    return min(1.0, math.exp(top) * float(np.exp(logs - top).sum()))


def _solve(too_low: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return high
