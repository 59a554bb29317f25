"""SageMaker's deployment guardrails and CodeDeploy's alarms: a CloudWatch alarm that is watched while traffic bakes.

SageMaker rolls back when any listed alarm fires during a bake; CodeDeploy too, but only until its last shift.
"""

import numpy as np

from rollout.peers.cloudwatch import Missing, alarm
from rollout.simulation.outcome import Counts, Floats, Outcome, stopped

SAGEMAKER = ((0.1, 10.0), (1.0, 10.0))
"""A tenth of the traffic for ten minutes, then all of it for ten; (share, minutes)."""
CODEDEPLOY = ((0.1, 5.0),)
"""Canary10Percent5Minutes: after the shift of the rest nothing is watched any more."""


def sagemaker(requests: Counts, failed: Counts, *, m: int, n: int, threshold: float = 0.01) -> Outcome:
    """Average error rate of the new fleet above `threshold` in `m` of `n` minutes; counts (runs, minutes)."""
    return stopped(alarm(rate(requests, failed), threshold, m=m, n=n), requests, failed)


def codedeploy(requests: Counts, failed: Counts, stable_failed: Counts, *, alias: bool, periods: int = 2) -> Outcome:
    """The sample template's alarms: Sum of errors above 0 in `periods` minutes in a row, of the new version and,
    with `alias`, of all traffic. Counts per minute, shape (runs, minutes); no errors report 0.
    """
    firing = alarm(failed.astype(np.float64), 0.0, m=periods, n=periods, missing=Missing.NOT_BREACHING)
    if alias:
        everything = (failed + stable_failed).astype(np.float64)
        firing = firing | alarm(everything, 0.0, m=periods, n=periods, missing=Missing.NOT_BREACHING)
    return stopped(firing, requests, failed)


def rate(requests: Counts, failed: Counts) -> Floats:
    """Errors per request; NaN, a missing data point, where nothing was asked."""
    return np.divide(failed, requests, out=np.full(requests.shape, np.nan), where=requests > 0)
