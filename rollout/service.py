"""What the commands do, as an API: start a rollout, take it further, say what a person asks, run it to its end.

    rollouts = Rollouts(open_stack("local"))
    rollouts.start("r2")
    state = rollouts.run()

Everything but `start`, `tick` and `run` works without the lock: what a person asks is one entry in the journal.
"""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from releases.manifest import to_json
from releases.model import Release
from releases.registry import load
from rollout import agreement
from rollout.adapters.clock import Stamps
from rollout.control.conduct import Conduct
from rollout.control.controller import Controller, Judge, Tick, abort, ask
from rollout.control.entries import Ending, Entry, Phase, Request, Started
from rollout.control.errors import FenceError, NothingUnderWayError, PortError, RequestError, UnderWayError
from rollout.control.judging import TheJudge, policy_mapping, settled_policy
from rollout.control.lock import Lock
from rollout.control.ports import Event, Ports, Severity
from rollout.control.state import State, fold
from rollout.control.yardstick import Baseline, thresholds_in_force, uncounted_in
from rollout.errors import AdoptionError, UnmeasuredError
from rollout.judge.policy import Metric, Policy
from rollout.judge.spending import limits
from rollout.record import records
from rollout.stack import Stack
from rollout.wiring import LOOK, documents_for, person, ports_for

Watcher = Callable[[Tick], None]
Documents = Callable[[Sequence[Release]], Mapping[str, str]]
_AGAIN = 2
"""Ticks that may end because somebody wrote meanwhile, before that is taken for another controller's doing."""
ENOUGH = 100
"""Answers of the stable release that its quantiles rest on, at least."""
_PHASES: dict[Request, tuple[frozenset[Phase], str]] = {
    Request.APPROVE: (frozenset({Phase.STEPS}), "its steps"),
    Request.PAUSE: (frozenset({Phase.PROVISION, Phase.TRY, Phase.STEPS}), "what comes before its end"),
    Request.RESUME: (frozenset({Phase.PROVISION, Phase.TRY, Phase.STEPS}), "what comes before its end, or is paused"),
    Request.PROMOTE: (frozenset({Phase.STEPS}), "its steps"),
    Request.UNDO: (frozenset({Phase.WARM}), "the window for the way back"),
    Request.RETIRE: (frozenset({Phase.WARM, Phase.COOLING}), "the time after its end"),
}


