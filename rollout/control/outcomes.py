"""Labels: delivered later, request id by request id, and joined with what each track's model had answered. Pure.

A team delivers JSON lines (`labels/*.jsonl` in the stack's store, or `canary labels FILE`):

    {"id": "0a1b...", "ratings": [4, null, 3.5]}     the true ratings of one answer, in its order; null: not known
    {"until": "2026-01-01T12:00:00Z"}                no more will come for answers before this

`id` is the answer's header `x-amzn-RequestId`, which is the access log's `requestId` and the inference id of data
capture. An answer is joined with the stretch of time in which it was given: those stretches are the judge's units, so
whatever was wrong for a minute is one witness, however many labels it has. Each is judged once, when it is complete:
when a delivery says so, or `labels.lateness` of the policy has passed. What comes after is counted and dropped.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count, takewhile
from math import floor, inf, isfinite
from typing import Any, cast

from rollout.control.observing import Span
from rollout.control.ports import Answer, Delivery, Ratings
from rollout.judge.observations import Interval, Labels, TrackCounts
from rollout.judge.policy import LabelRule

_TICK = 1e-6


def read_delivery(lines: Iterable[bytes | str], name: str, rule: LabelRule) -> Delivery:
    """Read a delivery; a line that is none is named with its number, and the others count."""
    labels: dict[str, Ratings] = {}
    until, bad = -inf, list[str]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = _line(line, rule)
        except ValueError as error:
            bad.append(f"{name}, line {number}: {error}")
            continue
        if isinstance(found, tuple):
            labels[found[0]] = found[1]
        else:
            until = max(until, found)
    return Delivery(labels=labels, until=until, bad=tuple(bad))


def _line(line: bytes | str, rule: LabelRule) -> tuple[str, Ratings] | float:
    raw: object = json.loads(line)
    table = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    if table.keys() == {"until"}:
        return _time(table["until"])
    if table.keys() != {"id", "ratings"}:
        raise ValueError('neither {"id": ..., "ratings": [...]} nor {"until": ...}')
    if not isinstance(table["id"], str) or not table["id"]:
        raise ValueError(f"id is {table['id']!r}, not the x-amzn-RequestId of an answer")
    if not isinstance(table["ratings"], list) or not table["ratings"]:
        raise ValueError(f"ratings is {table['ratings']!r}, not a list in the order of the answer")
    return table["id"], tuple(_rating(each, rule) for each in cast("list[object]", table["ratings"]))


def _rating(value: object, rule: LabelRule) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"a rating is {value!r}, not a number or null")
    if not rule.low <= value <= rule.high:
        raise ValueError(
            f"a rating is {value:g}, not between labels.low ({rule.low:g}) and labels.high ({rule.high:g})"
        )
    return float(value)


def _time(value: object) -> float:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"until is {value!r}, not a time with its zone such as 2026-01-01T12:00:00Z")
    return moment.timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time of one unit's length; `verified` where the canary verifiably had `share` for all of it."""

    start: float
    end: float
    share: float
    verified: bool


def windows(within: Sequence[Span], length: float) -> tuple[Window, ...]:
    """Cut the time from the first span to the last one's end into stretches of `length` seconds, without holes."""
    if not within:
        return ()
    first, last = within[0].start, within[-1].end
    starts = takewhile(lambda start: start + length <= last + _TICK, (first + length * index for index in count()))
    return tuple(_window(within, start, start + length) for start in starts)


def _window(within: Sequence[Span], start: float, end: float) -> Window:
    whole = next((span for span in within if span.start <= start + _TICK and end <= span.end + _TICK), None)
    begun = [span for span in within if span.start <= start + _TICK]
    return Window(start=start, end=end, share=(whole or begun[-1]).share, verified=whole is not None)


def intervals(
    of: Sequence[Window],
    labels: Mapping[str, Ratings],
    canary: Iterable[Answer],
    stable: Iterable[Answer],
    rule: LabelRule,
) -> tuple[Interval, ...]:
    """Join windows in a row with both tracks' answers. Requests are not counted here: they are judged elsewhere."""
    ours, theirs = (list(_sums(of, labels, answers, rule)) for answers in (canary, stable))
    return tuple(
        Interval(
            start=window.start,
            seconds=window.end - window.start,
            share=window.share,
            canary=TrackCounts(requests=0, labels=one),
            stable=TrackCounts(requests=0, labels=other),
            verified=window.verified,
        )
        for window, one, other in zip(of, ours, theirs, strict=True)
    )


def _sums(
    of: Sequence[Window], labels: Mapping[str, Ratings], answers: Iterable[Answer], rule: LabelRule
) -> Iterator[Labels]:
    losses: list[list[float]] = [[] for _ in of]
    for answer in answers:
        index = floor((answer.at - of[0].start) / (of[0].end - of[0].start) + _TICK)
        if 0 <= index < len(of):
            losses[index].extend(_losses(answer, labels.get(answer.id, ()), rule))
    for each in losses:
        yield Labels(n=len(each), loss_sum=sum(each), loss_square_sum=sum(loss * loss for loss in each))


def _losses(answer: Answer, truth: Ratings, rule: LabelRule) -> list[float]:
    """How far each rating was off, as a part of the scale (at most 1); none where the lists do not fit together."""
    if len(truth) != len(answer.ratings):
        return []
    scale = rule.high - rule.low
    pairs = zip(answer.ratings, truth, strict=True)
    return [min(1.0, abs(said - true) / scale) for said, true in pairs if true is not None]
