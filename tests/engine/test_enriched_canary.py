"""The enriched route on the real engine: a function a release, by configuration and through a whole rollout."""

import os
import signal
import threading
from collections.abc import Callable

import pytest

from rollout.adapters.aws.locks import alive
from rollout.control.entries import Ending, Phase
from tests.engine.harness import Engine
from tests.engine.operations import ENRICHED, always, api, enriched, release
from tests.engine.rollouts import CONDUCT, POLICY, World, awaited
from tests.engine.test_model_canary import deployment, filled
from tests.engine.test_rollout_killed import process

ON = {"enabled": True}
FUNCTION = "aws:lambda/function:Function"


def function_of(engine: Engine, name: str) -> str:
    (found,) = (each for each in engine.aws().of(FUNCTION) if each.name == f"function-{name}-function")
    return found.inputs["name"]


def both(engine: Engine, name: str) -> dict[str, str]:
    """What a stage names a release's endpoint and function by."""
    return {"endpointRatings": engine.outputs()["endpoints"][name], "functionEnriched": function_of(engine, name)}


def test_a_model_canary_overrides_both_and_a_promotion_moves_the_stage_alone(engine: Callable[[str], Engine]) -> None:
    with filled(engine("dev")) as dev:
        dev.configure(enriched=ON)
        nothing = dev.up()
        assert (nothing.code, nothing.broken) == (0, [])
        tables = {"create Table enriched-movies", "create Table enriched-seen"}
        assert set(nothing.operations) == always("create") | tables  # to be filled before anybody asks

        dev.configure(stable="r1")
        first = dev.up()
        assert (first.code, first.broken) == (0, [])
        cut = f"Deployment {deployment(dev)}"
        own = release("create", "r1") | enriched("create", "r1")
        assert set(first.operations) == own | api("create") | {f"create {cut}", "create Role enriched-invoke"}
        for needed in ("Function function-r1-function", "RolePolicy enriched-invoke-r1"):
            assert first.before(f"create {needed}", "create Stage gateway-stage")
        for needed in ("LogGroup function-r1-logs", "RolePolicy function-r1-access"):
            assert first.before(f"create {needed}", "create Function function-r1-function")
        assert dev.only("Stage")["variables"] == both(dev, "r1")
        assert (dev.up().operations, dev.up().code) == ([], 0)

        dev.configure(canary={"release": "r2", "percent": 10})
        canary = dev.up()
        assert (canary.code, canary.broken) == (0, [])
        own = release("create", "r2") | enriched("create", "r2")
        assert set(canary.operations) == own | {"update Stage gateway-stage"}
        assert dev.only("Stage")["canarySettings"]["stageVariableOverrides"] == both(dev, "r2")

        dev.configure(stable="r2", canary=None, warm=["r1"])
        promoted = dev.up()
        assert (promoted.operations, promoted.broken) == (["update Stage gateway-stage"], [])
        assert dev.only("Stage")["variables"] == both(dev, "r2")

        dev.configure(warm=None)
        retired = dev.up()
        assert (set(retired.operations), retired.broken) == (release("delete", "r1") | enriched("delete", "r1"), [])

        gone = dev.destroy()
        assert (gone.code, gone.broken) == (0, [])
        everything = always("delete") | api("delete") | release("delete", "r2") | enriched("delete", "r2")
        assert set(gone.operations) == everything | {f"delete {each}" for each in (cut, *ENRICHED)}
        assert gone.before("delete Stage gateway-stage", "delete Function function-r2-function")
        assert dev.aws().resources == {}


def test_a_rollout_tries_both_routes_and_promotes_through_another_checkout(world: World) -> None:
    dev = world.engine
    dev.configure(stable="r1", enriched=ON)
    switched = dev.up()
    assert (switched.code, switched.broken) == (0, [])

    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    routes = [f"/{route}-ratings/321?items=101,131,162" for route in ("predicted", "enriched")]
    assert world.aws.tried == routes * CONDUCT.trials
    before = {name: both(dev, name) for name in ("r1", "r2")}
    assert dev.only("Stage")["canarySettings"]["stageVariableOverrides"] == before["r2"]

    switched_off = world.colleague("switched-off")  # the journal's documents have the route, so its functions stay
    switched_off.configure(enriched={"enabled": False})
    run = switched_off.up()
    assert (run.code, run.operations) == (0, [])

    promoted = world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    assert (promoted.ending, promoted.target.stable) == (Ending.PROMOTED, "r2")
    assert dev.only("Stage")["variables"] == before["r2"]

    world.clock.sleep(600)
    world.until(lambda state: state.over)
    assert [each.name for each in dev.aws().of(FUNCTION)] == ["function-r2-function"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_function_that_a_killed_engine_was_creating_is_cleared_or_imported(world: World, when: str) -> None:
    dev = world.engine
    dev.configure(stable="r1", enriched=ON)
    assert dev.up().code == 0
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    hold, held = (dev.account / f"{word}-{when}-function-r2-function" for word in ("hold", "held"))
    hold.touch()
    first = threading.Thread(target=world.tick)
    first.start()
    awaited(held.exists, "the creation of the function")
    engine = process(dev.store)
    os.kill(engine, signal.SIGKILL)
    awaited(lambda: not alive(engine), "the engine's end")
    hold.unlink()
    first.join(timeout=180)
    assert not first.is_alive()
    made = world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    assert made.ending is None
    assert sorted(each.name for each in dev.aws().of(FUNCTION)) == ["function-r1-function", "function-r2-function"]
    assert dev.only("Stage")["canarySettings"]["stageVariableOverrides"] == both(dev, "r2")