class Rollouts:
    """The rollouts of one stack. Ports, clock, judge and documents can be given; `who` is the person who acts."""

    def __init__(
        self,
        stack: Stack,
        *,
        ports: Ports | None = None,
        clock: Stamps | None = None,
        judge: Judge | None = None,
        who: str | None = None,
        look: float = LOOK,
        documents: Documents | None = None,
    ) -> None:
        self.stack = stack
        self.ports = ports or ports_for(stack, clock, look=look)
        self.judge = judge or TheJudge()
        self.who = who or person()
        self._documents: Documents = documents or partial(documents_for, stack)

    def state(self) -> State | None:
        """Where the last rollout stands. Raises JournalError, PortError."""
        return self.ports.journal.state()

    def start(self, release: str, *, policy: Policy | None = None, conduct: Conduct | None = None) -> State:
        """Begin to roll a release out; what is under way is ended first. Nothing is served yet when this returns.

        Raises:
            UnknownReleaseError: it is not in the store.
            UnderWayError: it is stable already, its own rollout is under way, or the one before cannot be ended.
            UnmeasuredError: the policy asks for a metric that the stable release's history cannot be measured by.
            AdoptionError: configuration, journal and gateway do not agree on what is stable.
            LockedError, FenceError, PortError: another controller is at work; a port cannot be used.
        """
        asked = settled_policy(policy or self.stack.practice.policy)
        conduct = conduct or self.stack.practice.conduct
        candidate = load(self.stack.store, release)
        with self._lock(conduct).held():
            before = self._ended_for(release)
            stable = self._stable(release, before)
            baseline = self.baseline(stable)
            check_measured(asked, stable, baseline)
            both = (load(self.stack.store, stable), candidate)
            number = 1 if before is None else before.number + 1
            body = Started(
                release=release,
                stable=stable,
                policy=policy_mapping(asked),
                conduct=conduct.to_mapping(),
                manifests={each.id: to_json(each) for each in both},
                documents=self._documents(both),
                thresholds=thresholds_in_force(asked, baseline),
                edges=baseline.edges if Metric.SCORES in asked.metrics else (),
            )
            rollout = f"{release}-{number}"
            entry = Entry(
                number=number, began=number, rollout=rollout, at=self.ports.clock.now(), by=self.who, body=body
            )
            self.ports.journal.append(entry)
        self._tell("started", rollout, f"{release} beside {stable}, by {self.who}")
        state = fold([entry])
        assert state is not None  # noqa: S101 - it was begun in this call
        return state

    def tick(self) -> Tick | None:
        """Take the rollout one tick further; None where there is none. Raises what `Controller.tick` raises."""
        with self._lock(self._conduct()).held():
            return self._tick()

    def run(self, *, until_retired: bool = False, watch: Watcher = lambda _tick: None) -> State:
        """Tick until the rollout's outcome is served, or, where wanted, until nothing of it is left.

        Raises:
            NothingUnderWayError: there is no rollout.
            PortError: the journal could not be read for longer than the policy's `broken_after`, and traffic was
                taken back; or an outcome could not be brought about within `verify_within` after the decision.
        """
        state = self._need()
        conduct = Conduct.of(state.conduct)
        bound = self.judge.policy(state.policy).broken_after
        lock, alive = self._lock(conduct), self.ports.clock.now()
        with lock.held():
            while not _is_done(state, until_retired=until_retired):
                now = self.ports.clock.now()
                try:
                    lock.renew()
                    tick = self._tick()
                except PortError as error:
                    watch(Tick(state=state, troubles=(str(error),)))
                    if now - alive > bound:
                        self._take_back(state, error)
                else:
                    alive = now
                    if tick is None:
                        break
                    state = tick.state
                    watch(tick)
                    self._check_served(state, conduct)
                if not _is_done(state, until_retired=until_retired):
                    self.ports.clock.sleep(conduct.interval)
        return state

    def abort(self, reason: str = "") -> tuple[str, ...]:
        """Take the canary's traffic away now, then write it down; returns what failed. Needs neither lock nor store."""
        return abort(self.ports, self.who, reason)

    def ask(self, request: Request, reason: str = "") -> State:
        """Write a person's word down for the next tick.

        Raises:
            NothingUnderWayError: there is no rollout.
            RequestError: the rollout's phase does not allow it; the message says which would.
        """
        state = self._need()
        phases, where = _PHASES[request]
        if state.phase not in phases and not (request is Request.RESUME and state.paused is not None):
            raise RequestError(
                f"{request.value} belongs to {where} of a rollout; {state.rollout} is in {state.phase.value}"
                + (f" ({state.ending.value})" if state.ending else "")
            )
        after = ask(self.ports, request, self.who, reason)
        assert after is not None  # noqa: S101 - there is a rollout
        return after

    def retry(self) -> State:
        """Begin the last rollout anew, where it ended without its release.

        Raises:
            NothingUnderWayError: there is none to begin anew.
            RequestError: it is under way, or its release serves.
        """
        state = self._need()
        if state.under_way or state.target.stable == state.release:
            raise RequestError(f"{state.rollout} is {state.ending.value if state.ending else 'under way'}: no retry")
        conduct = Conduct.of(state.conduct)
        return self.start(state.release, policy=self.judge.policy(state.policy), conduct=conduct)

    def baseline(self, stable: str) -> Baseline:
        """What is known of the stable release since it became that. Raises JournalError, PortError."""
        for record in reversed(records(self.ports.journal.read(whole=True))):
            state = record.state
            if state.ending in {Ending.PROMOTED, Ending.UNDONE} and state.ended_at is not None:
                return self.ports.observations.baseline(stable, state.ended_at)
        return self.ports.observations.baseline(stable, 0.0)

    def _tick(self) -> Tick | None:
        """One tick; where a person's word came in its middle, another one, which has read it."""
        for _ in range(_AGAIN):
            try:
                return Controller(self.ports, self.judge).tick()
            except FenceError:
                continue
        return Controller(self.ports, self.judge).tick()

    def _need(self) -> State:
        state = self.state()
        if state is None:
            raise NothingUnderWayError(f"the stack {self.stack.name} has no rollout: canary start RELEASE begins one")
        return state

    def _conduct(self) -> Conduct:
        state = self.state()
        return self.stack.practice.conduct if state is None else Conduct.of(state.conduct)

    def _lock(self, conduct: Conduct) -> Lock:
        host = socket.gethostname()
        clock, seconds = self.ports.clock, conduct.lease
        return Lock(self.stack.store, clock, person=self.who, host=host, pid=os.getpid(), seconds=seconds)

    def _ended_for(self, release: str) -> State | None:
        """End what the stage is busy with, to the last: traffic first, then what is kept."""
        state = self.state()
        if state is None or state.over:
            return state
        if state.under_way:
            if state.release == release:
                raise UnderWayError(f"{state.rollout} is under way: canary status shows it, canary abort ends it")
            self.abort(f"{release} begins")
            state = self._until(state, lambda after: not after.under_way)
        if not state.over:
            ask(self.ports, Request.RETIRE, self.who, f"{release} begins")
            state = self._until(state, lambda after: after.over)
        return state

    def _until(self, state: State, done: Callable[[State], bool]) -> State:
        conduct = Conduct.of(state.conduct)
        end = self.ports.clock.now() + conduct.verify_within
        while True:
            tick = self._tick()
            state = state if tick is None else tick.state
            if done(state):
                return state
            if state.paused is not None:
                raise UnderWayError(
                    f"{state.rollout} could not be ended, so nothing was begun: it is paused, {state.paused}"
                )
            if self.ports.clock.now() > end:
                why = "; ".join(tick.troubles) if tick is not None and tick.troubles else state.last_reason
                raise UnderWayError(
                    f"{state.rollout} could not be ended within {conduct.verify_within:g} s: {why}. Nothing was begun; "
                    "canary status shows where it stands"
                )
            self.ports.clock.sleep(min(5.0, conduct.interval))

    def _stable(self, release: str, before: State | None) -> str:
        settings = self.stack.now()
        agreement.check_start(settings, before)
        seen = self.ports.traffic.read()
        if seen.percent:
            raise AdoptionError(
                f"{seen.canary} has {seen.percent:g} percent of the requests by hand. Take it out of the configuration "
                "and apply that, then start the rollout"
            )
        if settings.stable is not None and settings.stable != seen.stable:
            raise AdoptionError(
                f"the configuration says that {settings.stable} is stable, and the gateway serves {seen.stable}: apply "
                "the configuration, or correct it (canary adopt)"
            )
        if seen.stable == release:
            raise UnderWayError(f"{release} is the stable release already")
        return seen.stable

    def _take_back(self, state: State, error: PortError) -> None:
        if state.under_way and state.ceiling > 0:
            self.ports.traffic.withdraw()
        raise PortError(
            f"the journal could not be used for too long ({error}); the canary has no traffic any more. "
            "canary run goes on when the store can be reached"
        ) from error

    def _check_served(self, state: State, conduct: Conduct) -> None:
        late = state.verified_at is None and self.ports.clock.now() - state.decided_at > conduct.verify_within
        if state.ending is not None and late:
            raise PortError(
                f"{state.rollout} ended ({state.ending.value}), and {state.target} could not be seen within "
                f"{conduct.verify_within:g} s: {state.paused or 'look at the gateway'}; canary run goes on trying"
            )

    def _tell(self, what: str, rollout: str, text: str) -> None:
        now = self.ports.clock.now()
        event = Event(what=what, severity=Severity.INFO, rollout=rollout, at=now, text=text, numbers={})
        try:
            self.ports.notifier.notify(event)
        except PortError:
            return  # who is not told reads the journal


