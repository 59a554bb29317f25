"""The wrapper and its locks: what a newcomer's first call rests on."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return {m[1]: m[2] for m in re.finditer(r"^([a-z0-9-]+)(==\S+(?: ; [^\\]+)?) \\$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+==[^\s;]+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_what_runs_is_a_part_of_what_tests() -> None:
    runtime, dev = locked("requirements.txt"), locked("requirements-dev.txt")
    assert runtime.items() <= dev.items()
    assert locked("requirements-uv.txt").items() <= dev.items()
    assert "pytest" not in runtime


def test_every_dependency_that_is_asked_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[\[>=<]", each)[0].replace(".", "-") for each in project["dependencies"]}
    assert names <= set(locked("requirements.txt"))


def test_the_readmes_first_block_is_the_two_commands_alone() -> None:
    block = re.search(r"```\w*\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    assert block[1].splitlines() == ["./canary demo", "./canary test"]


def test_ci_runs_the_readmes_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec ./canary test")


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "venv.py").write_text("raise ImportError('no venv here')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "CANARY_VENV": str(tmp_path / "environment")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "canary"), "demo"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (tmp_path / "environment").exists()
