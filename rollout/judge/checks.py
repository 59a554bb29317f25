"""Which intervals cannot be. A fault makes the interval unusable; nothing is repaired in silence."""

from collections.abc import Iterator, Mapping
from math import isfinite

from rollout.judge.observations import Interval, Labels, TrackCounts


def faults_of(interval: Interval) -> tuple[str, ...]:
    """Return everything that is impossible in an interval, in words; empty where it can be judged."""
    return tuple(_faults(interval))


def _faults(interval: Interval) -> Iterator[str]:
    if not isfinite(interval.start):
        yield f"start is {interval.start}: give the time at which the interval began"
    if not (isfinite(interval.seconds) and interval.seconds > 0):
        yield f"seconds is {interval.seconds}, not above 0"
    if not 0.0 < interval.share < 1.0:  # also refuses NaN
        yield f"share is {interval.share}, not between 0 and 1: there is nothing to compare"
    for name, track in (("canary", interval.canary), ("stable", interval.stable)):
        if track is not None:
            yield from (f"{name}: {fault}" for fault in _track(track))
    if interval.canary is not None and interval.stable is not None:
        yield from _pair(interval.canary, interval.stable)


def _track(track: TrackCounts) -> Iterator[str]:
    requests = track.requests
    if not _count(requests):
        yield f"requests is {requests}, not a count"
        return
    if track.errors is not None:
        yield from _table("errors", track.errors, requests)
        if all(_count(value) for value in track.errors.values()) and sum(track.errors.values()) > requests:
            yield f"errors are {sum(track.errors.values())} of {requests} requests"
    if track.slow is not None:
        yield from _table("slow", track.slow, requests)
        for (low, more), (high, fewer) in zip(track.slow.items(), list(track.slow.items())[1:], strict=False):
            if _count(more) and _count(fewer) and fewer > more:
                yield f"slow rises from {low} ({more}) to {high} ({fewer}): name the lowest threshold first"
                break
    if track.scores is not None and not all(_count(value) for value in track.scores):
        yield f"scores are {list(track.scores)}, not counts"
    if track.labels is not None:
        yield from _labels(track.labels)


def _table(what: str, table: Mapping[str, int], requests: int) -> Iterator[str]:
    for key, value in table.items():
        if not _count(value):
            yield f"{what} {key} is {value}, not a count"
        elif value > requests:
            yield f"{what} {key} is {value}, above the {requests} requests"


def _labels(labels: Labels) -> Iterator[str]:
    if not _count(labels.n):
        yield f"labels n is {labels.n}, not a count"
    elif not 0.0 <= labels.loss_sum <= labels.n:
        yield f"labels loss_sum is {labels.loss_sum}, not between 0 and n = {labels.n}: scale losses to 0..1"
    elif not labels.loss_sum**2 <= labels.loss_square_sum * labels.n * (1 + 1e-9) + 1e-9:
        yield f"labels loss_square_sum is {labels.loss_square_sum}, below loss_sum squared over n"
    elif not labels.loss_square_sum <= labels.loss_sum * (1 + 1e-9) + 1e-9:
        yield f"labels loss_square_sum is {labels.loss_square_sum}, above loss_sum: scale losses to 0..1"


def _pair(canary: TrackCounts, stable: TrackCounts) -> Iterator[str]:
    if canary.slow and stable.slow and list(canary.slow) != list(stable.slow):
        yield f"slow has {list(canary.slow)} for canary and {list(stable.slow)} for stable: measure the same"
    if canary.scores and stable.scores and len(canary.scores) != len(stable.scores):
        yield f"scores have {len(canary.scores)} bins for canary and {len(stable.scores)} for stable"


def _count(value: object) -> bool:
    return type(value) is int and value >= 0
