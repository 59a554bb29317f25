"""Argo Rollouts: an analysis run beside fixed steps, aborted when more measurements have failed than the limit allows.

Failures add up and are never taken back. A measurement without a request is Inconclusive with the
documented condition (NaN compares false both ways) and pauses; here it neither fails nor passes.
"""

import numpy as np

from rollout.simulation.outcome import Counts, Floats, Outcome, stopped
from rollout.simulation.streams import merged

STEPS = ((0.2, 10.0), (0.4, 10.0), (0.6, 10.0), (0.8, 10.0))
"""The documented example: a fifth of the traffic more every ten minutes; (share, minutes)."""


def argo(requests: Counts, failed: Counts, *, success: float = 0.95, interval: int = 5, limit: int = 3) -> Outcome:
    """Counts per minute of the canary, shape (runs, minutes); a measurement every `interval` minutes."""
    n, e = merged(requests, interval), merged(failed, interval)
    bad = (n > 0) & (1.0 - e / np.maximum(n, 1) < success)
    return stopped(np.cumsum(bad, axis=1) > limit, n, e, minutes=float(interval))


def shares(minutes: int) -> Floats:
    """The canary's share in each minute of the documented steps, shape (minutes,)."""
    plan = np.concatenate([np.full(int(length), share) for share, length in STEPS])
    return np.concatenate([plan, np.full(max(0, minutes - len(plan)), STEPS[-1][0])])[:minutes]
