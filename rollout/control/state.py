"""Where a rollout stands: a fold over its entries. Pure, and the only place that gives entries their meaning.

The fold goes on from where it was: `fold(more, fold(entries)) == fold([*entries, *more])`, so nobody reads an entry
twice (`journal.py`, `snapshot.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from rollout.control.entries import Asked, Choice, Decided, Ending, Entry, Phase, Request, Started, Verified
from rollout.control.errors import JournalError
from rollout.control.spans import Span, closed
from rollout.control.target import Target
from rollout.control.yardstick import Tally, Yardstick
from rollout.judge.policy import Metric

AFTER = frozenset({Phase.WARM, Phase.COOLING, Phase.ENDED})
"""The phases after an outcome was decided: there is no canary whose traffic could be taken back any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One rollout after its last entry.

    `started` is its first entry's body, `began` that entry's number, `by` its author; `number` and `at` are the last
    entry's. `sequence` is the number of the entry that asked for the present target: it stands still while a rollout
    is only observed. `spans` are those in which a target was verifiably served, up to the present one, which has been
    since `span_since`.

    `target` is the last journalled one, `decided_at` when it was; `verified_at` is when it was seen, None until then.
    `since` is when the position (phase and step) was reached: its target seen. `ceiling` is the highest percent that
    the gateway may be at: the largest journalled since the last verified target, that one included.
    `paused` says why nothing moves until a person says so, `held` is how many seconds earlier pauses took; `asked`
    is a request that no decision has answered. `seen` and `step_seen` are the sums of what counted, over the rollout
    and since the position was reached. `labels` is the last word on them, `heard` are the signals with
    which a person has let the rollout go on.
    """

    rollout: str
    began: int
    number: int
    at: float
    started: Started
    started_at: float
    by: str
    sequence: int
    phase: Phase
    step: int
    target: Target
    decided_at: float
    verified_at: float | None
    since: float
    ceiling: float
    spans: tuple[Span, ...] = ()
    span_since: float | None = None
    paused: str | None = None
    paused_at: float | None = None
    held: float = 0.0
    approved: bool = False
    asked: Asked | None = None
    asked_by: str = ""
    ending: Ending | None = None
    ending_reason: str = ""
    ended_at: float | None = None
    verdict: Mapping[str, object] | None = None
    judge: Mapping[str, object] | None = None
    observed_until: float | None = None
    canary_requests: int = 0
    seen: Tally | None = None
    step_seen: Tally | None = None
    broken_since: float | None = None
    tries: int = 0
    labels: Mapping[str, object] | None = None
    heard: tuple[str, ...] = ()
    last_choice: Choice | None = None
    last_reason: str = ""

    @property
    def release(self) -> str:
        """The release that is rolled out."""
        return self.started.release

    @property
    def stable(self) -> str:
        """The one that was stable when it began."""
        return self.started.stable

    @property
    def policy(self) -> Mapping[str, object]:
        """The judge's, as the rollout began with it."""
        return self.started.policy

    @property
    def conduct(self) -> Mapping[str, object]:
        """The controller's, as the rollout began with it."""
        return self.started.conduct

    @property
    def yardstick(self) -> Yardstick:
        """What answers are counted against."""
        began = self.started
        return Yardstick(stable=began.stable, canary=began.release, thresholds=began.thresholds, edges=began.edges)

    @property
    def step_requests(self) -> int:
        """What the canary answered since the position was reached, as far as it counted: what a step's minimum asks."""
        return 0 if self.step_seen is None else self.step_seen.canary.requests

    @property
    def under_way(self) -> bool:
        """Whether the split in force is this rollout's: until its outcome has been seen at the gateway."""
        return self.phase in {Phase.PROVISION, Phase.TRY, Phase.STEPS} or self.verified_at is None

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.phase is Phase.ENDED and self.verified_at is not None


def fold(entries: Iterable[Entry], state: State | None = None) -> State | None:
    """Return the state of the last rollout in `entries` (all of one journal, or from a rollout's first on).

    With a `state`, `entries` are those that follow it.

    Raises:
        JournalError: numbers with a gap, or a rollout that does not begin with its first entry.
    """
    last = None if state is None else state.number
    for entry in entries:
        if last is not None and entry.number != last + 1:
            raise JournalError(f"the journal has no entry {last + 1}; nothing is decided on what is left of it")
        last = entry.number
        if isinstance(entry.body, Started):
            state = _started(entry, entry.body)
        elif state is None or entry.rollout != state.rollout:
            raise JournalError(f"entry {entry.number} belongs to rollout {entry.rollout}, which was not begun")
        else:
            state = step(state, entry)
    return state


def step(state: State, entry: Entry) -> State:
    """One entry further."""
    match entry.body:
        case Decided() as decided:
            return _decided(state, entry, decided)
        case Verified(target=target):
            return _verified(state, entry, target)
        case Asked() as asked:
            return _asked(state, entry, asked)
        case Started():
            return _started(entry, entry.body)


