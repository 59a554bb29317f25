"""Why a rollout went as it did, in lines. Pure: it says what the journal says, with its numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rollout.control.conduct import Conduct
from rollout.control.entries import Asked, Choice, Decided, Ending, Entry, Started, Verified
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import Policy, Role
from rollout.record import Record
from rollout.status import Evidence, evidence_of
from rollout.words import clock, lasting, percent, rate

ENDINGS: Mapping[Ending, str] = {
    Ending.PROMOTED: "promoted",
    Ending.WORSE: "taken back: the judge found it worse",
    Ending.BROKEN: "taken back: it could not be measured for too long",
    Ending.DEADLINE: "taken back: the plan's time ran out",
    Ending.FUTILE: "taken back: it would not have been known within the plan",
    Ending.UNVERIFIED: "taken back: a split could not be seen at the gateway",
    Ending.NOT_CREATED: "ended before any traffic: what it needs could not be made",
    Ending.NOT_ANSWERING: "ended before any traffic: it did not answer when it was tried",
    Ending.ABORTED: "taken back by a person",
    Ending.UNDONE: "promoted, and taken back by a person",
}

_ENDS: Mapping[str, str] = {Role.SIGNAL: "a pause", Role.DRY: "what would abort, were it a guard"}
"""Where the evidence of a metric that does not abort leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the story: when, by whom, what, and the numbers beneath it. `number` is the entry's."""

    number: int
    at: float
    by: str
    what: str
    text: str
    evidence: Sequence[Evidence] = ()


def events(record: Record) -> list[Event]:
    """The story: every entry that changed something. Ticks that only held are left out, the last of a kind is kept."""
    found: list[Event] = []
    held: Event | None = None
    for entry in record.entries:
        event = _event(entry)
        if event is None:
            continue
        if isinstance(entry.body, Decided) and entry.body.choice is Choice.HOLD:
            held = event
            continue
        if held is not None and isinstance(entry.body, Decided):
            held = None
        found.append(event)
    return [*found, held] if held is not None else found


def explained(record: Record, policy: Policy) -> Iterator[str]:
    """The whole as lines of text."""
    state, started = record.state, record.started
    yield f"{state.rollout}: {state.release} beside {state.stable}, begun {clock(state.started_at)} UTC by {state.by}"
    if state.ending is not None:
        yield f"{ENDINGS[state.ending]}: {state.ending_reason}"
    else:
        yield f"under way: {state.phase.value}, {state.target}: {state.last_reason}"
    ended = state.ended_at if state.ended_at is not None else state.decided_at
    yield (
        f"It took {lasting(ended - state.started_at)}; the canary answered {state.canary_requests} requests"
        + ("" if state.seen is None else counted(state.seen.canary))
    )
    yield ""
    yield f"Policy {policy.name}: an identical release is aborted with a chance of at most {rate(policy.alpha)};"
    steps = ", ".join(f"{percent(step.percent)} for {lasting(step.seconds)}" for step in policy.steps)
    yield f"  steps {steps}; metrics {', '.join(policy.metrics)}"
    if started.thresholds:
        limits = ", ".join(f"{key} {limit:g} ms" for key, limit in started.thresholds.items())
        whose = "the policy says" if policy.latency.thresholds else "the stable release did before"
        yield f"  slow is what takes longer than {whose}: {limits}"
    conduct = Conduct.of(state.conduct)
    window, failed = lasting(conduct.undo_window), lasting(conduct.keep_failed)
    yield f"  the previous release is kept for {window}, a failed one for {failed}"
    yield ""
    for event in events(record):
        yield f"{clock(event.at)}  {event.what:<9} {event.text}" + (
            f"  ({event.by})" if event.by != "controller" else ""
        )
        for each in event.evidence:
            yield f"{'':28}{_words(each)}"


def _event(entry: Entry) -> Event | None:
    def event(what: str, text: str, evidence: Sequence[Evidence] = ()) -> Event:
        return Event(number=entry.number, at=entry.at, by=entry.by, what=what, text=text, evidence=evidence)

    match entry.body:
        case Started(release=release, stable=stable):
            return event("started", f"{release} beside {stable}")
        case Asked(request=request, reason=reason):
            return event("asked", f"{request.value}{f': {reason}' if reason else ''}")
        case Verified(target=target):
            return event("seen", f"the gateway serves {target}")
        case Decided() as decided:
            return event(decided.choice.value, decided.reason, evidence_of(decided.verdict))


def _words(each: Evidence) -> str:
    ways = [
        f"{part:.0%} of the way to {name}"
        for part, name in ((each.to_abort, _ENDS.get(each.role, "an abort")), (each.to_promotion, "promotion"))
        if part is not None
    ]
    return f"{each.text}" + (f" [{'; '.join(ways)}]" if ways else "")


def counted(counts: TrackCounts) -> str:
    """How many of a track's requests counted, and how many of those failed: those in a split that was seen whole."""
    return f"; of the {counts.requests} that counted {sum((counts.errors or {}).values())} failed"
