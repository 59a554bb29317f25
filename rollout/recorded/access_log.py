"""From an access log to intervals. Pure; the log of one stage is read whole, for thresholds come before counts.

The rows that are counted are those of `rollout/metrics.py`, as in a rollout on the emulator and in the metric filters
on AWS. Scores are not in an access log. A stretch in which the canary has requests is one series.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor

from rollout.adapters.local.lines import Answered, Counter, Table, read_line
from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval
from rollout.metrics import Track, rows, thresholds
from rollout.recorded.splits import Split, splits
from rollout.words import iso

_HISTORY = 1000
"""Stable requests before the canary's first from which quantiles are taken; with fewer, from all of the log's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a log is cut: `seconds` an interval; `share` (0..1) where the log's own splits are not to be found out;
    `thresholds` in milliseconds by key, none: the stable release's own quantiles.
    """

    seconds: float = 10.0
    share: float | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a log gave: intervals by series, and in words what they were counted against."""

    series: Mapping[str, Sequence[Interval]]
    notes: Sequence[str]


def read_log(lines: Iterable[bytes | str], cut: Cut) -> Log:
    """Count a log.

    Raises:
        ObservationError: lines that are no requests (but for the last, which may be torn), or none of the canary's.
    """
    answered = _answered(lines)
    began = min((each.at for each in answered if each.track is Track.CANARY), default=None)
    if began is None:
        text = f"none of {len(answered)} requests was the canary's (isCanaryRequest is true): nothing to compare"
        raise ObservationError("access log", (text,))
    stable = [each for each in answered if each.track is Track.STABLE]
    before = [each.latency for each in stable if each.at < began]
    known = cut.thresholds or thresholds(before if len(before) >= _HISTORY else [each.latency for each in stable])
    counted = Table(rows(known))
    first, counters = _counters(answered, counted, cut.seconds)
    there = splits([c[Track.CANARY].requests for c in counters], [c[Track.STABLE].requests for c in counters])
    shown = (_given(counters, cut.share),) if cut.share is not None else _stretches(there)
    series = {
        name: tuple(_intervals(name, stretch, counters, counted, cut.seconds, first))
        for stretch in shown
        for name in [iso((first + stretch[0].first) * cut.seconds)]
    }
    return Log(series=series, notes=tuple(_notes(cut, known, shown, first)))


def _answered(lines: Iterable[bytes | str]) -> list[Answered]:
    found: list[Answered] = []
    bad: list[int] = []
    number = 0
    for number, line in enumerate(lines, start=1):
        raw = line if isinstance(line, bytes) else line.encode()
        begin = raw.find(b"{")
        one = read_line(raw[begin:], quoted=True) if begin >= 0 else None
        if one is not None:
            found.append(one)
        elif raw.strip():
            bad.append(number)
    if bad and bad[-1] == number:
        bad.pop()  # torn: the log was being written
    if bad:
        which = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")  # noqa: PLR2004 - enough to look at
        text = f"{len(bad)} of {number} lines are no requests (line {which}): take them out, or name another --format"
        raise ObservationError("access log", (text,))
    return found


def _counters(answered: Sequence[Answered], counted: Table, seconds: float) -> tuple[int, list[dict[Track, Counter]]]:
    """Every interval of the log, without holes, and the number of the first."""
    numbers = [floor(each.at / seconds) for each in answered]
    first = min(numbers)
    counters = [{track: Counter() for track in Track} for _ in range(first, max(numbers) + 1)]
    for number, each in zip(numbers, answered, strict=True):
        counters[number - first][each.track].take(each, counted)
    return first, counters


def _given(counters: Sequence[Mapping[Track, Counter]], share: float) -> tuple[Split, ...]:
    """One split, from the canary's first request to its last."""
    ours = [index for index, each in enumerate(counters) if each[Track.CANARY].requests]
    return (Split(first=ours[0], end=ours[-1] + 1, share=share),)


def _stretches(there: Sequence[Split]) -> tuple[tuple[Split, ...], ...]:
    """Splits in a row in which the canary, and stable, had requests."""
    found: list[tuple[Split, ...]] = []
    open_: tuple[Split, ...] = ()
    for each in there:
        if 0.0 < each.share < 1.0:
            open_ = (*open_, each)
        elif open_:
            found, open_ = [*found, open_], ()
    return tuple([*found, open_] if open_ else found)


def _intervals(  # noqa: PLR0917 - where to cut, and what
    series: str,
    stretch: Sequence[Split],
    counters: Sequence[Mapping[Track, Counter]],
    counted: Table,
    seconds: float,
    first: int,
) -> Iterator[Interval]:
    """A stretch's intervals. The last one of a split counts for nothing if another follows: both may be in it."""
    for split in stretch:
        for index in range(split.first, split.end):
            yield Interval(
                series=series,
                start=(first + index) * seconds,
                seconds=seconds,
                share=split.share,
                canary=counters[index][Track.CANARY].counts(counted),
                stable=counters[index][Track.STABLE].counts(counted),
                verified=index < split.end - 1 or split is stretch[-1],
            )


def _notes(cut: Cut, known: Mapping[str, float], shown: Sequence[Sequence[Split]], first: int) -> Iterator[str]:
    said = ", ".join(f"{key} {limit:g} ms" for key, limit in sorted(known.items(), key=lambda item: item[1]))
    whose = "given" if cut.thresholds else "the stable requests' own quantiles"
    yield f"slower than: {said or 'nothing, no stable request'} ({whose})"
    if cut.share is None:
        found = "; ".join(
            f"{100 * split.share:.3g} % from {iso((first + split.first) * cut.seconds)}"
            for stretch in shown
            for split in stretch
        )
        yield f"splits as the requests show them: {found or 'none'}; so whether a split arrived cannot be told"
