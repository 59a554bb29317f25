"""Bad input is refused or carried by rule, and is never a pass."""

# scipy and ville ship no types:
# pyright: basic

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from rollout.judge.arrays import Arrays, TrackArrays
from rollout.judge.batch import judge_batch
from rollout.judge.checks import faults_of
from rollout.judge.errors import ObservationError
from rollout.judge.judge import finish, look, observe, start
from rollout.judge.observations import Interval, Labels, TrackCounts
from rollout.judge.policy import STANDARD, Metric
from rollout.judge.state import State
from rollout.judge.verdict import Cause, Label

POLICY = STANDARD.select((Metric.ERRORS,))


def interval(
    start_at: float = 0.0, share: float = 0.25, canary: TrackCounts | None = None, **changes: object
) -> Interval:
    good = TrackCounts(requests=200, errors={"5xx": 0})
    stable = TrackCounts(requests=600, errors={"5xx": 1})
    made = Interval(start=start_at, seconds=10.0, share=share, canary=canary or good, stable=stable)
    return replace(made, **changes)


def run(count: int, state: State | None = None, begin: float = 0.0) -> State:
    state = state or start(POLICY)
    for index in range(count):
        state = observe(state, interval(begin + 10.0 * index))
    return state


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"share": 0.0}, "share is 0.0"),
        ({"share": 1.0}, "share is 1.0"),
        ({"share": math.nan}, "share is nan"),
        ({"seconds": 0.0}, "seconds is 0.0"),
        ({"start": math.nan}, "start is nan"),
        ({"canary": TrackCounts(requests=-1)}, "requests is -1"),
        ({"canary": TrackCounts(requests=cast("int", math.nan))}, "requests is nan"),
        ({"canary": TrackCounts(requests=True)}, "requests is True"),
        ({"canary": TrackCounts(requests=5, errors={"5xx": 6})}, "errors 5xx is 6, above the 5 requests"),
        ({"canary": TrackCounts(requests=5, errors={"5xx": 3, "4xx": 3})}, "errors are 6 of 5 requests"),
        ({"canary": TrackCounts(requests=5, errors={"5xx": -1})}, "errors 5xx is -1"),
        ({"canary": TrackCounts(requests=5, slow={"p50": 1, "p90": 2})}, "slow rises from p50 (1) to p90 (2)"),
        ({"canary": TrackCounts(requests=5, slow={"p50": 6})}, "slow p50 is 6, above"),
        ({"canary": TrackCounts(requests=5, scores=(1, -2))}, "scores are [1, -2]"),
        ({"canary": TrackCounts(requests=5, labels=Labels(n=2, loss_sum=3.0, loss_square_sum=1.0))}, "loss_sum is 3.0"),
        (
            {"canary": TrackCounts(requests=5, labels=Labels(n=2, loss_sum=1.0, loss_square_sum=2.0))},
            "square_sum is 2.0",
        ),
        ({"canary": TrackCounts(requests=5, labels=Labels(n=2, loss_sum=1.0, loss_square_sum=0.1))}, "below loss_sum"),
    ],
)
def test_what_cannot_be_is_named_and_breaks_the_series(changes: dict[str, Any], words: str) -> None:
    bad = replace(interval(), **changes)
    assert any(words in fault for fault in faults_of(bad))
    verdict = look(run(30, observe(run(30), bad), begin=300.0))
    assert verdict.label is Label.BROKEN
    assert any(words in reason.text for reason in verdict.reasons if reason.cause is Cause.REFUSED)


def test_a_good_interval_has_no_fault_and_a_good_series_passes() -> None:
    assert faults_of(interval()) == ()
    assert look(run(120)).label is Label.PASS


def test_items_may_outnumber_requests() -> None:
    assert faults_of(interval(canary=TrackCounts(requests=1, scores=(30, 40)))) == ()


def test_an_interval_twice_breaks_the_series() -> None:
    verdict = look(observe(run(120), interval(1190.0)))
    assert verdict.label is Label.BROKEN
    assert "came twice" in verdict.reasons[0].text


