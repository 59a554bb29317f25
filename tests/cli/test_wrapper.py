"""The wrapper and its locks: what a newcomer's first call rests on."""

import ast
import importlib.machinery
import importlib.util
import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from typer.testing import CliRunner

from cli import environment
from cli.errors import CommandError
from cli.main import app

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-sagemaker.txt", "requirements-uv.txt")


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


def test_the_locks_agree_so_that_they_install_into_one_environment_in_any_order() -> None:
    runtime, dev, sdk = (locked(name) for name in LOCKS[:3])
    assert {name: (dev[name], sdk[name]) for name in dev.keys() & sdk.keys() if dev[name] != sdk[name]} == {}
    assert runtime.items() <= sdk.items()
    assert "sagemaker" in sdk
    assert "sagemaker" not in runtime | dev
    assert "torch" not in sdk  # the SDK names it in extras of its own only


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


@pytest.fixture
def wrapper() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("canary_wrapper", str(ROOT / "canary"))
    spec = importlib.util.spec_from_loader("canary_wrapper", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


RUNTIME, DEV, SDK = LOCKS[:3]


def test_an_older_python_comes_as_far_as_being_told(wrapper: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse((ROOT / "canary").read_text(), feature_version=(3, 7))
    functions = [each for each in vars(wrapper).values() if isinstance(each, FunctionType)]
    assert all(
        isinstance(kind, str) for each in functions for kind in each.__annotations__.values()
    )  # an evaluated list[str] ends Python 3.8 with a traceback
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=re.escape("canary: needs Python 3.11 or newer, this is ")):
        wrapper.main()


@pytest.mark.parametrize(
    ("arguments", "locks"),
    [
        ([], [RUNTIME]),
        (["demo"], [RUNTIME]),
        (["train", "--on", "sagemaker"], [RUNTIME]),
        (["setup"], [RUNTIME]),
        (["setup", "--with", "sagemaker"], [RUNTIME, SDK]),
        (["setup", "--with=sagemaker"], [RUNTIME, SDK]),
        (["setup", "--with", "sagemaker", "--with", "dev"], [RUNTIME, DEV, SDK]),
        (["setup", "--with", "torch"], [RUNTIME]),
        (["test", "--", "-k", "sagemaker"], [RUNTIME, DEV, SDK]),
        (["check"], [RUNTIME, DEV, SDK]),
    ],
)
def test_a_command_installs_what_it_needs_and_no_more(
    wrapper: ModuleType, tmp_path: Path, arguments: list[str], locks: list[str]
) -> None:
    assert wrapper.wanted_locks(tmp_path, arguments) == locks


def test_what_was_once_added_is_kept_up(wrapper: ModuleType, tmp_path: Path) -> None:
    wrapper.stamp(tmp_path, SDK).write_text("of another lock")
    assert wrapper.wanted_locks(tmp_path, ["demo"]) == [RUNTIME, SDK]
    assert not wrapper.is_installed(tmp_path, SDK)
    wrapper.stamp(tmp_path, SDK).write_text(wrapper.stamp_of(SDK))
    assert wrapper.is_installed(tmp_path, SDK)


class Terminal(io.StringIO):
    """A stream that says that a person reads it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "patience", "counted"),
    [(Terminal, 0.0, True), (Terminal, 3600.0, False), (io.StringIO, 0.0, False)],
)
def test_what_takes_long_is_counted_on_a_terminal(
    wrapper: ModuleType, monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], patience: float, *, counted: bool
) -> None:
    said = stream()
    monkeypatch.setattr(wrapper, "PATIENCE_SECONDS", patience)
    monkeypatch.setattr(sys, "stderr", said)
    assert wrapper.patiently([sys.executable, "-c", "import time; time.sleep(0.7); raise SystemExit(3)"]) == 3
    assert ("\r  0 s" in said.getvalue()) == counted
    assert said.getvalue().endswith("\r\x1b[K") == said.isatty()  # nothing of it stays


def test_setup_says_what_is_there_and_how_to_add_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(app, ["setup"]).stdout.splitlines()[1].startswith("dev: pytest 9")
    monkeypatch.setitem(environment.PACKAGE, environment.Extra.SAGEMAKER, "no-such-package")
    shown = CliRunner().invoke(app, ["setup"]).stdout.splitlines()[0]
    assert shown == "sagemaker: not installed; ./canary setup --with sagemaker adds it"
    refused = CliRunner().invoke(app, ["setup", "--with", "sagemaker"]).exception
    assert isinstance(refused, CommandError)
    assert str(refused).endswith("The wrapper installs it: ./canary setup --with sagemaker")
