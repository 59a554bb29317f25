"""A colleague's change that waits in the controller's checkout when a whole update is due: a Pause that names it."""

from rollout.control.entries import Choice, Phase, Request
from tests.engine.rollouts import CONDUCT, POLICY, World

NAMED = "would also change what is not its own: update MethodSettings gateway-methods (settings). Nothing was done."


def test_a_pending_change_pauses_the_start_until_it_is_deployed(world: World) -> None:
    dev = world.engine
    before = set(dev.aws().resources)
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.throttled(dev, 7)

    paused = world.tick()
    assert paused.decided is not None
    assert (paused.decided.choice, paused.state.phase, paused.troubles) == (Choice.PAUSE, Phase.PROVISION, ())
    assert paused.state.paused is not None
    assert NAMED in paused.state.paused
    assert set(dev.aws().resources) == before
    assert dev.only("MethodSettings")["settings"]["throttlingRateLimit"] != 7

    assert world.tick().state.paused == paused.state.paused  # and nothing is asked of the engine meanwhile
    run = world.colleague("owner").up()
    assert (run.code, run.broken) == (0, [])
    assert "update MethodSettings gateway-methods" in run.operations
    assert world.percent() == 0

    world.service().ask(Request.RESUME)
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    assert world.percent() == 5
    assert dev.only("MethodSettings")["settings"]["throttlingRateLimit"] == 7


def test_a_pending_change_that_is_taken_out_again_lets_the_start_go_on(world: World) -> None:
    dev = world.engine
    rate = dev.only("MethodSettings")["settings"]["throttlingRateLimit"]
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    world.throttled(dev, 7)
    assert NAMED in str(world.tick().state.paused)
    world.throttled(dev, rate)
    world.service().ask(Request.RESUME)
    assert world.until(lambda state: state.verified_at is not None).paused is None
    assert dev.only("MethodSettings")["settings"]["throttlingRateLimit"] == rate
