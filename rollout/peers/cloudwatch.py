"""CloudWatch alarms: M of the last N data points breach, and what is made of data points that are missing.

Rules and both truth tables: Amazon CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"
and "Avoiding premature transitions to alarm state". More points than N are fetched (the evaluation range: five for
N = 3); gaps are filled only if fewer than N real points lie in it. SageMaker and CodeDeploy watch these alarms.
"""

from enum import StrEnum

import numpy as np

from rollout.simulation.outcome import Flags, Floats


class Missing(StrEnum):
    """TreatMissingData."""

    MISSING = "missing"
    """The default: only what is there counts; nothing there is INSUFFICIENT_DATA."""
    IGNORE = "ignore"
    """The state stays as it is."""
    BREACHING = "breaching"
    """A gap counts as bad."""
    NOT_BREACHING = "notBreaching"
    """A gap counts as good."""


class State(StrEnum):
    """An alarm's state."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


def alarm_state(points: list[bool | None], m: int, n: int, missing: Missing, current: State) -> State:
    """The state after one evaluation; `points` is the evaluation range, oldest first, True breaching, None missing."""
    real = [p for p in points if p is not None]
    if len(real) >= n:
        return State.ALARM if sum(real[-n:]) >= m else State.OK
    breaching, gaps = sum(real), n - len(real)
    if missing is Missing.BREACHING:
        return State.ALARM if breaching + gaps >= m else State.OK
    if missing is Missing.NOT_BREACHING:
        return State.ALARM if breaching >= m else State.OK
    if not real:
        return State.INSUFFICIENT_DATA if missing is Missing.MISSING else current
    if breaching >= m:
        return State.ALARM
    oldest = next(age for age, p in zip(range(len(points), 0, -1), points, strict=True) if p is not None)
    if all(real) and oldest >= m:
        return State.ALARM if missing is Missing.MISSING else current
    return State.OK


def alarm(
    values: Floats, threshold: float, *, m: int, n: int, missing: Missing = Missing.MISSING, extra: int = 2
) -> Flags:
    """Whether the alarm is in ALARM after each period: value > threshold in `m` of `n`; NaN is a missing data point.

    `values` of shape (runs, periods); `extra` points are fetched beyond N. Starts in INSUFFICIENT_DATA.
    """
    breach = values > threshold
    real = ~np.isnan(values)
    filled = np.cumsum(np.pad(breach, ((0, 0), (n, 0))), axis=1)
    firing: Flags = (filled[:, n:] - filled[:, :-n]) >= m
    for run in np.nonzero(~real.all(axis=1))[0]:
        points = [bool(b) if r else None for b, r in zip(breach[run], real[run], strict=True)]
        state = State.INSUFFICIENT_DATA
        for index in range(len(points)):
            window = points[max(0, index + 1 - n - extra) : index + 1]
            state = alarm_state(window, m, n, missing, state)
            firing[run, index] = state is State.ALARM
    return firing
