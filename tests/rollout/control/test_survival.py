"""Killed at every transition, with faults in every port: what must hold in every history."""

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.control.conduct import Conduct
from rollout.control.controller import Controller, abort, ask
from rollout.control.entries import CONTROLLER, Asked, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import FenceError, PortError
from rollout.control.fakes import FakeClock, FakeGateway, FakeJournal, FakeNotifier, FakeObservations, ScriptedJudge
from rollout.control.ports import Ports
from rollout.control.state import fold
from rollout.control.target import Target
from rollout.judge.policy import Futility, Policy, Step
from rollout.judge.verdict import Label

POLICY = Policy(
    name="test",
    steps=(Step(percent=1, seconds=120), Step(percent=5, seconds=120, approval=True), Step(percent=50, seconds=120)),
    deadline=7_200.0,
    broken_after=600.0,
    futility=Futility.ROLLBACK,
)
CONDUCT = Conduct(interval=60, trials=3, undo_window=600, keep_failed=300, verify_within=600)


class KilledError(BaseException):
    """The controller's process is gone at this point."""


@dataclass
class World:
    """A stage with one rollout, and a fault that strikes at random points."""

    rng: random.Random
    trouble: float = 0.0
    death: float = 0.0

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.gateway = FakeGateway(Target(stable="r1"), fault=self.strike)
        self.journal = FakeJournal(fault=self.strike)
        self.word = Label.PASS
        self.ports = Ports(
            traffic=self.gateway,
            fleet=self.gateway,
            observations=FakeObservations(self.clock, self.gateway, fault=self.strike),
            journal=self.journal,
            clock=self.clock,
            notifier=FakeNotifier(fault=self.strike),
        )
        self.judge = ScriptedJudge(POLICY, lambda _requests: self.word)
        body = Started(release="r2", stable="r1", policy={}, conduct=CONDUCT.to_mapping())
        calm = FakeJournal(lines=self.journal.lines)
        calm.append(Entry(number=1, began=1, rollout="r2-1", at=self.clock.now(), by="ada", body=body))

    def strike(self, _point: str) -> None:
        if self.rng.random() < self.death:
            raise KilledError
        if self.rng.random() < self.trouble:
            raise PortError("struck")

    def tick(self) -> None:
        with suppress(KilledError, PortError):  # anything else is a fault of the controller's
            Controller(self.ports, self.judge).tick()

    def entries(self) -> list[Entry]:
        return list(FakeJournal(lines=self.journal.lines).read(whole=True))

    def check(self) -> None:
        """The gateway is never above the highest split journalled since the last verified one, that one included."""
        state = fold(self.entries())
        assert state is not None
        assert self.gateway.serves.percent <= state.ceiling

    def calm(self) -> None:
        self.trouble = self.death = 0.0


@dataclass
class LateReader(FakeJournal):
    """A controller's journal that was read before another one wrote."""

    before: list[Entry] = field(default_factory=list[Entry])

    def read(self, *, whole: bool = False) -> list[Entry]:
        return self.before


def settle(world: World) -> None:
    """A tick that reaches the gateway brings it to the journal's last split, or to nothing for the canary."""
    world.calm()
    world.tick()
    state = fold(world.entries())
    assert state is not None
    assert world.gateway.serves.percent in {state.target.percent, 0.0}


EVENTS = st.sampled_from(
    ["tick"] * 12 + ["approve", "approve", "pause", "resume", "abort", "fail", "hold", "pass", "up"]
)


@settings(deadline=None, max_examples=300)
@given(
    seed=st.integers(0, 2**32),
    trouble=st.sampled_from([0.0, 0.05, 0.3]),
    death=st.sampled_from([0.0, 0.05, 0.2]),
    history=st.lists(EVENTS, min_size=5, max_size=60),
)
def test_no_history_breaks_the_rules(seed: int, trouble: float, death: float, history: list[str]) -> None:
    world = World(random.Random(seed), trouble, death)
    for event in history:
        world.clock.sleep(60)
        match event:
            case "tick":
                world.tick()
            case "fail" | "hold" | "pass":
                world.word = Label(event)
            case "abort":
                with suppress(KilledError):
                    abort(world.ports, "eve", "")
            case "up":  # a colleague's `pulumi up` applies what the journal says
                state = fold(world.entries())
                assert state is not None
                world.gateway.serves = state.target
            case _:
                with suppress(KilledError, PortError):
                    ask(world.ports, Request(event), "eve")
        world.check()
    settle(world)
    world.check()
    check_journal(world.entries())


