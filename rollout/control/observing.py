"""From what was counted to what the judge may look at: the share that was in force, and whether it was verified.

An interval in which the split changes, and those until it is verified, count for nothing (docs/judge.md).
"""

from collections.abc import Sequence

from rollout.control.ports import Counted
from rollout.control.spans import Span, closed
from rollout.control.state import State
from rollout.control.yardstick import Tally
from rollout.judge.observations import Interval


def spans(state: State, now: float) -> tuple[Span, ...]:
    """Return a rollout's verified spans, in order; the present one lasts until `now`."""
    return closed(state.spans, state.span_since, state.target, now)


def intervals(counted: Sequence[Counted], within: Sequence[Span], series: str) -> tuple[Interval, ...]:
    """Return everything from the first span on: verified what lies whole in one, not verified what does not.

    What lies between two spans is told too, with the share of the one before: the judge takes a hole for silence.
    """
    found: list[Interval] = []
    for each in counted:
        start, end = each.start, each.start + each.seconds
        begun = [span for span in within if span.start < end]
        if not begun or end <= within[0].start:
            continue
        whole = next((span for span in within if span.start <= start and end <= span.end), None)
        found.append(
            Interval(
                series=series,
                start=start,
                seconds=each.seconds,
                share=(whole or begun[-1]).share,
                canary=each.canary,
                stable=each.stable,
                verified=whole is not None,
            )
        )
    return tuple(found)


def tally(seen: Sequence[Interval]) -> Tally | None:
    """Sum up the intervals that counted: verified, both tracks measured. None where there is none."""
    found: Tally | None = None
    for each in seen:
        if each.verified and each.canary is not None and each.stable is not None:
            one = Tally(seconds=each.seconds, canary=each.canary, stable=each.stable)
            found = one if found is None else found + one
    return found
