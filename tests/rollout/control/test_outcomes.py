"""Labels by request id: read, joined with answers into windows, losses as parts of the scale. Exact values."""

import json
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout.control.observing import Span
from rollout.control.outcomes import intervals, read_delivery, windows
from rollout.control.ports import Answer, Delivery
from rollout.judge.observations import Labels, TrackCounts
from rollout.judge.policy import LabelRule

RULE = LabelRule()
SPANS = (Span(start=100.0, end=300.0, share=0.1), Span(start=330.0, end=500.0, share=0.5))


def test_a_delivery_is_read_line_by_line() -> None:
    lines = [
        '{"id": "a", "ratings": [4, null, 3.5]}',
        "",
        '{"until": "2026-01-01T12:00:00Z"}',
        '{"id": "b", "ratings": [1]}',
        '{"until": "2026-01-01T11:00:00+00:00"}',
    ]
    found = read_delivery(lines, "x", RULE)
    assert found == Delivery(labels={"a": (4.0, None, 3.5), "b": (1.0,)}, until=1767268800.0)
    assert found.count == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "Expecting property name"),
        ("[]", 'neither {"id": ..., "ratings": [...]} nor {"until": ...}'),
        ('{"id": "a"}', "neither"),
        ('{"id": "a", "ratings": [1], "until": "2026-01-01T12:00:00Z"}', "neither"),
        ('{"id": 7, "ratings": [1]}', "id is 7, not the x-amzn-RequestId of an answer"),
        ('{"id": "", "ratings": [1]}', "id is '', not"),
        ('{"id": "a", "ratings": 4}', "ratings is 4, not a list in the order of the answer"),
        ('{"id": "a", "ratings": []}', "ratings is [], not a list"),
        ('{"id": "a", "ratings": [true]}', "a rating is True, not a number or null"),
        ('{"id": "a", "ratings": [NaN]}', "a rating is nan, not a number or null"),
        ('{"id": "a", "ratings": [5.5]}', "a rating is 5.5, not between labels.low (1) and labels.high (5)"),
        ('{"until": "2026-01-01T12:00:00"}', "until is '2026-01-01T12:00:00', not a time with its zone"),
        ('{"until": 7}', "until is 7, not a time with its zone"),
    ],
)
def test_a_bad_line_is_named_and_the_others_count(line: str, words: str) -> None:
    found = read_delivery([line, '{"id": "b", "ratings": [2]}'], "labels/x.jsonl", RULE)
    assert found.labels == {"b": (2.0,)}
    assert found.until == -inf
    (bad,) = found.bad
    assert bad.startswith("labels/x.jsonl, line 1: ")
    assert words in bad


def test_a_later_delivery_corrects_an_earlier_one() -> None:
    one = Delivery(labels={"a": (1.0,), "b": (2.0,)}, until=5.0, bad=("x",))
    other = Delivery(labels={"b": (3.0, None)}, until=4.0, bad=("y",))
    assert one + other == Delivery(labels={"a": (1.0,), "b": (3.0, None)}, until=5.0, bad=("x", "y"))


def test_windows_are_whole_in_a_row_and_verified_inside_one_span() -> None:
    found = windows(SPANS, 60.0)
    assert [(each.start, each.end, each.share, each.verified) for each in found] == [
        (100.0, 160.0, 0.1, True),
        (160.0, 220.0, 0.1, True),
        (220.0, 280.0, 0.1, True),
        (280.0, 340.0, 0.1, False),
        (340.0, 400.0, 0.5, True),
        (400.0, 460.0, 0.5, True),
    ]
    assert windows((), 60.0) == ()
    assert windows((Span(start=0.0, end=59.0, share=0.1),), 60.0) == ()


def test_losses_are_parts_of_the_scale_in_the_window_of_the_answer() -> None:
    cut = windows(SPANS, 60.0)[:2]
    labels = {"a": (4.0, None, 3.5), "b": (5.0,), "c": (1.0, 1.0), "d": (1.0,), "late": (2.0,)}
    canary = [
        Answer(id="a", at=100.0, ratings=(3.0, 1.0, 5.5)),  # off by 1 and 2 of 4; the second is not known
        Answer(id="d", at=159.9, ratings=(9.0,)),  # off by more than the scale: 1
        Answer(id="nobody", at=110.0, ratings=(9.0,)),
    ]
    stable = [
        Answer(id="b", at=160.0, ratings=(4.0,)),  # off by a quarter
        Answer(id="c", at=161.0, ratings=(4.0,)),  # two labels for one rating: none
        Answer(id="late", at=220.0, ratings=(4.0,)),  # the next window's
        Answer(id="late", at=99.0, ratings=(4.0,)),  # before the first
    ]
    one, two = intervals(cut, labels, canary, stable, RULE)
    nothing = TrackCounts(requests=0, labels=Labels(n=0, loss_sum=0.0, loss_square_sum=0.0))
    assert one.canary == TrackCounts(requests=0, labels=Labels(n=3, loss_sum=1.75, loss_square_sum=1.3125))
    assert one.stable == nothing
    assert two.canary == nothing
    assert two.stable == TrackCounts(requests=0, labels=Labels(n=1, loss_sum=0.25, loss_square_sum=0.0625))
    assert [(each.start, each.seconds, each.share, each.verified) for each in (one, two)] == [
        (100.0, 60.0, 0.1, True),
        (160.0, 60.0, 0.1, True),
    ]


@given(
    st.dictionaries(st.text(min_size=1), st.lists(st.none() | st.floats(1.0, 5.0), min_size=1, max_size=4), max_size=5),
)
def test_what_is_written_is_read(labels: dict[str, list[float | None]]) -> None:
    lines = [json.dumps({"id": key, "ratings": ratings}) for key, ratings in labels.items()]
    found = read_delivery(lines, "x", RULE)
    assert found.labels == {key: tuple(ratings) for key, ratings in labels.items()}
    assert found.bad == ()
