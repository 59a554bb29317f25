"""Whole rollouts on a running emulator, while users ask: what each ends with, and what was touched on the way."""

import json
import threading
from dataclasses import replace

import pytest

from rollout.control.controller import Tick
from rollout.control.entries import Ending, Phase, Request
from rollout.control.errors import LockedError, PortError, UnderWayError
from rollout.control.state import State
from rollout.judge.policy import LabelRule, Late, Metric, Step
from rollout.labels import deliver, status
from rollout.words import iso
from tests.rollout.local.stage import CONDUCT, ITEMS, POLICY, Stage, Users


def ready(stage: Stage, **flaws: float) -> None:
    """r1 serves and has answered enough to be compared with; r2 is there, with its flaws."""
    stage.release("r1")
    stage.release("r2", **flaws)
    stage.serve(stable="r1")
    stage.ask(120)


def whole(stage: Stage) -> tuple[State, list[Tick]]:
    rollouts, ticks = stage.rollouts(), list[Tick]()
    rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
    assert stage.emulator is not None
    with Users(stage.emulator.url):
        state = rollouts.run(watch=ticks.append)
    return state, ticks


def test_a_good_release_is_promoted_and_the_old_one_let_go(stage: Stage) -> None:
    ready(stage)
    state, ticks = whole(stage)
    assert (state.ending, state.phase, state.step) == (Ending.PROMOTED, Phase.WARM, 1)
    assert [tick.troubles for tick in ticks if tick.troubles] == []
    seen = stage.rollouts().ports.traffic.read()
    assert (seen.stable, seen.percent, seen.in_service) == ("r2", 0.0, {"r1", "r2"})
    rollouts = stage.rollouts()
    rollouts.ask(Request.RETIRE)
    assert rollouts.run(until_retired=True).over
    assert rollouts.ports.traffic.read().in_service == {"r2"}


def test_a_release_that_fails_one_percent_is_taken_back(stage: Stage) -> None:
    ready(stage, fails=0.01)
    state, _ = whole(stage)
    assert state.ending is Ending.WORSE
    assert state.ending_reason.startswith("errors 5xx: canary ")
    assert (state.target.stable, state.ceiling) == ("r1", 0.0)
    assert stage.rollouts().ports.traffic.read().percent == 0


def test_a_release_whose_scores_shift_is_taken_back_though_every_answer_is_fine(stage: Stage) -> None:
    ready(stage, shift=0.8)
    state, _ = whole(stage)
    assert state.ending is Ending.WORSE
    assert state.ending_reason.startswith("scores mean bin: canary ")
    assert state.seen is not None
    assert state.seen.canary.errors == {"4xx": 0, "5xx": 0}


def test_a_person_stops_it_at_once_and_the_next_release_may_begin(stage: Stage) -> None:
    ready(stage)
    stage.release("r3")
    rollouts, stopped = stage.rollouts("ada"), stage.rollouts("eve")
    rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
    assert stage.emulator is not None
    with Users(stage.emulator.url):
        while (tick := rollouts.tick()) is None or tick.state.phase is not Phase.STEPS:
            pass
        assert rollouts.ports.traffic.read().percent == 25
        with pytest.raises(UnderWayError, match="r2-1 is under way"):
            rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
        assert stopped.abort("the app shows odd ratings") == ()
        assert rollouts.ports.traffic.read().percent == 0
        state = rollouts.run()
    assert (state.ending, state.ending_reason) == (Ending.ABORTED, "aborted by eve: the app shows odd ratings")
    after = rollouts.start("r3", policy=POLICY, conduct=CONDUCT)
    assert (after.stable, after.release) == ("r1", "r3")
    assert rollouts.ports.traffic.read().in_service == {"r1"}, "what was kept of r2 has been let go"


