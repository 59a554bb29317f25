"""Flagger: a success rate against a threshold every interval, a counter of failures that never goes down.

Every interval: abort if the counter has reached `threshold`. Otherwise look at the last minute; no traffic or a
success rate below `success` adds one to the counter and stays at the weight; a good one raises the weight by
`step` until it has been `maximum`, and then promotes ( the progressive-delivery tutorial's 5..50 %).
"""

from collections.abc import Callable

import numpy as np

from rollout.simulation.outcome import Counts, Flags, Floats, Outcome

Minute = Callable[[int, Floats], tuple[Counts, Counts]]
"""Draws one minute for all runs: (minute, share of each run) -> canary's requests and failed, each of shape (runs,)."""


def flagger(
    minute: Minute,
    runs: int,
    *,
    threshold: int,
    success: float = 0.99,
    step: float = 0.05,
    maximum: float = 0.50,
    limit: int = 180,
    passes: Callable[[int, Floats], Flags] | None = None,
) -> Outcome:
    """Run the rule until each run is aborted or promoted, `limit` minutes at most.

    `passes` replaces the success rate by another check of the last minute (latency at a percentile).
    """
    weight = np.full(runs, step)
    failures = np.zeros(runs, dtype=np.int64)
    live, aborted = np.ones(runs, dtype=np.bool_), np.zeros(runs, dtype=np.bool_)
    time, requests, failed = np.zeros(runs), np.zeros(runs, dtype=np.int64), np.zeros(runs, dtype=np.int64)
    for index in range(limit):
        n, e = minute(index, weight)
        requests += np.where(live, n, 0)
        failed += np.where(live, e, 0)
        time[live] = index + 1.0
        stop = live & (failures >= threshold)
        aborted |= stop
        live &= ~stop
        if passes is None:  # noqa: SIM108 - one long line says less
            good = (n > 0) & (1.0 - e / np.maximum(n, 1) >= success)
        else:
            good = passes(index, weight)
        failures += live & ~good
        promoted = live & good & (weight >= maximum - 1e-9)
        live &= ~promoted
        weight = np.where(live & good, np.minimum(weight + step, maximum), weight)
        if not live.any():
            break
    return Outcome(aborted=aborted, minute=time, requests=requests, failed=failed)
