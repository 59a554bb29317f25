"""Killed at every transition, with faults in every port and others at work: what must hold in every history."""

import random
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.control.conduct import Conduct
from rollout.control.controller import Controller, Judged, abort, ask
from rollout.control.entries import CONTROLLER, Asked, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import FenceError, PortError
from rollout.control.fakes import (
    FakeClock,
    FakeGateway,
    FakeNotifier,
    FakeObservations,
    FakeOutcomes,
    LateError,
    MemoryStore,
    ScriptedJudge,
    StaleError,
    TornError,
)
from rollout.control.journal import StoreJournal
from rollout.control.ports import Delivery, Ports
from rollout.control.state import State, fold
from rollout.control.target import Target
from rollout.judge.policy import Futility, Policy, Step
from rollout.judge.verdict import Label
from store import UnreachableError

POLICY = Policy(
    name="test",
    steps=(Step(percent=1, seconds=120), Step(percent=5, seconds=120, approval=True), Step(percent=50, seconds=120)),
    deadline=7_200.0,
    broken_after=600.0,
    futility=Futility.ROLLBACK,
)
CONDUCT = Conduct(interval=60, trials=3, undo_window=600, keep_failed=300, verify_within=600)


DELIVERED = Delivery(labels={"a": (4.0,)}, until=inf)
"""True ratings of one answer, which is nobody's: every look joins what there is with both tracks' answers."""


class KilledError(BaseException):
    """The controller's process is gone at this point."""


STALE = {"read", "verify before"}
POINTS = {
    *("read", "verify before", "verify after", "apply before", "apply after", "withdraw before", "withdraw after"),
    *("ready", "answer", "observe", "notify", "delivered", "answers"),
    *("store read", "store keys", "store write before", "store write after"),
}
"""Every place at which a port is used: before and after each write, apply and withdrawal, and at each look."""


@dataclass
class World:
    """A stage with one rollout, faults that strike at random points, and other people at work at random points."""

    rng: random.Random
    trouble: float = 0.0
    death: float = 0.0
    others: float = 0.0
    lives: bool = True
    struck: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.gateway = FakeGateway(Target(stable="r1"), fault=self.strike)
        self.store = MemoryStore(fault=self.strike)
        self.journal = StoreJournal(self.store)
        self.word = Label.PASS
        self.ports = Ports(
            traffic=self.gateway,
            fleet=self.gateway,
            observations=FakeObservations(self.clock, self.gateway, fault=self.strike),
            journal=self.journal,
            clock=self.clock,
            notifier=FakeNotifier(fault=self.strike),
            outcomes=FakeOutcomes(delivery=DELIVERED, fault=self.strike),
        )
        self.judge = ScriptedJudge(POLICY, lambda _requests: self.word)
        body = Started(release="r2", stable="r1", policy={}, conduct=CONDUCT.to_mapping())
        began = Entry(number=1, began=1, rollout="r2-1", at=self.clock.now(), by="ada", body=body)
        with self.undisturbed():
            self.journal.append(began)

    def strike(self, point: str) -> None:
        if self.rng.random() < self.death:
            self.struck.add((point, "killed"))
            raise KilledError
        if self.rng.random() < self.others:
            self.struck.add((point, "somebody else"))
            with self.undisturbed():
                abort(replace(self.ports, journal=StoreJournal(self.store)), "eve", "in the middle")
        if self.rng.random() < self.trouble:
            raise self._fault(point)

    def _fault(self, point: str) -> Exception:
        if point == "store write before" and self.rng.random() < 0.5:
            kind: Exception = TornError("cut short")
        elif point.startswith("store"):
            kind = UnreachableError("struck")
        elif point == "apply before" and self.rng.random() < 0.5:
            kind = LateError("timed out")
        elif point in STALE and self.rng.random() < 0.5:
            kind = StaleError("stale")
        else:
            kind = PortError("struck")
        self.struck.add((point, type(kind).__name__))
        return kind

    @contextmanager
    def undisturbed(self) -> Generator[None]:
        kept = (self.trouble, self.death, self.others)
        self.trouble = self.death = self.others = 0.0
        yield
        self.trouble, self.death, self.others = kept

    def tick(self) -> None:
        """One tick: of a process that lives, or of a new one each time. What somebody wrote meanwhile ends it."""
        ports = self.ports if self.lives else replace(self.ports, journal=StoreJournal(self.store))
        with suppress(KilledError, PortError, FenceError):  # anything else is a fault of the controller's
            Controller(ports, self.judge).tick()
        self.gateway.before = None  # the moment is over: what is read from now on is what there is

    def entries(self) -> list[Entry]:
        with self.undisturbed():
            return list(StoreJournal(self.store).read(whole=True))

    def state(self) -> State:
        state = fold(self.entries())
        assert state is not None
        return state

    def check(self) -> None:
        """The gateway is never above the highest split journalled since the last verified one, that one included."""
        assert self.gateway.serves.percent <= self.state().ceiling

    def calm(self) -> None:
        self.trouble = self.death = self.others = 0.0


