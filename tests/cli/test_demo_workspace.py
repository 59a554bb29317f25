"""What the main job begins with: a fresh folder, a configuration that serves nothing, and a place for its figures."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.demo import workspace
from settings import parse
from settings.stackfile import load_stack, set_values

ROOT = Path(__file__).parents[2]


def test_the_copy_serves_nothing_whatever_the_original_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = tmp_path / "Pulumi.local.yaml"
    original.write_text((ROOT / "Pulumi.local.yaml").read_text())
    served = {"stable": "r7", "canary": {"release": "r8", "percent": 10}, "warm": ["r6"], "rollout": "r7-1"}
    set_values(original, {**served, "tags": {"mine": "yes"}})
    before = original.read_bytes()
    monkeypatch.setattr(workspace, "ROOT", tmp_path)

    def stack_file(stack: str) -> Path:
        return tmp_path / f"Pulumi.{stack}.yaml"

    monkeypatch.setattr(workspace, "stack_file", stack_file)
    for _ in range(2):  # an earlier run's folder is taken away
        made = workspace.fresh()
        settings = parse(load_stack(made.config), releases=[])
        assert (settings.stable, settings.canary, settings.warm, settings.rollout) == (None, None, (), None)
        assert (settings.store, settings.tags) == (".canary/demo/store", {"mine": "yes"})
        made.store.mkdir()
    assert original.read_bytes() == before


@pytest.mark.parametrize(("name", "reason"), [("nowhere/figures.json", "No such file"), ("", "Is a directory")])
def test_a_place_for_the_figures_that_is_none_is_told_before_the_work(tmp_path: Path, name: str, reason: str) -> None:
    file = tmp_path / name
    command = [sys.executable, "-m", "cli", "demo", "--ratings", "/nowhere", "--json", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"canary: {file} cannot be written: {reason}")
    assert list(tmp_path.iterdir()) == []