def _started(entry: Entry, body: Started) -> State:
    return State(
        rollout=entry.rollout,
        began=entry.number,
        number=entry.number,
        at=entry.at,
        started=body,
        started_at=entry.at,
        by=entry.by,
        sequence=entry.number,
        phase=Phase.PROVISION,
        step=-1,
        target=Target(stable=body.stable, warm=(body.release,)),
        decided_at=entry.at,
        verified_at=None,
        since=entry.at,
        ceiling=0.0,
    )


def _decided(state: State, entry: Entry, body: Decided) -> State:
    moved = (body.phase, body.step) != (state.phase, state.step)
    changed = body.target != state.target
    if moved:
        state = _resumed(state, entry.at)
    if body.choice is Choice.PAUSE and state.paused is None:
        state = replace(state, paused=body.reason, paused_at=entry.at)
    return replace(
        state,
        number=entry.number,
        at=entry.at,
        phase=body.phase,
        step=body.step,
        target=body.target,
        sequence=entry.number if changed else state.sequence,
        spans=closed(state.spans, state.span_since, state.target, entry.at) if changed else state.spans,
        span_since=None if changed else state.span_since,
        decided_at=entry.at if changed else state.decided_at,
        verified_at=None if changed else state.verified_at,
        since=entry.at if moved else state.since,
        ceiling=max(state.ceiling, body.target.percent),
        approved=False if moved else state.approved,
        asked=None if _answers(state, body, moved=moved) else state.asked,
        ending=body.ending or state.ending,
        ending_reason=body.reason if body.ending and body.ending is not state.ending else state.ending_reason,
        ended_at=entry.at if body.ending and body.ending is not state.ending else state.ended_at,
        verdict=body.verdict if body.verdict is not None else state.verdict,
        judge=body.judge if body.judge is not None else state.judge,
        observed_until=body.observed_until if body.observed_until is not None else state.observed_until,
        canary_requests=body.canary_requests,
        seen=_sum(state.seen, body.seen),
        step_seen=None if moved else _sum(state.step_seen, body.seen),
        broken_since=body.broken_since,
        tries=body.tries,
        labels=body.labels if body.labels is not None else state.labels,
        last_choice=body.choice,
        last_reason=body.reason,
    )


def _sum(one: Tally | None, other: Tally | None) -> Tally | None:
    return one + other if one is not None and other is not None else one or other


def _answers(state: State, body: Decided, *, moved: bool) -> bool:
    """Whether a decision answers what was asked: whatever moved, or the pause that was asked for."""
    return moved or (state.asked is not None and state.asked.request is Request.PAUSE and body.choice is Choice.PAUSE)


def _verified(state: State, entry: Entry, target: Target) -> State:
    if target != state.target:
        return replace(
            state, number=entry.number, at=entry.at
        )  # seen before a later decision was written: it says nothing of that
    since = entry.at if state.verified_at is None else state.since
    if state.phase is Phase.ENDED:
        state = _resumed(state, entry.at)  # nothing is left that a pause could keep
    return replace(
        state,
        number=entry.number,
        at=entry.at,
        verified_at=entry.at,
        span_since=entry.at if state.span_since is None else state.span_since,
        since=since,
        ceiling=target.percent,
    )


def _asked(state: State, entry: Entry, body: Asked) -> State:
    match body.request:
        case Request.APPROVE:
            return replace(state, number=entry.number, at=entry.at, approved=True)
        case Request.RESUME:
            heard = tuple(dict.fromkeys((*state.heard, *_signals(state))))
            paused = state.asked is not None and state.asked.request is Request.PAUSE
            asked = None if paused else state.asked  # an abort before it stands
            return replace(_resumed(state, entry.at), number=entry.number, at=entry.at, asked=asked, heard=heard)
        case Request.PAUSE | Request.ABORT | Request.PROMOTE | Request.UNDO | Request.RETIRE:
            overruled = state.asked is not None and state.asked.request is Request.ABORT
            if overruled or (body.request is Request.ABORT and state.phase in AFTER):
                return replace(
                    state, number=entry.number, at=entry.at
                )  # what takes traffic back is not overruled by a later word
            return replace(state, number=entry.number, at=entry.at, asked=body, asked_by=entry.by)


def _resumed(state: State, now: float) -> State:
    if state.paused_at is None:
        return state
    return replace(state, paused=None, paused_at=None, held=state.held + now - state.paused_at)


def _signals(state: State) -> tuple[str, ...]:
    """The signals that are known to say no."""
    told = cast("Sequence[str]", (state.verdict or {}).get("pause", ()))
    labels = state.labels is not None and bool(state.labels["worse"])
    return (*told, *((Metric.LABELS.value,) if labels else ()))
