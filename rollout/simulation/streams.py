"""What a simulation hands out: counts per interval of many runs, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Outcomes that became known in each interval; arrays of shape (runs, looks), losses within 0..1."""

    n: Counts
    loss_sum: Floats
    loss_square_sum: Floats


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track's counts; arrays of shape (runs, looks), `scores` (runs, looks, bins)."""

    requests: Counts
    errors: Mapping[str, Counts] = field(default_factory=dict[str, Counts])
    slow: Mapping[str, Counts] = field(default_factory=dict[str, Counts])
    scores: Counts | None = None
    labels: Labelled | None = None

    @property
    def failed(self) -> Counts:
        """Errors of every class together, shape (runs, looks)."""
        total = np.zeros_like(self.requests)
        for counts in self.errors.values():
            total = total + counts
        return total


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Both tracks over the same intervals; `share` is the canary's, (runs, looks) or (looks,), `present` (looks,)."""

    seconds: float
    share: Floats
    present: Flags
    canary: Track
    stable: Track

    @property
    def runs(self) -> int:
        """Number of independent rollouts."""
        return self.canary.requests.shape[0]

    @property
    def looks(self) -> int:
        """Number of intervals of each."""
        return self.canary.requests.shape[1]


def merged(counts: Counts, looks: int) -> Counts:
    """Sum groups of `looks` consecutive intervals, (runs, n) -> (runs, n // looks); the incomplete last is dropped."""
    runs, n = counts.shape
    whole = n // looks
    summed: Counts = counts[:, : whole * looks].reshape(runs, whole, looks).sum(axis=2)
    return summed


def first(streams: Streams, looks: int) -> Streams:
    """The same runs, ended after `looks` intervals."""
    return Streams(
        seconds=streams.seconds,
        share=streams.share[..., :looks],
        present=streams.present[:looks],
        canary=_cut(streams.canary, looks),
        stable=_cut(streams.stable, looks),
    )


def _cut(track: Track, looks: int) -> Track:
    labels = track.labels
    return Track(
        requests=track.requests[:, :looks],
        errors={name: counts[:, :looks] for name, counts in track.errors.items()},
        slow={name: counts[:, :looks] for name, counts in track.slow.items()},
        scores=None if track.scores is None else track.scores[:, :looks],
        labels=None
        if labels is None
        else Labelled(
            n=labels.n[:, :looks],
            loss_sum=labels.loss_sum[:, :looks],
            loss_square_sum=labels.loss_square_sum[:, :looks],
        ),
    )
