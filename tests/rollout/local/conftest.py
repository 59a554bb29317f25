"""A stack on this machine, with a store of its own."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from rollout.stack import ROOT
from settings.stackfile import set_values
from tests.rollout.local.stage import Stage, opened


@pytest.fixture
def stage(tmp_path: Path) -> Generator[Stage]:
    """A stack whose store has releases as each test makes them; nothing is served before `serve`."""
    file = Path(shutil.copy(ROOT / "Pulumi.local.yaml", tmp_path))
    api = {"name": "rolled", "throttling": {"rate": 5_000, "burst": 5_000}}
    set_values(file, {"store": str(tmp_path / "store"), "api": api})
    made = Stage(tmp_path, opened(tmp_path))
    yield made
    made.stop()