def check_measured(policy: Policy, stable: str, baseline: Baseline) -> None:
    """Refuse a policy whose metrics have nothing to be measured against: its verdict could never be a pass.

    Raises:
        UnmeasuredError: it names them, and what to do.
    """
    missing: list[str] = []
    own = bool(policy.latency.thresholds)
    if Metric.LATENCY in policy.metrics and not own and baseline.requests < ENOUGH:
        missing.append(f"latency ({baseline.requests} answers of {stable} in the access log, {ENOUGH} are needed)")
    if Metric.SCORES in policy.metrics and not baseline.edges:
        missing.append(f"scores (too few answers of {stable} were captured: serving.dataCapture)")
    if missing:
        raise UnmeasuredError(
            f"the policy {policy.name} asks for {' and '.join(missing)}. Let {stable} serve for a while first, or ask "
            "for less: metrics: [errors, ratio] in the policy"
            + (", or latency.thresholds in it" if not own and Metric.LATENCY in policy.metrics else "")
        )
    uncounted = uncounted_in(policy, baseline.limits)
    if uncounted:
        raise UnmeasuredError(uncounted)
    known = thresholds_in_force(policy, baseline)
    unmeasured = [each.part for each in limits(policy) if each.metric is Metric.LATENCY and each.part not in known]
    if unmeasured:
        raise UnmeasuredError(
            f"the policy {policy.name} limits latency at {', '.join(unmeasured)}, and what is counted is slower than "
            f"{', '.join(f'{key} ({limit:g} ms)' for key, limit in known.items())}: name one of these, or give it "
            "latency.thresholds"
        )


def _is_done(state: State, *, until_retired: bool) -> bool:
    return state.over if until_retired else not state.under_way
