"""The sequential rules against brute force, scipy and `ville`."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy and ville have no complete stubs)

import math

import numpy as np
import pytest
from scipy import stats
from ville import normal_mixture

from rollout.peers.latency import band, exceedance_log_e, mixed_log_e, radius
from rollout.peers.sequential import RATIOS, growthbook, peeked_z, split_log_e, wald


def test_split_test_is_the_averaged_likelihood_ratio() -> None:
    rng = np.random.default_rng(5)
    share = np.array([0.01, 0.05, 0.05, 0.25])
    a, b = rng.poisson(2.0, (3, 4)), rng.poisson(9.0, (3, 4))
    got = np.exp(split_log_e(a, b, share))
    for run in range(3):
        for look in range(4):
            terms: list[float] = []
            for r in RATIOS:
                theta = share * r / (share * r + 1.0 - share)
                n = (a + b)[run, : look + 1]
                top = stats.binom.pmf(a[run, : look + 1], n, theta[: look + 1]).prod()
                terms.append(top / stats.binom.pmf(a[run, : look + 1], n, share[: look + 1]).prod())
            assert got[run, look] == pytest.approx(np.mean(terms), rel=1e-9)


@pytest.mark.parametrize("n", [1, 7, 30])
@pytest.mark.parametrize("tolerance", [1.0, 2.0])
def test_split_test_has_mean_one_at_its_boundary(n: int, tolerance: float) -> None:
    """Summed over all outcomes of n errors whose share is exactly what the tolerance allows."""
    share = 0.1
    edge = share * tolerance / (share * tolerance + 1.0 - share)
    a = np.arange(n + 1)
    e = np.exp(split_log_e(a[:, None], (n - a)[:, None], share, tolerance=tolerance))[:, 0]
    assert float(e @ stats.binom.pmf(a, n, edge)) == pytest.approx(1.0, rel=1e-9)


def test_mixing_averages_the_processes() -> None:
    a, b = np.array([[3]]), np.array([[1]])
    logs = exceedance_log_e([(a, b), (b, a)], 0.2)
    assert np.exp(mixed_log_e(logs)) == pytest.approx((np.exp(logs[0]) + np.exp(logs[1])) / 2.0)


def test_growthbook_width_is_the_normal_mixture() -> None:
    """`ville` writes the same boundary with the precision 1 / rho^2."""
    alpha, tuning = 0.05, 5000.0
    rho2 = (-2.0 * math.log(alpha) + math.log(1.0 - 2.0 * math.log(alpha))) / tuning
    n1, n0 = np.array([[50, 400]]), np.array([[950, 7600]])
    zero = np.zeros((1, 2))
    v1, v0 = np.full((1, 2), 0.04), np.full((1, 2), 0.01)
    total = (n1 + n0).astype(float)
    expected = np.sqrt(v1 / n1 + v0 / n0) * np.sqrt(total) * normal_mixture(total, alpha, 1.0 / rho2) / total
    assert -growthbook(n1, n0, zero, zero, v1, v0, alpha=alpha) == pytest.approx(expected)


def test_growthbook_says_nothing_without_spread() -> None:
    one = np.array([[10]])
    zero = np.zeros((1, 1))
    assert growthbook(one, one, zero + 1.0, zero, zero, zero)[0, 0] == -np.inf


def test_peeked_z_is_the_pooled_z_of_everything_so_far() -> None:
    n1, e1, n0, e0 = (np.array([v]) for v in ([100, 100], [1, 9], [1000, 1000], [5, 5]))
    pooled = 20 / 2200
    z = (10 / 200 - 10 / 2000) / math.sqrt(pooled * (1 - pooled) * (1 / 200 + 1 / 2000))
    assert z > 3.0
    assert peeked_z(n1, e1, n0, e0, quantile=z - 1e-9).tolist() == [[False, True]]
    assert peeked_z(n1, e1, n0, e0, quantile=z + 1e-9).tolist() == [[False, False]]


def test_wald_stops_for_good_when_it_accepts() -> None:
    n = np.array([[500, 20]])
    assert wald(n, np.array([[0, 20]]), p0=0.001, p1=0.01).tolist() == [[False, False]]
    assert wald(n, np.array([[3, 2]]), p0=0.001, p1=0.01).tolist() == [[False, True]]


def test_band_needs_both_radii() -> None:
    assert radius(np.array([100]), 0.05)[0] == pytest.approx(
        0.85 * math.sqrt((math.log(math.log(100 * math.e)) + 0.8 * math.log(1612 / 0.05)) / 100)
    )
    assert radius(np.array([100]), 0.025)[0] == pytest.approx(0.28, abs=0.03)
    apart = np.array([[[0, 400]]]), np.array([[[400, 0]]])
    assert band(*apart, alpha=0.05).tolist() == [[True]]
    assert band(apart[1], apart[0], alpha=0.05).tolist() == [[False]]
    few = np.array([[[0, 5]]]), np.array([[[400, 0]]])
    assert band(*few, alpha=0.05).tolist() == [[False]]
