"""One tick: load, observe, judge, decide, journal, apply, verify. Stateless between calls; the journal is the state.

More traffic for the canary is journalled before it is applied; less traffic is applied before it is journalled. So
whatever kills a tick, the gateway is never above what the journal says, and the next tick goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rollout.control import labelling
from rollout.control.conduct import Conduct
from rollout.control.counting import plain
from rollout.control.decide import Facts, decide
from rollout.control.entries import CONTROLLER, Asked, Body, Choice, Decided, Ending, Entry, Phase, Request, Verified
from rollout.control.errors import CreationError, FenceError, ForeignError, PortError, RolloutError
from rollout.control.observing import intervals, spans, tally
from rollout.control.ports import Event, Order, Ports, Severity
from rollout.control.state import AFTER, State, step
from rollout.judge.observations import Interval
from rollout.judge.policy import Metric, Policy
from rollout.judge.verdict import Label, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The judge's word, with what the journal keeps of it: the verdict as plain values, and the judge's state."""

    verdict: Verdict
    mapping: Mapping[str, object]
    saved: Mapping[str, object]


class Judge(Protocol):
    """The judge as the controller meets it."""

    def policy(self, raw: Mapping[str, object]) -> Policy:
        """Read a policy as a journal's first entry carries it."""
        ...

    def look(self, policy: Policy, saved: Mapping[str, object] | None, seen: Sequence[Interval]) -> Judged:
        """Take the intervals in and say what is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one tick did: the state after it, its decision, and what could not be done (each to be tried again).

    `at` is when, where it wrote nothing: the state's own time is then an earlier tick's.
    """

    state: State
    decided: Decided | None = None
    troubles: tuple[str, ...] = ()
    at: float | None = None


class Controller:
    """Takes one stage's rollout a tick further."""

    def __init__(self, ports: Ports, judge: Judge) -> None:
        self._ports = ports
        self._judge = judge

    def tick(self) -> Tick | None:
        """One tick; None where there is no rollout.

        Raises:
            JournalError: the journal is damaged.
            PortError: the journal cannot be read.
            FenceError: another controller decided first; nothing of this tick's was carried out.
        """
        state = self._ports.journal.state()
        if state is None or state.over:
            return None if state is None else Tick(state=state)
        return _Run(self._ports, self._judge, state).tick()