class LateReader(StoreJournal):
    """The journal of a controller that read it before another one wrote."""

    def __init__(self, *, before: list[Entry], store: MemoryStore) -> None:
        super().__init__(store)
        self.before = before

    def state(self) -> State | None:
        return fold(self.before)


def settle(world: World) -> None:
    """A tick that reaches the gateway brings it to the journal's last split, or to nothing for the canary."""
    world.calm()
    world.gateway.land()
    world.tick()
    assert world.gateway.serves.percent in {world.state().target.percent, 0.0}


ASKED = ("approve", "pause", "resume", "promote", "undo", "retire")
EVENTS = st.sampled_from(
    ["tick"] * 14 + ["approve"] * 3 + ["resume"] * 2 + ["pause", "promote", "undo", "retire", "abort"]
    + ["fail", "hold", "broken", "pass", "pass", "up", "land", "slow", "foreign", "later"]
)  # fmt: skip


def play(world: World, history: list[str]) -> None:
    """Let a history happen, and look after each event."""
    for event in history:
        world.clock.sleep(60)
        match event:
            case "tick":
                world.tick()
            case "fail" | "hold" | "pass" | "broken":
                world.word = Label(event)
            case "abort":
                with suppress(KilledError):
                    abort(world.ports, "eve", "")
            case (
                "up"
            ):  # a colleague's `pulumi up` applies what the journal says, and waits for another that is under way
                world.gateway.land()
                world.gateway.serves = world.state().target
            case "land":
                world.gateway.land()
            case "slow":
                world.gateway.slow = not world.gateway.slow
            case "foreign":
                world.gateway.foreign = None if world.gateway.foreign else "theirs"
            case "later":
                world.clock.sleep(4_000)
            case _:
                with suppress(KilledError, PortError, FenceError):
                    ask(world.ports, Request(event), "eve")
        world.check()
    settle(world)
    world.check()
    check_journal(world.entries())
    check_orders(world)


@settings(deadline=None, max_examples=400)
@given(
    seed=st.integers(0, 2**32),
    trouble=st.sampled_from([0.0, 0.03, 0.2]),
    death=st.sampled_from([0.0, 0.03, 0.15]),
    others=st.sampled_from([0.0, 0.0, 0.02]),
    history=st.lists(EVENTS, min_size=5, max_size=70),
)
def test_no_history_breaks_the_rules(
    seed: int, trouble: float, death: float, others: float, history: list[str]
) -> None:
    play(World(random.Random(seed), trouble, death, others, lives=bool(seed % 2)), history)


FAULTS = ((0.0, 0.0, 0.0), (0.1, 0.0, 0.0), (0.0, 0.05, 0.0), (0.05, 0.03, 0.03), (0.0, 0.0, 0.01))
"""Trouble, death and others, each a chance a point: where others are many, few rollouts come far."""


def test_every_fault_strikes_at_every_point_and_every_ending_is_reached() -> None:
    """What the histories above are drawn from, counted: a law that nothing tests would hold as well."""
    kinds = ["tick"] * 14 + ["approve"] * 3 + ["resume"] * 2 + ["pass", "promote", "undo", "retire"]
    kinds += ["pause", "abort", "fail", "hold", "broken", "up", "land", "slow", "foreign", "later"]
    struck, endings, paused = set[tuple[str, str]](), set[Ending | None](), 0
    for seed in range(600):
        rng = random.Random(seed)
        faults = rng.choice(FAULTS)
        world = World(rng, *faults, lives=bool(seed % 2))
        rare = rng.random() < 0.6  # without what ends most of them early
        events = [each for each in kinds if not rare or each not in {"abort", "fail", "foreign", "slow", "later"}]
        play(world, rng.choices(events, k=60))
        struck |= world.struck
        endings.add(world.state().ending)
        paused += any(isinstance(each.body, Decided) and each.body.reason == "theirs" for each in world.entries())
    expected = {(point, kind) for point in POINTS for kind in ("killed", "somebody else")}
    expected |= {(point, "UnreachableError" if point.startswith("store") else "PortError") for point in POINTS}
    expected |= {
        ("apply before", "LateError"),
        ("store write before", "TornError"),
        *((point, "StaleError") for point in STALE),
    }
    assert expected - struck == set()
    assert set(Ending) - endings == {Ending.FUTILE}  # its own test: a scripted judge does not reckon
    assert paused > 0


