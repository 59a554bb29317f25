"""One look at the labels: what was delivered since the last one, joined, judged, and kept for the journal.

The labels have a judge's state of their own, for their time is not that of the other metrics: their intervals are
complete hours or days later, also after the promotion, and no hole in them keeps anything else waiting. Their part of
alpha is the policy's, as in a judge that looks at all metrics at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

from rollout.control.counting import plain
from rollout.control.observing import spans
from rollout.control.outcomes import Window, intervals, windows
from rollout.control.ports import Outcomes
from rollout.control.state import State
from rollout.judge.observations import Interval
from rollout.judge.policy import Metric, Policy
from rollout.judge.verdict import Cause, Verdict

_TICK = 1e-6


class Judged(Protocol):
    """What the controller's judge gives."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def mapping(self) -> Mapping[str, object]: ...
    @property
    def saved(self) -> Mapping[str, object]: ...


class Looks(Protocol):
    """The judge, as far as it is asked here."""

    def look(self, policy: Policy, saved: Mapping[str, object] | None, seen: Sequence[Interval]) -> Judged:
        """Take the intervals in and say what is known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What is known of the labels, as an entry of the journal carries it.

    `worse` says that the canary's loss is higher, `newly` that this was not known before. Answers before `until`
    (seconds since 1970) have been judged, `judged` ratings of them; of `delivered` in all, `late` came after that and
    were dropped, and `bad` lines could not be read. `counted` are the intervals that this look took in.
    """

    worse: bool
    newly: bool
    text: str
    until: float
    delivered: int
    judged: int
    late: int
    bad: int
    judge: Mapping[str, object]
    reasons: Sequence[Mapping[str, object]]
    counted: Sequence[Mapping[str, object]]

    def to_mapping(self) -> Mapping[str, object]:
        """Plain values, for the journal."""
        return asdict(self)

    @staticmethod
    def of(raw: Mapping[str, object]) -> "Labelled":
        """Read what `to_mapping` wrote."""
        return Labelled(**cast("dict[str, Any]", raw))


def look(outcomes: Outcomes, judge: Looks, policy: Policy, state: State, *, now: float) -> Labelled | None:
    """Judge what has become complete; None where nothing is new.

    Raises:
        PortError: deliveries or answers cannot be read.
        JournalError: the state in the journal cannot be carried on.
    """
    within = spans(state, now)
    before = None if state.labels is None else Labelled.of(state.labels)
    delivery = outcomes.delivered(policy.labels)
    delivered, bad = delivery.count, len(delivery.bad)
    if not within or (before is None and not delivered and not bad):
        return None
    complete = min(max(delivery.until, now - policy.labels.lateness), now - outcomes.settled)
    cut = windows(within, policy.correlation_time)
    until = cut[0].start if before is None and cut else (before.until if before is not None else within[0].start)
    fresh = [each for each in cut if each.end <= complete + _TICK and each.start >= until - _TICK]
    news = before is None or (delivered, bad) != (before.delivered, before.bad)
    if not fresh and not news:
        return None

    def joined(of: Sequence[Window]) -> tuple[Interval, ...]:
        if not of:
            return ()
        canary, stable = (
            outcomes.answers(release, of[0].start, of[-1].end) for release in (state.release, state.stable)
        )
        return intervals(of, delivery.labels, canary, stable, policy.labels)

    seen = joined(fresh)
    found = judge.look(policy, None if before is None else before.judge, seen)
    late = 0 if before is None else before.late
    if before is not None and news:
        late = max(0, _ratings(joined([each for each in cut if each.end <= until + _TICK])) - before.judged)
    reasons = [each for each in found.verdict.reasons if each.metric == Metric.LABELS.value]
    worse = any(each.cause is Cause.WORSE for each in reasons)
    return Labelled(
        worse=worse,
        newly=worse and not (before is not None and before.worse),
        text=reasons[0].text if reasons else "no label has been judged yet",
        until=fresh[-1].end if fresh else until,
        delivered=delivered,
        judged=(0 if before is None else before.judged) + _ratings(seen),
        late=late,
        bad=bad,
        judge=found.saved,
        reasons=[
            each
            for each in cast("Sequence[Mapping[str, object]]", found.mapping.get("reasons", ()))
            if each.get("metric") == Metric.LABELS.value
        ],
        counted=[plain(each) for each in seen],
    )


def _ratings(seen: Sequence[Interval]) -> int:
    """How many of verified intervals there are."""
    tracks = [track for each in seen if each.verified for track in (each.canary, each.stable)]
    return sum(track.labels.n for track in tracks if track is not None and track.labels is not None)
