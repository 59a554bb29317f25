"""Counts are not symmetric; the distances that the symmetric bets are fed are made so that the bets stay fair."""

# scipy and ville ship no types:
# pyright: basic

import numpy as np
import pytest
from scipy import stats

from rollout.judge.comparisons.labels import STAKES, LabelComparison
from rollout.judge.comparisons.limits import LimitComparison
from rollout.judge.comparisons.rates import latency_comparison
from rollout.judge.comparisons.ratio import RatioComparison
from rollout.judge.comparisons.scores import ScoreComparison
from rollout.judge.policy import LabelRule, LatencyRule, Limit, Metric, RatioRule, ScoreRule

SLACK = 0.005
"""Above 1 by at most this; where it is above at all, the counts are tiny or the rates so high that odds differ."""


@pytest.mark.parametrize("share", [0.01, 0.05, 0.25, 0.5])
@pytest.mark.parametrize("total", [5, 10, 60, 600])
def test_ratio_bets_are_fair_at_both_ends_of_the_tolerance(share: float, total: int) -> None:
    test = RatioComparison(RatioRule(), lateness=180.0)
    odds, counts = share / (1 - share), np.arange(total + 1)
    units = np.stack([counts, total - counts, np.full(total + 1, share * total)], axis=-1).astype(float)
    factors = np.exp(test.log_factors(units, np.zeros_like(units)))
    for factor, half in ((1.25, slice(0, 3)), (0.8, slice(3, 6))):
        pmf = stats.binom.pmf(counts, total, odds * factor / (1 + odds * factor))
        assert (pmf @ factors[:, half]).max() <= 1 + SLACK


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.1, 0.5])
@pytest.mark.parametrize(("n", "m"), [(5, 95), (10, 90), (60, 540), (300, 300)])
def test_latency_bets_are_fair_for_equal_rates(rate: float, n: int, m: int) -> None:
    test = latency_comparison(LatencyRule(), 0.01, ("p",))
    a, b = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    weight = stats.binom.pmf(a, n, rate) * stats.binom.pmf(b, m, rate)
    keep = weight > 1e-12
    units = np.stack([np.full(a.shape, n), np.full(a.shape, m), a, b], axis=-1)[keep].astype(float)
    factors = np.exp(test.log_factors(units, np.zeros((len(units), test.carried))))
    assert (weight[keep] @ factors).max() <= 1 + SLACK


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("n", "m"), [(5, 95), (30, 270), (60, 60)])
def test_bin_bets_are_fair_at_the_factor(place: int, n: int, m: int) -> None:
    rule = ScoreRule(shift=0.0, factor=1.5)
    test = ScoreComparison(rule, 0.01, 2)
    share = 0.3
    moved = share * 1.5 if place else share / 1.5
    a, b = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    weight = stats.binom.pmf(a, n, moved) * stats.binom.pmf(b, m, share)
    units = np.stack([a, n - a, b, m - b], axis=-1).astype(float)
    factors = np.exp(test.log_factors(units, np.zeros((len(units), test.carried))))
    column = 6 if place else 10
    width = 2 if place else 3
    assert (weight @ factors[:, column : column + width]).max() <= 1 + SLACK


@pytest.mark.parametrize("requests", [5, 30, 300])
def test_limit_bet_on_the_canary_is_fair_at_the_limit(requests: int) -> None:
    test = LimitComparison(Limit(metric=Metric.ERRORS, part="5xx", limit=0.05), 0.01, 180.0)
    a = np.arange(requests + 1)
    units = np.stack([np.full(a.shape, requests), np.zeros(a.shape), a, np.zeros(a.shape)], axis=-1).astype(float)
    factors = np.exp(test.log_factors(units, np.zeros_like(units)))[:, :3]
    assert stats.binom.pmf(a, requests, 0.05) @ factors == pytest.approx([1.0] * 3)


@pytest.mark.parametrize("loss", [0.05, 0.2, 0.5])
@pytest.mark.parametrize(("n", "m"), [(2, 38), (10, 90), (40, 40)])
def test_label_bets_are_fair_for_equal_losses(loss: float, n: int, m: int) -> None:
    """Losses of 0 and 1, the widest there are; the plain bet's mean is 1 exactly."""
    test = LabelComparison(LabelRule(), 0.01)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    weight = stats.binom.pmf(a, n, loss) * stats.binom.pmf(b, m, loss)
    units = np.stack([np.full(a.shape, n), a, a, np.full(a.shape, m), b, b], axis=-1).astype(float)
    means = weight @ np.exp(test.log_factors(units, np.zeros((len(units), test.carried))))
    assert means[: len(STAKES)] == pytest.approx([1.0] * len(STAKES))
    assert means.max() <= 1 + SLACK
