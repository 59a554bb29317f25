"""The ports over AWS: SageMaker's jobs, CloudWatch's log, and the stack's bucket."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from training.errors import PlaceError
from training.jobs.bucket import JobObjects
from training.jobs.calls import code_of, told
from training.jobs.place import Place
from training.jobs.ports import JobState, Ports, Transition

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

_CONFIG = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "max_attempts": 5})
_LOG_GROUP = "/aws/sagemaker/{kind}Jobs"
"""SageMaker developer guide, "Log groups and streams that Amazon SageMaker sends to CloudWatch Logs"."""
_NO_LOG = {"ResourceNotFoundException"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """One client a service."""

    sagemaker: "SageMakerClient"
    logs: "CloudWatchLogsClient"
    s3: "S3Client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose credentials these are, and where they work."""

    account: str
    region: str
    partition: str
    arn: str


def connect(region: str | None) -> tuple[Identity, Clients]:
    """Make the clients and ask whose credentials these are.

    Raises:
        PlaceError: there are no credentials, no region, or AWS refuses.
    """
    session: Any = boto3.Session(region_name=region)
    if session.region_name is None:
        raise PlaceError("no region is named. Set aws:region in the stack's file, or AWS_REGION")
    with told("sts GetCallerIdentity"):
        said = session.client("sts", config=_CONFIG).get_caller_identity()
        there = Clients(**{name: session.client(name, config=_CONFIG) for name in ("sagemaker", "logs", "s3")})
    partition = session.get_partition_for_region(session.region_name)
    return Identity(account=said["Account"], region=session.region_name, partition=partition, arn=said["Arn"]), there


def ports(clients: Clients, place: Place) -> Ports:
    """Return the ports of one stack's place."""
    return Ports(
        trainings=Trainings(clients.sagemaker),
        transforms=Transforms(clients.sagemaker),
        training_logs=JobLogs(clients.logs, "Training"),
        transform_logs=JobLogs(clients.logs, "Transform"),
        models=TransformModels(clients.sagemaker),
        objects=JobObjects(clients.s3, place),
        clock=SystemClock(),
    )


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """See `Clock.now`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Trainings:
    """Training jobs."""

    client: "SageMakerClient"
    kind: str = "training"

    def create(self, request: Mapping[str, Any]) -> None:
        """See `Jobs.create`."""
        with told("sagemaker CreateTrainingJob"):
            self.client.create_training_job(**request)

    def describe(self, name: str) -> JobState:
        """See `Jobs.describe`."""
        with told("sagemaker DescribeTrainingJob"):
            said = self.client.describe_training_job(TrainingJobName=name)
        return JobState(
            status=said["TrainingJobStatus"],
            secondary=said.get("SecondaryStatus", ""),
            reason=said.get("FailureReason"),
            artifact=said.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
            transitions=tuple(
                Transition(status=each["Status"], message=each.get("StatusMessage", ""))
                for each in said.get("SecondaryStatusTransitions", [])
            ),
            metrics={
                each["MetricName"]: each["Value"]
                for each in said.get("FinalMetricDataList", [])
                if "MetricName" in each and "Value" in each
            },
            billed_seconds=said.get("BillableTimeInSeconds"),
        )

    def stop(self, name: str) -> None:
        """See `Jobs.stop`."""
        with told("sagemaker StopTrainingJob"):
            self.client.stop_training_job(TrainingJobName=name)


@dataclass(frozen=True, slots=True)
class Transforms:
    """Transform jobs. They have no bound of their own, so the waiting's is theirs."""

    client: "SageMakerClient"
    kind: str = "transform"

    def create(self, request: Mapping[str, Any]) -> None:
        """See `Jobs.create`."""
        with told("sagemaker CreateTransformJob"):
            self.client.create_transform_job(**request)

    def describe(self, name: str) -> JobState:
        """See `Jobs.describe`."""
        with told("sagemaker DescribeTransformJob"):
            said = self.client.describe_transform_job(TransformJobName=name)
        return JobState(status=said["TransformJobStatus"], reason=said.get("FailureReason"))

    def stop(self, name: str) -> None:
        """See `Jobs.stop`."""
        with told("sagemaker StopTransformJob"):
            self.client.stop_transform_job(TransformJobName=name)


@dataclass(frozen=True, slots=True)
class TransformModels:
    """The models that transform jobs ask."""

    client: "SageMakerClient"

    def create(self, request: Mapping[str, Any]) -> None:
        """See `Models.create`."""
        with told("sagemaker CreateModel"):
            self.client.create_model(**request)

    def delete(self, name: str) -> None:
        """See `Models.delete`."""
        with told("sagemaker DeleteModel"):
            self.client.delete_model(ModelName=name)


@dataclass(slots=True)
class JobLogs:
    """The streams of a job's containers, `<job>/...`, each read on from where it was left."""

    client: "CloudWatchLogsClient"
    group: str
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.group = _LOG_GROUP.format(kind=self.group)

    def after(self, name: str) -> Sequence[str]:
        """See `Logs.after`."""
        try:
            with told("logs DescribeLogStreams"):
                answer = self.client.describe_log_streams(logGroupName=self.group, logStreamNamePrefix=f"{name}/")
        except PlaceError as error:
            if code_of(error.__cause__) in _NO_LOG:
                return []
            raise
        streams = sorted(each["logStreamName"] for each in answer["logStreams"] if "logStreamName" in each)
        return [line for stream in streams for line in self._read(stream)]

    def _read(self, stream: str) -> list[str]:
        lines: list[str] = []
        while True:
            token = self.tokens.get(stream)
            again: Any = {} if token is None else {"nextToken": token}
            with told("logs GetLogEvents"):
                page = self.client.get_log_events(
                    logGroupName=self.group, logStreamName=stream, startFromHead=True, **again
                )
            lines += [each.get("message", "") for each in page["events"]]
            self.tokens[stream] = page["nextForwardToken"]
            if page["nextForwardToken"] == token or not page["events"]:
                return lines
