"""The interval of a ratio or difference: its closed form against integration and `ville`, and its coverage."""

# scipy and ville ship no types:
# pyright: basic

from math import inf, log, sqrt

import numpy as np
import pytest
from scipy import integrate, stats
from ville import normal_mixture

from rollout.judge.effect import effect_sums, ratio_interval

ALPHA = 0.05


def evidence(sums: np.ndarray, ratio: float) -> float:
    """Integrate exp(l G - l^2 Q / 2) over l ~ N(0, 1/c), c a quarter, for the increments g = x - ratio y."""
    x, y, xx, xy, yy = sums
    gap, spread = x - ratio * y, xx - 2.0 * ratio * xy + ratio * ratio * yy

    def integrand(slope: float) -> float:
        return float(np.exp(slope * gap - slope * slope * spread / 2.0) * stats.norm.pdf(slope, scale=2.0))

    centre = gap / (spread + 0.25)
    width = 8.0 / sqrt(spread + 0.25)
    return float(integrate.quad(integrand, centre - width, centre + width, limit=200)[0])


def drawn(units: int, rate: float, times: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n, m = rng.poisson(60.0, units), rng.poisson(540.0, units)
    a, b = rng.binomial(n, rate * times), rng.binomial(m, rate)
    return effect_sums(*(each.astype(float) for each in (a, b, n, m))).sum(axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_its_ends_are_where_the_mixture_reaches_one_over_alpha(seed: int) -> None:
    sums = drawn(300, 0.05, 1.5, seed)
    found = ratio_interval(sums, ALPHA)
    assert found is not None
    centre, (low, high) = found
    assert centre == pytest.approx(sums[0] / sums[1])
    assert 0.0 < low < centre < high < inf
    for end in (low, high):
        assert log(evidence(sums, end)) == pytest.approx(-log(ALPHA), abs=0.01)
    assert evidence(sums, centre) < 1.0


def test_its_ends_lie_on_villes_normal_mixture_boundary() -> None:
    sums = drawn(200, 0.05, 1.0, 7)
    found = ratio_interval(sums, ALPHA)
    assert found is not None
    x, y, xx, xy, yy = (float(each) for each in sums)
    for end in found[1]:
        spread = xx - 2.0 * end * xy + end * end * yy
        assert abs(x - end * y) == pytest.approx(float(normal_mixture(np.array([spread]), ALPHA, 0.25)[0]), rel=1e-3)


def test_it_misses_the_truth_at_any_look_no_more_often_than_alpha() -> None:
    missed, runs = 0, 300
    rng = np.random.default_rng(3)
    for _ in range(runs):
        n, m = rng.poisson(30.0, 120).astype(float), rng.poisson(270.0, 120).astype(float)
        a, b = rng.binomial(n.astype(int), 0.04).astype(float), rng.binomial(m.astype(int), 0.02).astype(float)
        sums = effect_sums(a, b, n, m).cumsum(axis=0)
        ends = [each[1] for each in (ratio_interval(one, ALPHA) for one in sums[::8]) if each is not None]
        missed += any(not low <= 2.0 <= high for low, high in ends)
    assert missed / runs <= ALPHA


def test_nothing_of_stable_is_no_ratio_and_little_has_no_bounds() -> None:
    assert ratio_interval(np.zeros(5), ALPHA) is None
    one = effect_sums(np.array(1.0), np.array(1.0), np.array(100.0), np.array(300.0))
    assert ratio_interval(one, ALPHA) == (3.0, (0.0, inf))
    assert ratio_interval(one, ALPHA, lowest=-1.0, highest=1.0) == (3.0, (-1.0, 1.0))
