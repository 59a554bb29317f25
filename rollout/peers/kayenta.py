"""Kayenta's NetflixACAJudge for one metric: Mann-Whitney's interval of the shift, hourly judgements, a score.

Rules: as its documentation and source have them. Series are one value per step (a minute) of canary and baseline;
NaN, a step without traffic,
is removed. All runs are ranked at once, so roots are found by bisection and not by Brent's method: z falls as mu
rises, so both find the same crossing to within the absolute tolerance of 1e-4. Like Brent's, the end with the smaller
residual is returned: where most values are ties (no errors in a minute) z jumps at mu = 0, and which side of the jump
is returned decides whether the lower end is above zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rollout.simulation.outcome import Counts, Floats, Outcome, stopped

TOLERANCE = 1e-4
"""Absolute, so metrics are given in percent or milliseconds and not as fractions."""
QUANTILE = 2.3263478740408408
"""Normal quantile of the 98 % interval."""


class Direction(IntEnum):
    """Which change of the metric is bad."""

    INCREASE = 1
    """Larger is worse."""
    DECREASE = -1
    """Smaller is worse."""
    EITHER = 0
    """Any change is bad."""


class Class(IntEnum):
    """How one metric is classified."""

    PASS = 0
    """No significant change in the direction that is bad."""
    HIGH = 1
    """Significantly higher."""
    LOW = -1
    """Significantly lower."""
    NODATA = 2
    """One of the series is empty."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """98 % interval of the shift and Hodges and Lehmann's estimate, each of shape (runs,)."""

    lower: Floats
    upper: Floats
    estimate: Floats


def z_statistic(x: Floats, y: Floats, mu: Floats) -> Floats:
    """Mann-Whitney's z of {x - mu} against y, continuity- and tie-corrected; x (runs, m), y (runs, n), mu (runs,)."""
    pooled = np.concatenate([x - mu[:, np.newaxis], y], axis=1)
    missing = np.isnan(pooled)
    m = np.count_nonzero(~np.isnan(x), axis=1).astype(np.float64)
    n = np.count_nonzero(~np.isnan(y), axis=1).astype(np.float64)
    total = m + n
    size = pooled.shape[1]
    order = np.argsort(np.where(missing, np.inf, pooled), axis=1)
    rising = np.take_along_axis(np.where(missing, np.inf, pooled), order, axis=1)
    index: Counts = np.arange(size, dtype=np.int64)
    changed = rising[:, 1:] != rising[:, :-1]
    edge = np.ones((len(x), 1), dtype=np.bool_)
    first = np.maximum.accumulate(np.where(np.concatenate([edge, changed], axis=1), index, 0), axis=1)
    ends = np.where(np.concatenate([changed, edge], axis=1), index, size)
    last = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    real = index < total[:, np.newaxis]
    ranks = (first + last) / 2.0 + 1.0
    of_x = real & (order < x.shape[1])
    difference = (ranks * of_x).sum(axis=1) - m * (m + 1.0) / 2.0 - m * n / 2.0
    tied = (((last - first + 1.0) ** 2 - 1.0) * real).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = m * n / 12.0 * ((total + 1.0) - tied / (total * (total - 1.0)))
        z: Floats = (difference - 0.5 * np.sign(difference)) / np.sqrt(variance)
    return np.nan_to_num(z, nan=0.0)


def shift(x: Floats, y: Floats) -> Interval:
    """Where z(mu) crosses +2.326, 0 and -2.326; an end of the range where it does not cross."""
    low = np.nanmin(x, axis=1) - np.nanmax(y, axis=1)
    high = np.nanmax(x, axis=1) - np.nanmin(y, axis=1)
    roots = [_crossing(x, y, low, high, target) for target in (QUANTILE, 0.0, -QUANTILE)]
    return Interval(lower=roots[0], estimate=roots[1], upper=roots[2])


