"""What a scene draws: means, episodes, clumps, faults, and that the same generator gives the same numbers."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (scipy and ville have no complete stubs)

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from rollout.judge.policy import STANDARD
from rollout.simulation.chances import score_shares, score_values, survival, thresholds
from rollout.simulation.errors import SimulationRefused, WorldError
from rollout.simulation.judged import plan
from rollout.simulation.scene import Scene, clumped, episodes, multinomial, schedule, swing
from rollout.simulation.streams import Streams, first, merged
from rollout.simulation.worlds import (
    Burst,
    Dependency,
    Effect,
    Fault,
    Gap,
    Labels,
    Latency,
    Outages,
    Scores,
    Swing,
    World,
)

QUIET = World(name="quiet", minutes=60.0)


def drawn(world: World, runs: int = 200, share: float = 0.1, seed: int = 1) -> Streams:
    rng = np.random.default_rng(seed)
    return Scene(world, runs, rng).draw(rng, share)


def test_same_generator_same_numbers_and_another_another() -> None:
    world = replace(QUIET, latency=Latency(), scores=Scores(), labels=Labels())
    one, two, other = drawn(world, 5), drawn(world, 5), drawn(world, 5, seed=2)
    assert np.array_equal(one.canary.requests, two.canary.requests)
    assert np.array_equal(one.stable.slow["p99"], two.stable.slow["p99"])
    assert not np.array_equal(one.canary.requests, other.canary.requests)


def test_traffic_is_split_by_the_share_and_rates_are_kept() -> None:
    streams = drawn(QUIET)
    assert streams.canary.requests.mean() == pytest.approx(10.0, rel=0.01)
    assert streams.stable.requests.mean() == pytest.approx(90.0, rel=0.01)
    assert streams.stable.failed.sum() / streams.stable.requests.sum() == pytest.approx(0.001, rel=0.05)


def test_fault_begins_at_its_minute_and_is_the_canarys_alone() -> None:
    streams = drawn(replace(QUIET, fault=Fault(at_minute=30.0, errors={"5xx": 0.5})))
    rate = streams.canary.failed.sum(axis=0) / streams.canary.requests.sum(axis=0)
    assert rate[:180].max() < 0.02
    assert rate[180:].min() > 0.45
    assert streams.stable.failed.sum() / streams.stable.requests.sum() < 0.002


@pytest.mark.parametrize("clump", [3.0, 10.0])
def test_clumps_keep_the_rate_and_have_their_size(clump: float) -> None:
    rng = np.random.default_rng(1)
    failed = clumped(rng, np.full((400, 1000), 1000), np.full((400, 1000), 0.001), clump)
    assert failed.mean() == pytest.approx(1.0, rel=0.05)
    variance = 2.0 * clump - 1.0
    assert failed.var() == pytest.approx(variance, rel=0.08)
    few = clumped(rng, np.full((400, 1000), 2), np.full((400, 1000), 0.1), clump)
    assert few.max() == 2


def test_episodes_cover_their_length() -> None:
    world = replace(QUIET, seconds=10.0, minutes=120.0)
    covered = episodes(world, 5000, 2.0, 25.0, np.random.default_rng(1))
    assert covered.sum() * 10.0 / 5000 == pytest.approx(4.0 * 25.0, rel=0.05)
    assert covered.min() >= 0.0
    assert covered[:, 0].mean() == pytest.approx(covered.mean(), rel=0.4)


def test_outage_fails_what_the_instance_is_given() -> None:
    world = replace(QUIET, errors={"5xx": 0.0}, outages=Outages(per_instance_hour=2.0, seconds=120.0))
    streams = drawn(world, share=0.05)
    n, failed = streams.canary.requests, streams.canary.failed
    dark = (failed == n) & (n > 0)
    assert dark.sum() / n.size == pytest.approx(2.0 * 110.0 / 3600.0, rel=0.3)
    assert streams.stable.failed.sum() / streams.stable.requests.sum() == pytest.approx(2 * 120 / 3600, rel=0.1)
    assert (streams.stable.failed / streams.stable.requests).max() < 0.5


def test_common_episodes_hit_both_tracks_in_the_same_intervals() -> None:
    world = replace(QUIET, errors={"5xx": 0.0}, dependency=Dependency(per_hour=1.0, seconds=60.0))
    streams = drawn(world, share=0.5)
    hit = streams.stable.failed > streams.stable.requests * 0.9
    assert hit.any()
    assert (streams.canary.failed[hit] > 0.6 * streams.canary.requests[hit]).all()
    burst = drawn(replace(QUIET, bursts=(Burst(at_minute=10.0, minutes=2.0, rate=0.5),)))
    rate = burst.stable.failed.sum(axis=0) / burst.stable.requests.sum(axis=0)
    assert (rate[60:72] > 0.4).all()
    assert rate[72:].max() < 0.01


def test_slow_counts_fall_and_have_their_chances() -> None:
    latency = Latency(sigma=0.5)
    world = replace(QUIET, latency=latency, fault=Fault(latency_factor=1.2))
    streams = drawn(world, share=0.5)
    names = list(thresholds(latency))
    assert names == ["p50", "p90", "p99", "p99.9"]
    for track, factor in ((streams.stable, 1.0), (streams.canary, 1.2)):
        assert (track.slow["p50"] <= track.requests).all()
        assert (track.slow["p90"] <= track.slow["p50"]).all()
        for name, q in zip(names, latency.quantiles, strict=True):
            expected = stats.norm.sf(stats.norm.ppf(q) - math.log(factor) / 0.5)
            assert track.slow[name].sum() / track.requests.sum() == pytest.approx(expected, rel=0.06)


def test_a_policys_own_thresholds_are_what_a_world_counts() -> None:
    policy = replace(STANDARD, latency=replace(STANDARD.latency, thresholds=(("quick", 60.0), ("late", 150.0))))
    world = plan(policy, replace(QUIET, latency=Latency(sigma=0.5, median_ms=100.0)))
    assert world.latency is not None
    assert thresholds(world.latency) == {"quick": 60.0, "late": 150.0}
    streams = drawn(replace(world, minutes=60.0, steps=((0.5, 60.0),)), share=0.5)
    for name, limit in (("quick", 60.0), ("late", 150.0)):
        expected = stats.lognorm.sf(limit, s=0.5, scale=100.0)
        assert streams.stable.slow[name].sum() / streams.stable.requests.sum() == pytest.approx(expected, rel=0.03)
    assert thresholds(Latency(thresholds={"b": 9.0, "a": 3.0})) == {"a": 3.0, "b": 9.0}
    assert plan(STANDARD, replace(QUIET, latency=Latency())).latency == Latency()
    with pytest.raises(WorldError, match=r"latency\.thresholds\.a must be above 0, not 0\.0"):
        Latency(thresholds={"a": 0.0})


def test_a_tail_fault_and_a_slow_instance_raise_the_exceedances() -> None:
    tail = drawn(replace(QUIET, latency=Latency(), fault=Fault(tail_share=0.01)), share=0.5)
    assert tail.canary.slow["p99"].sum() / tail.canary.requests.sum() == pytest.approx(0.0199, rel=0.05)
    out = Outages(per_instance_hour=2.0, seconds=60.0, effect=Effect.SLOW)
    slow = drawn(replace(QUIET, latency=Latency(), outages=out), share=0.05)
    assert slow.canary.slow["p99"].max() >= 5
    assert slow.canary.failed.max() <= 2


def test_scores_have_the_described_shares() -> None:
    scores = Scores(bins=5, items=3)
    streams = drawn(replace(QUIET, scores=scores, fault=Fault(score_shift=0.5)), share=0.5)
    assert streams.canary.scores is not None
    assert streams.stable.scores is not None
    assert np.array_equal(streams.stable.scores.sum(axis=2), 3 * streams.stable.requests)
    total = streams.canary.scores.sum(axis=(0, 1))
    edges = stats.norm.ppf([0.2, 0.4, 0.6, 0.8])
    expected = np.diff([0.0, *stats.norm.cdf(edges - 0.5), 1.0])
    assert total / total.sum() == pytest.approx(expected, abs=0.003)
    assert score_values(scores)[0] == pytest.approx(-stats.norm.pdf(edges[0]) / 0.2)
    usual, moved = score_shares(Scores(shares=(0.5, 0.5)), Fault(score_shares=(0.4, 0.6)))
    assert (usual.tolist(), moved.tolist()) == ([0.5, 0.5], [0.4, 0.6])


def test_labels_come_late_with_their_losses() -> None:
    world = replace(QUIET, labels=Labels(known=0.5, after_minutes=10.0, loss=0.2), fault=Fault(loss=0.6))
    streams = drawn(world, share=0.5)
    labels = streams.canary.labels
    assert labels is not None
    assert labels.n[:, :60].max() == 0
    assert labels.n[:, 60:].mean() == pytest.approx(25.0, rel=0.05)
    assert labels.loss_sum.sum() / labels.n.sum() == pytest.approx(0.6, abs=0.01)
    spread = labels.loss_square_sum.sum() / labels.n.sum() - 0.6**2
    assert spread == pytest.approx(0.6 * 0.4 / 4.0, rel=0.05)


def test_gaps_and_steps_and_swings() -> None:
    world = replace(QUIET, gaps=(Gap(at_minute=5.0, minutes=1.0),), steps=((0.01, 10.0), (0.5, 10.0)))
    assert np.flatnonzero(~drawn(world, 1).present).tolist() == [30, 31, 32, 33, 34, 35]
    share = schedule(world)
    assert (share[:60] == 0.01).all()
    assert (share[60:] == 0.5).all()
    assert swing(Swing(amplitude=0.5, period_minutes=60.0), np.array([0.0, 15.0, 45.0])).tolist() == [1.0, 1.5, 0.5]


def test_a_run_is_needed() -> None:
    with pytest.raises(SimulationRefused, match="at least 1, not 0"):
        Scene(QUIET, 0, np.random.default_rng(1))


def test_survival_of_nothing_is_certain() -> None:
    assert survival(Latency(), -5.0, np.ones(2)).tolist() == [1.0, 1.0]


def test_multinomial_keeps_the_count() -> None:
    n = np.array([[0, 7, 1000]])
    counts = multinomial(np.random.default_rng(1), n, np.tile([0.2, 0.0, 0.8], (3, 1)))
    assert np.array_equal(counts.sum(axis=2), n)
    assert counts[..., 1].max() == 0


def test_merging_and_cutting() -> None:
    assert merged(np.arange(7)[np.newaxis], 3).tolist() == [[3, 12]]
    streams = first(drawn(replace(QUIET, latency=Latency(), scores=Scores(), labels=Labels()), 2), 4)
    assert streams.looks == 4
    assert streams.canary.slow["p50"].shape == (2, 4)
    assert streams.share.shape == (4,)
