"""The engine itself killed inside an update: the lock that it left, and what it was creating."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from rollout.adapters.aws.locks import KEY, alive
from rollout.control.entries import Phase
from tests.engine.rollouts import CONDUCT, POLICY, World, awaited

ENDPOINT = "model-r2-endpoint"


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_a_killed_engine_was_creating_is_cleared_or_imported(world: World, when: str) -> None:
    dev = world.engine
    world.service().start("r2", policy=POLICY, conduct=CONDUCT)
    hold = dev.account / f"hold-{when}-{ENDPOINT}"
    hold.touch()
    troubles: list[str] = []
    first = threading.Thread(target=lambda: troubles.extend(world.tick().troubles))
    first.start()
    awaited((dev.account / f"held-{when}-{ENDPOINT}").exists, "the creation of the endpoint")
    engine = process(dev.store)
    os.kill(engine, signal.SIGKILL)
    awaited(lambda: not alive(engine), "the engine's end")
    assert endpoints(world) == (["r1"] if when == "before" else ["r1", "r2"])
    hold.unlink()  # the same tick goes on: it breaks the lock that it left itself, and asks what became of the create
    first.join(timeout=180)
    assert not first.is_alive()
    assert "the update of dev failed" in troubles[0]

    made = world.until(lambda state: state.verified_at is not None)
    assert made.ending is None
    assert endpoints(world) == ["r1", "r2"]
    assert (dev.store / KEY).read_text() == "[]"
    world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    assert world.percent() == 5


def process(store: Path) -> int:
    """The engine's process id as the controller wrote it down."""
    (told,) = json.loads((store / KEY).read_text())
    return int(told["pid"])


def endpoints(world: World) -> list[str]:
    there = world.engine.aws().resources.values()
    return sorted(each.name.split("-")[1] for each in there if each.kind.endswith(":Endpoint"))