def classify(
    x: Floats,
    y: Floats,
    *,
    direction: Direction,
    allowed_increase: float = 1.0,
    allowed_decrease: float = 1.0,
    tolerance: float = 0.25,
) -> NDArray[np.int64]:
    """`Class` of each run; x, y of shape (runs, steps), NaN where a step has no value. Effect: ratio of the means."""
    classes = np.full(len(x), int(Class.PASS))
    empty = np.isnan(x).all(axis=1) | np.isnan(y).all(axis=1)
    classes[empty] = int(Class.NODATA)
    ranked_x, ranked_y = np.sort(x, axis=1), np.sort(y, axis=1)
    if x.shape == y.shape:
        same = (np.nan_to_num(ranked_x, nan=np.inf) == np.nan_to_num(ranked_y, nan=np.inf)).all(axis=1)
    else:
        same = np.zeros(len(x), dtype=np.bool_)
    rows = np.nonzero(~empty)[0]
    spread = np.zeros(len(x))
    spread[rows] = np.nanmax(np.concatenate([x, y], axis=1)[rows], axis=1) - np.nanmin(
        np.concatenate([x, y], axis=1)[rows], axis=1
    )
    rows = np.nonzero(~empty & ~same & (spread > 0.0))[0]
    if len(rows) == 0:
        return classes
    found = shift(x[rows], y[rows])
    top, bottom = np.nanmean(x[rows], axis=1), np.nanmean(y[rows], axis=1)
    known = (top != 0.0) & (bottom != 0.0)
    effect = np.divide(top, bottom, out=np.ones_like(top), where=known)
    bound = tolerance * np.abs(found.estimate)
    high = (found.lower > bound) & (~known | (effect >= allowed_increase))
    low = (found.upper < -bound) & (~known | (effect <= allowed_decrease))
    if direction is not Direction.DECREASE:
        classes[rows[high]] = int(Class.HIGH)
    if direction is not Direction.INCREASE:
        classes[rows[low]] = int(Class.LOW)
    return classes


def score(groups: Sequence[tuple[float | None, Sequence[Class]]], *, critical: Sequence[Class] = ()) -> float:
    """The canary's score, 0..100, from groups of (weight or None, metrics' classes) and the critical metrics' classes.

    A critical metric that is High or Low or without data makes it 0, and so do half or more of the metrics without
    data. Unweighted groups share what the weights leave; a group without any data counts as 100.
    """
    if any(c is not Class.PASS for c in critical):
        return 0.0
    metrics = [c for _, group in groups for c in group]
    if metrics and sum(c is Class.NODATA for c in metrics) * 2 >= len(metrics):
        return 0.0
    given = sum(weight for weight, _ in groups if weight is not None)
    without = sum(weight is None for weight, _ in groups)
    total = 0.0
    for weight, group in groups:
        counted = [c for c in group if c is not Class.NODATA]
        good = 100.0 * sum(c is Class.PASS for c in counted) / len(counted) if counted else 100.0
        total += good * (weight if weight is not None else (100.0 - given) / without) / 100.0
    return round(total, 2)


def kayenta(
    x: Floats,
    y: Floats,
    requests: Counts,
    failed: Counts,
    *,
    direction: Direction = Direction.INCREASE,
    judge_every: int = 60,
    marginal: float = 75.0,
) -> Outcome:
    """One critical metric judged every `judge_every` minutes over a growing window; stopped at a score <= marginal.

    x, y: canary's and baseline's value per minute, shape (runs, minutes), NaN without traffic; requests and failed
    per minute of the canary.
    """
    runs, minutes = x.shape
    crossed = np.zeros((runs, minutes), dtype=np.bool_)
    for end in range(judge_every, minutes + 1, judge_every):
        classes = classify(x[:, :end], y[:, :end], direction=direction)
        scores = np.array([score([(None, [Class(c)])], critical=[Class(c)]) for c in classes])
        crossed[:, end - 1] = scores <= marginal
    return stopped(crossed, requests, failed)


def percent(requests: Counts, failed: Counts) -> Floats:
    """Errors in percent of the requests, NaN without traffic."""
    return np.divide(100.0 * failed, requests, out=np.full(requests.shape, np.nan), where=requests > 0)


def _crossing(x: Floats, y: Floats, low: Floats, high: Floats, target: float) -> Floats:
    left, right = low.copy(), high.copy()
    at_left, at_right = z_statistic(x, y, left) - target, z_statistic(x, y, right) - target
    while float(np.max(right - left)) > TOLERANCE:
        middle = (left + right) / 2.0
        above = z_statistic(x, y, middle) - target > 0.0
        left, right = np.where(above, middle, left), np.where(above, right, middle)
    nearer = np.abs(z_statistic(x, y, left) - target) <= np.abs(z_statistic(x, y, right) - target)
    root = np.where(nearer, left, right)
    return np.where(at_left <= 0.0, low, np.where(at_right >= 0.0, high, root))
