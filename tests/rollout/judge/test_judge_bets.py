"""Each bet is fair under its null, by summation or integration, and is the closed form it says it is."""

# scipy and ville ship no types:
# pyright: basic

import math

import numpy as np
import pytest
import ville
from scipy import integrate, stats

from rollout.judge.bets import even, log_mixture, split_log_factors, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS
from rollout.judge.comparisons.rates import CAPS, RATIOS


def split(canary: float, total: float, share: float, tolerance: float = 1.0, ratio: float = 4.0) -> float:
    arrays = (np.array(float(value)) for value in (canary, total, share))
    caps = np.array([1 - 1e-12])
    return float(np.exp(split_log_factors(*arrays, ratios=np.array([ratio]), caps=caps, tolerance=tolerance)[0]))


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.9])
@pytest.mark.parametrize("total", [1, 2, 7, 60])
@pytest.mark.parametrize("tolerance", [1.0, 2.0])
def test_split_bet_is_fair_however_the_bad_requests_clump(share: float, total: int, tolerance: float) -> None:
    null = share * tolerance / (share * tolerance + 1 - share)
    alone = stats.binom.pmf(np.arange(total + 1), total, null)
    clump = np.zeros(total + 1)
    clump[[0, total]] = 1 - null, null
    for ratio in RATIOS:
        factors = np.array([split(a, total, share, tolerance, ratio) for a in range(total + 1)])
        assert alone @ factors == pytest.approx(1.0, abs=1e-9)
        assert clump @ factors == pytest.approx(1.0, abs=1e-9)


def test_split_bet_of_a_better_canary_shrinks() -> None:
    pmf = stats.binom.pmf(np.arange(11), 10, 0.03)
    assert pmf @ np.array([split(a, 10, 0.05) for a in range(11)]) < 0.99


def test_split_bet_on_one_error_is_the_likelihood_ratio_of_the_error_split() -> None:
    share, ratio = 0.05, 4.0
    theta = share * ratio / (share * ratio + 1 - share)
    assert split(1, 1, share) == pytest.approx(theta / share)
    assert split(0, 1, share) == pytest.approx((1 - theta) / (1 - share))


def test_split_bet_at_its_cap_is_villes_betting_process() -> None:
    share, cap = 0.2, 0.1
    canary, total = np.array([3.0, 9.0, 2.0, 12.0]), np.array([30.0, 25.0, 40.0, 30.0])
    ours = split_log_factors(canary, total, np.full(4, share), ratios=np.array([50.0]), caps=np.array([cap]))[
        :, 0
    ].cumsum()
    reference = ville.BettingTest(share, alternative="greater", c=cap)
    theirs = [*reference._process(canary / total)]
    assert ours == pytest.approx(theirs)


def test_split_bet_meets_the_likelihood_ratio_where_stable_has_all() -> None:
    share, ratio, total = 0.1, 8.0, 9
    theta = share * ratio / (share * ratio + 1 - share)
    assert split(0, total, share, ratio=ratio) == pytest.approx(((1 - theta) / (1 - share)) ** total)


@pytest.mark.parametrize(("canary", "total", "share"), [(0, 0, 0.05), (0, 3, 0.0), (3, 3, 1.0)])
def test_there_is_no_split_bet_where_one_track_has_all_requests(canary: int, total: int, share: float) -> None:
    assert split(canary, total, share) == 1.0


def test_the_cap_bounds_what_one_unit_can_lose() -> None:
    factors = split_log_factors(np.array(0.0), np.array(500.0), np.array(0.05), ratios=RATIOS, caps=CAPS)
    assert np.exp(factors) == pytest.approx([0.1] * len(CAPS))


def test_the_stake_is_close_to_kellys() -> None:
    share, ratio, total = 0.05, 8.0, 6
    theta = share * ratio / (share * ratio + 1 - share)
    pmf = stats.binom.pmf(np.arange(total + 1), total, theta)
    ours = pmf @ np.log([split(a, total, share, ratio=ratio) for a in range(total + 1)])
    payoff = np.arange(total + 1) / (total * share)
    best = max(pmf @ np.log1p(f * (payoff - 1)) for f in np.linspace(0, 0.999, 1000))
    assert 0.97 * best < ours <= best + 1e-9


@pytest.mark.parametrize("density", [stats.norm(scale=3), stats.laplace(scale=0.2), stats.cauchy()])
def test_symmetric_bet_is_fair_whatever_the_scale_and_tail(density: stats.rv_continuous) -> None:
    for index in range(len(STEEPNESS)):

        def integrand(x: float, index: int = index) -> float:
            return float(density.pdf(x)) * math.exp(symmetric_log_factors(np.array(x), STEEPNESS)[index])

        total = integrate.quad(integrand, -np.inf, 0)[0] + integrate.quad(integrand, 0, np.inf)[0]
        assert total == pytest.approx(1.0, abs=1e-6)


def test_symmetric_bet_is_the_likelihood_ratio_against_the_mirrored_density() -> None:
    mean, x = 0.8, np.linspace(-4, 4, 9)
    ratio = 2 * stats.norm.pdf(x, mean) / (stats.norm.pdf(x, mean) + stats.norm.pdf(x, -mean))
    assert np.exp(symmetric_log_factors(x, np.array([mean]))[:, 0]) == pytest.approx(ratio)


def test_symmetric_bet_never_more_than_doubles_and_leaves_the_unmeasured_alone() -> None:
    assert np.exp(symmetric_log_factors(np.array(1e9), STEEPNESS)) == pytest.approx([2.0] * 3)
    assert np.exp(symmetric_log_factors(np.array(np.nan), STEEPNESS)) == pytest.approx([1.0] * 3)


def test_mixture_is_the_weighted_mean_without_overflow() -> None:
    assert log_mixture(np.log([2.0, 8.0]), np.array([0.75, 0.25])) == pytest.approx(math.log(3.5))
    assert log_mixture(np.array([1000.0, 0.0]), even(2)) == pytest.approx(1000 - math.log(2))
