"""Which intervals count: those in a verified split, whole; and the judge is told of every other one, too."""

from rollout.control.entries import CONTROLLER, Choice, Decided, Entry, Phase, Started, Verified
from rollout.control.observing import intervals, spans, tally
from rollout.control.ports import Counted
from rollout.control.spans import Span
from rollout.control.state import fold
from rollout.control.target import Target
from rollout.judge.observations import TrackCounts

TEN, FIFTY = Target(stable="r1", canary="r2", percent=10), Target(stable="r1", canary="r2", percent=50)


def decided(target: Target) -> Decided:
    return Decided(choice=Choice.ADVANCE, reason="", phase=Phase.STEPS, step=0, target=target)


START = Started(release="r2", stable="r1", policy={}, conduct={})


def told(now: float, *bodies: tuple[float, Decided | Verified]) -> tuple[Span, ...]:
    entries = [
        Entry(number=index + 1, began=1, rollout="r2-1", at=at, by=CONTROLLER, body=body)
        for index, (at, body) in enumerate(((0.0, START), *bodies))
    ]
    state = fold(entries)
    assert state is not None
    return spans(state, now)


def counted(start: float, canary: int = 6) -> Counted:
    track = TrackCounts(requests=canary, errors={"5xx": 1}, slow={"p90": 2}, scores=(1, 2))
    return Counted(start=start, seconds=60.0, canary=track, stable=TrackCounts(requests=54, errors={"5xx": 0}))


def test_a_span_lasts_from_what_was_seen_to_what_was_decided_next() -> None:
    bodies = ((0, decided(TEN)), (90, Verified(target=TEN)), (600, decided(FIFTY)), (720, Verified(target=FIFTY)))
    assert told(1_000, *bodies) == (Span(start=90, end=600, share=0.1), Span(start=720, end=1_000, share=0.5))
    assert told(1_000, *bodies[:3]) == (Span(start=90, end=600, share=0.1),)


def test_what_was_seen_of_another_target_opens_nothing() -> None:
    assert told(1_000, (0, decided(TEN)), (90, Verified(target=FIFTY))) == ()


def test_what_lies_between_two_splits_is_told_and_counts_for_nothing() -> None:
    within = (Span(start=90, end=600, share=0.1), Span(start=900, end=1_500, share=0.5))
    found = intervals([counted(60.0 * index) for index in range(20)], within, "r2-1")
    assert [each.start for each in found] == [60.0 * index for index in range(1, 20)], "without a hole"
    verified = {each.start: each.share for each in found if each.verified}
    assert verified == {**{60.0 * i: 0.1 for i in range(2, 10)}, **{60.0 * i: 0.5 for i in range(15, 20)}}
    assert {each.share for each in found if each.start < 900 and not each.verified} == {0.1}


def test_nothing_is_told_before_the_first_split() -> None:
    assert intervals([counted(0.0)], (), "r2-1") == ()
    assert intervals([counted(0.0)], (Span(start=60, end=120, share=0.1),), "r2-1") == ()


def test_sums_are_of_what_counted() -> None:
    within = (Span(start=60, end=240, share=0.1),)
    found = intervals([counted(0.0), counted(60.0), counted(120.0), counted(180.0), counted(240.0)], within, "r2-1")
    sums = tally(found)
    assert sums is not None
    assert (sums.seconds, sums.canary.requests, sums.stable.requests) == (180.0, 18, 162)
    assert (sums.canary.errors, sums.canary.slow, sums.canary.scores) == ({"5xx": 3}, {"p90": 6}, (3, 6))
    assert tally([]) is None
