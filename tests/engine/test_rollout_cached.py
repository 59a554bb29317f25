"""Rollouts with the stage's cache on, on the real engine: when what it holds is forgotten, and when it is kept."""

from rollout.control.entries import Ending, Phase, Request
from rollout.control.state import State
from settings.stackfile import load_stack
from tests.engine.rollouts import CONDUCT, POLICY, World
from tests.engine.test_features import deployments


def split(state: State) -> bool:
    return state.phase is Phase.STEPS and state.verified_at is not None


def ended(state: State) -> bool:
    """Whether the way to one release is over and verified."""
    return state.ending is not None and state.verified_at is not None


def test_promotion_undo_and_abort_each_empty_the_cache_once(world: World) -> None:
    dev = world.engine
    api = load_stack(world.file)["predicted-ratings:api"]
    assert isinstance(api, dict)
    dev.configure(stable="r1", api={**api, "cache": {"sizeGb": 0.5, "ttlSeconds": 60}})
    cached = dev.up()
    assert (cached.code, cached.broken) == (0, []), cached.text
    assert set(deployments(dev).values()) == {"predictedRatings-r1"}

    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.until(split)
    assert set(deployments(dev).values()) == {"predictedRatings-r1", "predictedRatings-r2"}
    stage = dev.only("Stage")
    assert stage["canarySettings"]["deploymentId"] != stage["deployment"]
    assert stage["canarySettings"]["useStageCache"] is True
    assert world.aws.flushed == 0  # made and split: what is cached of the stable release stays true

    world.clock.sleep(240)
    promoted = world.until(ended)
    assert (promoted.ending, promoted.phase, world.aws.flushed) == (Ending.PROMOTED, Phase.WARM, 1)

    world.service().ask(Request.UNDO, "it is worse")
    undone = world.until(lambda state: state.ending is Ending.UNDONE and ended(state))
    assert (undone.target.stable, undone.target.canary, world.aws.flushed) == ("r1", None, 2)

    world.clock.sleep(600)
    world.until(lambda state: state.over)
    assert world.aws.flushed == 2  # what is retired is not asked for any more
    assert set(deployments(dev).values()) == {"predictedRatings-r1"}

    dev.configure(stable="r1", rollout="r2-1")
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.until(split)
    assert world.aws.flushed == 2
    assert world.service().abort("it looks bad") == ()
    aborted = world.until(lambda state: state.ending is Ending.ABORTED and ended(state))
    assert (aborted.target.stable, aborted.phase, world.aws.flushed) == ("r1", Phase.COOLING, 3)
