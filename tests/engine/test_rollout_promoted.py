"""A whole rollout on the real engine: promotion, with a controller killed between two updates and colleagues' own."""

from pathlib import Path

from rollout.control.entries import Ending, Phase, Request
from tests.engine.operations import release
from tests.engine.rollouts import CONDUCT, POLICY, World


def other_templates(program: Path) -> None:
    """Make a checkout whose documents are others: every contract's text goes through `mapping/openapi.py`."""
    file = program / "mapping" / "openapi.py"
    file.write_text(file.read_text().replace("The gateway is misconfigured", "The gateway is not set up"))


def test_promoted_through_a_kill_and_colleagues_updates(world: World) -> None:
    dev = world.engine
    world.service().start("r3", policy=POLICY, conduct=CONDUCT)

    made = world.tick()
    assert made.troubles == ()
    assert made.state.verified_at is not None
    assert world.percent() == 0
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    assert world.percent() == 5

    world.clock.sleep(240)
    state = world.killed_before_apply()
    assert (state.step, state.target.percent, world.percent()) == (1, 50, 5)

    older = world.colleague("older")
    lost = older.contracts / "ratings-next"
    for file in lost.iterdir():
        file.unlink()
    lost.rmdir()
    world.throttled(older, 7)
    run = older.up()
    assert (run.code, run.broken) == (0, [])
    assert set(run.operations) == {"update Stage gateway-stage", "update MethodSettings gateway-methods"}
    assert world.percent() == 50

    newer = world.colleague("newer")
    world.throttled(newer, 8)
    other_templates(newer.program)
    run = newer.up()
    assert (run.code, run.operations) == (0, ["update MethodSettings gateway-methods"])

    promoted = world.until(lambda state: state.phase is Phase.WARM and state.verified_at is not None)
    assert (promoted.ending, promoted.target.stable) == (Ending.PROMOTED, "r3")
    assert dev.only("MethodSettings")["settings"]["throttlingRateLimit"] == 8  # no step undid a colleague's change
    assert "canarySettings" not in dev.only("Stage")

    refused = dev.up()
    assert refused.code != 0
    assert "knows of no rollout and says that r1 is stable; rollout r3-1 has ended since (promoted)" in refused.text

    world.clock.sleep(600)
    foreign = world.tick()
    assert (foreign.state.phase, foreign.troubles) == (Phase.ENDED, ())
    assert foreign.state.paused == (
        "the whole update that r3-1 needs would also change what is not its own: update MethodSettings "
        "gateway-methods (settings). Nothing was done. Deploy that by itself (pulumi up), or take it out of this "
        "checkout; then: canary resume"
    )
    assert dev.only("MethodSettings")["settings"]["throttlingRateLimit"] == 8
    world.throttled(dev, 8)
    world.service().ask(Request.RESUME)
    over = world.until(lambda state: state.over)
    assert over.phase is Phase.ENDED
    left = {each.name for each in dev.aws().resources.values()}
    assert {each.removeprefix("create ").split()[1] for each in release("create", "r1")} & left == set()

    dev.configure(stable="r3", rollout="r3-1")
    same = dev.up()
    assert (same.code, same.operations) == (0, [])
    outputs = dev.outputs()
    assert (outputs["rolloutId"], outputs["splitDecidedBy"]) == ("r3-1", "configuration")
