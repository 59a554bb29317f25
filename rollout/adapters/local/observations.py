"""`Observations` from the files of the running emulator: its access log, and what it captured of the endpoints."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from rollout.adapters.clock import Stamps
from rollout.adapters.local.captures import Captures
from rollout.adapters.local.emulator import Emulator
from rollout.adapters.local.lines import Answered, Counter, Table, read_line
from rollout.adapters.local.tail import Tail
from rollout.control.errors import PortError
from rollout.control.ports import Counted
from rollout.control.yardstick import Baseline, Yardstick
from rollout.metrics import ERRORS, Track, edges, rows, thresholds

SETTLED = 0.25
"""Seconds of the emulator's clock after which the last line of an interval has been written."""
HISTORY = 86_400.0
"""How far back a baseline reaches, in the clock's seconds."""
_FAILED = Table([ERRORS["5xx"]])
"""What a baseline takes for an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the numbers lie and how they are cut.

    The running emulator (its access log), the folder of captures, the endpoint's name of a release, the clock, and
    an interval's seconds of that clock.
    """

    emulator: Emulator
    captures: Path
    endpoint: Callable[[str], str]
    clock: Stamps
    seconds: float


class LocalObservations:
    """Counts by intervals. What was read once is not read again."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock = source.clock
        self._seconds = source.seconds
        self._reader: _Reader | None = None

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:
        """See `Observations.since`."""
        log = self._log()
        reader = self._reader
        first = ceil(start / self._seconds - 1e-6)
        if reader is None or not reader.goes_on(log, yardstick, first):
            reader = self._reader = _Reader(self._source, log, yardstick, first)
        end = floor(self._clock.of(self._clock.stamp(self._clock.now()) - SETTLED) / self._seconds)
        return reader.read(first, end)

    def baseline(self, release: str, start: float) -> Baseline:
        """See `Observations.baseline`."""
        begin = self._clock.stamp(max(start, self._clock.now() - HISTORY))
        found = [each for each in _lines(self._log(), begin) if each.track is Track.STABLE and each.at >= begin]
        captures = Captures(self._source.captures, self._source.endpoint(release))
        scores = [score for each in captures.since(begin) for score in each.scores]
        if not found:
            return Baseline(requests=0, per_minute=0.0, error_rate=0.0, edges=edges(scores))
        minutes = (self._clock.of(found[-1].at) - self._clock.of(found[0].at)) / 60
        return Baseline(
            requests=len(found),
            per_minute=len(found) / minutes if minutes > 0 else float(len(found)),
            error_rate=sum(bool(_FAILED.counted_in(each)) for each in found) / len(found),
            thresholds=thresholds([each.latency for each in found]),
            edges=edges(scores),
        )

    def _log(self) -> Path:
        log = self._source.emulator.address().access_log
        if log is None:
            raise PortError("the emulated stage has no access log: nothing can be counted")
        self._source.emulator.stage()  # a log that no emulator writes to any more is not a quiet one
        return log


def _lines(log: Path, start: float) -> Iterable[Answered]:
    tail = Tail(log)
    tail.begin(_time, start)
    for line in tail.lines():
        answered = read_line(line)
        if answered is not None:
            yield answered


def _time(line: bytes) -> float | None:
    answered = read_line(line)
    return None if answered is None else answered.at


class _Reader:
    """Counts as far as they were read, for one yardstick and one log."""

    def __init__(self, source: Source, log: Path, yardstick: Yardstick, first: int) -> None:
        self._clock, self._seconds = source.clock, source.seconds
        self._yardstick = yardstick
        self._table = Table(rows(yardstick.thresholds))
        self._first = first
        self._tail = Tail(log)
        self._tail.begin(_time, self._clock.stamp(first * self._seconds) - SETTLED)
        releases = {Track.CANARY: yardstick.canary, Track.STABLE: yardstick.stable}
        self._captures = {
            track: Captures(source.captures, source.endpoint(release)) for track, release in releases.items()
        }
        self._counters: dict[int, dict[Track, Counter]] = defaultdict(self._empty)

    def goes_on(self, log: Path, yardstick: Yardstick, first: int) -> bool:
        """Whether this reader has what is asked for."""
        return self._tail.path == log and self._yardstick == yardstick and first >= self._first

    def read(self, first: int, end: int) -> list[Counted]:
        """Read on, and return the intervals `first` to before `end`; earlier ones are forgotten."""
        for line in self._tail.lines():
            answered = read_line(line)
            if answered is not None and (index := self._index(answered.at)) >= first:
                self._counters[index][answered.track].take(answered, self._table)
        if self._yardstick.edges:
            self._read_scores(first)
        self._first = first
        for index in [each for each in self._counters if each < first]:
            del self._counters[index]
        return [self._counted(index) for index in range(first, end)]

    def _read_scores(self, first: int) -> None:
        for track, captures in self._captures.items():
            for each in captures.since(self._clock.stamp(first * self._seconds)):
                counter = self._counters[self._index(each.at)][track]
                histogram = counter.scores
                if histogram is None:
                    continue
                for score in each.scores:
                    histogram[sum(score >= edge for edge in self._yardstick.edges)] += 1

    def _index(self, stamp: float) -> int:
        return floor(self._clock.of(stamp) / self._seconds + 1e-6)

    def _empty(self) -> dict[Track, Counter]:
        edges = self._yardstick.edges
        return {track: Counter(scores=[0] * (len(edges) + 1) if edges else None) for track in Track}

    def _counted(self, index: int) -> Counted:
        counters = self._counters[index]
        return Counted(
            start=index * self._seconds,
            seconds=self._seconds,
            canary=counters[Track.CANARY].counts(self._table),
            stable=counters[Track.STABLE].counts(self._table),
        )