class _Run:
    """One tick's working memory."""

    def __init__(self, ports: Ports, judge: Judge, state: State) -> None:
        self._ports = ports
        self._judge = judge
        self._state = state
        self._policy = judge.policy(state.policy)
        self._conduct = Conduct.of(state.conduct)
        self._troubles: list[str] = []
        self._failure: str | None = None
        self._foreign: str | None = None
        self._drifted = False

    def tick(self) -> Tick:
        before = self._state.target
        if not self._taken_back():
            self._settle()
        decided = decide(self._policy, self._conduct, self._state, self._facts())
        decided = self._capacity_first(decided)
        waits = decided.choice is Choice.HOLD and self._state.phase in {Phase.WARM, Phase.COOLING, Phase.ENDED}
        if waits and decided.labels is None:
            # Time alone passes: a day of such entries would say nothing that the journal does not know.
            now = self._ports.clock.now()
            return Tick(state=self._state, decided=decided, troubles=tuple(self._troubles), at=now)
        if decided.choice is Choice.ROLLBACK:
            self._withdraw()
        self._write(decided, self._ports.clock.now())
        if self._state.verified_at is None and self._state.target != before:
            self._settle()  # what was decided; what was settled above is not settled twice
            if self._foreign is not None:
                self._tell(decided)
                decided = decide(self._policy, self._conduct, self._state, self._known())
                self._write(decided, self._ports.clock.now())
        self._tell(decided)
        return Tick(state=self._state, decided=decided, troubles=tuple(self._troubles))

    def _order(self) -> Order:
        whole = self._state.phase in {Phase.PROVISION, Phase.ENDED}
        state = self._state
        return Order(
            rollout=state.rollout,
            number=state.number,
            target=state.target,
            releases=(state.stable, state.release),
            whole=whole,
        )

    def _settle(self) -> None:
        """Bring the gateway to the journalled target where it is not there, and write down that it was seen."""
        order, traffic = self._order(), self._ports.traffic
        try:
            if self._state.verified_at is not None and self._stopped_from_outside():
                return
            if not traffic.verify(order):
                self._drifted = self._state.verified_at is not None
                if order.whole and self._state.paused is not None:
                    return  # it is applied when a person says so
                if order.target.percent:
                    self._check_last_word()
                traffic.apply(order)
                if not traffic.verify(order):
                    return
        except CreationError as error:
            self._failure = str(error)
            self._troubles.append(str(error))
        except ForeignError as error:
            self._foreign = str(error)
        except PortError as error:
            self._drifted = True  # what cannot be seen counts for nothing
            self._troubles.append(str(error))
        else:
            if self._state.verified_at is None:
                self._write(Verified(target=order.target), self._ports.clock.now())

    def _check_last_word(self) -> None:
        """Refuse to give traffic where somebody has written meanwhile: a later word may have taken it back."""
        now = self._ports.journal.state()
        if now is None or now.number != self._state.number:
            raise FenceError(
                f"the journal went on after entry {self._state.number} while this controller was at work; no traffic "
                "was given. Run it again"
            )

    def _taken_back(self) -> bool:
        """Whether a person's word takes traffic back: then nothing that the journal said before it is applied first."""
        asked = self._state.asked
        return asked is not None and (
            asked.request is Request.ABORT or (asked.request is Request.UNDO and self._state.phase is Phase.WARM)
        )

    def _stopped_from_outside(self) -> bool:
        """Somebody took the canary's traffic away without the journal: that stands, as an abort."""
        if self._state.phase is not Phase.STEPS or self._ports.traffic.read().percent > 0:
            return False
        if self._state.asked is None or self._state.asked.request is not Request.ABORT:
            found = Asked(request=Request.ABORT, reason="the gateway was found at 0 percent, set outside the journal")
            self._write(found, self._ports.clock.now())
        return True

    def _facts(self) -> Facts:
        facts = self._known()
        match self._state.phase:
            case Phase.TRY:
                return self._try(facts)
            case Phase.STEPS:
                return self._labelled(self._observe(facts))
            case Phase.WARM:
                return self._labelled(facts)
            case _:
                return facts

    def _known(self) -> Facts:
        """What is known without a look at the canary's answers."""
        now, requests = self._ports.clock.now(), self._state.canary_requests
        return Facts(now=now, canary_requests=requests, failure=self._failure, foreign=self._foreign)

    def _try(self, facts: Facts) -> Facts:
        tries = self._state.tries
        try:
            while tries < self._conduct.trials:
                self._ports.fleet.answer(self._state.release)
                tries += 1
        except PortError as error:
            return replace(facts, tries=0, failure=str(error))
        return replace(facts, tries=tries)

    def _observe(self, facts: Facts) -> Facts:
        state, now = self._state, facts.now
        since = state.observed_until if state.observed_until is not None else state.started_at
        try:
            counted = self._ports.observations.since(since, state.yardstick)
        except PortError as error:
            self._troubles.append(str(error))
            broken_since = state.broken_since if state.broken_since is not None else now
            return replace(facts, broken_since=broken_since, judge=state.judge, observed_until=state.observed_until)
        seen = intervals(counted, spans(state, now), state.rollout)
        if self._drifted:
            seen = tuple(replace(each, verified=False) for each in seen)
        judged = self._judge.look(self._policy, state.judge, seen)
        broken = judged.verdict.label is Label.BROKEN
        broken_since = (state.broken_since if state.broken_since is not None else now) if broken else None
        return replace(
            facts,
            verdict=judged.verdict,
            verdict_mapping=judged.mapping,
            judge=judged.saved,
            observed_until=max((each.start + each.seconds for each in counted), default=state.observed_until),
            canary_requests=judged.verdict.canary_requests,
            seen=tally(seen),
            counted=[plain(each) for each in seen],
            broken_since=broken_since,
        )

    def _labelled(self, facts: Facts) -> Facts:
        outcomes = self._ports.outcomes
        if outcomes is None or Metric.LABELS not in self._policy.metrics:
            return facts
        try:
            found = labelling.look(outcomes, self._judge, self._policy, self._state, now=facts.now)
        except PortError as error:
            self._troubles.append(str(error))
            return facts
        return replace(facts, labels=found)

    def _capacity_first(self, decided: Decided) -> Decided:
        """Before more traffic goes to a release, its instances are in service; until then the decision waits."""
        if decided.choice not in {Choice.ADVANCE, Choice.PROMOTE} or decided.target == self._state.target:
            return decided
        try:
            if self._ports.fleet.ready(decided.target):
                return decided
            reason = f"waiting for the instances that this needs: {decided.reason}"
        except PortError as error:
            self._troubles.append(str(error))
            reason = f"the instances that this needs could not be asked for: {error}"
        state = self._state
        return replace(
            decided,
            choice=Choice.HOLD,
            reason=reason,
            phase=state.phase,
            step=state.step,
            target=state.target,
            ending=None,
            tries=self._conduct.trials if state.phase is Phase.TRY else 0,
        )

    def _withdraw(self) -> None:
        if self._state.ceiling == 0:
            return  # the canary has no traffic that could be taken away
        try:
            self._ports.traffic.withdraw()
        except PortError as error:
            self._troubles.append(str(error))

    def _write(self, body: Body, now: float) -> None:
        state = self._state
        entry = Entry(
            number=state.number + 1, began=state.began, rollout=state.rollout, at=now, by=CONTROLLER, body=body
        )
        self._ports.journal.append(entry)
        self._state = step(state, entry)

    def _tell(self, decided: Decided) -> None:
        event = _event(self._state, decided, self._ports.clock.now())
        if event is None:
            return
        try:
            self._ports.notifier.notify(event)
        except PortError as error:
            self._troubles.append(f"nobody could be told: {error}")


