"""What a rule did in each of many runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One entry a run, shape (runs,). `minute`, `requests` and `failed` are taken when the rule stopped.

    `minute`: minutes since the canary's first request; `requests`, `failed`: what the canary had answered and
    failed by then. A run that is not aborted was let through (a missed regression if the canary was worse).
    """

    aborted: Flags
    minute: Floats
    requests: Counts
    failed: Counts


@dataclass(frozen=True, kw_only=True)
class Rollouts:
    """What became of each rollout, shape (runs,). A run that is neither aborted nor promoted is held to the end.

    `minute`, `requests`, `failed`: when it ended and what the canary had answered and failed by then.
    """

    aborted: Flags
    promoted: Flags
    minute: Floats
    requests: Counts
    failed: Counts


def stopped(crossed: Flags, requests: Counts, failed: Counts, *, minutes: float = 1.0) -> Outcome:
    """The outcome of a rule that aborts at the first look in which it has `crossed`.

    All three of shape (runs, looks), counts per look and not cumulative; `minutes` is the length of a look.
    """
    aborted: Flags = np.logical_or.reduce(crossed, axis=1)
    first: Counts = crossed.argmax(axis=1).astype(np.int64)
    last = np.where(aborted, first, crossed.shape[1] - 1)
    rows: Counts = np.arange(crossed.shape[0], dtype=np.int64)
    return Outcome(
        aborted=aborted,
        minute=(last + 1).astype(np.float64) * minutes,
        requests=np.cumsum(requests, axis=1)[rows, last],
        failed=np.cumsum(failed, axis=1)[rows, last],
    )
