"""Betting on closed units: one or many at once, by the same functions as the batch path."""

from dataclasses import replace
from math import log

import numpy as np

from rollout.judge.state import Evidence, MetricState


def settle(metric: MetricState) -> MetricState:
    """Return the comparison with every closed unit bet on, in their order."""
    if not metric.closed:
        return metric
    test, before = metric.test, metric.evidence
    units = np.array([unit for unit, _ in metric.closed], dtype=np.float64)
    carried = test.carry(units)
    sums = np.concatenate([np.array(before.past)[None], carried]).cumsum(axis=0)
    past = sums[:-1]
    wealth = np.array(before.wealth) + test.log_factors(units, past).cumsum(axis=0)
    promotion = before.promotion
    if test.promotions:
        bets = test.promotion_log_factors(units, past).sum(axis=0)
        promotion = tuple((np.array(promotion) + bets).tolist())
    crossed = before.crossed
    log_e = test.evidence(wealth)
    if crossed is None:
        over = np.flatnonzero(log_e + log(metric.alpha) >= 0.0)
        crossed = metric.closed[int(over[0])][1] if len(over) else None
    evidence = Evidence(
        past=tuple(sums[-1].tolist()),
        wealth=tuple(wealth[-1].tolist()),
        promotion=promotion,
        units=before.units + len(units),
        crossed=crossed,
        log_e=float(log_e[-1]),
        log_p=float(test.promotion(np.array(promotion))) if test.promotions else 0.0,
    )
    return replace(metric, evidence=evidence, closed=())
