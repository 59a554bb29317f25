"""The splits that an access log shows: a log says whose each request was, and nowhere what share was applied.

Binary segmentation (Scott and Knott, 1974): a stretch is cut where two binomial shares explain its counts better than
one, by more than ln(n) + 10 nats, n the number of intervals. Twice that gain is about chi-square with one degree of
freedom at any one place, so a stretch of one share is cut in fewer than one log of ten thousand. Only requests are
looked at, never their outcome: where a cut falls says nothing of the canary's errors.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_NATS = 10.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Intervals `first` to before `end` with one share (0..1) of the requests for the canary."""

    first: int
    end: int
    share: float


def splits(canary: Sequence[int], stable: Sequence[int]) -> tuple[Split, ...]:
    """Cut intervals, given by both tracks' requests, into stretches of one realised share, in order."""
    if not canary:
        return ()
    ours = np.concatenate(([0.0], np.cumsum(np.asarray(canary, dtype=np.float64))))
    both = np.concatenate(([0.0], np.cumsum(np.asarray(canary, dtype=np.float64) + np.asarray(stable))))
    least = math.log(len(canary)) + _NATS
    cuts, open_ = [0, len(canary)], [(0, len(canary))]
    while open_:
        first, end = open_.pop()
        cut, gain = _best(ours[first : end + 1] - ours[first], both[first : end + 1] - both[first])
        if gain > least:
            cuts.append(first + cut)
            open_ += [(first, first + cut), (first + cut, end)]
    return tuple(
        Split(first=first, end=end, share=float((ours[end] - ours[first]) / max(1.0, both[end] - both[first])))
        for first, end in pairwise(sorted(cuts))
    )


def _best(ours: Floats, both: Floats) -> tuple[int, float]:
    """The cut of one stretch that gains most, and its gain in nats. Sums from 0, one longer than the stretch."""
    if len(both) <= 2:  # noqa: PLR2004 - one interval cannot be cut
        return 0, 0.0
    left = _fit(ours[1:-1], both[1:-1])
    right = _fit(ours[-1] - ours[1:-1], both[-1] - both[1:-1])
    gains = left + right - _fit(ours[-1:], both[-1:])
    best = int(np.argmax(gains))
    return best + 1, float(gains[best])


def _fit(hits: Floats, of: Floats) -> Floats:
    """The log likelihood of binomial counts at their own share, without the binomial coefficient."""
    return _xlogx(hits) + _xlogx(of - hits) - _xlogx(of)


def _xlogx(x: Floats) -> Floats:
    return x * np.log(np.where(x > 0.0, x, 1.0))
