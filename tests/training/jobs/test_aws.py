"""The ports over AWS: every call with its exact parameters (botocore's stubber), and what moto has, on moto."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tests.training.jobs.jobs_made import JOB, PLACE, plan
from training.errors import PlaceError
from training.jobs.aws import Clients, JobLogs, JobObjects, Trainings, TransformModels, Transforms, connect, ports
from training.jobs.place import Algorithm
from training.jobs.ports import JobState, Transition
from training.jobs.request import training_request
from training.ratings import Ratings

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": PLACE.region,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
NOW = datetime(2026, 11, 30, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/x"
GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(autouse=True, scope="module")
def account() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def clients(account: None) -> dict[str, Any]:
    session: Any = boto3.Session()
    return {name: session.client(name) for name in ("sagemaker", "logs", "s3")}


@pytest.fixture
def sagemaker(clients: dict[str, Any]) -> Iterator[Stubber]:
    with Stubber(clients["sagemaker"]) as stub:
        yield stub
        stub.assert_no_pending_responses()


def described(**more: Any) -> dict[str, Any]:
    """What DescribeTrainingJob has to answer by botocore's model, and `more`."""
    return {
        "TrainingJobName": JOB,
        "TrainingJobArn": ARN,
        "ModelArtifacts": {"S3ModelArtifacts": f"s3://b/jobs/{JOB}/output/model.tar.gz"},
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Training",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "ResourceConfig": {"VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "CreationTime": NOW,
        **more,
    }


def test_a_training_job_is_started_looked_at_and_stopped(
    made: Ratings, clients: dict[str, Any], sagemaker: Stubber
) -> None:
    request, jobs = training_request(plan(made, Algorithm.ALS)), Trainings(clients["sagemaker"])
    sagemaker.add_response("create_training_job", {"TrainingJobArn": ARN}, request)
    jobs.create(request)
    transitions = [{"Status": "Starting", "StartTime": NOW, "StatusMessage": "Preparing"}]
    metrics = [{"MetricName": "validation:rmse", "Value": 0.5, "Timestamp": NOW}]
    answer = described(
        TrainingJobStatus="Failed",
        SecondaryStatus="Failed",
        FailureReason="AlgorithmError: x",
        SecondaryStatusTransitions=transitions,
        FinalMetricDataList=metrics,
        BillableTimeInSeconds=61,
    )
    sagemaker.add_response("describe_training_job", answer, {"TrainingJobName": JOB})
    assert jobs.describe(JOB) == JobState(
        status="Failed",
        secondary="Failed",
        reason="AlgorithmError: x",
        artifact=f"s3://b/jobs/{JOB}/output/model.tar.gz",
        transitions=(Transition(status="Starting", message="Preparing"),),
        metrics={"validation:rmse": 0.5},
        billed_seconds=61,
    )
    sagemaker.add_response("stop_training_job", {}, {"TrainingJobName": JOB})
    jobs.stop(JOB)


def test_a_transform_job_and_its_model(clients: dict[str, Any], sagemaker: Stubber) -> None:
    jobs, models = Transforms(clients["sagemaker"]), TransformModels(clients["sagemaker"])
    answer = {
        "TransformJobName": JOB,
        "TransformJobArn": ARN,
        "TransformJobStatus": "Completed",
        "ModelName": JOB,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/x"}}},
        "TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
        "CreationTime": NOW,
    }
    sagemaker.add_response("describe_transform_job", answer, {"TransformJobName": JOB})
    assert jobs.describe(JOB) == JobState(status="Completed")
    sagemaker.add_response("stop_transform_job", {}, {"TransformJobName": JOB})
    jobs.stop(JOB)
    sagemaker.add_response("delete_model", {}, {"ModelName": JOB})
    models.delete(JOB)


def test_what_aws_refuses_is_said_with_the_call(clients: dict[str, Any], sagemaker: Stubber) -> None:
    sagemaker.add_client_error("stop_training_job", "ValidationException", "Requested resource not found.")
    with pytest.raises(PlaceError, match=r"^sagemaker StopTrainingJob: Requested resource not found\. \(Validation"):
        Trainings(clients["sagemaker"]).stop(JOB)


