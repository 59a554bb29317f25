"""The peers on scores: those that compare means, two-sided."""

import numpy as np

from benchmarks.judge.cells import Cell
from benchmarks.judge.draw import Chunk
from benchmarks.judge.error_peers import KAYENTA_RUNS, Outcomes, look_minutes
from rollout.peers.kayenta import Direction, kayenta
from rollout.peers.sequential import growthbook
from rollout.simulation.chances import score_values
from rollout.simulation.errors import SimulationRefused
from rollout.simulation.outcome import stopped
from rollout.simulation.streams import Counts, Floats, Track, merged


def score_peers(cell: Cell, chunk: Chunk) -> Outcomes:
    """A z-test that peeks, GrowthBook's sequence, Kayenta on the mean score of each minute; a look a minute."""
    described = cell.world.scores
    if described is None:
        raise SimulationRefused(f"{cell.name}: a cell of scores needs a world with scores")
    values, per = score_values(described), look_minutes(cell)
    streams = chunk.fixed(cell)
    n = merged(streams.canary.requests, per)
    n1, mean1, variance1 = running(streams.canary, values, per)
    n0, mean0, variance0 = running(streams.stable, values, per)
    none = np.zeros_like(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(mean1 - mean0) / np.sqrt(variance1 / n1 + variance0 / n0)
    found = {
        "z-test peeked each minute, alpha 5%": stopped(np.nan_to_num(z, nan=0.0, posinf=0.0) > 1.96, n, none),
        "GrowthBook sequence, alpha 5%": stopped(
            (growthbook(n1, n0, mean1, mean0, variance1, variance0) > 0.0)
            | (growthbook(n1, n0, mean0, mean1, variance1, variance0) > 0.0),
            n,
            none,
        ),
    }
    if chunk.begin == 0:
        runs = min(KAYENTA_RUNS, chunk.runs)
        scene = chunk.scene(cell.world)
        base = scene.track(chunk.rng("baseline"), "baseline", cell.share, slice(0, scene.world.looks))
        x, y = (100.0 * minute_means(t, values, per, runs) for t in (streams.canary, base))
        found["Kayenta 98% on the mean"] = kayenta(x, y, n[:runs], none[:runs], direction=Direction.EITHER)
    return found


def running(track: Track, values: Floats, per: int) -> tuple[Counts, Floats, Floats]:
    """Items, mean and variance of everything so far at each minute."""
    counts = by_minute(track, per, len(values))
    total = np.cumsum(counts, axis=1)
    n = total.sum(axis=2)
    mean = total @ values / np.maximum(n, 1)
    return n, mean, total @ values**2 / np.maximum(n, 1) - mean**2


def minute_means(track: Track, values: Floats, per: int, runs: int) -> Floats:
    """Mean score of each minute alone, NaN without items."""
    counts = by_minute(track, per, len(values))[:runs]
    n: Counts = counts.sum(axis=2)
    return np.divide(counts @ values, n, out=np.full(n.shape, np.nan), where=n > 0)


def by_minute(track: Track, per: int, bins: int) -> Counts:
    """Histograms of each minute, shape (runs, minutes, bins)."""
    if track.scores is None:
        raise SimulationRefused("a track without scores has no histogram")
    return np.stack([merged(track.scores[..., i], per) for i in range(bins)], axis=2)
