"""Many runs at once: the arrays that `rollout.judge.batch.judge_batch` takes and gives.

A run is one series; all runs of a call have the same number of looks and the same seconds per look.
Look n is what is known after n intervals, so the first interval's look is 1; -1 means never.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackArrays:
    """One track of many runs; every array is runs x looks, `scores` runs x looks x bins. Counts as any number type."""

    requests: npt.NDArray[np.generic]
    errors: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict[str, npt.NDArray[np.generic]])
    slow: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict[str, npt.NDArray[np.generic]])
    scores: npt.NDArray[np.generic] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """Both tracks. `share` is a scalar, one value per look, or runs x looks; `verified` likewise."""

    seconds: float
    share: float | Floats
    canary: TrackArrays
    stable: TrackArrays
    verified: bool | Bools = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchVerdicts:
    """Per run: when it would have been aborted, at what exposure, and when it could have been promoted.

    `abort_look` is the look of the first abort (-1: none), `abort_metric` the name of the metric that crossed
    (empty: none), `canary_requests` and `canary_errors` what the canary had answered and failed by then (by the
    last look where there was no abort). `pass_look` is the first look with evidence for promotion in every
    selected guard and no abort before it (-1: none), `split_look` the first at which the sample ratio
    would have been called broken. `evidence` is, per metric, the largest e-value of each run divided by its
    threshold: 1 and above would abort.
    """

    abort_look: Ints
    abort_metric: npt.NDArray[np.str_]
    canary_requests: Ints
    canary_errors: Ints
    pass_look: Ints
    split_look: Ints
    evidence: Mapping[str, Floats]