def test_a_log_is_read_on_from_where_it_was_left(clients: dict[str, Any]) -> None:
    logs, stream = JobLogs(clients["logs"], "Training"), f"{JOB}/algo-1-1700000000"
    listed = {"logStreams": [{"logStreamName": stream}]}
    asked = {"logGroupName": GROUP, "logStreamNamePrefix": f"{JOB}/"}
    base: dict[str, Any] = {"logGroupName": GROUP, "logStreamName": stream, "startFromHead": True}

    def page(token: str, *lines: str) -> dict[str, Any]:
        return {"events": [{"message": line} for line in lines], "nextForwardToken": token, "nextBackwardToken": "b"}

    with Stubber(clients["logs"]) as stub:
        stub.add_client_error("describe_log_streams", "ResourceNotFoundException", "no group", expected_params=asked)
        assert logs.after(JOB) == []
        stub.add_response("describe_log_streams", listed, asked)
        stub.add_response("get_log_events", page("f/1", "one"), base)
        stub.add_response("get_log_events", page("f/2", "two", "three"), {**base, "nextToken": "f/1"})
        stub.add_response("get_log_events", page("f/2"), {**base, "nextToken": "f/2"})
        assert logs.after(JOB) == ["one", "two", "three"]
        stub.add_response("describe_log_streams", listed, asked)
        stub.add_response("get_log_events", page("f/3", "four"), {**base, "nextToken": "f/2"})
        stub.add_response("get_log_events", page("f/3"), {**base, "nextToken": "f/3"})
        assert logs.after(JOB) == ["four"]
        stub.add_client_error("describe_log_streams", "AccessDeniedException", "not you")
        with pytest.raises(PlaceError, match="logs DescribeLogStreams: not you"):
            logs.after(JOB)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("404", 404, "The stack has not made it yet: pulumi up makes it"),
        ("403", 403, "Either it is there and not account 123456789012's, so that the stack cannot have made it"),
        ("301", 301, "It is in another region than eu-west-1: set aws:region"),
        ("500", 500, "Look at the credentials and the network"),
    ],
)
def test_a_bucket_that_is_not_the_stacks_is_named_with_what_to_do(
    clients: dict[str, Any], code: str, status: int, advice: str
) -> None:
    expected = {"Bucket": PLACE.bucket, "ExpectedBucketOwner": PLACE.account}
    with Stubber(clients["s3"]) as stub:
        stub.add_client_error("head_bucket", code, "said", status, expected_params=expected)
        with pytest.raises(PlaceError, match=f"^the stack's bucket {PLACE.bucket}: ") as refused:
            JobObjects(clients["s3"], PLACE).check()
    assert advice in str(refused.value)


def test_objects_lie_below_the_prefix_and_every_call_names_the_owner(clients: dict[str, Any]) -> None:
    with mock_aws():
        clients["s3"].create_bucket(Bucket=PLACE.bucket, CreateBucketConfiguration={"LocationConstraint": PLACE.region})
        objects = JobObjects(clients["s3"], PLACE)
        objects.check()
        objects.write("j/train/x", b"data")
        assert objects.read("j/train/x") == b"data"
        assert clients["s3"].get_object(Bucket=PLACE.bucket, Key="jobs/j/train/x")["Body"].read() == b"data"
        with pytest.raises(PlaceError, match=r"s3 GetObject s3://ratings-dev-.*/jobs/j/none: .*\(NoSuchKey\)$"):
            objects.read("j/none")


def test_moto_takes_the_requests_and_tells_of_the_job(made: Ratings) -> None:
    with mock_aws():
        who, there = connect(PLACE.region)
        assert (who.account, who.region, who.partition) == ("123456789012", PLACE.region, "aws")
        reached = ports(there, PLACE)
        reached.trainings.create(training_request(plan(made, Algorithm.ALS)))
        state = reached.trainings.describe(JOB)
        assert state.ended
        assert state.artifact == f"s3://{PLACE.bucket}/jobs/{JOB}/output/model.tar.gz"
        assert state.transitions[0].status == "Starting"
        assert reached.training_logs.after(JOB) == []


def test_without_credentials_or_region_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(PlaceError, match=r"sts GetCallerIdentity: .*credentials"):
        connect(PLACE.region)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(PlaceError, match=r"no region is named\. Set aws:region"):
        connect(None)


def test_the_clients_are_one_a_service(clients: dict[str, Any]) -> None:
    assert set(Clients.__dataclass_fields__) == set(clients)
