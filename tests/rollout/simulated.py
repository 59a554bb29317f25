"""A rollout by the real controller and the real judge on the fakes' gateway and counts, written into a store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rollout.control.conduct import Conduct
from rollout.control.controller import Controller, Judge
from rollout.control.entries import Entry, Started
from rollout.control.fakes import FakeClock, FakeGateway, FakeNotifier, FakeOutcomes
from rollout.control.journal import StoreJournal
from rollout.control.judging import TheJudge, policy_mapping, settled_policy
from rollout.control.ports import Counted, Ports
from rollout.control.state import State
from rollout.control.target import Target
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import STANDARD, Metric, Policy, Step
from store import Store, open_store

POLICY = replace(
    STANDARD,
    name="simulated",
    steps=(Step(percent=10, seconds=600), Step(percent=50, seconds=900, approval=True)),
    metrics=(Metric.ERRORS, Metric.LATENCY, Metric.RATIO),
)
CONDUCT = Conduct(interval=60, trials=2, undo_window=7_200, keep_failed=3_600)


@dataclass
class Counts:
    """Intervals of a minute; `failing` of every thousand canary requests fail, `slow` percent of either track are slow,
    or `slow_canary` of the canary's.
    """

    clock: FakeClock
    gateway: FakeGateway
    per_minute: int = 1_200
    failing: int = 1
    slow: int = 10
    slow_canary: int | None = None
    history: int = 50_000
    limits: tuple[float, ...] | None = None

    def baseline(self, release: str, start: float) -> Baseline:
        return Baseline(
            requests=self.history,
            per_minute=self.per_minute,
            error_rate=0.001,
            thresholds={"p90": 40.0},
            instances=2,
            limits=self.limits,
        )

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:
        found: list[Counted] = []
        first = -(-start // 60) * 60
        while first + 60 <= self.clock.now():
            canary = round(self.per_minute * self.gateway.serves.percent / 100)
            found.append(
                Counted(
                    start=first,
                    seconds=60.0,
                    canary=self._track(
                        canary, self.failing, self.slow if self.slow_canary is None else self.slow_canary
                    ),
                    stable=self._track(self.per_minute - canary, 1, self.slow),
                )
            )
            first += 60
        return found

    def _track(self, requests: int, failing: int, slow: int) -> TrackCounts:
        errors = {"4xx": 0, "5xx": round(requests * failing / 1000)}
        return TrackCounts(requests=requests, errors=errors, slow={"p90": requests * slow // 100})


@dataclass
class Simulated:
    """A store in `folder` and all that acts on it."""

    folder: Path
    policy: Policy = POLICY
    conduct: Conduct = CONDUCT
    judge: Judge = field(default_factory=TheJudge)

    def __post_init__(self) -> None:
        self.clock = FakeClock(at=1_800_000_000.0)
        self.gateway = FakeGateway(Target(stable="r1"))
        self.counts = Counts(self.clock, self.gateway)
        self.notifier = FakeNotifier()
        self.outcomes = FakeOutcomes()
        self.store: Store = open_store("store", self.folder)
        self.journal = StoreJournal(self.store)
        self.ports = Ports(
            traffic=self.gateway,
            fleet=self.gateway,
            observations=self.counts,
            journal=self.journal,
            clock=self.clock,
            notifier=self.notifier,
            outcomes=self.outcomes,
        )

    def begin(self, release: str = "r2", manifests: Mapping[str, str] | None = None) -> None:
        before = self.journal.state()
        number = 1 if before is None else before.number + 1
        body = Started(
            release=release,
            stable=self.gateway.serves.stable,
            policy=policy_mapping(settled_policy(self.policy)),
            conduct=self.conduct.to_mapping(),
            thresholds={"p90": 40.0},
            manifests=manifests or {},
        )
        now = self.clock.now()
        entry = Entry(number=number, began=number, rollout=f"{release}-{number}", at=now, by="ada", body=body)
        self.journal.append(entry)

    def state(self) -> State:
        state = self.journal.state()
        assert state is not None
        return state

    def until(self, done: Callable[[State], bool], limit: int = 500) -> State:
        """Tick each minute until a state is reached."""
        for _ in range(limit):
            self.clock.sleep(60)
            tick = Controller(self.ports, self.judge).tick()
            assert tick is not None
            if done(tick.state):
                return tick.state
        raise AssertionError(f"not reached within {limit} ticks: {self.state()}")
