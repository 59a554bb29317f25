"""Kayenta's rule against scipy's Mann-Whitney and written-out series."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy and ville have no complete stubs)

import math

import numpy as np
import pytest
from scipy import stats

from rollout.peers.kayenta import Class, Direction, classify, kayenta, percent, score, shift, z_statistic


@pytest.mark.parametrize("seed", range(5))
def test_z_agrees_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.poisson(2.0, (1, 40)).astype(float), rng.poisson(2.5, (1, 55)).astype(float)
    p = stats.mannwhitneyu(x[0], y[0], alternative="two-sided", method="asymptotic", use_continuity=True).pvalue
    z = z_statistic(x, y, np.zeros(1))[0]
    assert 2.0 * stats.norm.sf(abs(z)) == pytest.approx(p, rel=1e-9)


def test_missing_values_are_removed() -> None:
    x, y = np.array([[1.0, np.nan, 3.0, 9.0]]), np.array([[2.0, 4.0, np.nan, 5.0]])
    full = z_statistic(np.array([[1.0, 3.0, 9.0]]), np.array([[2.0, 4.0, 5.0]]), np.zeros(1))
    assert z_statistic(x, y, np.zeros(1)) == pytest.approx(full)


def test_estimate_is_the_median_difference() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(5.0, 1.0, (3, 41)), rng.normal(3.0, 1.0, (3, 31))
    found = shift(x, y)
    for run in range(3):
        median = float(np.median(np.subtract.outer(x[run], y[run])))
        assert found.estimate[run] == pytest.approx(median, abs=0.02)
        assert found.lower[run] < median < found.upper[run]


def test_classes_and_directions() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(10.0, 1.0, (1, 60))
    up, down = base + 5.0, base - 5.0
    assert classify(up, base, direction=Direction.INCREASE).tolist() == [Class.HIGH]
    assert classify(up, base, direction=Direction.DECREASE).tolist() == [Class.PASS]
    assert classify(down, base, direction=Direction.EITHER).tolist() == [Class.LOW]
    assert classify(base, base, direction=Direction.EITHER).tolist() == [Class.PASS]
    empty = np.full((1, 60), np.nan)
    assert classify(empty, base, direction=Direction.INCREASE).tolist() == [Class.NODATA]


def test_ties_alone_are_no_shift() -> None:
    """Most minutes have no error: z jumps at mu = 0, and the returned side of the jump must not read as a rise."""
    rng = np.random.default_rng(4)
    x, y = (rng.binomial(30, 0.001, (200, 60)) * 100 / 30 for _ in range(2))
    assert np.mean(classify(x, y, direction=Direction.INCREASE) == Class.HIGH) < 0.02


def test_score_rules() -> None:
    passes, high, none = Class.PASS, Class.HIGH, Class.NODATA
    assert score([(None, [passes, high])]) == 50.0
    assert score([(60.0, [passes]), (None, [high])]) == 60.0
    assert score([(None, [passes, passes, passes]), (None, [none])]) == 100.0
    assert score([(None, [passes, none])]) == 0.0
    assert score([(None, [passes] * 9 + [high])], critical=[high]) == 0.0
    assert score([(None, [passes, passes, high])]) == 66.67


def test_judgements_come_hourly_over_a_growing_window() -> None:
    n = np.full((1, 180), 100)
    failed = np.concatenate([np.zeros(60), np.full(120, 5)]).astype(np.int64)[np.newaxis]
    x, y = percent(n, failed), percent(n, np.zeros_like(n))
    done = kayenta(x, y, n, failed)
    assert done.aborted[0]
    assert done.minute[0] == 120.0
    assert math.isnan(percent(np.array([[0]]), np.array([[0]]))[0, 0])
