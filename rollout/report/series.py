"""The numbers of a rollout over time, out of its journal. Pure. Times are seconds since it began."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rollout.control.entries import Asked, Choice, Decided, Ending, Verified
from rollout.judge.observations import TrackCounts
from rollout.record import Record
from rollout.report.svg import Point
from rollout.status import evidence_of

POOLED = 24
"""At most about this many points of a rate: ticks are pooled, for a rate of a few requests is noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A decision or a person's word: `kind` is a CSS class (`go`, `stop`, `wait`), `word` stands in the chart."""

    at: float
    kind: str
    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All of it. `split` is the canary's percent as the gateway was seen; `errors` and `slow` are rates (0..1) by
    class or threshold and track; `to_abort` and `to_promotion` the way of each metric, 0..1.
    """

    seconds: float
    split: Sequence[Point]
    marks: Sequence[Mark]
    errors: Mapping[str, Mapping[str, Sequence[Point]]]
    slow: Mapping[str, Mapping[str, Sequence[Point]]]
    to_abort: Mapping[str, Sequence[Point]]
    to_promotion: Mapping[str, Sequence[Point]]


def series(record: Record) -> Series:
    """Read a rollout's numbers. What comes after its end is left out but for the last split."""
    began = record.state.started_at
    stop = record.state.ended_at
    seen: list[tuple[float, Decided]] = []
    split: list[Point] = [(0.0, 0.0)]
    marks: list[Mark] = []
    abort: defaultdict[str, list[Point]] = defaultdict(list)
    promotion: defaultdict[str, list[Point]] = defaultdict(list)
    last = 0.0
    for entry in record.entries:
        at = entry.at - began
        if stop is None or entry.at <= stop + 1:
            last = max(last, at)
        match entry.body:
            case Verified(target=target):
                serves = target.stable == record.state.release
                split.append((at, 100.0 if serves else target.percent))
            case Asked(request=request, reason=reason):
                marks.append(Mark(at=at, kind="wait", word=request.value, text=f"{entry.by}: {request.value} {reason}"))
            case Decided() as decided:
                if decided.seen is not None:
                    seen.append((at, decided))
                if decided.choice is not Choice.HOLD and decided.choice is not Choice.RETIRE:
                    marks.append(_mark(at, decided))
                for each in evidence_of(decided.verdict):
                    if each.to_abort is not None:
                        abort[each.metric].append((at, each.to_abort))
                    if each.to_promotion is not None:
                        promotion[each.metric].append((at, each.to_promotion))
            case _:
                pass
    end = max(last, split[-1][0] if stop is None else 0.0, 1.0) * 1.02
    split = [point for point in split if point[0] <= end] + [(end, _at(split, end))]
    return Series(
        seconds=end,
        split=split,
        marks=marks,
        errors=_rates(seen, lambda counts: counts.errors),
        slow=_rates(seen, lambda counts: counts.slow),
        to_abort={name: _once(points) for name, points in abort.items()},
        to_promotion={name: _once(points) for name, points in promotion.items()},
    )


def _at(points: Sequence[Point], time: float) -> float:
    return [value for at, value in points if at <= time][-1]


def _once(points: Sequence[Point]) -> Sequence[Point]:
    """One point a time: a metric of several parts has one evidence."""
    return sorted(dict(points).items())


def _mark(at: float, decided: Decided) -> Mark:
    kinds = {Choice.ADVANCE: "go", Choice.PROMOTE: "go", Choice.ROLLBACK: "stop", Choice.PAUSE: "wait"}
    word = decided.choice.value
    if decided.choice is Choice.ADVANCE:
        word = f"{decided.target.percent:g} %" if decided.target.percent else decided.phase.value
    elif decided.ending is Ending.UNDONE:
        word = "undo"
    return Mark(
        at=at, kind=kinds.get(decided.choice, "wait"), word=word, text=f"{decided.choice.value}: {decided.reason}"
    )


def _rates(
    seen: Sequence[tuple[float, Decided]], table: Callable[[TrackCounts], Mapping[str, int] | None]
) -> Mapping[str, Mapping[str, Sequence[Point]]]:
    keys = list(dict.fromkeys(key for _, each in seen if each.seen for key in table(each.seen.canary) or {}))
    size = max(1, -(-len(seen) // POOLED))
    found: dict[str, dict[str, list[Point]]] = {key: {"canary": [], "stable": []} for key in keys}
    for first in range(0, len(seen), size):
        pool = seen[first : first + size]
        for name in ("canary", "stable"):
            counts = [getattr(each.seen, name) for _, each in pool]
            requests = sum(each.requests for each in counts)
            for key in keys:
                if requests:
                    total = sum((table(each) or {}).get(key, 0) for each in counts)
                    found[key][name].append((pool[-1][0], total / requests))
    return found
