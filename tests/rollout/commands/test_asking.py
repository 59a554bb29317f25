"""Before its first change on AWS a command names account, region and stack, and asks, unless it is told to go on."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from rollout import options
from rollout.commands import COMMANDS
from rollout.service import Rollouts
from rollout.stack import Stack

WHERE = "account 123456789012, region eu-central-1, stack prod, as arn:aws:iam::123456789012:user/ada"
APP = typer.Typer()
for _name, _function in COMMANDS.items():
    APP.command(_name)(_function)


class GoneOnError(Exception):
    """The stack's rollouts were used: the command went on."""


@pytest.fixture(autouse=True)
def on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    def place(_stack: Stack) -> str:
        return WHERE

    def used(_rollouts: Rollouts, _name: str) -> None:
        raise GoneOnError

    def opened(_name: str, _config: Path | None) -> None:
        return None

    monkeypatch.setattr("rollout.wiring.place", place)
    monkeypatch.setattr(options, "opened", opened)
    monkeypatch.setattr(Rollouts, "__init__", lambda _self, _stack: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # nothing is opened
    monkeypatch.setattr(Rollouts, "__getattribute__", used)


def called(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(APP, [*words, "--stack", "prod"], input=answer)


CHANGES = [
    ("start", "r2"),
    ("run",),
    ("step",),
    ("approve",),
    ("pause",),
    ("resume",),
    ("promote",),
    ("promote", "--full"),
    ("undo",),
    ("retry",),
    ("labels", "--until", "2026-01-01T12:00:00Z"),
]


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_a_no_changes_nothing(words: tuple[str, ...]) -> None:
    result = called(*words, answer="n\n")
    assert result.exit_code == 1
    assert not isinstance(result.exception, GoneOnError)
    assert result.stderr.startswith(f"This changes {WHERE}. Go on? [y/N]:")


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_a_yes_goes_on(words: tuple[str, ...]) -> None:
    assert isinstance(called(*words, answer="y\n").exception, GoneOnError)


@pytest.mark.parametrize("words", CHANGES, ids=" ".join)
def test_yes_beforehand_asks_nothing_and_still_names_what_is_changed(words: tuple[str, ...]) -> None:
    result = called(*words, "--yes")
    assert isinstance(result.exception, GoneOnError)
    assert result.stderr == f"This changes {WHERE}.\n"


@pytest.mark.parametrize("words", [("status",), ("history",), ("step", "--dry-run"), ("labels",)], ids=" ".join)
def test_what_only_reads_names_and_asks_nothing(words: tuple[str, ...]) -> None:
    assert called(*words).stderr == ""
