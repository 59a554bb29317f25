"""Units: when they begin, when they end, and that both paths cut them alike."""

# scipy and ville ship no types:
# pyright: basic

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout.judge.units import ALERT, CLEAR, UNKNOWN, Clock, advance, boundaries


def cut(counts: list[bool], alerts: list[int], seconds: float, length: float) -> list[int]:
    clock, opened, starts = Clock(), 0, []
    for index, (counted, alert) in enumerate(zip(counts, alerts, strict=True)):
        tick = advance(clock, index * seconds, seconds, length=length, counts=counted, alert=alert)
        if tick.taken and clock.opened is None:
            opened = index
        if tick.closes:
            starts.append(opened)
        clock = tick.clock
    return starts


@given(
    st.lists(
        st.tuples(st.sampled_from([True] * 9 + [False]), st.sampled_from([ALERT, CLEAR, CLEAR, UNKNOWN])), max_size=80
    ),
    st.sampled_from([(10.0, 60.0), (10.0, 10.0), (10.0, 25.0), (60.0, 60.0), (7.5, 30.0)]),
)
@settings(deadline=None, max_examples=200)
def test_both_paths_cut_the_same_units(looks: list[tuple[bool, int]], times: tuple[float, float]) -> None:
    counts, alerts = [look[0] for look in looks], [look[1] for look in looks]
    found = boundaries(
        np.array([counts], dtype=bool).reshape(1, -1), np.array([alerts], dtype=np.int8).reshape(1, -1), *times
    )
    assert [start for start in found[0].tolist() if start >= 0] == cut(counts, alerts, *times)


def test_a_unit_does_not_begin_inside_an_episode() -> None:
    alerts = [CLEAR] * 5 + [ALERT, ALERT, CLEAR] + [CLEAR] * 6
    assert cut([True] * 14, alerts, 10.0, 60.0) == [0, 8]


def test_an_episode_without_requests_is_still_one() -> None:
    alerts = [CLEAR] * 5 + [ALERT, UNKNOWN, CLEAR] + [CLEAR] * 6
    assert cut([True] * 14, alerts, 10.0, 60.0) == [0, 8]


def test_a_canary_that_stays_dead_is_judged_after_the_correlation_time_and_two_looks() -> None:
    assert cut([True] * 30, [ALERT] * 30, 10.0, 60.0) == [0, 8, 14, 20]


def test_a_changed_split_throws_the_open_unit_away() -> None:
    counts = [True] * 3 + [False] + [True] * 8
    assert cut(counts, [CLEAR] * 12, 10.0, 60.0) == [4]
