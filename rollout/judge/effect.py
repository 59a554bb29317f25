"""How much worse: the ratio of two rates over units of different shares and levels, with an interval.

For reports only; no decision is taken on it.
"""

from collections.abc import Callable
from math import inf, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SUMS = 5
"""How many numbers per part are carried: see `effect_sums`."""


_HALVINGS = 14
"""Bisection steps of an interval's ends: they are told with three digits."""
_QUARTER = 0.25


def effect_sums(canary: Floats, stable: Floats, canary_requests: Floats, stable_requests: Floats) -> Floats:
    """Return per unit x = a m/(n+m), y = b n/(n+m), x^2, x y, y^2 on a new last axis.

    The Mantel-Haenszel ratio of rates is sum x / sum y: each unit compares its own moment, so neither drift of the
    level nor a change of the share biases it.
    """
    total = np.maximum(canary_requests + stable_requests, 1.0)
    x = canary * stable_requests / total
    y = stable * canary_requests / total
    return np.stack([x, y, x * x, x * y, y * y], axis=-1)


def ratio_interval(
    sums: Floats, alpha: float, lowest: float = 0.0, highest: float = inf
) -> tuple[float, tuple[float, float]] | None:
    """Return sum x / sum y and what is not excluded at level alpha at any look; None where y has no event.

    For the true ratio R the increments g = x - R y are taken as symmetric about 0; then
    exp(l G - l^2 Q / 2), G the sum of g and Q of g^2, is a supermartingale (de la Pena 1999), and mixing l over
    N(0, 1/c) gives the boundary G^2 <= (Q + c) ln((Q + c) / (c alpha^2)). c is a quarter of a squared event, so
    that it matters little once an error or two has been seen.

    Args:
        sums: x, y, x^2, x y, y^2, each summed over units; y not negative.
        alpha: the chance that the interval ever misses the ratio.
        lowest: the smallest value the ratio can have (minus infinity for a difference).
        highest: the largest.
    """
    x, y, xx, xy, yy = (float(value) for value in sums)
    if y <= 0.0:
        return None
    scale, least = _QUARTER, log(_QUARTER * alpha * alpha)

    def excluded(ratio: float) -> bool:
        spread = xx + ratio * (ratio * yy - 2.0 * xy) + scale
        gap = x - ratio * y
        return spread > scale and gap * gap > spread * (log(spread) - least)

    centre = x / y
    return centre, (max(lowest, _edge(excluded, centre, -1.0)), min(highest, _edge(excluded, centre, 1.0)))


def _edge(excluded: Callable[[float], bool], centre: float, sign: float) -> float:
    step = max(abs(centre), 1e-3) * sign
    inside, out = centre, centre + step
    for _ in range(60):
        if excluded(out):
            break
        inside, step = out, 2.0 * step
        out = centre + step
    else:
        return sign * inf
    for _ in range(_HALVINGS):
        middle = (out + inside) / 2.0
        inside, out = (inside, middle) if excluded(middle) else (middle, out)
    return inside
