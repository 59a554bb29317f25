"""The promised figures, in small: a few hundred runs with a fixed seed. The benchmark has the thousands.

A bound on a median is the issue's own; a false-abort rate is held against what 400 runs can show.
"""

# scipy and ville ship no types:
# pyright: basic

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from rollout.judge.arrays import Arrays, BatchVerdicts, TrackArrays
from rollout.judge.batch import judge_batch
from rollout.judge.policy import STANDARD, Metric, Policy

RUNS = 400
ONE_LOOK = replace(STANDARD, correlation_time=10.0)
EXACT = replace(STANDARD, scores=replace(STANDARD.scores, shift=0.0, factor=1.0))


def requests(chance: np.random.Generator, per_minute: int, share: float, minutes: int) -> tuple[np.ndarray, np.ndarray]:
    total = chance.poisson(per_minute / 6, (RUNS, 6 * minutes))
    canary = chance.binomial(total, share)
    return canary, total - canary


def errors(seed: int, rates: tuple[float, float], per_minute: int, share: float, minutes: int) -> Arrays:
    chance = np.random.default_rng(seed)
    n, m = requests(chance, per_minute, share, minutes)
    canary = TrackArrays(requests=n, errors={"5xx": chance.binomial(n, rates[1])})
    stable = TrackArrays(requests=m, errors={"5xx": chance.binomial(m, rates[0])})
    return Arrays(seconds=10.0, share=share, canary=canary, stable=stable)


def median(found: BatchVerdicts) -> float:
    return float(np.median(np.where(found.abort_look > 0, found.canary_requests, 10**9)))


def minutes(found: BatchVerdicts) -> float:
    return float(np.median(np.where(found.abort_look > 0, found.abort_look, 10**9))) / 6


@pytest.mark.parametrize(
    ("policy", "rates", "horizon", "most"),
    [
        (STANDARD, (0.001, 0.01), 60, 1.3 * 375),
        (ONE_LOOK, (0.001, 0.005), 240, 1.5 * 1251),
        (ONE_LOOK, (0.01, 0.02), 240, 1.5 * 1256),
        (ONE_LOOK, (0.01, 0.05), 30, 1.5 * 119),
    ],
)
def test_errors_abort_near_the_bound(policy: Policy, rates: tuple[float, float], horizon: int, most: float) -> None:
    found = judge_batch(policy, errors(1, rates, 600, 0.05, horizon), metrics=(Metric.ERRORS,))
    assert median(found) <= most
    assert (found.abort_look > 0).mean() > 0.95


def test_dense_errors_abort_within_five_minutes() -> None:
    found = judge_batch(STANDARD, errors(2, (0.01, 0.05), 6000, 0.05, 30), metrics=(Metric.ERRORS,))
    assert minutes(found) <= 5


def latency(seed: int, factor: float, tail: float, share: float, horizon: int) -> Arrays:
    chance = np.random.default_rng(seed)
    n, m = requests(chance, 600, share, horizon)
    rates = {"p50": 0.5, "p90": 0.1, "p99": 0.01, "p999": 0.001}

    def slow(count: np.ndarray, factor: float, tail: float) -> dict[str, np.ndarray]:
        table, left, before = {}, count, 1.0
        for key, rate in rates.items():
            now = stats.norm.sf(stats.norm.isf(rate) - np.log(factor) / 0.5) * (1 - tail) + tail
            left = chance.binomial(left, now / before)
            table[key], before = left, now
        return table

    canary = TrackArrays(requests=n, slow=slow(n, factor, tail))
    return Arrays(seconds=10.0, share=share, canary=canary, stable=TrackArrays(requests=m, slow=slow(m, 1.0, 0.0)))


def test_slower_answers_and_a_tail_fault_abort_in_time() -> None:
    shift, tail = latency(3, 1.2, 0.0, 0.1, 40), latency(4, 1.0, 0.01, 0.1, 60)
    assert median(judge_batch(ONE_LOOK, shift, metrics=(Metric.LATENCY,))) <= 330
    assert minutes(judge_batch(STANDARD, shift, metrics=(Metric.LATENCY,))) <= 16
    assert median(judge_batch(STANDARD, tail, metrics=(Metric.LATENCY,))) <= 1000


def scores(seed: int, shares: list[float], horizon: int) -> Arrays:
    chance = np.random.default_rng(seed)
    n, m = requests(chance, 600, 0.1, horizon)
    canary = TrackArrays(requests=n, scores=chance.multinomial(n, shares))
    stable = TrackArrays(requests=m, scores=chance.multinomial(m, [0.2] * 5))
    return Arrays(seconds=10.0, share=0.1, canary=canary, stable=stable)


def quintiles(shift: float) -> list[float]:
    edges = np.concatenate([[-np.inf], stats.norm.ppf([0.2, 0.4, 0.6, 0.8]), [np.inf]])
    return np.diff(stats.norm.cdf(edges - shift)).tolist()


def test_shifted_scores_abort_in_time_and_an_honest_retrain_never() -> None:
    metrics = (Metric.SCORES,)
    small, large = scores(5, quintiles(0.2), 40), scores(6, quintiles(0.4), 40)
    assert minutes(judge_batch(EXACT, small, metrics=metrics)) <= 20
    assert median(judge_batch(replace(EXACT, correlation_time=10.0), small, metrics=metrics)) <= 2 * 256
    assert (judge_batch(STANDARD, large, metrics=metrics).abort_look > 0).all()
    retrain = scores(7, [0.242, 0.188, 0.173, 0.187, 0.210], 120)
    assert (judge_batch(STANDARD, retrain, metrics=metrics).abort_look < 0).all()


def outages(seed: int) -> Arrays:
    """Return three hours of 19 stable instances and 1 canary, each out for 60 s once in two hours."""
    chance = np.random.default_rng(seed)
    n, m = requests(chance, 600, 0.05, 180)
    looks = n.shape[1]
    out = np.zeros((20, RUNS, looks))
    for instance in range(20):
        for run in range(RUNS):
            for begin in chance.uniform(-6, looks, chance.poisson(0.5 * 3)):
                edges = np.clip(np.arange(int(begin) - 1, int(begin) + 8)[:, None] + np.array([0, 1]), begin, begin + 6)
                cells = np.arange(int(begin) - 1, int(begin) + 8)
                there = (cells >= 0) & (cells < looks)
                out[instance, run, cells[there]] += np.diff(edges, axis=1)[there, 0]
    failing = np.minimum(out, 1.0)
    canary = TrackArrays(requests=n, errors={"5xx": chance.binomial(n, 0.001 + 0.999 * failing[0])})
    stable = TrackArrays(requests=m, errors={"5xx": chance.binomial(m, 0.001 + 0.999 * failing[1:].mean(axis=0))})
    return Arrays(seconds=10.0, share=0.05, canary=canary, stable=stable)


WORLDS = {
    "errors": (lambda: errors(8, (0.01, 0.01), 600, 0.05, 180), Metric.ERRORS),
    "latency": (lambda: latency(9, 1.0, 0.0, 0.1, 180), Metric.LATENCY),
    "outages": (lambda: outages(10), Metric.ERRORS),
}


@pytest.mark.parametrize("world", WORLDS)
def test_an_identical_canary_is_hardly_ever_aborted(world: str) -> None:
    arrays, metric = WORLDS[world]
    aborted = int((judge_batch(STANDARD, arrays(), metrics=(metric,)).abort_look > 0).sum())
    assert aborted <= stats.binom.ppf(0.999, RUNS, 0.01)
