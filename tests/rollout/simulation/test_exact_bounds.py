"""Clopper-Pearson against scipy, limits against judge.md's table and against brute force."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy and ville have no complete stubs)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from rollout.simulation.bounds import divergence, lower_bound, requests_to_tell, scores_to_tell, upper_bound


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_agree_with_beta_quantiles(pair: tuple[int, int]) -> None:
    hits, runs = pair
    upper = 1.0 if hits == runs else stats.beta.ppf(0.99, hits + 1, runs - hits)
    lower = 0.0 if hits == 0 else stats.beta.ppf(0.01, hits, runs - hits + 1)
    assert upper_bound(hits, runs) == pytest.approx(upper, abs=1e-9)
    assert lower_bound(hits, runs) == pytest.approx(lower, abs=1e-9)


@pytest.mark.parametrize(("hits", "runs"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(hits: int, runs: int) -> None:
    with pytest.raises(ValueError, match="0 <= hits <= runs"):
        upper_bound(hits, runs)


@pytest.mark.parametrize(
    ("p0", "p1", "share", "requests"),
    [(0.001, 0.01, 0.05, 244), (0.001, 0.005, 0.05, 814), (0.01, 0.02, 0.5, 1737), (0.001, 0.002, 0.01, 7846)],
)
def test_limits_of_judge_md(p0: float, p1: float, share: float, requests: int) -> None:
    assert round(requests_to_tell(p0, p1, share, 0.05)) == requests


def test_divergence_is_that_of_scipy() -> None:
    for p, q in ((0.0, 0.3), (1.0, 0.3), (0.2, 0.7), (0.5, 0.5)):
        assert divergence(p, q) == pytest.approx(float(stats.entropy([p, 1 - p], [q, 1 - q])))


def test_scores_limit() -> None:
    assert scores_to_tell(0.2, 0.0, 0.05) == pytest.approx(2 * np.log(20) / 0.04)
    assert scores_to_tell(0.2, 0.5, 0.05) == pytest.approx(4 * np.log(20) / 0.04)
