"""A whole update that would change what is not the rollout's own: a Pause that names it, until a person says so."""

from pathlib import Path

import pytest

from rollout.control.controller import Controller, Tick, ask
from rollout.control.entries import Choice, Ending, Phase, Request
from rollout.control.ports import Severity
from tests.rollout.simulated import Simulated

OTHERS = "it would also change update MethodSettings gateway-methods (settings)"


@pytest.fixture
def world(tmp_path: Path) -> Simulated:
    made = Simulated(tmp_path)
    made.begin()
    return made


def ticked(world: Simulated) -> Tick:
    world.clock.sleep(60)
    tick = Controller(world.ports, world.judge).tick()
    assert tick is not None
    return tick


def test_at_its_start_the_rollout_pauses_and_says_what_for(world: Simulated) -> None:
    world.gateway.foreign = OTHERS
    tick = ticked(world)
    assert tick.decided is not None
    assert (tick.decided.choice, tick.decided.reason, tick.troubles) == (Choice.PAUSE, OTHERS, ())
    assert (tick.state.phase, tick.state.paused, tick.state.target.percent) == (Phase.PROVISION, OTHERS, 0)
    (event,) = world.notifier.events
    assert (event.what, event.severity, event.text) == ("paused", Severity.ATTENTION, OTHERS)


def test_nothing_is_asked_of_the_engine_again_before_somebody_says_so(world: Simulated) -> None:
    world.gateway.foreign = OTHERS
    ticked(world)
    world.gateway.foreign = None  # deployed by its owner; the rollout is not told yet
    for _ in range(3):
        assert ticked(world).state.paused == OTHERS
    assert world.gateway.orders == []
    ask(world.ports, Request.RESUME, "eve")
    assert ticked(world).state.verified_at is not None
    assert [order.whole for order in world.gateway.orders] == [True]
    assert world.until(lambda state: state.phase is Phase.STEPS).ending is None


def test_what_is_still_there_pauses_it_again(world: Simulated) -> None:
    world.gateway.foreign = OTHERS
    ticked(world)
    ask(world.ports, Request.RESUME, "eve")
    world.gateway.foreign = "something else"
    assert ticked(world).state.paused == "something else"


def test_the_time_that_others_take_is_not_the_provisions(world: Simulated) -> None:
    world.gateway.foreign = OTHERS
    ticked(world)
    world.clock.sleep(world.conduct.provision_within * 3)
    assert ticked(world).state.ending is None
    ask(world.ports, Request.RESUME, "eve")
    world.gateway.foreign = None
    world.gateway.slow = True  # applied, and not in service yet
    assert ticked(world).state.ending is None
    world.clock.sleep(world.conduct.provision_within)
    assert ticked(world).state.ending is Ending.NOT_CREATED


def test_at_the_clean_up_it_pauses_in_the_tick_that_wanted_it(world: Simulated) -> None:
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    ask(world.ports, Request.PROMOTE, "eve")
    world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    world.clock.sleep(world.conduct.undo_window)
    world.gateway.foreign = OTHERS
    tick = ticked(world)
    assert (tick.state.phase, tick.state.paused, tick.state.over) == (Phase.ENDED, OTHERS, False)
    assert "r1" in world.gateway.in_service
    assert [event.what for event in world.notifier.events[-2:]] == ["retired", "paused"]
    before = tick.state.number
    ticked(world)
    assert world.state().number == before  # waiting fills no journal
    ask(world.ports, Request.RESUME, "eve")
    world.gateway.foreign = None
    assert ticked(world).state.over
    assert world.gateway.in_service == {"r2"}


def test_the_owners_own_update_may_clean_up_too(world: Simulated) -> None:
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    ask(world.ports, Request.PROMOTE, "eve")
    world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    world.clock.sleep(world.conduct.undo_window)
    world.gateway.foreign = OTHERS
    ticked(world)
    world.gateway.in_service.discard("r1")
    world.gateway.serves = world.state().target
    state = ticked(world).state
    assert (state.over, state.paused) == (True, None)


def test_a_paused_start_can_be_aborted(world: Simulated) -> None:
    world.gateway.foreign = OTHERS
    ticked(world)
    ask(world.ports, Request.ABORT, "eve")
    state = ticked(world).state
    assert (state.ending, state.phase, state.paused) == (Ending.ABORTED, Phase.ENDED, None)
    assert state.over, "nothing had been made, so there is nothing to clean up"


def test_a_half_made_start_that_is_aborted_pauses_at_its_clean_up(world: Simulated) -> None:
    world.gateway.slow = True
    ticked(world)
    world.gateway.in_service.add("r2")
    world.gateway.foreign = OTHERS
    ask(world.ports, Request.ABORT, "eve")
    state = ticked(world).state
    assert (state.ending, state.phase, state.paused) == (Ending.ABORTED, Phase.ENDED, OTHERS)
