"""`canary train --on sagemaker` as a person calls it: the ports in memory, the store a folder, the rest as it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from releases.errors import ReusedIdError
from releases.model import ContractRef, Framework, Release, Serving
from releases.registry import load
from store import open_store
from store.port import Store
from tests.training.jobs.jobs_made import PLACE
from training import source
from training.archive import build_archive
from training.errors import PlaceError, WorseReleaseError
from training.jobs import aws, command, images
from training.jobs.fakes import FakeJobs, Fakes
from training.jobs.place import Place
from training.jobs.ports import JobState, Ports
from training.model import Model
from training.ratings import Ratings
from training.wiring import StackFacts, Wiring

WHO = aws.Identity(account=PLACE.account, region=PLACE.region, partition="aws", arn="arn:aws:iam::123456789012:user/me")
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/image:1"


class Desk:
    """The command over memory: `fakes` are AWS, `checked` the releases whose fit was asked for."""

    def __init__(self, folder: Path, model: Model) -> None:
        self.folder, self.stable = folder, None
        self.checked: list[str] = []
        self.opened = 0
        self.fakes = Fakes(FakeJobs([]))
        self.archive = build_archive(model)
        wiring = Wiring(
            contract=lambda: ContractRef(name="ratings-v1", hash="c" * 64),
            stack=self._facts,
            place=lambda _stack, account, _region, _partition: replace(PLACE, account=account),
            region=lambda _stack: PLACE.region,
            check=lambda release, _account, _region: self.checked.append(release.id),
        )
        self.app = typer.Typer(pretty_exceptions_enable=False)
        from training.commands import train  # noqa: PLC0415 - its module reads `source` when it is called

        self.app.command("train", context_settings={"obj": wiring})(train)
        self.fakes.trainings.made = self._made

    stable: str | None

    @property
    def store(self) -> Store:
        return open_store("store", self.folder)

    def _facts(self, _stack: str, _store: str | None) -> StackFacts:
        self.opened += 1
        serving = Serving(instance_type="ml.m5.large", instance_count=1)
        return StackFacts(store=self.store, serving=serving, stable=self.stable, region=PLACE.region)

    def _made(self, request: Any) -> None:
        job = request["TrainingJobName"]
        self.fakes.objects.held[f"{job}/output/model.tar.gz"] = self.archive
        self.fakes.trainings.states = [
            JobState(status="InProgress"),
            JobState(status="Completed", artifact=PLACE.uri(f"{job}/output/model.tar.gz")),
        ]

    def run(self, *arguments: str, answer: str = "") -> Any:
        result = CliRunner().invoke(self.app, ["--id", "r2", "--stack", "dev", "--on", "sagemaker", *arguments], answer)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def desk(tmp_path: Path, made: Ratings, model: Model, monkeypatch: pytest.MonkeyPatch) -> Desk:
    there = Desk(tmp_path, model)

    def load_made(_path: Path | None = None, **_options: Any) -> Ratings:
        return made

    def connected(region: str | None) -> tuple[aws.Identity, None]:
        assert region == PLACE.region
        return WHO, None

    def reached(_clients: None, place: Place) -> Ports:
        assert place == PLACE
        return there.fakes.ports()

    def image(framework: Framework, region: str, instance_type: str) -> str:
        assert (region, instance_type) in {(PLACE.region, "ml.m5.xlarge"), (PLACE.region, "ml.m5.2xlarge")}
        return IMAGE.replace("image", framework.name)

    monkeypatch.setattr(source, "load_ratings", load_made)
    monkeypatch.setattr(aws, "connect", connected)
    monkeypatch.setattr(aws, "ports", reached)
    monkeypatch.setattr(command, "training_image", image)
    return there


def test_a_release_is_trained_there_measured_here_and_registered(desk: Desk) -> None:
    result = desk.run("--yes", "--seed", "5")
    release: Release = load(desk.store, "r2")
    (request,) = desk.fakes.trainings.created
    assert release.job == request["TrainingJobName"]
    assert request["HyperParameters"] == {"seed": "5"}
    assert Path(release.artifact.uri).read_bytes() == desk.archive
    assert (release.framework.name, release.framework.version) == ("sklearn", "1.2-1")
    assert desk.checked == ["r2"]
    assert result.stdout.splitlines()[-1] == (
        "Serve it: pulumi config set --stack dev stable r2 && pulumi up --stack dev"
    )
    assert f"account 123456789012 ({WHO.arn}), region eu-west-1: bucket {PLACE.bucket}" in result.stderr


def test_nothing_is_sent_before_a_person_has_said_yes(desk: Desk) -> None:
    result = desk.run(answer="n\n")
    assert result.exit_code != 0
    assert "This will train r2 with als in stack dev, account 123456789012" in result.stdout + result.stderr
    assert (desk.fakes.trainings.created, desk.fakes.objects.held) == ([], {})
    assert "registered" not in desk.run(answer="y\n").stderr
    assert load(desk.store, "r2").job


def test_a_dry_run_shows_every_request_and_asks_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_region: str | None) -> None:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr(aws, "connect", refused)
    shown = json.loads(desk.run("--dry-run").stdout)
    assert [each["operation"] for each in shown["requests"]] == ["CreateTrainingJob"]
    assert shown["requests"][0]["parameters"]["AlgorithmSpecification"]["TrainingImage"] == (
        IMAGE.replace("image", "sklearn")
    )
    assert any(key.endswith("/code/train.py") for key in shown["uploads"])
    other = json.loads(desk.run("--dry-run", "--algorithm", "object2vec").stdout)
    assert [each["operation"] for each in other["requests"]] == [
        "CreateTrainingJob",
        "CreateModel",
        "CreateTransformJob",
        "DeleteModel",
    ]
    assert any(key.endswith("/heldout/pairs.jsonl") for key in other["uploads"])
    assert desk.opened == 0


def test_an_id_that_is_taken_is_said_before_anything_is_sent(desk: Desk) -> None:
    desk.run("--yes")
    desk.fakes.trainings.created.clear()
    with pytest.raises(ReusedIdError, match="release 'r2' is there already"):
        desk.run("--yes")
    assert desk.fakes.trainings.created == []


def test_a_job_that_was_started_before_is_followed_and_registered(desk: Desk) -> None:
    job = "ratings-dev-r2-6b0dc1d9"
    desk._made({"TrainingJobName": job})
    desk.run("--yes", "--attach", job)
    assert desk.fakes.trainings.created == []
    release = load(desk.store, "r2")
    assert (release.job, release.trained_at) == (job, "2026-11-30T18:35:05Z")


def test_a_worse_release_is_not_registered_and_its_job_is_named(desk: Desk) -> None:
    desk.run("--yes")
    first = load(desk.store, "r2")
    better = replace(first, id="r1", job=None, metrics=replace(first.metrics, rmse=first.metrics.rmse - 0.02))
    from releases.registry import publish  # noqa: PLC0415

    publish(desk.store, better)
    desk.stable = "r1"
    with pytest.raises(WorseReleaseError, match="'r2' has RMSE"):
        desk.run("--yes", "--attach", first.job or "")


def test_where_the_sdk_is_missing_it_is_said_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(images.importlib, "import_module", missing)
    with pytest.raises(PlaceError, match=r"not installed .* \./canary setup --with sagemaker"):
        images.training_image(Framework(name="sklearn", version="1.4-2-py312"), "eu-west-1", "ml.m5.xlarge")


def test_the_sdk_names_the_images_and_a_region_that_has_none_is_said() -> None:
    sklearn = Framework(name="sklearn", version="1.4-2-py312")
    assert images.training_image(sklearn, "eu-west-1", "ml.m5.xlarge") == (
        "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-py312-cpu-py3"
    )
    object2vec = Framework(name="object2vec", version="1")
    assert images.training_image(object2vec, "eu-central-1", "ml.m5.2xlarge") == (
        "664544806723.dkr.ecr.eu-central-1.amazonaws.com/object2vec:1"
    )
    with pytest.raises(
        PlaceError, match=r"^no image of object2vec 1 for ml\.m5\.xlarge in 'mars-1': Unsupported region"
    ):
        images.training_image(object2vec, "mars-1", "ml.m5.xlarge")
