"""The reference page says what the declarations say, and the committed one is the generated one."""

import subprocess
import sys
from pathlib import Path

import pytest

import settings
from settings.__main__ import main
from settings.field import Section, settings_of
from settings.model import Settings
from settings.reference import page

ROOT = Path(settings.__file__).parent.parent


def every_key(cls: type, prefix: str = "") -> list[str]:
    found: list[str] = []
    for one in settings_of(cls):
        found.append(f"{prefix}{one.key}")
        if isinstance(one.rule, Section):
            found += every_key(one.rule.of, f"{prefix}{one.key}.")
    return found


def test_the_committed_page_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page(), "run: python -m settings reference"


def test_the_page_has_a_line_or_a_heading_for_every_key() -> None:
    lines = page().splitlines()
    for key in every_key(Settings):
        name = key.rpartition(".")[2]
        assert f"## `{key}`" in lines or any(line.startswith(f"| `{name}` |") for line in lines), key


def test_a_line_holds_type_unit_default_bound_and_meaning() -> None:
    expected = (
        "| `rate` | number, requests per second | `50.0` | a number above 0, at most 10000 | "
        "How many requests are let through on average, all clients together. |"
    )
    assert expected in page().splitlines()


def test_the_command_is_told_what_to_write() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "settings"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (64, "canary: python -m settings reference\n")


def test_the_command_writes_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("settings.__main__._PAGE", tmp_path / "settings.md")
    assert main(["reference"]) == 0
    assert (tmp_path / "settings.md").read_text() == page()
