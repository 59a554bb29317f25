"""A policy and a judge's state survive the journal, so that a tick in a new process goes on with the same rollout."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.control.errors import JournalError
from rollout.control.judging import TheJudge, policy_mapping, settled_policy
from rollout.judge.observations import Interval, TrackCounts
from rollout.judge.parsing import policy_of
from rollout.judge.policy import PRESETS, STANDARD, Limit, Metric, Policy, Step
from rollout.judge.verdict import Label
from tests.rollout.simulated import Simulated

STEPS = st.lists(st.floats(0.01, 99.0), min_size=1, max_size=5, unique=True).map(
    lambda percents: tuple(Step(percent=each, seconds=60.0 * index) for index, each in enumerate(sorted(percents)))
)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_kept_whole(name: str) -> None:
    assert policy_of(policy_mapping(PRESETS[name])) == PRESETS[name]


@settings(deadline=None, max_examples=60)
@given(
    steps=STEPS,
    alpha=st.floats(0.001, 0.3),
    limit=st.floats(0.001, 0.5),
    thresholds=st.dictionaries(st.sampled_from(["p9", "p50", "slow"]), st.floats(1.0, 1e5), max_size=3),
    approval=st.booleans(),
    requests=st.integers(0, 10**6),
)
def test_any_policy_is_what_the_journal_gives_back(  # noqa: PLR0917 - one example a field
    steps: tuple[Step, ...], alpha: float, limit: float, thresholds: dict[str, float], approval: bool, requests: int
) -> None:
    own = {limit: key for key, limit in thresholds.items()}
    policy = replace(
        PRESETS["standard"],
        name="own",
        steps=tuple(replace(step, approval=approval, requests=requests) for step in steps),
        alpha=alpha,
        limits=(Limit(metric=Metric.ERRORS, part="5xx", limit=limit),),
        latency=replace(
            PRESETS["standard"].latency, thresholds=tuple((key, limit) for limit, key in sorted(own.items()))
        ),
    )
    kept = settled_policy(policy)
    through = policy_of(json.loads(json.dumps(policy_mapping(kept))))
    assert through == kept
    assert repr(through) == repr(kept), "the judge compares it by its text"


def interval(index: int) -> Interval:
    canary = TrackCounts(requests=50, errors={"5xx": index % 2, "4xx": 0}, slow={"p90": 5})
    stable = TrackCounts(requests=450, errors={"5xx": 1, "4xx": 0}, slow={"p90": 45})
    return Interval(start=60.0 * index, seconds=60.0, share=0.1, canary=canary, stable=stable, series="r2-1")


def test_a_state_that_went_through_the_journal_judges_alike() -> None:
    judge = TheJudge()
    policy = settled_policy(PRESETS["standard"].select((Metric.ERRORS, Metric.LATENCY)))
    seen = [interval(index) for index in range(40)]
    at_once = judge.look(policy, None, seen)
    saved = None
    for each in seen:
        saved = json.loads(json.dumps(judge.look(policy, saved, [each]).saved))
    by_and_by = judge.look(policy, saved, [])
    assert by_and_by.mapping == at_once.mapping
    assert json.loads(json.dumps(at_once.mapping, allow_nan=False))["label"] == at_once.verdict.label


def test_a_state_of_another_policy_is_refused() -> None:
    judge = TheJudge()
    saved = judge.look(settled_policy(PRESETS["fast"]), None, [interval(0)]).saved
    with pytest.raises(JournalError, match="another policy"):
        judge.look(settled_policy(PRESETS["standard"]), saved, [])
    with pytest.raises(JournalError, match="cannot be read"):
        judge.policy({"preset": "none such"})


def test_nothing_seen_is_no_pass() -> None:
    assert TheJudge().look(PRESETS["fast"], None, []).verdict.label is Label.NO_DATA


def test_a_policy_is_a_policy() -> None:
    assert isinstance(settled_policy(PRESETS["fast"]), Policy)


def test_of_a_metrics_parts_the_one_that_differs_most_is_the_reason(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.counts.failing = 30
    world.begin()
    state = world.until(lambda state: state.ending is not None)
    assert state.ending_reason.startswith("errors 5xx: canary 3.333% against 0.093% of stable")


def test_a_policys_classes_keep_their_order_through_a_journal() -> None:
    sent = json.loads(json.dumps(policy_mapping(STANDARD), sort_keys=True))
    assert TheJudge().policy(sent).errors.classes == STANDARD.errors.classes == (("5xx", 0.95), ("4xx", 0.05))
