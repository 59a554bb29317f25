"""The loader of stack files against the engine's own: the same text, the same configuration."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from settings import StackFileError
from settings.scalars import scalar
from settings.stackfile import load_stack, set_values
from tests.settings.scalar_table import SCALARS

Read = Callable[[str], dict[str, Any]]
ROOT = Path(__file__).resolve().parents[2]
PROJECT = "name: predicted-ratings\nruntime: python\n"
DOCUMENTS = [
    "config: {}\n",
    "config:\n",
    "",
    "config:\n  predicted-ratings:api:\n    a: [1, on, ~, {b: 1:30}]\n    ? c\n    : d\n  aws:region: eu-central-1\n",
    "config:\n  bare: x\n  predicted-ratings:stable: r1\n",
    "config:\n  a:x: &a {a: 1, b: 2}\n  a:y: {<<: *a, b: 3}\n  a:z: *a\n",
    "config:\n  predicted-ratings:y: {<<: [{a: 1, b: 1}, {b: 2, c: 2}], a: 3}\n",
    "config:\n  predicted-ratings:x: |\n    one\n    two\n  predicted-ratings:y: >-\n    one\n    two\n",
    "config:\n  predicted-ratings:x: {a: !!str 12, b: '12', c: \"1:30\", d: '', e: }\n",
    "config:\n  predicted-ratings:x: {1: a, on: b, true: c, 'x y': d}\n",
    "%YAML 1.1\n---\nconfig:\n  predicted-ratings:x: [yes, 017, 1:30]\n",
    "other: 1\nconfig: # a comment\n  predicted-ratings:x: 1e3 # and another\n",
]
REFUSED = [
    "config: []\n",
    "config:\n  predicted-ratings:x: {a: 1, a: 2}\n",
    "config:\n  predicted-ratings:x: .inf\n",
    "config:\n  predicted-ratings:x: {a: .nan}\n",
    "config:\n  predicted-ratings:a:b: x\n",
    "config: [\n",
    "\tconfig: 1\n",
    "config:\n  predicted-ratings:x: *nobody\n",
]


def own_engine(folder: Path) -> dict[str, str]:
    """Make a backend, a home and a project's folder, and name the first two as the engine wants it."""
    for name in ("home", "state", "project"):
        (folder / name).mkdir()
    return {
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "passphrase",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "TZ": "UTC",
    }


@pytest.fixture(scope="module")
def engine_reads(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Give what `pulumi config` reads from a stack file, in a project, a backend and a home of its own."""
    if shutil.which("pulumi") is None:
        pytest.skip("tests/engine: no pulumi command on PATH (https://www.pulumi.com/docs/install/)")
    folder = tmp_path_factory.mktemp("stackfile")
    environment = os.environ | own_engine(folder)
    (folder / "project" / "Pulumi.yaml").write_text(PROJECT)
    file = folder / "project" / "Pulumi.t.yaml"

    def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", *arguments, "--non-interactive"]
        cwd = folder / "project"
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    assert pulumi("stack", "init", "t").returncode == 0
    salt = file.read_text()

    def read(text: str) -> dict[str, Any]:
        file.write_text(text if text.startswith("%") else f"{salt}{text}")
        done = pulumi("config", "--json", "--show-secrets", "--stack", "t")
        if done.returncode != 0:
            raise StackFileError(done.stderr)
        return {key: held["value"] for key, held in json.loads(done.stdout).items()}

    return read


def as_text(values: dict[str, Any]) -> dict[str, Any]:
    """Decode both sides as far as text allows: the engine hands everything on as text."""
    return {key: _decoded(value) for key, value in values.items()}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def ours(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "Pulumi.t.yaml"
    path.write_text(text)
    return dict(load_stack(path))


def plain_in_a_list(texts: Iterable[str]) -> str:
    return "config:\n  predicted-ratings:x:\n" + "".join(f"    - {text}\n" for text in texts)


def test_every_scalar_of_the_table_is_the_engines(engine_reads: Read) -> None:
    """A lone hyphen is YAML's own sign in a list, so it is left out; beyond 64 bits the engine rounds as a float."""
    texts = [text for text in SCALARS if text != "-"]
    said = engine_reads(plain_in_a_list(texts))["predicted-ratings:x"]
    read = json.loads(said, parse_int=lambda digits: int(digits) if abs(int(digits)) < 2**63 else float(digits))
    assert dict(zip(texts, read, strict=True)) == {text: SCALARS[text] for text in texts}


def test_scalars_that_nobody_thought_of_are_the_engines(engine_reads: Read) -> None:
    chance = random.Random(20260131)
    drawn = ("".join(chance.choices("00112789+-_.eExob:TZ", k=chance.randint(1, 9))) for _ in range(1500))
    texts = sorted({text for text in drawn if not text.endswith(":") and text != "-"})
    said = engine_reads(plain_in_a_list(texts))["predicted-ratings:x"]
    differ = {
        text: (read, scalar(text)) for text, read in zip(texts, json.loads(said), strict=True) if read != scalar(text)
    }
    assert differ == {}


@pytest.mark.parametrize("text", DOCUMENTS)
def test_a_document_is_read_as_the_engine_reads_it(engine_reads: Read, tmp_path: Path, text: str) -> None:
    assert as_text(ours(tmp_path, text)) == as_text(engine_reads(text))


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_engine_refuses_is_refused(engine_reads: Read, tmp_path: Path, text: str) -> None:
    with pytest.raises(StackFileError):
        engine_reads(text)
    with pytest.raises(StackFileError):
        ours(tmp_path, text)


@pytest.mark.parametrize("name", ["dev", "prod", "local"])
def test_the_committed_stacks_are_read_as_the_engine_reads_them(engine_reads: Read, tmp_path: Path, name: str) -> None:
    text = (ROOT / f"Pulumi.{name}.yaml").read_text()
    assert as_text(ours(tmp_path, text)) == as_text(engine_reads(text))


@pytest.mark.parametrize("name", ["dev", "prod", "local"])
def test_the_engine_finds_the_committed_stacks_complete_and_of_the_declared_types(tmp_path: Path, name: str) -> None:
    """Checked before the program runs, so an empty one does."""
    if shutil.which("pulumi") is None:
        pytest.skip("tests/engine: no pulumi command on PATH (https://www.pulumi.com/docs/install/)")
    project = tmp_path / "project"
    environment = os.environ | own_engine(tmp_path)
    for file in ("Pulumi.yaml", f"Pulumi.{name}.yaml"):
        text = (ROOT / file).read_text()
        (project / file).write_text(text.replace("    virtualenv: .venv", "    # virtualenv: the test's own"))
    (project / "__main__.py").write_text("")
    for command in (["stack", "init", name], ["preview", "--stack", name]):
        done = subprocess.run(
            ["pulumi", *command, "--non-interactive"],
            cwd=project,
            env=environment | {"PULUMI_PYTHON_CMD": sys.executable},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_we_write_the_engine_reads_as_it_was_meant(engine_reads: Read, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.t.yaml"
    path.write_text("config:\n  predicted-ratings:stable: r1 # now\n")
    words = [text for text in SCALARS if text] + ["<<", "#", "a: b", "- a", "*a", "&a", "!a", "é", "two\nlines", " a "]
    set_values(path, {"stable": "r2", "words": words, "numbers": [0.5, 1e-7, 1e16, -3, True, None]})
    read = engine_reads(path.read_text())
    assert read["predicted-ratings:stable"] == "r2"
    assert json.loads(read["predicted-ratings:words"]) == words
    assert json.loads(read["predicted-ratings:numbers"]) == [0.5, 1e-7, 1e16, -3, True, None]
