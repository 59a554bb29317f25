"""A training from upload to measured archive, with the ports in memory: the artifact is a real one."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.training.jobs.jobs_made import FOLDER, JOB, plan
from training.archive import build_archive
from training.errors import ArchiveError, JobAnswerError, JobError, PlaceError
from training.evaluation import evaluate
from training.jobs.fakes import FakeJobs, Fakes
from training.jobs.place import Algorithm
from training.jobs.ports import JobState
from training.jobs.running import finish, start
from training.model import Model
from training.ratings import Ratings

ARTIFACT = f"{FOLDER}/output/model.tar.gz"
KEY = f"{JOB}/output/model.tar.gz"
DONE = JobState(status="Completed", artifact=ARTIFACT, metrics={"validation:rmse": 0.95}, billed_seconds=61)


def silent(_sentence: str) -> None:
    pass


def yes(_question: str) -> bool:
    return True


def test_als_is_uploaded_started_fetched_and_measured_by_its_own_handler(made: Ratings, model: Model) -> None:
    asked, fakes, said = plan(made, Algorithm.ALS), Fakes(FakeJobs([DONE])), list[str]()
    start(asked, fakes.ports(), said.append)
    assert fakes.trainings.created[0]["TrainingJobName"] == JOB
    assert fakes.objects.held[f"{JOB}/train/ratings.tsv"].decode() == asked.rows.text()
    archive = build_archive(model)
    fakes.objects.held[KEY] = archive
    trained = finish(asked, fakes.ports(), said.append, yes, wait_seconds=60)
    assert trained.archive == archive
    assert trained.metrics == evaluate(model, asked.split)
    assert said == [
        f"uploaded to {FOLDER}",
        f"started the training job {JOB}, at most 60 minutes",
        "final validation:rmse 0.9500",
        "billed: 61 seconds of one ml.m5.xlarge",
    ]
    assert fakes.models.created == []


def predicting(fakes: Fakes, line: str) -> None:
    """Let the transform job answer every pair with one line, as Object2Vec would."""

    def answer(request: Mapping[str, Any]) -> None:
        assert request["ModelName"] in fakes.models.there
        pairs = fakes.objects.held[f"{JOB}/heldout/pairs.jsonl"].splitlines()
        assert all(set(json.loads(pair)) == {"in0", "in1"} for pair in pairs)  # labels stay here
        fakes.objects.held[f"{JOB}/{request['TransformJobName']}/pairs.jsonl.out"] = (line * len(pairs)).encode()

    fakes.transforms.made = answer


def test_object2vec_is_measured_by_a_transform_job_and_its_model_is_taken_away(made: Ratings) -> None:
    asked, fakes = plan(made, Algorithm.OBJECT2VEC), Fakes(FakeJobs([DONE]))
    fakes.objects.held[KEY] = b"whatever the algorithm packs"
    predicting(fakes, '{"scores": [3.0]}\n')
    trained = finish(asked, fakes.ports(), silent, yes, wait_seconds=60)
    assert trained.archive == b"whatever the algorithm packs"
    errors = abs(asked.split.test.stars - 3.0)
    assert trained.metrics.mae == round(float(errors.mean()), 6)
    assert trained.metrics.ratings == len(asked.split.test)
    assert fakes.models.created[0]["PrimaryContainer"]["ModelDataUrl"] == ARTIFACT
    assert fakes.models.there == {}


def test_a_transform_that_fails_leaves_no_model(made: Ratings) -> None:
    asked = plan(made, Algorithm.OBJECT2VEC)
    fakes = Fakes(FakeJobs([DONE]), FakeJobs([JobState(status="Failed", reason="bad input")], "transform"))
    fakes.objects.held[KEY] = b""
    with pytest.raises(JobError, match="the transform job ratings-dev-r2-6b0dc2aa ended Failed: bad input"):
        finish(asked, fakes.ports(), silent, yes, wait_seconds=60)
    assert fakes.models.there == {}


@pytest.mark.parametrize(
    ("last", "held", "error", "message"),
    [
        (JobState(status="Completed"), b"", JobAnswerError, "names no artifact"),
        (JobState(status="Completed", artifact="s3://other/x"), b"", JobError, "does not lie below s3://"),
        (DONE, b"no archive", ArchiveError, f"{ARTIFACT} cannot be read"),
        (DONE, None, PlaceError, "there is nothing under"),
    ],
)
def test_what_a_job_leaves_and_cannot_be_used_is_said(
    made: Ratings, last: JobState, held: bytes | None, error: type[Exception], message: str
) -> None:
    fakes = Fakes(FakeJobs([last]))
    if held is not None:
        fakes.objects.held[KEY] = held
    with pytest.raises(error) as refused:
        finish(plan(made, Algorithm.ALS), fakes.ports(), silent, yes, wait_seconds=60)
    assert message in str(refused.value)


class Interrupted(FakeJobs):
    """Jobs at which somebody presses Ctrl-C."""

    def describe(self, name: str) -> JobState:
        raise KeyboardInterrupt


@pytest.mark.parametrize(("answer", "stopped", "told"), [(True, [JOB], "told to stop"), (False, [], f"--attach {JOB}")])
def test_ctrl_c_asks_whether_to_stop_the_job(made: Ratings, answer: bool, stopped: list[str], told: str) -> None:
    jobs = Interrupted([])
    asked, said = list[str](), list[str]()
    with pytest.raises(KeyboardInterrupt):
        finish(
            plan(made, Algorithm.ALS),
            Fakes(jobs).ports(),
            said.append,
            lambda question: asked.append(question) or answer,
            wait_seconds=60,
        )
    assert asked == [f"The training job {JOB} runs on, and is billed until it ends. Stop it?"]
    assert jobs.stopped == stopped
    assert told in said[-1]


def test_ctrl_c_in_the_measuring_stops_the_transform_and_leaves_no_model(made: Ratings) -> None:
    transforms = Interrupted([], "transform")
    fakes = Fakes(FakeJobs([DONE]), transforms)
    fakes.objects.held[KEY] = b""
    with pytest.raises(KeyboardInterrupt):
        finish(plan(made, Algorithm.OBJECT2VEC), fakes.ports(), silent, yes, wait_seconds=60)
    assert transforms.stopped == ["ratings-dev-r2-6b0dc2aa"]
    assert fakes.models.there == {}
