"""Our judge's variants in each kind of cell: the metric alone with the whole alpha, and what is published beside it."""

from dataclasses import replace

from benchmarks.judge.cells import Cell, Kind
from benchmarks.judge.draw import Chunk
from rollout.judge.policy import PRESETS, STANDARD, Metric, Policy
from rollout.simulation.judged import Rollouts, judge, plan, rollouts
from rollout.simulation.outcome import Outcome

DEFAULT = "judge"
ONE_LOOK = "judge, one look"
POLICY = "judge, standard policy"


def variants(kind: Kind) -> dict[str, Policy]:
    """Names and policies of a cell at a fixed share; alpha 1 percent, `correlation_time` 60 s unless named."""
    if kind is Kind.ERRORS:
        alone = STANDARD.select((Metric.ERRORS,))
        tolerant = {
            f"judge, tolerance {t:g}": replace(alone, errors=replace(alone.errors, tolerance=t)) for t in (1.5, 2.0)
        }
        return {DEFAULT: alone, ONE_LOOK: one_look(alone), **tolerant, POLICY: STANDARD}
    if kind is Kind.LATENCY:
        alone = STANDARD.select((Metric.LATENCY,))
        tolerant = {
            f"judge, tolerance {t:g}": replace(alone, latency=replace(alone.latency, tolerance=t)) for t in (1.5, 2.0)
        }
        return {DEFAULT: alone, ONE_LOOK: one_look(alone), **tolerant, POLICY: STANDARD}
    if kind is Kind.SCORES:
        tolerant = STANDARD.select((Metric.SCORES,))
        alone = replace(tolerant, scores=replace(tolerant.scores, shift=0.0, factor=1.0))
        return {
            DEFAULT: alone,
            ONE_LOOK: one_look(alone),
            "judge, default tolerance": tolerant,
            "judge, default tolerance, one look": one_look(tolerant),
            POLICY: STANDARD,
        }
    return {}


def one_look(policy: Policy) -> Policy:
    """The same policy with a correlation time of one look of ten seconds."""
    return replace(policy, correlation_time=10.0)


def fixed(cell: Cell, chunk: Chunk) -> dict[str, Outcome]:
    """Every variant on the streams that the peers see."""
    streams = chunk.fixed(cell)
    return {name: judge(policy, streams) for name, policy in variants(cell.kind).items()}


def planned(cell: Cell, chunk: Chunk) -> dict[str, Rollouts]:
    """The presets' whole rollouts, each on streams drawn with its own steps to its own deadline."""
    found: dict[str, Rollouts] = {}
    for name in cell.presets:
        policy = PRESETS[name]
        drawn = chunk.scene(plan(policy, cell.world)).draw(chunk.rng(f"plan {name}"))
        found[f"judge, {name} policy"] = rollouts(policy, drawn)
    return found
