"""The batch path and the tick-by-tick path give the same verdicts, to the look and to the last digit that matters."""

# scipy and ville ship no types:
# pyright: basic

from dataclasses import replace

import numpy as np
import pytest

from rollout.judge.arrays import Arrays, TrackArrays
from rollout.judge.batch import judge_batch
from rollout.judge.judge import absorb, look, observe, settled, start
from rollout.judge.observations import Interval, TrackCounts
from rollout.judge.policy import FAST, STANDARD, Limit, Metric, Policy
from rollout.judge.verdict import Label
from rollout.judge.words import promotion_of

LOOKS, RUNS = 90, 6
KEYS = ("p50", "p90", "p99")
RATES = np.array([0.5, 0.1, 0.01])


def world(seed: int) -> Arrays:
    """Six runs of ninety looks with a change of the split, unverified looks, an outage, and faults of every kind."""
    chance = np.random.default_rng(seed)
    share = np.where(np.arange(LOOKS) < 30, 0.05, 0.25) * np.ones((RUNS, 1))
    verified = np.ones((RUNS, LOOKS), dtype=bool)
    verified[:, 31:33] = False
    total = chance.poisson(120, (RUNS, LOOKS))
    requests = chance.binomial(total, share)
    worse = np.array([1, 1, 4, 12, 1, 1])[:, None]

    def track(n: np.ndarray, factor: np.ndarray, shift: int) -> TrackArrays:
        errors = chance.binomial(n, np.minimum(1, 0.01 * factor))
        errors[:, 40:46] = chance.binomial(n[:, 40:46], 0.7) if shift else errors[:, 40:46]
        slow, left, before = {}, n, 1.0
        for key, rate in zip(KEYS, RATES, strict=True):
            left = chance.binomial(left, np.minimum(1.0, rate / before * (1.2 if shift else 1.0)))
            slow[key], before = left, rate
        five = chance.binomial(errors, 0.8)
        shares = [0.2, 0.2, 0.2, 0.2, 0.2] if not shift else [0.1, 0.15, 0.2, 0.25, 0.3]
        scores = chance.multinomial(n, shares)
        return TrackArrays(requests=n, errors={"5xx": five, "4xx": errors - five}, slow=slow, scores=scores)

    canary = track(requests, worse, 1 if seed % 2 else 0)
    stable = track(total - requests, np.ones((RUNS, 1)), 0)
    return Arrays(seconds=10.0, share=share, canary=canary, stable=stable, verified=verified)


def intervals(arrays: Arrays, run: int) -> list[Interval]:
    def counts(track: TrackArrays, at: int) -> TrackCounts:
        return TrackCounts(
            requests=int(track.requests[run, at]),
            errors={key: int(table[run, at]) for key, table in track.errors.items()},
            slow={key: int(table[run, at]) for key, table in track.slow.items()},
            scores=None if track.scores is None else tuple(int(value) for value in track.scores[run, at]),
        )

    return [
        Interval(
            start=1e9 + arrays.seconds * at,
            seconds=arrays.seconds,
            share=float(np.asarray(arrays.share)[run, at]),
            canary=counts(arrays.canary, at),
            stable=counts(arrays.stable, at),
            verified=bool(np.asarray(arrays.verified)[run, at]),
        )
        for at in range(LOOKS)
    ]


POLICIES = {
    "standard": STANDARD,
    "one look": replace(STANDARD, correlation_time=10.0, warm_up=45.0),
    "fast, limits": replace(FAST, limits=(Limit(metric=Metric.ERRORS, part="5xx", limit=0.05),)),
    "errors": STANDARD.select((Metric.ERRORS,)),
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_both_paths_agree(name: str, seed: int) -> None:
    policy = POLICIES[name].select(tuple(m for m in POLICIES[name].metrics if m is not Metric.LABELS))
    arrays = world(seed)
    batch = judge_batch(policy, arrays)
    for run in range(RUNS):
        state, abort, passed, exposed = start(policy), -1, -1, 0
        for index, interval in enumerate(intervals(arrays, run), start=1):
            state = observe(state, interval)
            verdict = look(state)
            if verdict.label is Label.FAIL and abort < 0:
                abort, exposed = index, state.canary_requests
            if verdict.label is Label.PASS and passed < 0:
                passed = index
        assert batch.abort_look[run] == abort
        assert batch.canary_requests[run] == (exposed if abort > 0 else state.canary_requests)
        if batch.split_look[run] < 0 and not policy.limits:
            assert batch.pass_look[run] == passed
        if abort > 0:
            crossed = [
                m.name for m in state.metrics if m.evidence.crossed == abort and m.test.metric is not Metric.RATIO
            ]
            assert batch.abort_metric[run] in crossed


def test_the_worlds_hold_aborts_passes_and_neither() -> None:
    found = [
        judge_batch(replace(POLICIES[name]).select((Metric.ERRORS,)), world(2)) for name in ("standard", "one look")
    ]
    assert any((batch.abort_look > 0).any() for batch in found)
    assert any((batch.abort_look < 0).any() for batch in found)
    assert any((batch.pass_look > 0).any() for batch in found)


def test_units_may_be_settled_late() -> None:
    one = many = start(STANDARD)
    for interval in intervals(world(1), 3):
        one, many = observe(one, interval), absorb(many, interval)
    many = settled(many)
    for left, right in zip(one.metrics, many.metrics, strict=True):
        assert left.evidence.wealth == pytest.approx(right.evidence.wealth)
        assert left.evidence.crossed == right.evidence.crossed
        assert promotion_of(left) == pytest.approx(promotion_of(right))


@pytest.mark.parametrize("policy", list(POLICIES.values()), ids=list(POLICIES))
def test_alerts_of_one_interval_are_those_of_the_arrays(policy: Policy) -> None:
    arrays = world(1)
    state = start(policy)
    for interval in intervals(arrays, 0)[:3]:
        state = observe(state, interval)
    for metric in state.metrics:
        if metric.test.metric is Metric.LABELS:
            continue
        looks = metric.test.looks(arrays)
        alerts = metric.test.alerts(looks)
        for at in range(LOOKS):
            assert metric.test.alert(tuple(looks[0, at].tolist())) == alerts[0, at]
