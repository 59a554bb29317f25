"""An abort at the second step while a colleague's update, begun before it, is still under way and ends after it."""

from rollout.control.entries import Ending, Phase
from tests.engine.operations import release
from tests.engine.rollouts import CONDUCT, POLICY, World, awaited, started_up

STAGE = "gateway-stage"


def test_a_slow_update_that_began_before_an_abort_does_not_outlive_it(world: World) -> None:
    dev = world.engine
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    world.clock.sleep(240)
    world.killed_before_apply()  # the second step is journalled, and nobody has applied it
    assert world.percent() == 5

    hold = dev.account / f"hold-before-{STAGE}"
    hold.touch()
    slow = started_up(world.colleague("slow"))
    awaited((dev.account / f"held-before-{STAGE}").exists, "the colleague's update of the stage")

    assert world.service().abort("it looks bad") == ()
    assert world.percent() == 0
    (patch,) = world.aws.patches
    assert patch == [{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}]
    busy = world.tick()
    assert busy.state.ending is Ending.ABORTED
    assert busy.state.verified_at is None
    assert any(f"(process {slow.pid}) since" in trouble for trouble in busy.troubles)  # named, never broken
    assert world.percent() == 0

    hold.unlink()
    said, _ = slow.communicate(timeout=120)
    assert slow.returncode == 0, said
    assert world.percent() == 50  # as that update was told before the abort

    back = world.tick()
    assert back.troubles == ()
    assert back.state.verified_at is not None
    assert world.percent() == 0
    assert dev.outputs()["journalSequence"] > 1

    world.clock.sleep(600)
    over = world.until(lambda state: state.over)
    assert over.ending is Ending.ABORTED
    left = {each.name for each in dev.aws().resources.values()}
    assert {each.removeprefix("create ").split()[1] for each in release("create", "r2")} & left == set()
    assert "canarySettings" not in dev.only("Stage")
