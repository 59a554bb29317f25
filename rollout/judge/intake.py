"""In which order intervals are judged: as they were, not as they came.

An interval that follows on the last one is judged at once. One behind a hole waits until the hole is filled or
overdue by the metric's `lateness`; one that comes after that is counted and dropped; one that comes twice is refused.
"""

from dataclasses import dataclass, replace

from rollout.judge.errors import ObservationError
from rollout.judge.policy import Policy
from rollout.judge.state import Entry, MetricState
from rollout.judge.units import advance

_TICK = 1e-3


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a series stands: its policy, when it began, the latest end of any interval, and the number of the look."""

    policy: Policy
    began: float
    newest: float
    look: int


def receive(metric: MetricState, entry: Entry, moment: Moment) -> MetricState:
    """Put an interval in its place.

    Args:
        metric: the comparison it belongs to.
        entry: the interval's numbers.
        moment: where the series stands, this interval included.

    Raises:
        ObservationError: it came twice, or overlaps another.
    """
    if metric.end is None or (not metric.pending and -_TICK <= entry.start - metric.end <= _TICK):
        return _judge(metric, entry, moment)
    if entry.start < metric.end - _TICK:
        if entry.end <= moment.newest - metric.test.lateness + _TICK:
            return replace(metric, late=metric.late + 1)
        ago = metric.end - entry.start
        raise ObservationError(
            metric.name, (f"{metric.name}: an interval begins {ago:g} s before the last one ended: it came twice",)
        )
    if any(entry.start < other.end - _TICK and other.start < entry.end - _TICK for other in metric.pending):
        raise ObservationError(metric.name, (f"{metric.name}: two intervals overlap: one came twice",))
    pending = tuple(sorted((*metric.pending, entry), key=lambda item: item.start))
    return drain(replace(metric, pending=pending), moment)


def drain(metric: MetricState, moment: Moment) -> MetricState:
    """Judge what waits as far as it is complete: nothing is missing before it, or what is missing is overdue."""
    while metric.pending:
        head = metric.pending[0]
        hole = metric.end is not None and head.start > metric.end + _TICK
        if hole and moment.newest - head.start < metric.test.lateness - _TICK:
            break
        metric = _judge(replace(metric, pending=metric.pending[1:]), head, moment)
    return metric


def _judge(metric: MetricState, entry: Entry, moment: Moment) -> MetricState:
    """Take an interval into the open unit, or not: an unverified or changed split and the warm-up count for nothing."""
    test = metric.test
    tick = advance(
        metric.clock,
        entry.start,
        entry.seconds,
        length=moment.policy.correlation_time,
        counts=(
            entry.verified
            and (metric.share is None or metric.share == entry.share)
            and entry.start >= moment.began + moment.policy.warm_up - _TICK
        ),
        alert=test.alert(entry.counts),
    )
    unit, closed = metric.unit, metric.closed
    if tick.taken:
        unit = tuple([before + now for before, now in zip(unit, entry.counts, strict=True)])
    if tick.closes:
        closed = (*closed, (unit, moment.look))
    if tick.discards or tick.closes:
        unit = (0.0,) * test.width
    return MetricState(
        test,
        metric.alpha,
        metric.layout,
        metric.evidence,
        tick.clock,
        unit,
        entry.share,
        entry.end,
        metric.pending,
        metric.late,
        closed,
    )
