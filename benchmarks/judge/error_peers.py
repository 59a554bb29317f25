"""The peers on errors: each with its documented schedule, those without one at the cell's share."""

import math

import numpy as np

from benchmarks.judge.cells import Cell
from benchmarks.judge.draw import Chunk
from rollout.peers import argo, deployments, kayenta, sequential
from rollout.peers.flagger import flagger
from rollout.simulation.outcome import Counts, Outcome, stopped
from rollout.simulation.scene import Scene
from rollout.simulation.streams import Floats, Track, merged

KAYENTA_RUNS = 500
Outcomes = dict[str, Outcome]


def documented(cell: Cell, chunk: Chunk) -> Outcomes:
    """Every peer, sequential tests with a look a minute."""
    scene = chunk.scene(cell.world)
    streams = chunk.fixed(cell)
    found = scheduled(cell, chunk, scene)
    per = look_minutes(cell)
    c, s = streams.canary, streams.stable
    n1, e1, n0, e0 = (merged(a, per) for a in (c.requests, c.failed, s.requests, s.failed))
    found["z-test peeked each minute, alpha 5%"] = stopped(sequential.peeked_z(n1, e1, n0, e0), n1, e1)
    found["GrowthBook sequence, alpha 5%"] = stopped(sequential.growthbook_rates(n1, e1, n0, e0), n1, e1)
    looks = cell.world.seconds / 60.0
    evidence = sequential.split_log_e(c.failed, s.failed, cell.share)
    for alpha in (0.05, 0.01):
        crossed = evidence >= math.log(1.0 / alpha)
        found[f"error split per request, alpha {100 * alpha:g}%"] = stopped(
            crossed, c.requests, c.failed, minutes=looks
        )
    base = next(iter(cell.world.errors.values()))
    crossed = sequential.wald(c.requests, c.failed, p0=base, p1=10.0 * base)
    found["Wald SPRT p0 against 10 p0, alpha 5%"] = stopped(crossed, c.requests, c.failed, minutes=looks)
    if chunk.begin < KAYENTA_RUNS:
        found["Kayenta 98%, hourly"] = kayenta_errors(cell, chunk, scene, streams.canary)
    return found


def betting(cell: Cell, chunk: Chunk) -> Outcomes:
    """C5's three columns: the split test, and plain betting per 10 s and per 60 s."""
    streams = chunk.fixed(cell)
    a, b, n = streams.canary.failed, streams.stable.failed, streams.canary.requests
    found = {
        "error split per request": stopped(
            sequential.split_log_e(a, b, cell.share) >= math.log(100.0), n, a, minutes=1.0 / 6.0
        )
    }
    for looks in (1, 6):
        x, y, m = merged(a, looks), merged(b, looks), merged(n, looks)
        crossed = bet_log_e(x, y, cell.share) >= math.log(100.0)
        found[f"betting per {10 * looks} s"] = stopped(crossed, m, x, minutes=looks / 6.0)
    return found


def bet_log_e(a: Counts, b: Counts, share: float) -> Floats:
    """Log of plain betting per interval: prod(1 + lambda (a / (a + b) - share)), eight lambdas."""
    n = a + b
    z = np.divide(a, n, out=np.full(a.shape, share), where=n > 0) - share
    stakes = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
    logs = np.stack([np.cumsum(np.log1p(f / share * z), axis=1) for f in stakes])
    top = logs.max(axis=0)
    mixed: Floats = top + np.log(np.exp(logs - top).mean(axis=0))
    return mixed


def scheduled(cell: Cell, chunk: Chunk, scene: Scene) -> Outcomes:
    """The rules that have their own traffic schedule; counts per minute."""
    per = look_minutes(cell)
    found: Outcomes = {}
    for title, threshold in (("default", 1), ("", 5), ("docs", 10)):
        rng = chunk.rng(f"flagger {threshold}")

        def minute(index: int, share: Floats, rng: np.random.Generator = rng) -> tuple[Counts, Counts]:
            block = slice(index * per, (index + 1) * per)
            track = scene.track(rng, "canary", share[:, np.newaxis], block)
            return track.requests.sum(axis=1), track.failed.sum(axis=1)

        name = f"Flagger 99%, threshold {threshold}" + (f" ({title})" if title else "")
        found[name] = flagger(minute, chunk.runs, threshold=threshold, limit=scene.world.looks // per)
    n, e, _ = per_minute(scene, chunk.rng("argo"), argo.shares(40), per)
    found["Argo 95%, 5 min, limit 3 (docs)"] = argo.argo(n, e)
    found["Argo 99%, 5 min, limit 0"] = argo.argo(n, e, success=0.99, limit=0)
    plan = np.concatenate([np.full(int(minutes), share) for share, minutes in deployments.SAGEMAKER])
    n, e, _ = per_minute(scene, chunk.rng("sagemaker"), plan, per)
    for m, of in ((1, 1), (2, 3), (3, 3)):
        found[f"SageMaker, alarm average > 1%, {m} of {of}"] = deployments.sagemaker(n, e, m=m, n=of)
    n, e, other = per_minute(scene, chunk.rng("codedeploy"), np.full(5, deployments.CODEDEPLOY[0][0]), per)
    found["CodeDeploy, alias and version, sum > 0, 2 of 2"] = deployments.codedeploy(n, e, other, alias=True)
    found["CodeDeploy, version alone"] = deployments.codedeploy(n, e, other, alias=False)
    return found


def kayenta_errors(cell: Cell, chunk: Chunk, scene: Scene, canary: Track) -> Outcome:
    """Errors in percent a minute, canary at the cell's share beside a baseline of the same size, three hours."""
    per, runs = look_minutes(cell), min(KAYENTA_RUNS, chunk.runs)
    block = slice(0, scene.world.looks)
    base = scene.track(chunk.rng("baseline"), "baseline", cell.share, block)
    n, e, m, f = (merged(a[:runs], per) for a in (canary.requests, canary.failed, base.requests, base.failed))
    return kayenta.kayenta(kayenta.percent(n, e), kayenta.percent(m, f), n, e)


def per_minute(scene: Scene, rng: np.random.Generator, shares: Floats, per: int) -> tuple[Counts, Counts, Counts]:
    """Requests and errors of the canary, errors of stable, by minutes, for shares given by minutes."""
    each = np.repeat(shares, per)[: scene.world.looks]
    drawn = scene.draw(rng, each, stop=len(each))
    return (
        merged(drawn.canary.requests, per),
        merged(drawn.canary.failed, per),
        merged(drawn.stable.failed, per),
    )


def look_minutes(cell: Cell) -> int:
    """Looks a minute."""
    return round(60.0 / cell.world.seconds)
