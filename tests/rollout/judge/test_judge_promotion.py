"""Promotion evidence is fair for every canary at or beyond the margin."""

# scipy and ville ship no types:
# pyright: basic

import numpy as np
import pytest
from scipy import stats

from rollout.judge.policy import Margin
from rollout.judge.promotion import dispersion, promotion_bets, promotion_growth, promotion_log_factors

MARGIN = Margin(ratio=2.0, points=0.005)


def factors(a, b, n: int, m: int, phi: float = 1.0):
    bets = promotion_bets(MARGIN)
    shape = np.shape(a)
    return np.exp(
        promotion_log_factors(
            bets,
            np.asarray(a, dtype=float),
            np.asarray(b, dtype=float),
            canary_requests=np.full(shape, float(n)),
            stable_requests=np.full(shape, float(m)),
            phi=np.full(shape, phi),
        )
    )


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.005, 0.02])
@pytest.mark.parametrize(("n", "m"), [(30, 570), (150, 450), (300, 300)])
@pytest.mark.parametrize("law", ["poisson", "binomial"])
def test_promotion_bets_are_fair_on_the_edge_of_the_margin(rate: float, n: int, m: int, law: str) -> None:
    worse = max(2 * rate, rate + 0.005)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(80), np.arange(120), indexing="ij"))
    if law == "poisson":
        weight = stats.poisson.pmf(a, n * worse) * stats.poisson.pmf(b, m * rate)
    else:
        weight = stats.binom.pmf(a, n, worse) * stats.binom.pmf(b, m, rate)
    mean = weight @ factors(a, b, n, m)
    assert mean.max() <= 1 + 1e-9
    if law == "poisson":
        assert mean.max() == pytest.approx(1.0, abs=1e-6)


def test_errors_in_clumps_are_fair_once_their_dispersion_is_known() -> None:
    clump, n, m = 10, 300, 300
    a, b = (x.ravel() for x in np.meshgrid(np.arange(20), np.arange(20), indexing="ij"))
    weight = stats.poisson.pmf(a, n * 0.006 / clump) * stats.poisson.pmf(b, m * 0.001 / clump)
    assert (weight @ factors(a * clump, b * clump, n, m, phi=clump)).max() <= 1 + 1e-9
    assert (weight @ factors(a * clump, b * clump, n, m)).max() > 1


def test_points_bet_is_the_split_bet_over_a_stable_track_with_added_errors() -> None:
    """The factor at slope 1 is the mean split likelihood ratio over Poisson errors added at the margin."""
    a, b, n, m = 2.0, 3.0, 100, 300
    base = promotion_bets(MARGIN).bases[1]
    share = n / (n + m)
    theta = share * base
    added = np.arange(60)
    ratio = (theta / share) ** a * ((1 - theta) / (1 - share)) ** (b + added)
    expected = stats.poisson.pmf(added, 0.005 * m) @ ratio
    assert factors(np.array(a), np.array(b), n, m)[1] == pytest.approx(expected)


def test_growth_is_what_an_equal_canary_gives_on_average() -> None:
    n, m, rate = 50, 150, 0.01
    a, b = (x.ravel() for x in np.meshgrid(np.arange(60), np.arange(60), indexing="ij"))
    weight = stats.poisson.pmf(a, n * rate) * stats.poisson.pmf(b, m * rate)
    mean = (weight @ np.log(factors(a, b, n, m, phi=2.0))).max() / n
    assert promotion_growth(promotion_bets(MARGIN), rate, 0.25, 2.0) == pytest.approx(mean, rel=1e-6)


def test_dispersion_is_pearsons_statistic_over_its_degrees_of_freedom() -> None:
    x, n = np.array([0.0, 3.0, 14.0, 1.0]), np.array([100.0, 120.0, 90.0, 100.0])
    expected = stats.chisquare(x, n * x.sum() / n.sum()).statistic / 3
    got = dispersion(np.array(4.0), np.array(x.sum()), np.array((x * x / n).sum()), np.array(n.sum()))
    assert got == pytest.approx(expected)
    assert dispersion(np.array(1.0), np.array(9.0), np.array(0.81), np.array(100.0)) == 1.0
