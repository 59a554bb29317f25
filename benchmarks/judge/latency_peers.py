"""The peers on answer times: percentile thresholds, Mann-Whitney on minutes, exceedance, a band."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from benchmarks.judge.cells import Cell
from benchmarks.judge.draw import Chunk
from benchmarks.judge.error_peers import KAYENTA_RUNS, Outcomes, look_minutes
from rollout.peers.flagger import flagger
from rollout.peers.kayenta import Direction, kayenta
from rollout.peers.latency import band, exceedance_log_e, mixed_log_e
from rollout.simulation.chances import normal_cdf
from rollout.simulation.outcome import Flags, Outcome, stopped
from rollout.simulation.scene import Scene
from rollout.simulation.streams import Counts, Floats
from rollout.simulation.worlds import Effect, Latency

FLAGGER_MS = 500.0


def latency_peers(cell: Cell, chunk: Chunk) -> Outcomes:
    """Every rule on one chunk."""
    found = {
        "Flagger p99 <= 500 ms, threshold 1": flagger_p99(cell, chunk, 1),
        "Flagger p99 <= 500 ms, threshold 10": flagger_p99(cell, chunk, 10),
    }
    streams = chunk.fixed(cell)
    names = ("p50", "p90", "p99")
    pairs = [(streams.canary.slow[name], streams.stable.slow[name]) for name in names]
    logs = exceedance_log_e(pairs, cell.share)
    n, minutes = streams.canary.requests, cell.world.seconds / 60.0
    none = np.zeros_like(n)
    for title, evidence in (*zip(names, logs, strict=True), ("mixed", mixed_log_e(logs))):
        for alpha in (0.05, 0.01):
            crossed = evidence >= math.log(1.0 / alpha)
            found[f"exceedance per request, {title}, alpha {100 * alpha:g}%"] = stopped(
                crossed, n, none, minutes=minutes
            )
    found["two-sample DKW band, alpha 5%"] = dkw(cell, chunk)
    if chunk.begin == 0:
        found.update(hourly(cell, chunk))
    return found


def flagger_p99(cell: Cell, chunk: Chunk, threshold: int) -> Outcome:
    """Flagger with a check of the last minute's p99 (nearest rank) against 500 ms."""
    latency = cell.world.latency or Latency()
    chance = normal_cdf(math.log(FLAGGER_MS / latency.median_ms) / latency.sigma)
    scene = chunk.scene(replace(cell.world, latency=replace(latency, quantiles=(chance,))))
    rng, per = chunk.rng(f"flagger {threshold}"), look_minutes(cell)
    last: list[tuple[Counts, Counts]] = []

    def minute(index: int, share: Floats) -> tuple[Counts, Counts]:
        track = scene.track(rng, "canary", share[:, np.newaxis], slice(index * per, (index + 1) * per))
        slow = next(iter(track.slow.values())).sum(axis=1)
        n = track.requests.sum(axis=1)
        last[:] = [(n, slow)]
        return n, np.zeros_like(n)

    def passes(_minute: int, _share: Floats) -> Flags:
        n, slow = last[0]
        return (n > 0) & (slow <= n - np.ceil(0.99 * n))

    return flagger(minute, chunk.runs, threshold=threshold, limit=scene.world.looks // per, passes=passes)


def hourly(cell: Cell, chunk: Chunk) -> Outcomes:
    """Kayenta on the mean and on the p99 of each minute, 5 percent canary and 5 percent baseline."""
    scene = Scene(cell.world, min(KAYENTA_RUNS, chunk.runs), chunk.rng("kayenta"))
    rng = chunk.rng("kayenta times")
    mean, tail, n = minutes_of_times(scene, rng, "canary")
    base_mean, base_tail, _ = minutes_of_times(scene, rng, "baseline")
    none = np.zeros_like(n)
    return {
        "Kayenta 98% on the mean": kayenta(mean, base_mean, n, none, direction=Direction.INCREASE),
        "Kayenta 98% on p99": kayenta(tail, base_tail, n, none, direction=Direction.INCREASE),
    }


def minutes_of_times(
    scene: Scene, rng: np.random.Generator, track: str, share: float = 0.05
) -> tuple[Floats, Floats, Counts]:
    """Mean and p99 (milliseconds, NaN without traffic) and requests of each minute, from single answer times."""
    world = scene.world
    latency, fault, per = world.latency or Latency(), world.fault, round(60.0 / world.seconds)
    minutes = world.looks // per
    n = rng.poisson(world.requests_per_minute * share, (scene.runs, minutes))
    size = max(1, int(n.max()))
    there = np.arange(size) < n[..., np.newaxis]
    times = latency.median_ms * np.exp(latency.sigma * rng.standard_normal((scene.runs, minutes, size)))
    if fault is not None and track == "canary":
        times = times * fault.latency_factor
        times += np.where(rng.random(times.shape) < fault.tail_share, fault.tail_ms, 0.0)
    if world.outages is not None and world.outages.effect is Effect.SLOW:
        hit = scene.trouble(track)[:, : minutes * per].reshape(scene.runs, minutes, per).mean(axis=2)
        times = np.where(rng.random(times.shape) < hit[..., np.newaxis], times * world.outages.slow_factor, times)
    ranked = np.sort(np.where(there, times, np.inf), axis=2)
    rank = np.maximum(np.ceil(0.99 * n).astype(np.int64) - 1, 0)
    tail = np.take_along_axis(ranked, rank[..., np.newaxis], axis=2)[..., 0]
    mean = np.divide((times * there).sum(axis=2), n, out=np.full(n.shape, np.nan), where=n > 0)
    return mean, np.where(n > 0, tail, np.nan), n.astype(np.int64)


def dkw(cell: Cell, chunk: Chunk) -> Outcome:
    """The band on a histogram of fifty equally likely bins, a look a minute."""
    latency = cell.world.latency or Latency()
    fine = replace(latency, quantiles=tuple(round(i / 50.0, 2) for i in range(1, 50)))
    minutely = replace(cell.world, latency=fine, seconds=60.0)
    scene = Scene(minutely, chunk.runs, chunk.rng("dkw"))
    drawn = scene.draw(chunk.rng("dkw counts"), cell.share)
    bins: list[Counts] = []
    for track in (drawn.canary, drawn.stable):
        above = [track.requests, *track.slow.values()]
        bins.append(np.stack([*(a - b for a, b in pairwise(above)), above[-1]], axis=2))
    n = drawn.canary.requests
    return stopped(band(bins[0], bins[1], alpha=0.05), n, np.zeros_like(n))
