"""A canary is tried on every route that it answers, before it gets its first percent."""

from pathlib import Path

import pytest

from rollout.control.errors import PortError
from tests.rollout.local.stage import Stage


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