def check_journal(entries: list[Entry]) -> None:
    """What must hold of every journal, whatever wrote it."""
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    step, verified = -1, Target(stable="r1")
    for entry in entries:
        match entry.body:
            case Decided(choice=Choice.ADVANCE, phase=Phase.STEPS) as decided:
                assert decided.step == step + 1, "a step was skipped"
                step = decided.step
            case Decided(choice=Choice.PROMOTE) as decided:
                by_a_person = f" by {'eve'}" in decided.reason
                assert by_a_person or (step == len(POLICY.steps) - 1 and decided.verdict == {"label": "pass"})
                assert by_a_person or verified.percent == POLICY.steps[-1].percent
            case Verified(target=seen):
                verified = seen
            case Asked() | Decided() | Started():
                pass


def drive(world: World, limit: int = 200) -> list[Entry]:
    for _ in range(limit):
        world.clock.sleep(60)
        world.tick()
        state = fold(world.entries())
        assert state is not None
        if state.over:
            break
        if state.last_reason == "waiting for approval":
            ask(world.ports, Request.APPROVE, "eve")
    return world.entries()


def outcome(entries: list[Entry]) -> tuple[Ending | None, str]:
    state = fold(entries)
    assert state is not None
    return state.ending, state.target.stable


def test_a_good_release_goes_through_every_step_and_the_old_one_is_retired() -> None:
    world = World(random.Random(1))
    entries = drive(world)
    assert outcome(entries) == (Ending.PROMOTED, "r2")
    percents = [
        e.body.target.percent for e in entries if isinstance(e.body, Decided) and e.body.choice is Choice.ADVANCE
    ]
    assert percents == [0.0, 1.0, 5.0, 50.0]
    assert world.gateway.serves == Target(stable="r2")
    assert [order.whole for order in world.gateway.orders] == [True, False, False, False, False, True]


def test_a_worse_release_is_taken_back_by_the_call_first() -> None:
    world = World(random.Random(1))
    for _ in range(3):
        world.clock.sleep(60)
        world.tick()
    assert world.gateway.serves.percent == 1
    world.word = Label.FAIL
    world.journal.fault = lambda point: (_ for _ in ()).throw(PortError("no store")) if "append" in point else None
    world.clock.sleep(60)
    world.tick()
    assert world.gateway.serves.percent == 0, "withdrawn although the store cannot be written"
    world.journal.fault = world.strike
    entries = drive(world)
    assert outcome(entries)[1] == "r1"
    assert world.gateway.serves == Target(stable="r1")


@pytest.mark.parametrize("word", [Label.HOLD, Label.NO_DATA])
def test_without_a_pass_the_deadline_takes_it_back(word: Label) -> None:
    world = World(random.Random(1))
    world.word = word
    assert outcome(drive(world)) == (Ending.DEADLINE, "r1")


def test_broken_for_too_long_is_taken_back() -> None:
    world = World(random.Random(1))
    for _ in range(3):
        world.clock.sleep(60)
        world.tick()
    world.word = Label.BROKEN
    assert outcome(drive(world)) == (Ending.BROKEN, "r1")


def test_what_is_not_made_in_time_ends_before_any_traffic() -> None:
    world = World(random.Random(1))
    world.gateway.slow = True
    assert outcome(drive(world)) == (Ending.NOT_CREATED, "r1")
    assert world.gateway.highest == 0


def test_an_apply_that_is_never_seen_takes_traffic_back() -> None:
    world = World(random.Random(1))
    world.clock.sleep(60)
    world.tick()
    world.gateway.fault = lambda point: (_ for _ in ()).throw(PortError("blind")) if point == "verify" else None
    for _ in range(14):
        world.clock.sleep(60)
        world.tick()
    world.gateway.fault = world.strike
    assert outcome(drive(world)) == (Ending.UNVERIFIED, "r1")


def test_a_stop_from_outside_the_journal_stands() -> None:
    world = World(random.Random(1))
    for _ in range(3):
        world.clock.sleep(60)
        world.tick()
    world.gateway.serves = Target(stable="r1", warm=("r2",))
    assert outcome(drive(world)) == (Ending.ABORTED, "r1")


def test_undo_goes_straight_back() -> None:
    world = World(random.Random(1))
    while (state := fold(world.entries())) is None or state.phase is not Phase.WARM or state.verified_at is None:
        world.clock.sleep(60)
        world.tick()
        if state is not None and state.last_reason == "waiting for approval":
            ask(world.ports, Request.APPROVE, "eve")
    ask(world.ports, Request.UNDO, "eve", "ratings look odd")
    world.tick()
    assert world.gateway.serves == Target(stable="r1", warm=("r2",))
    assert outcome(drive(world)) == (Ending.UNDONE, "r1")


def test_two_controllers_cannot_both_decide() -> None:
    world = World(random.Random(1))
    world.clock.sleep(60)
    entries = list(world.journal.read())
    world.tick()
    before = list(world.gateway.orders)
    stale = LateReader(lines=world.journal.lines)
    stale.before = entries
    with pytest.raises(FenceError):
        Controller(replace(world.ports, journal=stale), world.judge).tick()
    assert world.gateway.orders == before
    assert all(entry.by in {CONTROLLER, "ada"} for entry in world.entries())
