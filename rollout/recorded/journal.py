"""From rollouts' journals to intervals: what the controller counted before each of its decisions. Pure.

A decision's entry keeps the intervals that it took in (`Decided.counted`), so the same policy says the same again.
Entries of older versions keep only the sum of the verified ones (`Decided.seen`): of those, a tick is one interval,
the borders of the units of evidence are a tick wide, and the first tick of a split counts for nothing, as the first
interval of one does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rollout.control.codec import decode
from rollout.control.counting import interval
from rollout.control.entries import Decided, Entry
from rollout.control.errors import JournalError
from rollout.control.observing import Span, spans
from rollout.judge.observations import Interval, TrackCounts
from rollout.record import Record, records
from rollout.words import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One rollout: its id, the policy that it was begun with, its intervals, and in words what became of it."""

    rollout: str
    policy: Mapping[str, object]
    intervals: Sequence[Interval]
    note: str


def read_journal(lines: Iterable[bytes | str]) -> tuple[Recorded, ...]:
    """Read entries, one a line, into rollouts, the oldest first.

    Raises:
        JournalError: an entry cannot be read (but for the last, which may be cut short), or one is missing.
    """
    entries = _entries([line for line in lines if line.strip()])
    return tuple(
        Recorded(
            rollout=record.state.rollout,
            policy=record.started.policy,
            intervals=tuple(_intervals(record)),
            note=_note(record),
        )
        for record in records(entries)
    )


def _entries(lines: Sequence[bytes | str]) -> list[Entry]:
    found: list[Entry] = []
    for index, line in enumerate(lines):
        try:
            found.append(decode(line if isinstance(line, bytes) else line.encode()))
        except JournalError:
            if index < len(lines) - 1 or not found:
                raise
    return found


def _intervals(record: Record) -> Iterator[Interval]:
    """Ticks in order; between two that counted nothing is missing, but nothing was verified either."""
    rollout = record.state.rollout
    verified = spans(record.state, record.entries[-1].at)
    end: float | None = None
    for decided in (entry.body for entry in record.entries if isinstance(entry.body, Decided)):
        if decided.counted:
            yield from (interval(rollout, each) for each in decided.counted)
            end = decided.observed_until
            continue
        seen, until = decided.seen, decided.observed_until
        if seen is None or until is None or (end is not None and until <= end):
            continue
        start = until - seen.seconds if end is None else max(end, until - seen.seconds)
        share = _share(verified, (start + until) / 2)
        if share is None:
            continue
        if end is not None and start > end:
            nothing = _nothing(seen.canary), _nothing(seen.stable)
            yield _interval(rollout, end, start, share, nothing, verified=False)
        yield _interval(rollout, start, until, share, (seen.canary, seen.stable), verified=True)
        end = until


def _interval(
    rollout: str, start: float, end: float, share: float, tracks: tuple[TrackCounts, TrackCounts], *, verified: bool
) -> Interval:
    canary, stable = tracks
    return Interval(
        series=rollout,
        start=start,
        seconds=end - start,
        share=share,
        canary=canary,
        stable=stable,
        verified=verified,
    )


def _share(within: Sequence[Span], at: float) -> float | None:
    return next((span.share for span in within if span.start <= at <= span.end), None)


def _nothing(counts: TrackCounts) -> TrackCounts:
    """No requests, measured by the same thresholds and bins."""
    return TrackCounts(
        requests=0,
        errors=None if counts.errors is None else dict.fromkeys(counts.errors, 0),
        slow=None if counts.slow is None else dict.fromkeys(counts.slow, 0),
        scores=None if counts.scores is None else (0,) * len(counts.scores),
    )


def _note(record: Record) -> str:
    state = record.state
    if state.ending is None:
        return f"the journal: under way, in {state.phase.value}, after {state.canary_requests} canary requests"
    when = iso(state.ended_at) if state.ended_at is not None else "an unknown time"
    return (
        f"the journal: {state.ending.value} at {when} after {state.canary_requests} canary requests"
        f" ({state.ending_reason})"
    )
