"""A person's word: what it does, what it does not overrule, and what is written down of the waiting."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rollout.control.controller import Controller, abort, ask
from rollout.control.entries import Asked, Choice, Decided, Ending, Entry, Phase, Request
from rollout.control.errors import FenceError, PortError
from rollout.control.fakes import no_fault
from rollout.control.journal import StoreJournal, key_of
from rollout.control.ports import Counted, Order
from rollout.control.state import State
from rollout.control.yardstick import Yardstick
from rollout.judge.policy import Role, Step
from rollout.service import Rollouts
from rollout.stack import ROOT, open_stack
from settings.stackfile import set_values
from tests.rollout.simulated import POLICY, Simulated


@pytest.fixture
def world(tmp_path: Path) -> Simulated:
    made = Simulated(tmp_path)
    made.begin()
    return made


def in_first_step(state: State) -> bool:
    return state.step == 0 and state.verified_at is not None


def test_what_takes_traffic_back_is_not_overruled(world: Simulated) -> None:
    world.until(in_first_step)
    assert abort(world.ports, "eve", "wrong") == ()
    for later in (Request.PAUSE, Request.PROMOTE):
        ask(world.ports, later, "ada")
    state = world.until(lambda _: True)
    assert (state.ending, state.ending_reason) == (Ending.ABORTED, "aborted by eve: wrong")


def test_waiting_for_a_window_to_end_fills_no_journal(world: Simulated) -> None:
    world.until(in_first_step)
    ask(world.ports, Request.PROMOTE, "eve")
    warm = world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    for _ in range(60):
        world.clock.sleep(60)
        tick = Controller(world.ports, world.judge).tick()
        assert tick is not None
        assert tick.decided is not None
        assert tick.decided.choice is Choice.HOLD
    assert world.state().number == warm.number
    world.clock.sleep(3_600)
    assert world.until(lambda state: state.over).last_choice is Choice.RETIRE


def test_what_is_kept_can_be_let_go_early(world: Simulated) -> None:
    world.until(in_first_step)
    abort(world.ports, "eve", "")
    world.until(lambda state: state.phase is Phase.COOLING and state.verified_at is not None)
    ask(world.ports, Request.RETIRE, "ada", "r3 begins")
    state = world.until(lambda state: state.over)
    assert state.last_reason == "r2 was let go by ada: r3 begins"
    assert (state.ending, world.gateway.serves.warm) == (Ending.ABORTED, ())


def test_the_time_of_a_pause_is_not_the_deadlines(world: Simulated) -> None:
    world.until(in_first_step)
    ask(world.ports, Request.PAUSE, "eve")
    world.until(lambda state: state.paused is not None)
    world.clock.sleep(100_000)
    state = world.until(lambda _: True)
    assert state.ending is None
    ask(world.ports, Request.RESUME, "eve")
    assert world.until(lambda _: True).ending is None


def test_a_promotion_names_every_guard_that_has_its_evidence(world: Simulated) -> None:
    world.until(lambda state: state.step == 1)
    ask(world.ports, Request.APPROVE, "eve")
    state = world.until(lambda state: state.ending is not None)
    assert state.ending is Ending.PROMOTED
    parts = state.ending_reason.split("; ")
    assert [part.split(" ")[0] for part in parts] == ["errors", "latency"]


def test_a_promotion_does_not_lean_on_what_is_told_only(tmp_path: Path) -> None:
    world = Simulated(tmp_path, policy=replace(POLICY, latency=replace(POLICY.latency, role=Role.DRY)))
    world.begin()
    world.until(lambda state: state.step == 1)
    ask(world.ports, Request.APPROVE, "eve")
    state = world.until(lambda state: state.ending is not None)
    assert state.ending is Ending.PROMOTED
    assert [part.split(" ")[0] for part in state.ending_reason.split("; ")] == ["errors"]


def test_a_persons_promotion_waits_until_the_split_was_seen(world: Simulated) -> None:
    world.until(lambda state: state.phase is Phase.TRY)

    def unseen(point: str) -> None:
        if point.startswith("verify"):
            raise PortError("struck")

    world.gateway.fault = unseen
    world.until(lambda state: state.step == 0)
    ask(world.ports, Request.PROMOTE, "eve")
    state = world.until(lambda _: True)
    assert (state.ending, state.last_reason) == (None, "waiting until r1 stable, r2 at 10 % is seen")
    world.gateway.fault = no_fault
    state = world.until(lambda state: state.ending is not None)
    assert (state.ending, state.ending_reason) == (Ending.PROMOTED, "promoted by eve")


def test_a_steps_requests_are_those_that_counted(tmp_path: Path) -> None:
    asks = (Step(percent=10, seconds=60, requests=1_000), *POLICY.steps[1:])
    world = Simulated(tmp_path, policy=replace(POLICY, steps=asks))
    world.begin()
    world.until(lambda state: state.step_requests == 240)  # 120 in each minute

    def unseen(point: str) -> None:
        if point == "verify before":
            raise PortError("struck")

    world.gateway.fault = unseen
    for _ in range(8):
        world.until(lambda _: True)
    state = world.state()
    assert state.seen is not None
    assert (state.canary_requests, state.step_requests, state.seen.canary.requests) == (1_200, 240, 240)
    assert state.last_reason == "240 of the 1000 canary requests that this step asks for"
    world.gateway.fault = no_fault
    moved = world.until(lambda state: state.step == 1)
    assert moved.seen is not None
    assert (moved.step_requests, moved.seen.canary.requests) == (0, 1_080)
    assert moved.canary_requests == 2_040


def test_every_decision_carries_the_counts_that_it_took_in(world: Simulated) -> None:
    world.until(lambda state: state.step_requests > 1_000)
    taken = [entry.body.seen for entry in world.journal.read() if isinstance(entry.body, Decided) and entry.body.seen]
    state = world.state()
    assert state.seen is not None
    assert sum(each.canary.requests for each in taken) == state.seen.canary.requests == state.canary_requests
    assert state.step_seen == state.seen


def test_after_an_abort_the_step_that_was_journalled_before_is_not_applied_first(world: Simulated) -> None:
    world.until(lambda state: state.step == 1)
    state = world.state()
    before = world.gateway.serves
    again = Decided(
        choice=Choice.ADVANCE, reason="on", phase=Phase.STEPS, step=1, target=replace(state.target, percent=60.0)
    )
    entry = Entry(
        number=state.number + 1, began=1, rollout=state.rollout, at=world.clock.now(), by="controller", body=again
    )
    world.journal.append(entry)  # a controller that died before it applied this
    abort(world.ports, "eve", "")
    orders, world.gateway.highest = len(world.gateway.orders), 0.0
    state = world.until(lambda _: True)
    assert (state.ending, state.verified_at is not None) == (Ending.ABORTED, True)
    assert before.percent == 50
    assert world.gateway.highest == 0
    assert [order.target.percent for order in world.gateway.orders[orders:]] == [0.0] * len(
        world.gateway.orders[orders:]
    )


@pytest.mark.parametrize("ending", [Request.PROMOTE, Request.ABORT])
def test_an_abort_after_the_end_writes_nothing_and_bars_no_way(world: Simulated, ending: Request) -> None:
    world.until(in_first_step)
    ask(world.ports, ending, "eve")
    ended = world.until(lambda state: state.phase in {Phase.WARM, Phase.COOLING} and state.verified_at is not None)
    troubles = abort(world.ports, "ada", "too late")
    promoted = ending is Request.PROMOTE
    assert troubles == (("r2-1 has promoted r2 already: canary undo takes that back",) if promoted else ())
    assert world.state().number == ended.number
    if promoted:
        ask(world.ports, Request.UNDO, "ada")
        assert world.until(lambda _: True).ending is Ending.UNDONE


def test_a_damaged_journal_does_not_keep_an_abort_from_the_gateway(world: Simulated) -> None:
    state = world.until(in_first_step)
    world.store.write(key_of(state.number - 1), b"{")
    world.ports = replace(world.ports, journal=StoreJournal(world.store))
    (trouble,) = abort(world.ports, "eve", "")
    assert "not written down yet" in trouble
    assert world.gateway.serves.percent == 0


def test_what_is_not_seen_yet_is_applied_once_a_tick(world: Simulated) -> None:
    """Behind a busy lock every apply waits as long as it may: a second one in the same tick would wait again."""
    world.gateway.slow = True
    for count in (1, 2, 3):
        world.until(lambda _: True)
        assert len(world.gateway.orders) == count


def test_a_resume_takes_no_abort_back(world: Simulated) -> None:
    world.until(in_first_step)

    def unreachable(point: str) -> None:
        if point == "withdraw before":
            raise PortError("struck")

    world.gateway.fault = unreachable
    assert abort(world.ports, "eve", "") == ("struck",)
    ask(world.ports, Request.RESUME, "ada")
    world.gateway.fault = no_fault
    assert world.gateway.serves.percent == 10
    state = world.until(lambda _: True)
    assert (state.ending, state.ending_reason) == (Ending.ABORTED, "aborted by eve")
    assert world.gateway.serves.percent == 0


def test_a_word_that_comes_in_the_middle_of_a_tick_ends_no_run(world: Simulated, tmp_path: Path) -> None:
    world.until(in_first_step)
    observe, words = world.counts.since, iter(["first", "second"])

    def meanwhile(start: float, yardstick: Yardstick) -> Sequence[Counted]:
        if (word := next(words, None)) is not None:
            ask(replace(world.ports, journal=StoreJournal(world.store)), Request.APPROVE, "eve", word)
        return observe(start, yardstick)

    world.counts.since = meanwhile  # pyright: ignore[reportAttributeAccessIssue] # the port's method, with a person beside it
    file = Path(shutil.copy(ROOT / "Pulumi.local.yaml", tmp_path))
    set_values(file, {"store": str(tmp_path / "store")})
    tick = Rollouts(open_stack("local", file=file), ports=world.ports, judge=world.judge).tick()
    assert tick is not None
    assert (tick.decided and tick.decided.choice, tick.troubles) == (Choice.HOLD, ())
    asked = [entry.by for entry in world.journal.read() if isinstance(entry.body, Asked)]
    assert asked == ["eve", "eve"]


def test_who_was_slow_gives_no_traffic_that_was_taken_back_meanwhile(world: Simulated) -> None:
    world.until(lambda state: state.phase is Phase.TRY)
    verify = world.gateway.verify

    def seen(order: Order) -> bool:
        if order.target.percent:
            abort(replace(world.ports, journal=StoreJournal(world.store)), "eve", "")
        return verify(order)

    world.gateway.verify = seen  # pyright: ignore[reportAttributeAccessIssue] # the port's method, with a person beside it
    world.clock.sleep(60)
    with pytest.raises(FenceError, match="no traffic was given"):
        Controller(world.ports, world.judge).tick()
    assert world.gateway.highest == 0


def test_a_signal_pauses_once_and_a_resumed_rollout_is_promoted(tmp_path: Path) -> None:
    """A person who says resume has heard the signal: it neither pauses again nor stands in the promotion's way."""
    steps = (Step(percent=10, seconds=600), Step(percent=50, seconds=900))
    policy = replace(POLICY, steps=steps, latency=replace(POLICY.latency, role=Role.SIGNAL))
    world = Simulated(tmp_path, policy=policy)
    world.begin()
    world.until(in_first_step)
    world.counts.slow_canary = 30
    paused = world.until(lambda state: state.paused is not None)
    assert paused.paused == "signals: latency"
    ask(world.ports, Request.RESUME, "ada")
    state = world.until(lambda state: state.paused is not None or state.ending is not None)
    assert (state.paused, state.ending, state.heard) == (None, Ending.PROMOTED, ("latency",))
