"""Every port in memory: a gateway, a clock, a journal that can be lost or torn, observations by rule.

Not doubles that answer what a test wants to hear: the gateway serves what was applied to it, whoever applied it, and a
fault may strike before or after the thing was done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rollout.control.codec import decode, encode
from rollout.control.controller import Judged
from rollout.control.entries import Entry
from rollout.control.errors import FenceError, ForeignError, PortError
from rollout.control.ports import Answer, Counted, Delivery, Event, Order, Seen
from rollout.control.state import State, fold
from rollout.control.target import Target
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import Interval, TrackCounts
from rollout.judge.policy import LabelRule, Policy
from rollout.judge.verdict import Cause, Label, Reason, Verdict
from store import AlreadyThereError, NotThereError, UnreachableError

Fault = Callable[[str], None]
"""Called with the name of each point at which something may fail; raises what strikes there."""


def no_fault(_point: str) -> None:
    """Nothing strikes."""


class LateError(PortError):
    """Struck where something is applied: the caller is told of a timeout, and it is applied when `land` is called."""


class TornError(UnreachableError):
    """Struck where something is written: half of it is there, and the caller is told that it is not."""


class StaleError(PortError):
    """Struck where something is read: what was there before this moment's own change is read, and no error told."""


@dataclass
class FakeClock:
    """Time that passes when it is told to."""

    at: float = 1_000_000.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class FakeGateway:
    """A stage and its endpoints. `highest` is the most that the canary has ever had since it was last reset."""

    serves: Target
    fault: Fault = no_fault
    orders: list[Order] = field(default_factory=list[Order])
    highest: float = 0.0
    in_service: set[str] = field(default_factory=set[str])
    slow: bool = False
    foreign: str | None = None
    """What others have changed: whole updates are refused with it."""
    late: list[Order] = field(default_factory=list[Order])
    """What was applied and has not arrived yet."""
    before: Seen | None = None
    """What was served before the last change, where that was in this moment."""

    def __post_init__(self) -> None:
        self.in_service |= {self.serves.stable, *self.serves.warm}

    def read(self) -> Seen:
        try:
            self.fault("read")
        except StaleError:
            return self.before or self._seen()
        return self._seen()

    def apply(self, order: Order) -> None:
        try:
            self.fault("apply before")
        except LateError:
            if self.foreign is None or not order.whole:
                self.late.append(order)
            raise
        if order.whole and self.foreign is not None:
            raise ForeignError(self.foreign)
        self.orders.append(order)
        self._serve(order.target)
        self.fault("apply after")

    def verify(self, order: Order) -> bool:
        seen = self._seen()
        try:
            self.fault("verify before")
        except StaleError:
            seen = self.before or seen
        verified = not self.late and seen.serves(order.target, order.releases)
        self.fault("verify after")
        return verified

    def land(self) -> None:
        """Let arrive what was applied and has not yet, in its order."""
        while self.late:
            order = self.late.pop(0)
            self.orders.append(order)
            self._serve(order.target)

    def withdraw(self) -> None:
        self.fault("withdraw before")
        self._serve(Target(stable=self.serves.stable, warm=self._rest()))
        self.fault("withdraw after")

    def ready(self, target: Target) -> bool:
        self.fault("ready")
        return not self.slow and {target.stable, *([target.canary] if target.canary else [])} <= self.in_service

    def answer(self, release: str) -> None:
        self.fault("answer")
        if release not in self.in_service:
            raise PortError(f"{release} does not answer")

    def _seen(self) -> Seen:
        now = self.serves
        return Seen(stable=now.stable, canary=now.canary, percent=now.percent, in_service=frozenset(self.in_service))

    def _serve(self, target: Target) -> None:
        self.before = self._seen()
        self.serves = target
        self.highest = max(self.highest, target.percent)
        named = {target.stable, *([target.canary] if target.canary else []), *target.warm}
        self.in_service = named if not self.slow else self.in_service & named

    def _rest(self) -> tuple[str, ...]:
        canary = (self.serves.canary,) if self.serves.canary else ()
        return (*canary, *self.serves.warm)


