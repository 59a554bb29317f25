"""How fast the judge is: one look, the batch path, JSON lines; measured by `--speed` and stored like a cell."""

import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.judge import results
from benchmarks.judge.claims import Claim, plain
from rollout.judge import judge as ticks
from rollout.judge.batch import judge_batch
from rollout.judge.observations import Interval, TrackCounts
from rollout.judge.policy import STANDARD, Limit, Metric, Policy
from rollout.replay import replay
from rollout.simulation.judged import as_arrays
from rollout.simulation.scene import Scene
from rollout.simulation.streams import Streams, Track
from rollout.simulation.worlds import Latency, Scores, World

FILE = "speed.json"
TEN = (
    Limit(metric=Metric.ERRORS, part="5xx", limit=0.05),
    Limit(metric=Metric.ERRORS, part="4xx", limit=0.2),
    Limit(metric=Metric.LATENCY, part="p50", limit=0.9),
    Limit(metric=Metric.LATENCY, part="p90", limit=0.5),
    Limit(metric=Metric.LATENCY, part="p99", limit=0.1),
    Limit(metric=Metric.LATENCY, part="p99.9", limit=0.05),
)
"""With errors, latency, scores and the sample ratio: ten metrics."""
WORLD = World(name="speed", errors={"5xx": 0.001, "4xx": 0.01}, latency=Latency(), scores=Scores(), minutes=180.0)


def measured(folder: Path) -> list[Claim]:
    """The stored speeds as claims; none where they have not been measured."""
    stored = results.load(folder / FILE)
    if stored is None:
        return []
    return [
        Claim(
            text=f"one look, ten metrics, after {stored['early']} intervals",
            measured=f"{stored['look_early_ms']:.3f} ms (median)",
            bound="< 1 ms",
            holds=plain(stored["look_early_ms"] < 1.0),
        ),
        Claim(
            text=f"one look, ten metrics, after {stored['late']} intervals",
            measured=f"{stored['look_late_ms']:.3f} ms (median)",
            bound="< 1 ms",
            holds=plain(stored["look_late_ms"] < 1.0),
        ),
        Claim(
            text="intervals from arrays in memory, errors",
            measured=f"{stored['batch_per_second']:,.0f} a second",
            bound=">= 100,000 a second",
            holds=plain(stored["batch_per_second"] >= 100_000.0),
        ),
        Claim(
            text="intervals from JSON lines, errors",
            measured=f"{stored['lines_per_second']:,.0f} a second",
            bound=">= 20,000 a second",
            holds=plain(stored["lines_per_second"] >= 20_000.0),
        ),
    ]


def measure(folder: Path, *, late: int = 8000) -> None:
    """Measure and store. Process time, so that others on the machine do not count."""
    rng = np.random.default_rng(1)
    drawn = Scene(WORLD, 1, rng).draw(rng, 0.1)
    policy = STANDARD.select((Metric.ERRORS, Metric.LATENCY, Metric.SCORES, Metric.RATIO, Metric.LIMITS))
    many = Policy(name="ten", steps=policy.steps, metrics=policy.metrics, limits=TEN, deadline=1e9)
    kept = intervals(drawn, late)
    state = ticks.start(many)
    spent: list[float] = []
    for interval in kept:
        began = time.process_time_ns()
        state = ticks.observe(state, interval)
        ticks.look(state)
        spent.append((time.process_time_ns() - began) / 1e6)
    errors = STANDARD.select((Metric.ERRORS,))
    quiet = World(name="errors")
    runs = 300
    arrays = as_arrays(Scene(quiet, runs, rng).draw(rng, 0.05))
    batch = runs * quiet.looks / clocked(lambda: judge_batch(errors, arrays))
    lines = [json.dumps(as_object(i)) for i in kept]

    results.save(
        folder / FILE,
        {
            "early": 500,
            "late": late,
            "look_early_ms": statistics.median(spent[250:500]),
            "look_late_ms": statistics.median(spent[-250:]),
            "batch_per_second": batch,
            "lines_per_second": len(lines) / clocked(lambda: replay(errors, lines)),
            "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        },
    )


def clocked(work: Callable[[], object]) -> float:
    """Process seconds of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def intervals(drawn: Streams, count: int) -> list[Interval]:
    """The first run's intervals, repeated until there are enough of them."""
    looks = drawn.looks
    return [
        Interval(
            start=1e9 + 10.0 * i,
            seconds=10.0,
            share=0.1,
            canary=counts_of(drawn.canary, i % looks),
            stable=counts_of(drawn.stable, i % looks),
        )
        for i in range(count)
    ]


def counts_of(track: Track, look: int) -> TrackCounts:
    """One interval of the first run."""
    return TrackCounts(
        requests=int(track.requests[0, look]),
        errors={name: int(counts[0, look]) for name, counts in track.errors.items()},
        slow={name: int(counts[0, look]) for name, counts in track.slow.items()},
        scores=None if track.scores is None else tuple(int(c) for c in track.scores[0, look]),
    )


def as_object(interval: Interval) -> dict[str, object]:
    """The JSON object of an interval, errors alone."""

    def side(track: TrackCounts | None) -> dict[str, object]:
        return {} if track is None else {"requests": track.requests, "errors": dict(track.errors or {})}

    when = dt.datetime.fromtimestamp(interval.start, tz=dt.UTC).isoformat().replace("+00:00", "Z")
    return {
        "series": "s",
        "start": when,
        "seconds": interval.seconds,
        "share": interval.share,
        "canary": side(interval.canary),
        "stable": side(interval.stable),
    }
