"""Requests to the letter, and each as botocore's own model of SageMaker takes it."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.training.jobs.jobs_made import FOLDER, JOB, PLACE, plan
from training.errors import HyperparameterError
from training.jobs.place import Algorithm
from training.jobs.request import (
    began,
    check_runtime,
    inputs_of,
    job_name,
    model_request,
    training_request,
    transform_request,
)
from training.ratings import Ratings, parse_ratings

TAGS = [{"Key": "project", "Value": "predicted-ratings"}, {"Key": "stack", "Value": "dev"}]


@pytest.fixture(scope="module")
def sagemaker() -> Any:
    session: Any = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-west-1")
    return session.client("sagemaker")


def channel(name: str, **more: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"{FOLDER}/{name}/", "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **more}


def test_our_own_training_in_a_framework_container(made: Ratings) -> None:
    assert training_request(plan(made, Algorithm.ALS, seed=7)) == {
        "TrainingJobName": JOB,
        "AlgorithmSpecification": {
            "TrainingImage": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
        },
        "HyperParameters": {"seed": "7"},
        "InputDataConfig": [channel("train"), channel("code")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{PLACE.bucket}/jobs"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "RoleArn": PLACE.role_arn,
        "Tags": TAGS,
        "EnableNetworkIsolation": True,
    }


def test_the_built_in_algorithm_with_the_notebooks_hyperparameters(made: Ratings) -> None:
    request = training_request(plan(made, Algorithm.OBJECT2VEC))
    assert "ContainerEntrypoint" not in request["AlgorithmSpecification"]
    assert "EnableNetworkIsolation" not in request
    assert request["InputDataConfig"] == [
        channel(name, ContentType="application/jsonlines") for name in ("train", "validation")
    ]
    told = request["HyperParameters"]
    assert (told["enc0_vocab_size"], told["enc1_vocab_size"]) == ("140", "298")
    assert {name: told[name] for name in ("epochs", "enc_dim", "learning_rate", "mlp_activation", "output_layer")} == {
        "epochs": "20",
        "enc_dim": "1024",
        "learning_rate": "0.001",
        "mlp_activation": "tanh",
        "output_layer": "mean_squared_error",
    }


@pytest.mark.parametrize("algorithm", Algorithm)
def test_botocore_takes_every_request(made: Ratings, algorithm: Algorithm, sagemaker: Any) -> None:
    asked = plan(made, algorithm)
    calls = {
        "create_training_job": (training_request(asked), {"TrainingJobArn": "arn:" + "x" * 20}),
        "create_model": (model_request(asked, f"{FOLDER}/output/model.tar.gz"), {"ModelArn": "arn:" + "x" * 20}),
        "create_transform_job": (transform_request(asked), {"TransformJobArn": "arn:" + "x" * 20}),
    }
    with Stubber(sagemaker) as stub:
        for name, (request, answer) in calls.items():
            stub.add_response(name, answer, request)
            getattr(sagemaker, name)(**request)


def test_nothing_that_is_held_out_is_uploaded_for_training(made: Ratings) -> None:
    als, object2vec = (plan(made, each) for each in (Algorithm.ALS, Algorithm.OBJECT2VEC))
    files = inputs_of(als)
    assert files["train/ratings.tsv"].decode() == als.split.train.text()
    assert "code/train.py" in files
    assert "code/training/fitting.py" in files
    lines = {name: data.decode().splitlines() for name, data in inputs_of(object2vec).items()}
    assert {name: len(each) for name, each in lines.items()} == {
        "train/ratings.jsonl": 320,
        "validation/ratings.jsonl": 80,
    }


def test_a_transform_reads_pairs_and_writes_beside_them(made: Ratings) -> None:
    request = transform_request(plan(made, Algorithm.OBJECT2VEC))
    assert request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == f"{FOLDER}/heldout/pairs.jsonl"
    assert request["TransformOutput"]["S3OutputPath"] == f"{FOLDER}/ratings-dev-r2-6b0dc2aa"
    assert request["TransformJobName"] == request["ModelName"] == "ratings-dev-r2-6b0dc2aa"


def test_a_jobs_name_says_stack_release_and_second_and_fits() -> None:
    assert job_name("ratings-dev", "r2", 0x6B0DC1D9 + 0.7) == JOB
    assert began(JOB) == "2026-11-30T18:35:05Z"
    longest = job_name("a" * 32, "r" * 20, 1.0)
    assert len(longest) <= 63
    assert longest.endswith("-00000001")
    cut = job_name("abcdefghijklmnopqrstuvwxyz-12345-89", "r" * 20, 1.0)
    assert (len(cut) <= 63, "--" in cut) == (True, False)
    with pytest.raises(HyperparameterError, match="'mine' is no name of a job"):
        began("mine")


@pytest.mark.parametrize("minutes", [0, 28 * 24 * 60 + 1])
def test_a_job_without_a_bound_that_sagemaker_takes_is_not_asked_for(minutes: int) -> None:
    with pytest.raises(HyperparameterError, match=f"1 to 40320 minutes, got {minutes}"):
        check_runtime(minutes)
    assert check_runtime(60) == 3600


def test_the_rows_that_a_job_reads_are_the_rows(made: Ratings) -> None:
    rows = plan(made, Algorithm.ALS).rows
    assert parse_ratings(inputs_of(plan(made, Algorithm.ALS))["train/ratings.tsv"].decode(), "x").sha256() == (
        rows.sha256()
    )
