"""Operating characteristics: what a policy does in a world, over thousands of runs, with exact bounds.

Runs are drawn in chunks from generators spawned off the one passed in, so that memory does not grow with the runs
and the result depends on the seed, the number of runs and the size of the chunks alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from rollout.judge.policy import Policy
from rollout.simulation.errors import SimulationRefused
from rollout.simulation.judged import measurable, plan, rollouts
from rollout.simulation.outcome import Rollouts
from rollout.simulation.scene import Scene
from rollout.simulation.summary import Proportion, Spread, proportion, spread
from rollout.simulation.worlds import World

CHUNK = 500
"""Runs drawn at once: some hundred megabytes at 1440 looks with every metric."""


@dataclass(frozen=True, kw_only=True)
class Characteristics:
    """What a policy did. In a world without a fault `aborted` are false aborts, `promoted` is what was wanted;

    in a world with one they are right, `promoted` are the missed ones, and `early` the false aborts before it began.
    Times in minutes from the canary's first request, and from the fault's beginning; a spread is None where it never
    happened.
    """

    policy: str
    world: str
    metrics: tuple[str, ...]
    identical: bool
    early: Proportion
    aborted: Proportion
    promoted: Proportion
    held: Proportion
    minutes_to_abort: Spread | None
    minutes_from_fault: Spread | None
    requests_to_abort: Spread | None
    failed_to_abort: Spread | None
    minutes_to_promote: Spread | None

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and words, keys as the fields."""
        return asdict(self)


def operate(
    policy: Policy,
    world: World,
    runs: int,
    rng: np.random.Generator,
    *,
    progress: Callable[[int], None] | None = None,
    chunk: int = CHUNK,
) -> Rollouts:
    """Take `runs` rollouts through the policy's plan in the world; `progress` is told how many more are done.

    Metrics that the world does not measure are left out of the policy (`measurable`).

    Raise `SimulationRefused` without runs, or where the deadline holds no look.
    """
    if runs < 1:
        raise SimulationRefused(f"simulate: --runs must be at least 1, not {runs}")
    planned = plan(policy, world)
    parts = [*_parts(measurable(policy, world), planned, runs, rng, progress, chunk)]
    return Rollouts(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Rollouts)})


def characteristics(policy: Policy, world: World, done: Rollouts) -> Characteristics:
    """Sum up rollouts."""
    held = ~done.aborted & ~done.promoted
    began = world.fault.at_minute if world.fault is not None else 0.0
    early = done.aborted & (done.minute <= began)
    right = done.aborted & ~early
    return Characteristics(
        policy=policy.name,
        world=world.name,
        metrics=tuple(metric.value for metric in measurable(policy, world).metrics),
        identical=world.identical,
        early=proportion(early),
        aborted=proportion(right),
        promoted=proportion(done.promoted),
        held=proportion(held),
        minutes_to_abort=spread(done.minute, right),
        minutes_from_fault=None if world.identical else spread(done.minute - began, right),
        requests_to_abort=spread(done.requests, right),
        failed_to_abort=spread(done.failed, right),
        minutes_to_promote=spread(done.minute, done.promoted),
    )


def _parts(  # noqa: PLR0917 - one call, above
    policy: Policy,
    world: World,
    runs: int,
    rng: np.random.Generator,
    progress: Callable[[int], None] | None,
    chunk: int,
) -> Iterator[Rollouts]:
    sizes = [min(chunk, runs - begin) for begin in range(0, runs, chunk)]
    for size, child in zip(sizes, rng.spawn(len(sizes)), strict=True):
        yield rollouts(policy, Scene(world, size, child).draw(child))
        if progress is not None:
            progress(size)