@dataclass
class MemoryStore:
    """A `Store` in memory, each of whose calls may fail; a write is whole or, where the fault says so, cut short."""

    fault: Fault = no_fault
    kept: dict[str, bytes] = field(default_factory=dict[str, bytes])
    uri: str = "memory"
    reads: list[str] = field(default_factory=list[str])

    def read(self, key: str) -> bytes:
        self.fault("store read")
        self.reads.append(key)
        if key not in self.kept:
            raise NotThereError(key)
        return self.kept[key]

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        try:
            self.fault("store write before")
        except TornError:
            if not once or key not in self.kept:
                self.kept[key] = data[: len(data) // 2]
            raise
        if once and key in self.kept:
            raise AlreadyThereError(key)
        self.kept[key] = data
        self.fault("store write after")

    def keys(self, prefix: str = "") -> Sequence[str]:
        self.fault("store keys")
        return sorted(key for key in self.kept if key.startswith(prefix))

    def delete(self, key: str) -> None:
        self.fault("store delete")
        self.kept.pop(key, None)


@dataclass
class FakeJournal:
    """Entries as the bytes that a store would hold."""

    fault: Fault = no_fault
    lines: list[bytes] = field(default_factory=list[bytes])

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        self.fault("journal read")
        entries = [decode(line) for line in self.lines]
        return entries if whole or not entries else entries[entries[-1].began - 1 :]

    def state(self) -> State | None:
        return fold(self.read())

    def append(self, entry: Entry) -> None:
        self.fault("append before")
        if entry.number != len(self.lines) + 1:
            raise FenceError(f"entry {entry.number} of the journal is written already")
        self.lines.append(encode(entry))
        self.fault("append after")


@dataclass
class FakeObservations:
    """Intervals of `seconds` with as many requests a minute as told, split as the gateway splits at the end of each."""

    clock: FakeClock
    gateway: FakeGateway
    per_minute: int = 600
    seconds: float = 60.0
    fault: Fault = no_fault

    def baseline(self, release: str, start: float) -> Baseline:  # noqa: ARG002 - one release like another
        self.fault("baseline")
        return Baseline(requests=10_000, per_minute=self.per_minute, error_rate=0.001)

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:  # noqa: ARG002 - 5xx only
        self.fault("observe")
        found: list[Counted] = []
        first = -(-start // self.seconds) * self.seconds
        while first + self.seconds <= self.clock.now():
            requests = int(self.per_minute * self.seconds / 60)
            canary = round(requests * self.gateway.serves.percent / 100)
            found.append(
                Counted(
                    start=first,
                    seconds=self.seconds,
                    canary=TrackCounts(requests=canary, errors={"5xx": 0}),
                    stable=TrackCounts(requests=requests - canary, errors={"5xx": 0}),
                )
            )
            first += self.seconds
        return found


@dataclass
class FakeOutcomes:
    """Deliveries and answers as they are given, answers by release."""

    delivery: Delivery = field(default_factory=Delivery)
    given: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    settled: float = 0.0
    fault: Fault = no_fault

    def delivered(self, rule: LabelRule) -> Delivery:  # noqa: ARG002 - read already
        self.fault("delivered")
        return self.delivery

    def answers(self, release: str, start: float, end: float) -> Sequence[Answer]:
        self.fault("answers")
        return [each for each in self.given.get(release, []) if start <= each.at < end]


@dataclass
class FakeNotifier:
    """Remembers."""

    events: list[Event] = field(default_factory=list[Event])
    fault: Fault = no_fault

    def notify(self, event: Event) -> None:
        self.fault("notify")
        self.events.append(event)


@dataclass
class ScriptedJudge:
    """A judge that says what `word` says of the canary requests seen so far; the policy is given, not read."""

    given: Policy
    word: Callable[[int], Label] = lambda _requests: Label.PASS

    def policy(self, raw: Mapping[str, object]) -> Policy:  # noqa: ARG002 - the given one
        return self.given

    def look(
        self,
        policy: Policy,  # noqa: ARG002 - the given one
        saved: Mapping[str, object] | None,
        seen: Sequence[Interval],
    ) -> Judged:
        before = saved or {"requests": 0, "look": 0}
        counted = sum(each.canary.requests for each in seen if each.verified and each.canary is not None)
        requests, look = int(str(before["requests"])) + counted, int(str(before["look"])) + len(seen)
        label = self.word(requests)
        reason = Reason(cause=Cause.WAITING, metric="errors", text=f"{label.value} after {requests} requests")
        verdict = Verdict(label=label, look=look, canary_requests=requests, metric="errors", reasons=(reason,))
        return Judged(verdict=verdict, mapping={"label": label.value}, saved={"requests": requests, "look": look})
