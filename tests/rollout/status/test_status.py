"""What `status` says, to the number, at each place of a rollout; and that a long journal does not slow it down."""

import json
import math
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from rich.console import Console

from releases.model import Serving
from rollout.control.codec import encode
from rollout.control.controller import abort, ask
from rollout.control.entries import Choice, Decided, Ending, Phase, Request
from rollout.control.errors import NothingUnderWayError
from rollout.control.journal import StoreJournal
from rollout.control.judging import TheJudge
from rollout.control.state import State
from rollout.control.target import Target
from rollout.record import find, records
from rollout.status import Progress, Status, due, status_of, way
from rollout.view import tree
from store import open_store
from tests.rollout.simulated import Simulated

SERVINGS = {name: Serving(instance_type="ml.m5.large", instance_count=2) for name in ("r1", "r2")}


def status(world: Simulated) -> Status:
    state = world.state()
    return status_of(state, TheJudge().policy(state.policy), world.clock.now(), SERVINGS)


def text(told: Status) -> str:
    console = Console(width=160, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(tree(told))
    return captured.get()


def in_second_step(state: State) -> bool:
    return state.step == 1 and state.verified_at is not None and state.step_requests > 0


def test_in_the_middle_of_a_step(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    world.until(in_second_step)
    told = status(world)
    assert (told.rollout, told.phase, told.step, told.target) == ("r2-1", "steps", 1, "r1 stable, r2 at 50 %")
    assert [(step.percent, step.progress) for step in told.steps] == [(10, Progress.DONE), (50, Progress.HERE)]
    assert told.steps[1].answered == 600
    assert told.steps[1].approval
    assert not told.steps[1].approved
    assert (told.tracks["canary"].percent, told.tracks["stable"].percent) == (50.0, 50.0)
    assert told.tracks["canary"].slow == {"p90": 0.1}
    assert {each.metric for each in told.evidence} == {"errors", "latency", "ratio"}
    second = told.endpoints[0]
    assert (second.release, second.due) == ("r2", None)
    assert second.instance_hours == pytest.approx(2 * (told.now - told.started_at) / 3600)
    assert told.deadline == told.started_at + 14_400
    shown = text(told)
    assert "▶ 2. 50 %  at least 15 min" in shown
    assert "waits for canary approve" in shown
    assert json.loads(json.dumps(asdict(told)))["steps"][1]["progress"] == "here"


def test_what_is_kept_after_a_promotion_is_listed_with_its_due_time(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    world.until(in_second_step)
    ask(world.ports, Request.APPROVE, "eve")
    state = world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    world.clock.sleep(1_800)
    told = status(world)
    assert (told.ending, told.deadline) == ("promoted", None)
    assert [step.progress for step in told.steps] == [Progress.DONE, Progress.DONE]
    assert (told.tracks["canary"].percent, told.tracks["stable"].percent) == (100.0, 0.0)
    kept = told.endpoints[0]
    assert (kept.release, kept.why, kept.due) == ("r1", "kept for the way back", state.since + 7_200)
    assert kept.instance_hours == pytest.approx(2 * 0.5)
    assert due(state) == state.since + 7_200
    assert "endpoint of r1: kept for the way back, due " in text(told)


def test_what_never_came_is_not_shown_as_done(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    world.until(lambda state: state.step == 0)
    abort(world.ports, "eve", "enough")
    world.until(lambda state: state.ending is not None)
    told = status(world)
    assert [step.progress for step in told.steps] == [Progress.NEVER, Progress.NEVER]
    assert (told.ending, told.ending_reason) == ("aborted", "aborted by eve: enough")


@pytest.mark.parametrize(
    ("value", "threshold", "expected"),
    [
        (1.0, 100.0, 0.0),
        (10.0, 100.0, 0.5),
        (100.0, 100.0, 1.0),
        (1e9, 100.0, 1.0),
        (0.01, 100.0, 0.0),
        (0.0, 100.0, 0.0),
    ],
)
def test_the_way_to_a_decision_is_one_of_logarithms(value: float, threshold: float, expected: float) -> None:
    assert way(value, threshold) == pytest.approx(expected)


def test_no_threshold_is_no_way() -> None:
    assert way(2.0, None) is None
    assert way(None, 2.0) is None
    assert way(2.0, 1.0) is None


def long_journal(folder: Path, decisions: int) -> None:
    """A rollout that has held `decisions` times: the last entry as it would be, all others alike."""
    world = Simulated(folder)
    world.begin()
    world.until(in_second_step)
    entries = list(world.journal.read())
    last = entries[-1]
    assert isinstance(last.body, Decided)
    text = encode(replace(last, number=-1))
    assert text.count(b'"number": -1') == 1
    for number in range(last.number + 1, last.number + decisions + 1):
        path = folder / "store" / "rollouts" / "journal" / f"{number:08d}.json"
        path.write_bytes(text.replace(b'"number": -1', b'"number": %d' % number))


def test_ten_thousand_decisions_are_read_in_seconds(tmp_path: Path) -> None:
    long_journal(tmp_path, 10_000)
    began = time.process_time()
    state = StoreJournal(open_store("store", tmp_path)).state()
    assert state is not None
    told = status_of(state, TheJudge().policy(state.policy), state.decided_at, SERVINGS)
    spent = time.process_time() - began
    assert told.canary_requests > 0
    assert spent < 10, f"{spent:.1f} s"


def test_a_journal_is_cut_into_its_rollouts(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin("r2")
    world.until(lambda state: state.step == 0)
    abort(world.ports, "eve", "")
    world.until(lambda state: state.over)
    world.begin("r3")
    whole = world.journal.read(whole=True)
    there = records(whole)
    assert [record.state.release for record in there] == ["r2", "r3"]
    assert sum(len(record.entries) for record in there) == len(whole)
    assert find(whole, "r2").state.ending is Ending.ABORTED
    assert find(whole, "last") == find(whole, "r3") == find(whole, there[1].state.rollout)
    with pytest.raises(NothingUnderWayError, match=r"no rollout 'r9' in the journal. There: r2-1, r3-"):
        find(whole, "r9")


def test_without_evidence_nothing_is_claimed(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    told = status(world)
    assert (told.evidence, told.label, told.verified_at) == ((), None, None)
    assert "not seen at the gateway yet" in text(told)
    assert math.isclose(told.tracks["stable"].percent, 100.0)
    assert world.state().target == Target(stable="r1", warm=("r2",))
    assert Choice.HOLD.value == "hold"


def test_the_evidence_of_a_metric_is_drawn_once_and_fits_a_terminal(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    world.until(in_second_step)
    told = status(world)
    console = Console(width=80)
    with console.capture() as captured:
        console.print(tree(told))
    lines = captured.get().splitlines()
    assert "…" not in captured.get(), "nothing is cut off in eighty columns"
    errors = [line for line in lines if "errors " in line]
    assert [("━" in line or "─" * 4 in line) for line in errors] == [True, False]


def test_what_keeps_the_configuration_from_being_applied_is_shown(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    state = world.state()
    told = status_of(state, TheJudge().policy(state.policy), world.clock.now(), SERVINGS, "two facts")
    assert "pulumi up is refused: two facts" in text(told)


def test_a_persons_pause_is_told_once(tmp_path: Path) -> None:
    world = Simulated(tmp_path)
    world.begin()
    ask(world.ports, Request.PAUSE, "eve", "lunch")
    world.until(lambda state: state.paused is not None)
    assert "paused by eve: lunch; canary resume goes on" in text(status(world))
    assert world.until(lambda _: True).last_reason == "paused by eve: lunch"
