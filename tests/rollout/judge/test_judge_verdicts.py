"""What the judge says in each situation, and with which numbers."""

# scipy and ville ship no types:
# pyright: basic

from dataclasses import replace

import numpy as np
import pytest

from rollout.judge.judge import look, observe, start
from rollout.judge.observations import Interval, Labels, TrackCounts
from rollout.judge.policy import FAST, STANDARD, LatencyRule, Limit, Metric, Policy, Role
from rollout.judge.spending import SPENT, alphas
from rollout.judge.state import State
from rollout.judge.verdict import Cause, Label, Verdict
from rollout.judge.words import _between

INF = float("inf")
ERRORS = STANDARD.select((Metric.ERRORS,))


def errors(requests: int, failed: int, **more: object) -> TrackCounts:
    return replace(TrackCounts(requests=requests, errors={"5xx": failed}), **more)


def run(policy: Policy, canary: TrackCounts, stable: TrackCounts, minutes: int = 20, share: float = 0.25) -> State:
    state = start(policy)
    for index in range(6 * minutes):
        state = observe(state, Interval(start=10.0 * index, seconds=10.0, share=share, canary=canary, stable=stable))
    return state


def verdict(
    policy: Policy, canary: TrackCounts, stable: TrackCounts, minutes: int = 20, share: float = 0.25
) -> Verdict:
    return look(run(policy, canary, stable, minutes, share))


def test_a_worse_canary_fails_with_its_numbers() -> None:
    found = verdict(ERRORS, errors(50, 2), errors(950, 1), share=0.05)
    assert (found.label, found.metric) == (Label.FAIL, "errors")
    reason = found.reasons[0]
    assert (reason.cause, reason.part, reason.role) == (Cause.WORSE, "5xx", "guard")
    assert reason.canary == pytest.approx(0.04)
    assert reason.stable == pytest.approx(1 / 950)
    assert reason.ratio == pytest.approx(38.0)
    assert reason.interval is not None
    assert reason.interval[0] < 38.0 < reason.interval[1]
    assert reason.e_value is not None
    assert reason.threshold is not None
    assert reason.e_value > reason.threshold == pytest.approx(1 / (0.01 * SPENT[Metric.ERRORS]))
    assert "4.000% against 0.105%" in reason.text


def test_an_equal_canary_passes_once_the_margin_is_excluded_and_not_before() -> None:
    early = verdict(ERRORS, errors(50, 0), errors(150, 0), minutes=1)
    assert early.label is Label.HOLD
    assert early.reasons[0].requests
    late = verdict(ERRORS, errors(50, 0), errors(150, 0), minutes=20)
    assert late.label is Label.PASS
    assert late.reasons[0].promotion is not None
    assert late.reasons[0].promotion >= 20.0 - 1e-9
    assert late.reasons[0].cause is Cause.EVIDENCE


def test_low_traffic_holds() -> None:
    assert verdict(ERRORS, errors(1, 0), errors(9, 0), minutes=30, share=0.1).label is Label.HOLD


def test_what_the_plan_cannot_tell_is_futile() -> None:
    slow = verdict(ERRORS, errors(1, 0), errors(3, 0), minutes=16)
    assert (slow.label, slow.futile) == (Label.HOLD, False)
    hopeless = verdict(replace(ERRORS, deadline=1200.0), errors(1, 0), errors(3, 0), minutes=16)
    assert (hopeless.label, hopeless.futile) == (Label.HOLD, True)
    assert Cause.FUTILE in {reason.cause for reason in hopeless.reasons}


def test_alpha_is_spent_by_weight_over_the_selected_guards() -> None:
    spent = alphas(STANDARD.select((Metric.ERRORS, Metric.LATENCY, Metric.SCORES)))
    assert spent == pytest.approx(
        {"errors": 0.0085 * 0.5 / 0.9, "latency": 0.0065 * 0.25 / 0.9, "scores": 0.0065 * 0.15 / 0.9}
    )
    assert alphas(ERRORS) == pytest.approx({"errors": 0.0085})
    dry = replace(STANDARD, latency=LatencyRule(role=Role.DRY)).select((Metric.ERRORS, Metric.LATENCY))
    assert alphas(dry) == pytest.approx({"errors": 0.0085, "latency": 0.0065})