def check_journal(entries: list[Entry]) -> None:
    """What must hold of every journal, whatever wrote it."""
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    step, verified, asked = -1, Target(stable="r1"), set[Request]()
    ended = False
    for entry in entries:
        match entry.body:
            case Decided(choice=Choice.ADVANCE, phase=Phase.STEPS) as decided:
                assert decided.step == step + 1, "a step was skipped"
                assert not ended
                assert Request.ABORT not in asked, "an abort was passed over"
                assert step < 0 or decided.verdict in ({"label": "pass"}, {"label": "hold"}), "moved on no verdict"
                step = decided.step
            case Decided(choice=Choice.PROMOTE) as decided:
                by_a_person = " by eve" in decided.reason
                assert by_a_person == (Request.PROMOTE in asked and by_a_person)
                assert by_a_person or (step == len(POLICY.steps) - 1 and decided.verdict == {"label": "pass"})
                assert by_a_person or verified.percent == POLICY.steps[-1].percent
                assert Request.ABORT not in asked, "an abort was passed over"
                ended = True
            case Decided(choice=Choice.ROLLBACK) as decided:
                assert decided.target.stable == "r1"
                ended = True
            case Decided() as decided:
                assert decided.target.percent == 0 or not ended
            case Verified(target=seen):
                verified = seen
            case Asked(request=request):
                assert entry.by == "eve" or request is Request.ABORT
                asked.add(request)
            case Started():
                pass


def check_orders(world: World) -> None:
    """The controller gave no traffic that a person had taken back, and no whole update where it had to pause."""
    aborted = next((e.number for e in world.entries() if e.body == Asked(request=Request.ABORT)), None)
    for order in world.gateway.orders:
        assert aborted is None or order.number <= aborted or order.target.percent == 0


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
    world.store.fault = lambda point: (_ for _ in ()).throw(UnreachableError("no")) if "write" in point else None
    world.clock.sleep(60)
    world.tick()
    assert world.gateway.serves.percent == 0, "withdrawn although the store cannot be written"
    world.store.fault = world.strike
    entries = drive(world)
    assert outcome(entries)[1] == "r1"
    assert world.gateway.serves == Target(stable="r1")


@pytest.mark.parametrize("futility", Futility)
def test_what_will_not_be_known_within_the_plan_is_taken_back_or_waits_for_a_person(futility: Futility) -> None:
    world = World(random.Random(1))
    told = world.judge.look

    def futile(*asked: Any) -> Judged:
        judged = told(*asked)
        return replace(judged, verdict=replace(judged.verdict, label=Label.HOLD, futile=True))

    world.judge.look = futile  # pyright: ignore[reportAttributeAccessIssue] # the port's method, of another judge
    world.judge.given = replace(POLICY, futility=futility)
    for _ in range(4):
        world.clock.sleep(60)
        world.tick()
    state = world.state()
    if futility is Futility.PAUSE:
        assert (state.ending, state.target.percent) == (None, 1)
        assert state.paused == "at this traffic it will not be known within the plan"
    else:
        assert (state.ending, state.target.percent) == (Ending.FUTILE, 0)


@pytest.mark.parametrize("word", [Label.HOLD, Label.NO_DATA])
def test_without_a_pass_the_deadline_takes_it_back(word: Label) -> None:
    world = World(random.Random(1))
    world.word = word
    assert outcome(drive(world)) == (Ending.DEADLINE, "r1")


@pytest.mark.parametrize("word", [Label.BROKEN, Label.NO_DATA])
def test_nothing_moves_forward_on_what_is_no_verdict(word: Label) -> None:
    world = World(random.Random(1))
    for _ in range(3):
        world.clock.sleep(60)
        world.tick()
    world.word = word
    for _ in range(8):  # the step's two minutes are long over, `broken_after` is not
        world.clock.sleep(60)
        world.tick()
    state = world.state()
    assert (state.step, state.target.percent, state.ending) == (0, 1, None)
    assert state.last_reason == f"{word.value}: nothing moves on it"


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
    world.gateway.fault = lambda point: (_ for _ in ()).throw(PortError("blind")) if point == "verify before" else None
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


def test_a_split_that_was_changed_outside_the_journal_is_brought_back_to_the_journals_at_the_next_tick() -> None:
    world = World(random.Random(1))
    for _ in range(3):
        world.clock.sleep(60)
        world.tick()
    journalled = Target(stable="r1", canary="r2", percent=1)
    assert world.gateway.serves == journalled
    world.gateway.serves = replace(journalled, percent=50)
    world.tick()
    assert (world.gateway.serves, world.gateway.orders[-1].target) == (journalled, journalled)
    assert world.state().ending is None


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
    stale = LateReader(before=entries, store=world.store)
    with pytest.raises(FenceError):
        Controller(replace(world.ports, journal=stale), world.judge).tick()
    assert world.gateway.orders == before
    assert all(entry.by in {CONTROLLER, "ada"} for entry in world.entries())
