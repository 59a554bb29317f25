"""Our judge's variants in each kind of cell: the metric alone with the whole alpha, and what is published beside it."""

from dataclasses import replace

from benchmarks.judge.cells import Cell, Kind
from benchmarks.judge.draw import Chunk
from rollout.judge.policy import PRESETS, STANDARD, Metric, Policy
from rollout.simulation.judged import Rollouts, judge, plan, rollouts
from rollout.simulation.outcome import Outcome
from rollout.simulation.streams import first

DEFAULT = "judge"
ONE_LOOK = "judge, one look (first hour)"
PART = "judge, its part of the standard policy's alpha"
HOUR = 360
"""Looks of ten seconds: what is claimed for a correlation time of one look happens well within it."""


def metric_of(kind: Kind) -> Metric:
    """The one metric that a kind of cell selects."""
    return {Kind.ERRORS: Metric.ERRORS, Kind.LATENCY: Metric.LATENCY, Kind.SCORES: Metric.SCORES}[kind]


def alone(kind: Kind) -> Policy:
    """The standard policy with one metric and the whole alpha of 1 percent; scores with no tolerance."""
    policy = STANDARD.select((metric_of(kind),))
    if kind is Kind.SCORES:
        return replace(policy, scores=replace(policy.scores, shift=0.0, factor=1.0))
    return policy


def beside(kind: Kind) -> dict[str, Policy]:
    """What is published beside it: tolerances, and the part of alpha that the metric has in the default policy."""
    metric = metric_of(kind)
    policy = STANDARD.select((metric,))
    weights = {
        Metric.ERRORS: STANDARD.errors.weight,
        Metric.LATENCY: STANDARD.latency.weight,
        Metric.SCORES: STANDARD.scores.weight,
    }
    found = {PART: replace(policy, alpha=STANDARD.alpha * weights[metric] / sum(weights.values()))}
    if kind is Kind.SCORES:
        smaller = replace(policy, scores=replace(policy.scores, shift=0.1))
        return {"judge, default tolerance": policy, "judge, tolerance 0.1": smaller} | found
    for tolerance in (1.5, 2.0):
        found[f"judge, tolerance {tolerance:g}"] = (
            replace(policy, errors=replace(policy.errors, tolerance=tolerance))
            if kind is Kind.ERRORS
            else replace(policy, latency=replace(policy.latency, tolerance=tolerance))
        )
    return found


def fixed(cell: Cell, chunk: Chunk) -> dict[str, Outcome]:
    """Every variant on the streams that the peers see."""
    streams = chunk.fixed(cell)
    found = {DEFAULT: judge(alone(cell.kind), streams)}
    if cell.one_look:
        found[ONE_LOOK] = judge(replace(alone(cell.kind), correlation_time=10.0), first(streams, HOUR))
    return found


def published(cell: Cell, chunk: Chunk) -> dict[str, Outcome]:
    """What is published beside it, on the same streams."""
    streams = chunk.fixed(cell)
    return {name: judge(policy, streams) for name, policy in beside(cell.kind).items()}


def planned(cell: Cell, chunk: Chunk) -> dict[str, Rollouts]:
    """The presets' whole rollouts, each on streams drawn with its own steps to its own deadline."""
    found: dict[str, Rollouts] = {}
    for name in cell.presets:
        policy = PRESETS[name]
        drawn = chunk.scene(plan(policy, cell.world)).draw(chunk.rng(f"plan {name}"))
        found[f"judge, {name} policy"] = rollouts(policy, drawn)
    return found