def slow(requests: int, high: int) -> TrackCounts:
    return TrackCounts(requests=requests, errors={"5xx": 0}, slow={"p50": requests // 2, "p90": high})


@pytest.mark.parametrize(
    ("role", "label"), [(Role.GUARD, Label.FAIL), (Role.SIGNAL, Label.HOLD), (Role.DRY, Label.PASS)]
)
def test_a_guard_aborts_a_signal_pauses_and_a_dry_metric_is_told(role: Role, label: Label) -> None:
    policy = replace(STANDARD, latency=LatencyRule(role=role)).select((Metric.ERRORS, Metric.LATENCY))
    found = verdict(policy, slow(100, 40), slow(300, 30))
    assert found.label is label
    assert found.pause == (("latency",) if role is Role.SIGNAL else ())
    assert Cause.WORSE in {reason.cause for reason in found.reasons if reason.metric == "latency"}


@pytest.mark.parametrize(("role", "told"), [(Role.GUARD, ""), (Role.DRY, ", told only")])
def test_the_margin_is_told_with_its_numbers_and_a_dry_metric_waits_for_no_decision(role: Role, told: str) -> None:
    policy = replace(FAST, latency=replace(FAST.latency, role=role)).select((Metric.ERRORS, Metric.LATENCY))
    found = [each for each in verdict(policy, slow(100, 10), slow(300, 30)).reasons if each.metric == "latency"]
    ends = f", worse than the margin (3 times stable's rate and 10 points above it) is excluded{told}"
    assert [each.part for each in found if each.text.endswith(ends)] == ["p50", "p90"]
    early = verdict(policy, slow(10, 1), slow(30, 3), minutes=1)
    asked = {each.metric: each.requests for each in early.reasons}
    assert asked["errors"]
    assert bool(asked["latency"]) is (role is Role.GUARD)


def test_the_margin_of_scores_is_told_in_standard_deviations() -> None:
    both = TrackCounts(requests=100, scores=(30, 40, 30))
    (found,) = verdict(STANDARD.select((Metric.SCORES,)), both, both).reasons
    assert found.text.endswith(", worse than the margin (0.4 standard deviations either way) is excluded")


def test_a_faster_canary_passes() -> None:
    assert verdict(STANDARD.select((Metric.LATENCY,)), slow(100, 5), slow(300, 30)).label is Label.PASS


def limited(failed: int, stable: int) -> Verdict:
    policy = replace(ERRORS, limits=(Limit(metric=Metric.ERRORS, part="5xx", limit=0.05),))
    policy = replace(policy, errors=replace(policy.errors, tolerance=100.0))
    return verdict(policy, errors(100, failed), errors(300, stable), minutes=60)


def test_a_limit_aborts_where_the_canary_alone_is_over_it() -> None:
    found = limited(20, 0)
    assert (found.label, found.metric) == (Label.FAIL, "limits:errors:5xx")
    assert found.reasons[0].cause is Cause.LIMIT


def test_a_limit_holds_and_says_so_where_stable_is_over_it_too() -> None:
    found = limited(20, 60)
    assert found.label is Label.HOLD
    assert any("both tracks are over the limit" in reason.text for reason in found.reasons)


def test_a_limit_that_is_kept_says_nothing() -> None:
    assert limited(1, 3).label is Label.PASS


def slow_limited(part: str) -> Verdict:
    policy = STANDARD.select((Metric.LATENCY,))
    policy = replace(policy, limits=(Limit(metric=Metric.LATENCY, part=part, limit=0.5),))
    return verdict(policy, slow(100, 5), slow(300, 30))


def test_a_limit_on_a_threshold_that_nobody_counts_is_no_pass() -> None:
    assert slow_limited("p90").label is Label.PASS
    found = slow_limited("p95")
    assert found.label is Label.HOLD
    assert any(
        (reason.cause, reason.text)
        == (Cause.MISSING, "limits:latency:p95: selected and never measured: it cannot pass")
        for reason in found.reasons
    )


def test_a_split_that_does_not_arrive_is_broken_and_no_fault_of_the_model() -> None:
    policy = STANDARD.select((Metric.ERRORS, Metric.RATIO))
    found = verdict(policy, errors(100, 0), errors(900, 0), share=0.25)
    assert (found.label, found.metric) == (Label.BROKEN, "ratio")
    assert found.reasons[0].cause is Cause.SPLIT
    assert verdict(policy, errors(240, 0), errors(760, 0), share=0.25).label is Label.PASS


def labelled(requests: int, loss: float) -> TrackCounts:
    labels = Labels(n=requests, loss_sum=loss * requests, loss_square_sum=loss * loss * requests * 1.5)
    return TrackCounts(requests=requests, errors={"5xx": 0}, labels=labels)


def test_worse_labels_pause_by_default_and_never_abort() -> None:
    policy = STANDARD.select((Metric.ERRORS, Metric.LABELS))
    worse = verdict(policy, labelled(100, 0.4), labelled(300, 0.2))
    assert (worse.label, worse.pause, worse.metric) == (Label.HOLD, ("labels",), "labels")
    assert verdict(policy, labelled(100, 0.2), labelled(300, 0.2)).label is Label.PASS


def scored(parts: list[float], items: int) -> TrackCounts:
    return TrackCounts(requests=items, scores=tuple(int(value) for value in np.round(np.array(parts) * items)))


def test_an_honest_retrain_is_not_stopped_under_any_preset_and_a_shift_is() -> None:
    before, after = [0.2] * 5, [0.242, 0.188, 0.173, 0.187, 0.210]
    shifted = [0.10, 0.14, 0.18, 0.24, 0.34]
    for policy in (replace(STANDARD, alpha=0.02), STANDARD):
        chosen = policy.select((Metric.SCORES,))
        assert verdict(chosen, scored(after, 1000), scored(before, 3000), minutes=60).label is Label.PASS
        found = verdict(chosen, scored(shifted, 1000), scored(before, 3000), minutes=60)
        assert (found.label, found.metric) == (Label.FAIL, "scores")
        assert found.reasons[0].ratio == pytest.approx(0.58 / 2**0.5, rel=0.01)


def test_warm_up_counts_for_nothing() -> None:
    policy = replace(ERRORS, warm_up=600.0)
    assert run(policy, errors(50, 20), errors(150, 0), minutes=10).metrics[0].evidence.units == 0
    assert run(policy, errors(50, 20), errors(150, 0), minutes=11).metrics[0].evidence.units == 1


def test_a_changed_split_and_an_unverified_one_count_for_nothing() -> None:
    state = start(replace(ERRORS, correlation_time=10.0))
    for index, (share, verified) in enumerate([(0.1, True), (0.2, True), (0.2, False), (0.2, True)]):
        at = Interval(
            start=10.0 * index,
            seconds=10.0,
            share=share,
            canary=errors(10, 0),
            stable=errors(40, 0),
            verified=verified,
        )
        state = observe(state, at)
    assert state.metrics[0].evidence.units == 2
    assert state.canary_requests == 40


def told(canary: TrackCounts, stable: TrackCounts, minutes: int, policy: Policy = ERRORS) -> str:
    return verdict(policy, canary, stable, minutes=minutes).reasons[0].text


def test_an_interval_is_told_by_the_ends_that_are_known() -> None:
    assert "ratio 3 (too early for bounds), e-value of errors " in told(errors(100, 1), errors(300, 1), 1)
    assert _between((0.0, 3.5), (0.0, INF)) == " (at most 3.5)"
    assert _between((1.5, INF), (0.0, INF)) == " (at least 1.5)"
    assert _between((-0.25, 0.5), (-1.0, 1.0)) == " (-0.25 to 0.5)"
    assert _between((-INF, INF), (-INF, INF)) == " (too early for bounds)"
    assert _between((-1.0, 1.0), (-1.0, 1.0)) == " (too early for bounds)"
    assert _between(None, (0.0, INF)) == ""
