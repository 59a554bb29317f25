"""Flagger's rule on minutes that are written out."""

import numpy as np

from rollout.peers.flagger import Minute, flagger
from rollout.simulation.outcome import Counts, Floats


def minutes(failed: list[int], n: int = 100) -> tuple[list[float], Minute]:
    weights: list[float] = []

    def minute(index: int, share: Floats) -> tuple[Counts, Counts]:
        weights.append(round(float(share[0]), 4))
        return np.array([n]), np.array([failed[index] if index < len(failed) else 0])

    return weights, minute


def test_promotes_after_the_last_step_passes() -> None:
    weights, minute = minutes([])
    done = flagger(minute, 1, threshold=1)
    assert not done.aborted[0]
    assert weights == [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
    assert done.minute[0] == 10.0


def test_aborts_one_tick_after_the_counter_is_full() -> None:
    weights, minute = minutes([0, 2])
    done = flagger(minute, 1, threshold=1)
    assert done.aborted[0]
    assert weights == [0.05, 0.1, 0.1]
    assert (done.requests[0], done.failed[0], done.minute[0]) == (300, 2, 3.0)


def test_failures_are_never_taken_back() -> None:
    _, minute = minutes([2, 0, 2, 0, 2])
    done = flagger(minute, 1, threshold=3)
    assert done.aborted[0]
    assert done.minute[0] == 6.0


def test_exactly_the_threshold_passes_and_no_traffic_fails() -> None:
    _, minute = minutes([1] * 20)
    assert not flagger(minute, 1, threshold=1).aborted[0]
    _, silent = minutes([], n=0)
    assert flagger(silent, 1, threshold=1).aborted[0]


def test_another_check_replaces_the_rate() -> None:
    _, minute = minutes([50] * 20)
    done = flagger(minute, 1, threshold=1, passes=lambda _i, share: np.ones(len(share), dtype=np.bool_))
    assert not done.aborted[0]
