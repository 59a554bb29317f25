"""Absolute limits (an SLO) beside the comparison.

A limit aborts only when two tests have crossed the same threshold: the canary's mean rate per unit is over it, and
stable's is not. For an identical canary one of the two nulls is true whatever the common rate, so the chance of an
abort is at most this limit's part of alpha. Where stable is over it too the judge holds, and says so.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays
from rollout.judge.bets import even, log_mixture, split_log_factors, symmetric_log_factors
from rollout.judge.comparisons.comparison import STEEPNESS, Finding
from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval
from rollout.judge.policy import Limit, Metric, Role
from rollout.judge.units import ALERT, CLEAR, UNKNOWN

Floats = npt.NDArray[np.float64]

RATIOS = np.array([1.5, 3.0, 10.0])
"""How far over its limit a canary is bet to be."""
CAPS = np.array([0.9, 0.9, 0.9])
_HALF = 0.5


@dataclass(frozen=True)
class LimitComparison:
    """Holds both tracks against a limit. An interval's numbers: both requests, both bad ones, the canary's first."""

    limit: Limit
    weight: float
    lateness: float

    metric = Metric.LIMITS
    role = Role.GUARD
    width = 4
    carried = 4
    components = len(RATIOS) + 2 * len(STEEPNESS)
    promotions = 0

    @property
    def name(self) -> str:
        """Return `limits:` and what is limited."""
        return f"{Metric.LIMITS.value}:{self.limit.metric.value}:{self.limit.part}"

    def counts(self, interval: Interval) -> tuple[float, ...] | None:
        """Return the interval's numbers; None where not measured."""
        if interval.canary is None or interval.stable is None:
            return None
        errors = self.limit.metric is Metric.ERRORS
        ours = interval.canary.errors if errors else interval.canary.slow
        theirs = interval.stable.errors if errors else interval.stable.slow
        if ours is None or theirs is None:
            return None
        part = self.limit.part
        if not errors and (part not in ours or part not in theirs):
            return None  # a threshold that nobody counts; a class of errors that nobody had is none
        return (interval.canary.requests, interval.stable.requests, ours.get(part, 0), theirs.get(part, 0))

    def looks(self, arrays: Arrays) -> Floats:
        """Return runs x looks x 4; raises ObservationError where the limited threshold is not in the arrays."""
        tables = [
            track.errors if self.limit.metric is Metric.ERRORS else track.slow
            for track in (arrays.canary, arrays.stable)
        ]
        part = self.limit.part
        if self.limit.metric is Metric.LATENCY and any(part not in table for table in tables):
            raise ObservationError(self.name, (f"no threshold {part} in the arrays: take the limit out",))
        zero = np.zeros_like(arrays.canary.requests)
        columns = [arrays.canary.requests, arrays.stable.requests, *[table.get(part, zero) for table in tables]]
        return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=-1)

    def alert(self, counts: tuple[float, ...]) -> int:
        """Return the same for one interval's numbers."""
        return (ALERT if counts[2] >= _HALF * counts[0] else CLEAR) if counts[0] > 0 else UNKNOWN

    def alerts(self, looks: Floats) -> npt.NDArray[np.int8]:
        """Return `ALERT` where half of the canary's requests or more were bad."""
        n, a = looks[..., 0], looks[..., 2]
        return np.where(n > 0, np.where(a >= _HALF * n, ALERT, CLEAR), UNKNOWN).astype(np.int8)

    def carry(self, units: Floats) -> Floats:
        """Return the unit's own numbers."""
        return units

    def log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return the log factors: canary over the limit, stable under it, stable over it.

        Of n requests a were bad: under the null E[a/n | past] <= limit, so `split_log_factors` with the limit for
        the share and the requests for the total is a fair bet; it gains up to 1/limit in one unit at any share.
        """
        del past
        n, m, a, b = (units[..., index] for index in range(4))
        limit = np.full(n.shape, self.limit.limit)
        over = split_log_factors(a, n, limit, ratios=RATIOS, caps=CAPS)
        rate = b / np.maximum(m, 1.0)
        scale = np.sqrt(self.limit.limit * (1.0 - self.limit.limit) / np.maximum(m, 1.0))
        distance = np.where(m > 0, (self.limit.limit - rate) / scale, np.nan)
        bets = [symmetric_log_factors(sign * distance, STEEPNESS) for sign in (1.0, -1.0)]
        return np.concatenate([over, *bets], axis=-1)

    def promotion_log_factors(self, units: Floats, past: Floats) -> Floats:
        """Return nothing: a limit is no evidence for promotion."""
        del past
        return np.zeros((*units.shape[:-1], 0))

    def evidence(self, wealth: Floats) -> Floats:
        """Return the smaller log e-value of "the canary is over" and "stable is not"."""
        over, under, _ = self._parts(wealth)
        return np.minimum(over, under)

    def shared(self, wealth: Floats) -> Floats:
        """Return the smaller log e-value of "the canary is over" and "stable is over too"."""
        over, _, too = self._parts(wealth)
        return np.minimum(over, too)

    def promotion(self, wealth: Floats) -> Floats:
        """Return infinity: a limit stands in no promotion's way by itself."""
        return np.full(wealth.shape[:-1], np.inf)

    def findings(self, past: Floats, alpha: float) -> tuple[Finding, ...]:
        """Return both rates."""
        del alpha
        n, m, a, b = (float(value) for value in past)
        return (
            Finding(
                part=self.limit.part,
                canary=a / n if n else None,
                stable=b / m if m else None,
                ratio=None,
                interval=None,
            ),
        )

    def growth(self, past: Floats, share: float) -> float:
        """Return 0: nothing grows."""
        del past, share
        return 0.0

    def _parts(self, wealth: Floats) -> tuple[Floats, Floats, Floats]:
        first, second = len(RATIOS), len(RATIOS) + len(STEEPNESS)
        pieces = (wealth[..., :first], wealth[..., first:second], wealth[..., second:])
        over, under, too = (log_mixture(piece, even(piece.shape[-1])) for piece in pieces)
        return over, under, too
