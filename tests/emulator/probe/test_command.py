"""`python -m emulator probe`, as a person runs it."""

from pathlib import Path
from typing import Any

import pytest

from emulator.probe import commands, run
from emulator.probe.answers import Answer, Outcome
from emulator.probe.errand import Errand
from emulator.probe.ledger import Ledger
from tests.emulator.probe.conftest import Account


@pytest.fixture
def page(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("emulator.probe.clients.clients", lambda _region: account.there)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # as monkeypatch takes it
    monkeypatch.setattr(commands, "LEFT", tmp_path / "probes")
    monkeypatch.setattr("secrets.token_hex", lambda _size: "0011aabb")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # as above
    made = tmp_path / "fidelity.md"
    made.write_text("# Fidelity\n")
    return made


def test_answers_go_into_the_page(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def answered(errand: Errand, *, object2vec: str) -> list[Answer]:
        assert (errand.stem, errand.release, object2vec) == ("canary-probe-0011aabb", None, "vectors")
        return [Answer(question="loop-bound", outcome=Outcome.OTHERWISE, seen="200")]

    monkeypatch.setattr(run, "probe", answered)
    status = commands.probe(stack="dev", model=False, object2vec="vectors", page=page, yes=True, remove="")
    assert status == 1
    assert "200 (OTHERWISE)" in page.read_text()
    told = capsys.readouterr().out
    assert told.startswith("account 123456789012, region eu-central-1, as arn:aws:")
    assert "0.0059 USD in all, about 15 minutes" in told
    assert told.endswith(f"OTHERWISE: 1 -> {page}\n")


def test_without_a_yes_nothing_is_made(page: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def no(text: str) -> bool:
        asked.append(text)
        return False

    monkeypatch.setattr("typer.confirm", no)
    assert commands.probe(stack="dev", model=False, object2vec="", page=page, yes=False, remove="") == 1
    assert asked == ["Go on?"]
    assert account.there.apigateway.get_rest_apis()["items"] == []
    assert page.read_text() == "# Fidelity\n"


def test_what_an_interrupted_one_left_is_removed(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(commands.LEFT / "canary-probe-1.jsonl")
    ledger.intend("model", "canary-probe-1")
    done: Any = commands.probe(stack="dev", model=False, object2vec="", page=page, yes=True, remove="canary-probe-1")
    assert (done, capsys.readouterr().out) == (0, "everything is removed\n")
    assert not ledger.file.exists()