def abort(ports: Ports, person: str, reason: str) -> tuple[str, ...]:
    """Take the canary's traffic away now, and then write down that a person said so. Returns what failed.

    Works with the journal, the lock and the engine's state unavailable: the call to the gateway comes first.
    """
    troubles: list[str] = []
    try:
        ports.traffic.withdraw()
    except PortError as error:
        troubles.append(str(error))
    try:
        state = ask(ports, Request.ABORT, person, reason)
    except RolloutError as error:
        troubles.append(f"not written down yet; run abort again when the journal can be read and written: {error}")
    else:
        if state is not None and state.phase is Phase.WARM:
            troubles.append(f"{state.rollout} has promoted {state.release} already: canary undo takes that back")
    return tuple(troubles)


def ask(ports: Ports, request: Request, person: str, reason: str = "") -> State | None:
    """Write a person's request down for the next tick. Returns the state after it; None where there is no rollout.

    An abort of what has ended already is not written: there is nothing left that it could take back.
    """
    for attempt in range(3):
        state = ports.journal.state()
        if state is None or (request is Request.ABORT and state.phase in AFTER):
            return state
        body = Asked(request=request, reason=reason)
        entry = Entry(
            number=state.number + 1,
            began=state.began,
            rollout=state.rollout,
            at=ports.clock.now(),
            by=person,
            body=body,
        )
        try:
            ports.journal.append(entry)
        except FenceError:
            if attempt == 2:  # noqa: PLR2004 - the last of the three
                raise
            continue  # the controller wrote meanwhile; what was asked still holds
        return step(state, entry)
    return None


def _event(state: State, decided: Decided, now: float) -> Event | None:
    what, severity = _WHAT.get(decided.choice, (None, Severity.INFO))
    if decided.choice is Choice.HOLD and decided.reason == "waiting for approval":
        what, severity = "waiting for approval", Severity.ATTENTION
    text = decided.reason
    if decided.choice is Choice.HOLD and decided.labels is not None and decided.labels["newly"]:
        what, severity, text = "labels", Severity.ATTENTION, str(decided.labels["text"])
    if what is None:
        return None
    if decided.ending is Ending.UNDONE:
        what, severity = "undone", Severity.ATTENTION
    numbers = {
        "percent": decided.target.percent,
        "canary_requests": decided.canary_requests,
        "step": decided.step,
        "ending": decided.ending.value if decided.ending else None,
    }
    return Event(what=what, severity=severity, rollout=state.rollout, at=now, text=text, numbers=numbers)


_WHAT: Mapping[Choice, tuple[str, Severity]] = {
    Choice.ADVANCE: ("advanced", Severity.INFO),
    Choice.PAUSE: ("paused", Severity.ATTENTION),
    Choice.PROMOTE: ("promoted", Severity.INFO),
    Choice.ROLLBACK: ("aborted", Severity.ALARM),
    Choice.RETIRE: ("retired", Severity.INFO),
}
