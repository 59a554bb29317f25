"""Our judge on simulated streams: the arrays it takes, and what it did, in the words that the peers use too."""

from dataclasses import replace

import numpy as np

from rollout.judge.arrays import Arrays, BatchVerdicts, TrackArrays
from rollout.judge.batch import judge_batch
from rollout.judge.policy import Metric, Policy
from rollout.simulation.errors import SimulationRefused
from rollout.simulation.outcome import Outcome, Rollouts
from rollout.simulation.streams import Streams, Track
from rollout.simulation.worlds import World


def as_arrays(streams: Streams) -> Arrays:
    """The judge's input; intervals from which nothing arrived are not verified and so count for nothing."""
    return Arrays(
        seconds=streams.seconds,
        share=streams.share,
        canary=_track(streams.canary),
        stable=_track(streams.stable),
        verified=True if streams.present.all() else streams.present,
    )


def outcome(streams: Streams, verdicts: BatchVerdicts) -> Outcome:
    """When each run was aborted and what it had cost, whatever the plan says."""
    aborted = verdicts.abort_look > 0
    last = np.where(aborted, verdicts.abort_look, streams.looks).astype(np.float64)
    return Outcome(
        aborted=aborted,
        minute=last * streams.seconds / 60.0,
        requests=verdicts.canary_requests,
        failed=verdicts.canary_errors,
    )


def judge(policy: Policy, streams: Streams) -> Outcome:
    """Run the policy's tests over all looks, at the shares that the streams were drawn with."""
    return outcome(streams, judge_batch(policy, as_arrays(streams)))


def rollouts(policy: Policy, streams: Streams) -> Rollouts:
    """Follow the plan: promoted at the first look that has the evidence and is not before the plan's last step ends.

    The streams must have been drawn with the policy's own steps (`plan`). An abort after the promotion is none.
    """
    verdicts = judge_batch(policy, as_arrays(streams))
    seconds = sum(step.seconds for step in policy.steps)
    plan_end = int(np.ceil(seconds / streams.seconds))
    ready = np.where(verdicts.pass_look > 0, np.maximum(verdicts.pass_look, plan_end), np.iinfo(np.int64).max)
    abort = np.where(verdicts.abort_look > 0, verdicts.abort_look, np.iinfo(np.int64).max)
    aborted = (abort <= ready) & (abort <= streams.looks)
    promoted = ~aborted & (ready <= streams.looks)
    end = np.where(aborted, abort, np.where(promoted, ready, streams.looks)).astype(np.int64)
    rows = np.arange(streams.runs)
    return Rollouts(
        aborted=aborted,
        promoted=promoted,
        minute=end.astype(np.float64) * streams.seconds / 60.0,
        requests=np.cumsum(streams.canary.requests, axis=1)[rows, end - 1],
        failed=np.cumsum(streams.canary.failed, axis=1)[rows, end - 1],
    )


def measurable(policy: Policy, world: World) -> Policy:
    """The same policy without the metrics that the world does not measure; the others share the whole alpha.

    Labels arrive days later and are never simulated here. Raise `SimulationRefused` if nothing is left to judge by.
    """
    there = {
        Metric.ERRORS: bool(world.errors),
        Metric.LATENCY: world.latency is not None,
        Metric.SCORES: world.scores is not None,
    }
    kept = tuple(m for m in policy.metrics if there.get(m, m is not Metric.LABELS))
    if not any(there.get(m, False) for m in kept):
        wanted = ", ".join(m.value for m in policy.metrics)
        raise SimulationRefused(
            f"simulate: policy {policy.name} asks for {wanted}, and world {world.name} measures none of them: "
            "give the world errors, latency or scores"
        )
    return policy.select(kept)


def plan(policy: Policy, world: World) -> World:
    """The same world, lasting to the policy's deadline, split by its steps and counted by its own thresholds."""
    steps = tuple((step.percent / 100.0, step.seconds / 60.0) for step in policy.steps)
    latency, own = world.latency, dict(policy.latency.thresholds)
    if latency is not None and own:
        latency = replace(latency, thresholds=own)
    return replace(world, steps=steps, minutes=policy.deadline / 60.0, latency=latency)


def _track(track: Track) -> TrackArrays:
    return TrackArrays(requests=track.requests, errors=track.errors, slow=track.slow, scores=track.scores)
