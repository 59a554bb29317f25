"""From what was counted to what the judge may look at: the share that was in force, and whether it was verified.

An interval in which the split changes, and those until it is verified, count for nothing (docs/judge.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.control.entries import Decided, Entry, Verified
from rollout.control.ports import Counted
from rollout.judge.observations import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` to `end` the canary verifiably had `share` (0..1, exclusive) of the traffic."""

    start: float
    end: float
    share: float


def spans(entries: Sequence[Entry], now: float) -> tuple[Span, ...]:
    """Return the verified spans of a rollout's entries, in order; the last one lasts until `now`."""
    found: list[Span] = []
    began: float | None = None
    share = 0.0
    target = None
    for entry in entries:
        match entry.body:
            case Decided(target=wanted) if wanted != target:
                if began is not None and 0 < share < 1:
                    found.append(Span(start=began, end=entry.at, share=share))
                began, target = None, wanted
            case Verified(target=seen) if seen == target and began is None:
                began, share = entry.at, seen.percent / 100
            case _:
                pass
    if began is not None and 0 < share < 1:
        found.append(Span(start=began, end=now, share=share))
    return tuple(found)


def intervals(counted: Sequence[Counted], within: Sequence[Span], series: str) -> tuple[Interval, ...]:
    """Return what lies in a span whole as verified, and what only touches one as not verified; the rest is left out."""
    found: list[Interval] = []
    for each in counted:
        start, end = each.start, each.start + each.seconds
        for span in within:
            if start < span.end and end > span.start:
                whole = span.start <= start and end <= span.end
                found.append(
                    Interval(
                        series=series,
                        start=start,
                        seconds=each.seconds,
                        share=span.share,
                        canary=each.canary,
                        stable=each.stable,
                        verified=whole,
                    )
                )
                break
    return tuple(found)
