"""`train` and `evaluate` as a person calls them, on ratings that are made here."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from releases.errors import ReleaseError, ReusedIdError, UnknownReleaseError
from releases.model import ContractRef, Serving
from releases.registry import load
from store import open_store
from store.port import Store
from training import source
from training.commands import evaluate, train
from training.errors import RatingsError, TooFewRatingsError, WorseReleaseError
from training.jobs.place import Place
from training.ratings import Ratings
from training.wiring import StackFacts, Wiring

PLACE = Place(account="", region="", bucket="b", prefix="jobs", role_arn="arn:aws:iam::123456789012:role/r", api="")
SERVING = Serving(instance_type="ml.m5.large", instance_count=2)


class Desk:
    """The commands, mounted over a store in a folder; `stable` is the stack's stable release."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stable: str | None = None
        wiring = Wiring(
            contract=lambda: ContractRef(name="ratings-v1", hash="c" * 64),
            stack=self._facts,
            place=lambda stack, account, region, _partition: replace(PLACE, account=account, region=region, api=stack),
            region=lambda _stack: None,
            check=lambda _release, _account, _region: None,
        )
        self.app = typer.Typer(pretty_exceptions_enable=False)
        self.app.command("train", context_settings={"obj": wiring})(train)
        self.app.command("evaluate", context_settings={"obj": wiring})(evaluate)

    @property
    def store(self) -> Store:
        return open_store("store", self.folder)

    def _facts(self, stack: str, uri: str | None) -> StackFacts:
        assert stack in {"local", "dev"}
        return StackFacts(store=open_store(uri or "store", self.folder), serving=SERVING, stable=self.stable)

    def run(self, *arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(self.app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.output if status == 2 else result.stdout


@pytest.fixture
def desk(tmp_path: Path, made: Ratings, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def load_made(path: Path | None = None, **_options: Any) -> Ratings:
        if path is not None:
            raise RatingsError(f"asked for {path}")
        return made

    monkeypatch.setattr(source, "load_ratings", load_made)
    return Desk(tmp_path)


def test_a_release_is_trained_measured_and_registered(desk: Desk) -> None:
    manifest = json.loads(desk.run("train", "--id", "r1", "--seed", "3", "--json"))
    release = load(desk.store, "r1")
    assert manifest["id"] == release.id == "r1"
    assert release.serving == SERVING
    assert release.contract == ContractRef(name="ratings-v1", hash="c" * 64)
    assert Path(release.artifact.uri).is_file()
    assert release.metrics.ratings == 400
    assert release.trained_at.endswith("Z")
    measured = json.loads(desk.run("evaluate", "--id", "r1", "--json"))
    assert measured["as_registered"] is True
    assert measured["measured"]["rmse"] == release.metrics.rmse
    assert "as its manifest says" in desk.run("evaluate", "--id", "r1")


def test_the_same_training_again_changes_nothing_and_another_is_refused(desk: Desk) -> None:
    first = desk.run("train", "--id", "r1")
    assert first.startswith("r1: RMSE 0.")
    assert desk.run("train", "--id", "r1") == first
    with pytest.raises(ReusedIdError):
        desk.run("train", "--id", "r1", "--seed", "1")


def test_the_stack_may_be_given_another_store(desk: Desk, tmp_path: Path) -> None:
    desk.run("train", "--id", "r1", "--store", "elsewhere", "--stack", "dev")
    assert (tmp_path / "elsewhere" / "releases" / "r1.json").is_file()
    assert not (tmp_path / "store").exists()


def test_a_worse_release_is_refused_unless_allowed(desk: Desk) -> None:
    desk.run("train", "--id", "r1")
    desk.stable = "r1"
    with pytest.raises(WorseReleaseError, match="'r2' has RMSE"):
        desk.run("train", "--id", "r2", "--share", "0.2")
    assert desk.store.keys("releases/") == ["releases/r1.json"]
    desk.run("train", "--id", "r2", "--share", "0.2", "--allow-worse")
    assert load(desk.store, "r2").metrics.rmse > load(desk.store, "r1").metrics.rmse


def test_share_and_day_choose_the_rows(desk: Desk) -> None:
    for arguments in (["--id", "r1", "--share", "0.5"], ["--id", "r2"], ["--id", "r3", "--until", "1970-01-02"]):
        desk.run("train", *arguments)
    half, whole, day = (load(desk.store, name).data_sha256 for name in ("r1", "r2", "r3"))
    assert half != whole == day  # the made ratings are all of the first day
    with pytest.raises(TooFewRatingsError, match="those before 0"):
        desk.run("train", "--id", "r4", "--until", "1970-01-01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--share", "0.5", "--until", "1998-01-01"], "--share and --until exclude each other"),
        (["--until", "soon"], "--until is a day such as 1998-03-01, got 'soon'"),
        (["--algorithm", "object2vec"], "are for jobs: add --on sagemaker"),
        (["--dry-run"], "are for jobs: add --on sagemaker"),
        (["--attach", "job-1"], "are for jobs: add --on sagemaker"),
    ],
)
def test_wrong_use_is_said(desk: Desk, arguments: list[str], message: str) -> None:
    assert message in " ".join(desk.run("train", "--id", "r1", *arguments, status=2).replace("│", "").split())


def test_what_cannot_end_well_is_said_before_the_ratings_are_fetched(desk: Desk) -> None:
    with pytest.raises(ReleaseError, match="'R 1'"):
        desk.run("train", "--id", "R 1", "--ratings", "nowhere")
    desk.stable = "r9"
    with pytest.raises(UnknownReleaseError):
        desk.run("train", "--id", "r1", "--ratings", "nowhere")
    desk.stable = None
    with pytest.raises(RatingsError, match="asked for nowhere"):
        desk.run("train", "--id", "r1", "--ratings", "nowhere")


def test_figures_that_are_not_the_manifests_are_said(
    desk: Desk, made: Ratings, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run("train", "--id", "r1")

    def load_inverted(_path: Path | None = None, **_options: Any) -> Ratings:
        return replace(made, stars=6 - made.stars)

    monkeypatch.setattr(source, "load_ratings", load_inverted)
    assert "its manifest says otherwise" in desk.run("evaluate", "--id", "r1", status=1)


def test_commands_without_their_wiring_say_so() -> None:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(train)
    result = CliRunner().invoke(app, ["--id", "r1"])
    assert isinstance(result.exception, LookupError)
    assert "Wiring" in str(result.exception)


@pytest.mark.parametrize("command", [train, evaluate])
def test_help_ends_with_an_example(command: Any) -> None:
    assert command.__doc__.strip().splitlines()[-1].strip().startswith(f"Example: canary {command.__name__} --id r2")
