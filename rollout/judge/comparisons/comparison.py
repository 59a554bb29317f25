"""What every comparison offers. The tick-by-tick path and the batch path call the same functions.

Arrays have any leading axes: none for one unit, runs x units for many. The last axis is what the comparison carries:
`width` numbers per interval (they add up to a unit), `carried` sums over past units, `components` log wealths of the
bets that the canary is worse, `promotions` of those that it is inside the margin.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.observations import Interval
from rollout.judge.policy import Metric, Role

Floats = npt.NDArray[np.float64]
STEEPNESS = np.array([0.3, 0.8, 2.0])
"""Steepness of the symmetric bets: best for a unit whose mean lies 0.3, 0.8, 2 standard deviations off."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one part of a comparison saw: the fields of `rollout.judge.verdict.Reason`."""

    part: str
    canary: float | None
    stable: float | None
    ratio: float | None
    interval: tuple[float, float] | None


class Comparison(Protocol):
    """One metric's comparison, built for the policy and the parts (classes, thresholds, bins) that are measured."""

    @property
    def metric(self) -> Metric: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def weight(self) -> float: ...
    @property
    def lateness(self) -> float: ...
    @property
    def width(self) -> int: ...
    @property
    def carried(self) -> int: ...
    @property
    def components(self) -> int: ...
    @property
    def promotions(self) -> int: ...

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers, None where the metric was not measured; raises ObservationError."""
        ...

    def looks(self, arrays: Arrays) -> Floats:
        """Return runs x looks x width."""
        ...

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return the same as `alerts` for one interval's numbers."""
        ...

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return per look whether the canary is inside an episode (`rollout.judge.units`)."""
        ...

    def carry(self, units: Floats) -> Floats:
        """Return what a unit adds to the sums that later units may know."""
        ...

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors of the bets that the canary is worse."""
        ...

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors of the bets that the canary is inside the margin."""
        ...

    def evidence(self, wealth: Floats) -> Floats:
        """Return the log e-value that the canary is worse."""
        ...

    def promotion(self, wealth: Floats) -> Floats:
        """Return the log e-value that the canary is inside the margin."""
        ...

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return what each part saw, with intervals at level alpha."""
        ...

    def growth(self, past: Floats, share: float) -> float:
        """Return by how much promotion evidence is expected to grow per canary request at `share`; 0: unknown."""
        ...
