"""A rollout with the enriched route on: tried on both routes before the first percent, and promoted on both."""

from pathlib import Path

import httpx
import pytest

from rollout.control.controller import Tick
from rollout.control.entries import Ending
from rollout.control.errors import PortError
from tests.rollout.local.stage import CONDUCT, POLICY, Stage, Users


def test_a_try_asks_the_enriched_route_too_and_tells_which_one_failed(stage: Stage) -> None:
    stage.release("r1")
    stage.release("r2")
    stage.serve(stable="r1", canary={"release": "r2", "percent": 0}, enriched={"enabled": True})
    assert stage.emulator is not None
    fleet = stage.rollouts().ports.fleet
    fleet.answer("r2")
    served = stage.emulator.emulation.served
    called = {name: function.invocations for name, function in served.functions.functions.items()}
    canary = served.graph.stages["v1"].canary
    assert canary is not None
    assert called == {name: int(name == canary.overrides["functionEnriched"]) for name in called}
    assert len(called) == 2
    assert (served.endpoints[canary.overrides["endpointRatings"]].invocations) == 2  # by the gateway, by the function

    table = Path(stage.stack.store.uri) / "tables" / "rolled-movies.jsonl"
    table.parent.mkdir()
    table.write_text("no item\n")
    with pytest.raises(PortError, match=r"r2 answered /enriched-ratings/321\?items=101,131,162 with 503 when it"):
        fleet.answer("r2")


def test_a_whole_rollout_moves_both_routes(stage: Stage) -> None:
    stage.release("r1")
    stage.release("r2")
    stage.serve(stable="r1", enriched={"enabled": True})
    stage.ask(120)
    assert stage.emulator is not None
    emulation, url, answers = stage.emulator.emulation, stage.emulator.url, list[httpx.Response]()

    def ask(_tick: Tick) -> None:
        answers.append(httpx.get(f"{url}/enriched-ratings/7?items=1,2", timeout=60, trust_env=False))

    before = dict(emulation.served.graph.stages["v1"].variables)
    rollouts = stage.rollouts()
    rollouts.start("r2", policy=POLICY, conduct=CONDUCT)
    with Users(url):
        state = rollouts.run(watch=ask)
    assert (state.ending, state.target.stable) == (Ending.PROMOTED, "r2")
    assert {answer.status_code for answer in answers} == {200}
    after = emulation.served.graph.stages["v1"].variables
    assert set(before) == set(after) == {"endpointRatings", "functionEnriched"}
    assert set(before.values()) & set(after.values()) == set()
    log = (emulation.options.store / "logs/aws/apigateway/rolled/access.log").read_text().splitlines()
    asked = [line for line in log if "/enriched-ratings/{user_id}" in line]
    assert len(asked) == len(answers)  # what the judge counts; a try is no request of the stage's
