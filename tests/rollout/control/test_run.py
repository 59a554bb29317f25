"""What a controller in the foreground does beside its ticks: it keeps its lock, and takes traffic back when blind."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rollout.control.controller import Tick
from rollout.control.entries import Ending
from rollout.control.errors import LockedError, PortError
from rollout.control.journal import StoreJournal
from rollout.control.ports import Ports
from rollout.control.state import State
from rollout.service import Rollouts
from rollout.stack import ROOT, open_stack
from settings.stackfile import set_values
from tests.rollout.simulated import Simulated


class LosableJournal(StoreJournal):
    """A journal whose store cannot be reached once it is `lost`."""

    lost = False

    def state(self) -> State | None:
        if self.lost:
            raise PortError("the journal cannot be reached: struck")
        return super().state()


@pytest.fixture
def world(tmp_path: Path) -> Simulated:
    made = Simulated(tmp_path)
    made.begin()
    made.until(lambda state: state.step == 0 and state.verified_at is not None)
    return made


@pytest.fixture
def rollouts(world: Simulated, tmp_path: Path) -> Callable[[str, Ports], Rollouts]:
    file = Path(shutil.copy(ROOT / "Pulumi.local.yaml", tmp_path))
    set_values(file, {"store": str(tmp_path / "store")})
    return lambda who, ports: Rollouts(open_stack("local", file=file), ports=ports, judge=world.judge, who=who)


def test_who_cannot_reach_the_journal_for_broken_after_takes_traffic_back(
    world: Simulated, rollouts: Callable[[str, Ports], Rollouts]
) -> None:
    journal = LosableJournal(world.store)
    lost: list[float] = []
    had: list[float] = []

    def watch(tick: Tick) -> None:
        had.append(world.gateway.serves.percent)
        if not tick.troubles:
            journal.lost = True
            lost.append(world.clock.now())

    with pytest.raises(PortError, match=r"^the journal could not be used for too long \(the journal cannot be reached"):
        rollouts("ada", replace(world.ports, journal=journal)).run(watch=watch)
    assert world.gateway.serves.percent == 0
    assert had == [10] * 7, "one tick, and one a minute until five minutes are over"
    assert world.clock.now() - lost[0] == 360


def test_a_run_longer_than_the_lease_keeps_the_lock(
    world: Simulated, rollouts: Callable[[str, Ports], Rollouts]
) -> None:
    ada, eve = rollouts("ada", world.ports), rollouts("eve", world.ports)
    began, tried = world.clock.now(), list[float]()

    def watch(_: Tick) -> None:
        if world.clock.now() - began == 480:  # the lease is of five minutes
            tried.append(world.clock.now())
            with pytest.raises(LockedError, match=r"^ada is at work on this stage .* the lock runs out in 300 s"):
                eve.tick()
            ada.abort("enough")

    assert ada.run(watch=watch).ending is Ending.ABORTED
    assert len(tried) == 1
    eve.tick()  # it was given back
