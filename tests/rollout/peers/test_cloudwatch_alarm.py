"""CloudWatch's two published truth tables, row by row, and the vectorised alarm against the single evaluation."""

import numpy as np
import pytest

from rollout.peers.cloudwatch import Missing, State, alarm, alarm_state

O, A, I = State.OK, State.ALARM, State.INSUFFICIENT_DATA  # noqa: E741 - the tables' own letters
RETAIN = None
THREE_OF_THREE = [
    ("0-X-X", (O, O, O, O)),
    ("0----", (O, O, O, O)),
    ("-----", (I, RETAIN, A, O)),
    ("0XX-X", (A, A, A, A)),
    ("--X--", (A, RETAIN, A, O)),
]
TWO_OF_THREE = [
    ("0-X-X", (A, A, A, A)),
    ("00X0X", (A, A, A, A)),
    ("0-X--", (O, O, A, O)),
    ("----0", (O, O, A, O)),
    ("---X-", (A, RETAIN, A, O)),
]
ROWS = [(3, *row) for row in THREE_OF_THREE] + [(2, *row) for row in TWO_OF_THREE]


@pytest.mark.parametrize(("m", "points", "expected"), ROWS)
@pytest.mark.parametrize("current", [O, A])
def test_published_row(m: int, points: str, expected: tuple[State | None, ...], current: State) -> None:
    real = [{"0": False, "X": True, "-": None}[p] for p in points]
    order = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)
    got = [alarm_state(real, m, 3, missing, current) for missing in order]
    assert got == [current if e is RETAIN else e for e in expected]


def test_vectorised_alarm_agrees_with_single_evaluations() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((40, 30))
    values[rng.random(values.shape) < 0.2] = np.nan
    for missing in Missing:
        firing = alarm(values, 0.6, m=2, n=3, missing=missing)
        for run in range(len(values)):
            state = State.INSUFFICIENT_DATA
            for period in range(values.shape[1]):
                window = [None if np.isnan(v) else bool(v > 0.6) for v in values[run, max(0, period - 4) : period + 1]]
                state = alarm_state(window, 2, 3, missing, state)
                assert firing[run, period] == (state is State.ALARM)


def test_without_gaps_the_last_n_decide() -> None:
    values = np.array([[0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]])
    assert alarm(values, 0.5, m=2, n=3).tolist() == [[False, False, False, True, True, True, False, False]]