def test_a_rollout_under_way_is_ended_before_the_next_one_begins(stage: Stage) -> None:
    ready(stage)
    stage.release("r3")
    rollouts = stage.rollouts()
    rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
    assert stage.emulator is not None
    with Users(stage.emulator.url):
        while (tick := rollouts.tick()) is None or tick.state.phase is not Phase.STEPS:
            pass
    after = rollouts.start("r3", policy=POLICY, conduct=CONDUCT)
    whole_journal = rollouts.ports.journal.read(whole=True)
    assert [entry.rollout for entry in whole_journal if entry.number >= after.began] == [after.rollout]
    seen = rollouts.ports.traffic.read()
    assert (seen.stable, seen.percent, seen.in_service) == ("r1", 0.0, {"r1"})


def test_an_emulator_that_stops_is_broken_and_never_a_pass(stage: Stage) -> None:
    ready(stage)
    rollouts = stage.rollouts()
    rollouts.start("r2", policy=POLICY, conduct=replace(CONDUCT, verify_within=120))
    assert stage.emulator is not None
    with Users(stage.emulator.url):
        while (tick := rollouts.tick()) is None or tick.state.phase is not Phase.STEPS:
            pass
        stage.stop()
        with pytest.raises(PortError, match=r"r2-1 ended \(broken\), and r1 stable, warm: r2 could not be seen"):
            rollouts.run()
    state = rollouts.state()
    assert state is not None
    assert (state.ending, state.target.stable) == (Ending.BROKEN, "r1")
    stage.serve(stable="r1")
    state = rollouts.run()
    assert state.verified_at is not None
    assert rollouts.ports.traffic.read().percent == 0


def test_a_release_that_cannot_be_made_ends_before_any_traffic(stage: Stage) -> None:
    ready(stage)
    (stage.folder / "r2.tar.gz").write_bytes(b"no archive")
    rollouts = stage.rollouts()
    rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
    state = rollouts.run()
    assert state.ending is Ending.NOT_CREATED
    assert "r2" in state.ending_reason
    assert state.canary_requests == 0


def test_of_two_controllers_one_works_and_the_other_says_who_does(stage: Stage) -> None:
    ready(stage)
    ada, eve = stage.rollouts("ada"), stage.rollouts("eve")
    ada.start("r2", policy=POLICY, conduct=CONDUCT)
    inside, done = threading.Event(), threading.Event()

    def watch(_: Tick) -> None:
        inside.set()
        done.wait(30)
        ada.abort()

    worker = threading.Thread(target=lambda: ada.run(watch=watch))
    worker.start()
    try:
        assert inside.wait(60)
        with pytest.raises(LockedError, match="ada is at work on this stage"):
            eve.tick()
    finally:
        done.set()
        worker.join()
    assert eve.tick() is not None, "the lock was given back"


def test_labels_that_come_after_the_promotion_take_it_back(stage: Stage) -> None:
    """What users saw answered, by the id in the answer's header: r2 is off by twice as much, and no error says so."""
    ready(stage, shift=1.0)
    rollouts, seen = stage.rollouts(), list[str]()
    policy = replace(
        POLICY,
        steps=(Step(percent=25, seconds=300), Step(percent=50, seconds=540)),
        correlation_time=60.0,  # captures are stamped in whole seconds, which are the clock's minutes here
        metrics=(Metric.ERRORS, Metric.RATIO, Metric.LABELS),
        labels=LabelRule(after_promotion=Late.UNDO, weight=5.0),
    )
    rollouts.start("r2", policy=policy, conduct=CONDUCT)
    assert stage.emulator is not None
    with Users(stage.emulator.url, seen.append):
        assert rollouts.run().ending is Ending.PROMOTED
    assert rollouts.ports.traffic.read().stable == "r2"
    told = [json.dumps({"id": each, "ratings": [3.5] * ITEMS}).encode() for each in seen]
    deliver(rollouts, told, "test", iso(stage.clock.now()))
    found = status(rollouts)
    assert found.delivered == ITEMS * len(seen)
    assert min(found.canary, found.stable) > 100
    tick = rollouts.tick()
    assert tick is not None
    assert tick.troubles == ()
    assert tick.state.ending is Ending.UNDONE, status(rollouts)
    assert tick.state.ending_reason.startswith("labels loss: canary 0.2")
    assert rollouts.ports.traffic.read().stable == "r1"
    assert status(rollouts).judged > 200
