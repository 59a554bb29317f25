"""The chances behind the counts: how often an answer exceeds a threshold, which share of scores a bin holds."""

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from rollout.simulation.errors import WorldError
from rollout.simulation.streams import Flags, Floats
from rollout.simulation.worlds import Fault, Latency, Scores

_NORMAL = NormalDist()
_cdf = np.vectorize(_NORMAL.cdf, otypes=[np.float64])


def normal_cdf(z: float) -> float:
    """P(N(0, 1) <= z)."""
    return _NORMAL.cdf(z)


def quantile_name(q: float) -> str:
    """The name of a threshold: 0.5 -> p50, 0.999 -> p99.9."""
    return f"p{100.0 * q:.6g}"


def thresholds(latency: Latency) -> dict[str, float]:
    """Milliseconds of each threshold, lowest first: those given, else quantiles of stable's usual answers."""
    if latency.thresholds:
        return dict(sorted(latency.thresholds.items(), key=lambda item: item[1]))
    return {
        quantile_name(q): latency.median_ms * math.exp(latency.sigma * _NORMAL.inv_cdf(q)) for q in latency.quantiles
    }


def survival(latency: Latency, threshold: float, times: Floats | float) -> Floats:
    """P(answer time > threshold) when every time is multiplied by `times`; shape of `times`."""
    if threshold <= 0.0:
        return np.ones_like(np.asarray(times, dtype=np.float64))
    z = (math.log(threshold / latency.median_ms) - np.log(times)) / latency.sigma
    return 1.0 - np.asarray(_cdf(z), dtype=np.float64)


def exceedances(
    latency: Latency, fault: Fault | None, faulty: Flags, swing: Floats, slow_factor: float
) -> Iterator[tuple[str, Floats, Floats]]:
    """For each threshold its name, the usual chance and that on an instance in trouble, each of shape (looks,)."""
    times = swing * np.where(faulty, fault.latency_factor if fault else 1.0, 1.0)
    tail = np.where(faulty, fault.tail_share if fault else 0.0, 0.0)
    late = fault.tail_ms if fault else 0.0
    for name, threshold in thresholds(latency).items():
        usual, slower = (
            (1.0 - tail) * survival(latency, threshold, t) + tail * survival(latency, threshold - late, t)
            for t in (times, times * slow_factor)
        )
        yield name, usual, slower


def score_edges(scores: Scores) -> Floats:
    """Inner edges of the bins on the scale of stable's standard deviations, shape (bins - 1,)."""
    cuts = np.cumsum(scores.shares)[:-1] if scores.shares else np.arange(1, scores.bins) / scores.bins
    return np.array([_NORMAL.inv_cdf(float(c)) for c in cuts])


def score_shares(scores: Scores, fault: Fault | None) -> tuple[Floats, Floats]:
    """Shares of the bins for stable and for a faulty canary, each (bins,); raise `WorldError` if they disagree."""
    edges = score_edges(scores)
    usual = np.diff(np.concatenate([[0.0], _cdf(edges), [1.0]]))
    if fault is None:
        return usual, usual
    if fault.score_shares is not None:
        if len(fault.score_shares) != len(usual):
            raise WorldError(
                f"world: fault.score_shares must have as many bins as scores ({len(usual)}), "
                f"not {len(fault.score_shares)}"
            )
        return usual, np.array(fault.score_shares)
    moved = (edges - fault.score_shift) / fault.score_scale
    return usual, np.diff(np.concatenate([[0.0], _cdf(moved), [1.0]]))


def score_values(scores: Scores) -> Floats:
    """Mean score of stable within each bin, in its standard deviations, shape (bins,)."""
    edges = score_edges(scores)
    heights = np.concatenate([[0.0], [_NORMAL.pdf(float(e)) for e in edges], [0.0]])
    usual, _ = score_shares(scores, None)
    return -np.diff(heights) / usual
