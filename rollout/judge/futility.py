"""How many more requests, and whether the plan still holds them."""

from math import ceil, inf

import numpy as np

from rollout.judge.state import MetricState, State


def needed(
    state: State, metric: MetricState, *, log_e: float, threshold: float, log_p: float, enough: float
) -> int | None:
    """Return how many more canary requests a decision on this metric is expected to need; None: cannot be told.

    Towards an abort the evidence is taken to grow as it did so far; towards promotion as it would for a canary at
    stable's rates (`promotion_growth`), or as it did where that is not known.
    """
    if metric.evidence.crossed is not None or (log_p >= enough > 0 and log_p < inf):
        return 0
    if log_e > max(0.0, log_p if log_p < inf else 0.0) and state.canary_requests:
        return ceil((threshold - log_e) / (log_e / state.canary_requests))
    if state.share is None or not metric.test.promotions:
        return None
    growth = _growth(state, metric, log_p, state.share)
    return ceil((enough - log_p) / growth) if growth > 0 else None


def out_of_reach(state: State, metric: MetricState, enough: float) -> bool:
    """Return whether the evidence for promotion is expected later than the deadline, all of it at the last step.

    Not said before the first step's time has passed: the rates are guesses until then.
    """
    if state.began is None or state.end is None or not metric.test.promotions or not state.policy.steps:
        return False
    elapsed = state.end - state.began
    if elapsed < state.policy.steps[0].seconds or elapsed <= 0:
        return False
    share = min(0.5, max(step.percent for step in state.policy.steps) / 100.0)
    log_p = metric.evidence.log_p
    growth = _growth(state, metric, log_p, share)
    if growth <= 0:
        return False
    rate = (state.canary_requests + state.stable_requests) / elapsed
    return log_p + growth * rate * share * max(0.0, state.policy.deadline - elapsed) < enough


def _growth(state: State, metric: MetricState, log_p: float, share: float) -> float:
    known = metric.test.growth(np.array(metric.evidence.past), share)
    if known > 0 or not state.canary_requests:
        return known
    return max(0.0, log_p / state.canary_requests)