def test_an_interval_out_of_order_is_put_in_its_place() -> None:
    state = run(10)
    for at in (110.0, 120.0, 100.0, 130.0):
        state = observe(state, interval(at))
    in_order = run(14)
    assert state.metrics[0].evidence == in_order.metrics[0].evidence
    assert state.metrics[0].pending == ()


def test_behind_a_hole_intervals_wait_for_the_lateness_and_then_go_on() -> None:
    state = run(30, run(10), begin=120.0)
    assert state.metrics[0].end == 420.0
    waiting = run(10, run(10), begin=120.0)
    assert waiting.metrics[0].end == 100.0
    assert len(waiting.metrics[0].pending) == 10
    assert finish(waiting).metrics[0].end == 220.0


def test_what_comes_after_the_lateness_is_counted_and_dropped() -> None:
    state = run(40, run(10), begin=110.0)
    late = observe(state, interval(100.0))
    assert late.metrics[0].late == 1
    assert late.metrics[0].evidence == state.metrics[0].evidence
    verdict = look(late)
    assert verdict.label is not Label.BROKEN
    assert any(reason.cause is Cause.LATE for reason in verdict.reasons)


def test_a_hole_longer_than_broken_after_breaks_the_series() -> None:
    assert look(observe(run(120), interval(1200.0 + 299.0))).label is not Label.BROKEN
    verdict = look(observe(run(120), interval(1200.0 + 300.0)))
    assert verdict.label is Label.BROKEN
    assert "nothing was observed for 300 s" in verdict.reasons[0].text


def test_a_clock_sees_the_silence_without_another_interval() -> None:
    state = run(120)
    assert look(state, now=1499.0).label is Label.PASS
    assert look(state, now=1500.0).label is Label.BROKEN


def test_a_track_that_cannot_be_measured_breaks_the_series_after_five_minutes() -> None:
    state = run(120)
    for index in range(29):
        state = observe(state, replace(interval(1200.0 + 10 * index), canary=None))
    assert look(state).label is not Label.BROKEN
    state = observe(state, replace(interval(1490.0), canary=None))
    assert look(state).label is Label.BROKEN


def test_a_canary_without_traffic_is_no_data_and_no_pass() -> None:
    state = run(120)
    for index in range(30):
        state = observe(state, interval(1200.0 + 10 * index, canary=TrackCounts(requests=0, errors={})))
    assert look(state).label is Label.NO_DATA


def test_nothing_at_all_is_no_data() -> None:
    assert look(start(POLICY)).label is Label.NO_DATA


def test_a_selected_metric_that_is_never_measured_cannot_pass() -> None:
    state = start(STANDARD)
    for index in range(120):
        state = observe(state, interval(10.0 * index))
    verdict = look(state)
    assert verdict.label is Label.HOLD
    assert {reason.metric for reason in verdict.reasons if reason.cause is Cause.MISSING} == {"latency", "scores"}


def test_other_thresholds_in_the_middle_break_the_series() -> None:
    policy = STANDARD.select((Metric.LATENCY,))
    state = start(policy)
    for index, key in enumerate(["p50", "p90"]):
        track = TrackCounts(requests=5, slow={key: 1})
        state = observe(state, interval(10.0 * index, canary=track, stable=track))
    assert look(state).label is Label.BROKEN


@pytest.mark.parametrize(
    ("share", "requests", "errors"),
    [(0.0, 5, 1), (1.0, 5, 1), (math.nan, 5, 1), (0.1, 5, 6), (0.1, 5, -1), (0.1, 5, math.nan)],
)
def test_arrays_that_cannot_be_are_refused(share: float, requests: int, errors: float) -> None:
    track = TrackArrays(requests=np.full((1, 3), requests), errors={"5xx": np.full((1, 3), errors)})
    with pytest.raises(ObservationError):
        judge_batch(POLICY, Arrays(seconds=10.0, share=share, canary=track, stable=track))
