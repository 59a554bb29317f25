"""The clients that a probe asks with, one set for a region."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from emulator.errors import ProbeError

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """One client a service. `functions` (lambda), `iam` and `quotas` (service-quotas) have no stubs here."""

    apigateway: "APIGatewayClient"
    cloudwatch: "CloudWatchClient"
    logs: "CloudWatchLogsClient"
    s3: "S3Client"
    sagemaker: "SageMakerClient"
    runtime: "SageMakerRuntimeClient"
    sts: "STSClient"
    functions: Any
    iam: Any
    quotas: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose account is asked, and where."""

    account: str
    region: str
    arn: str


def clients(region: str) -> Clients:
    """Make the clients. No invocation is sent twice: a probe counts what it sends."""
    import boto3  # noqa: PLC0415 - takes a third of a second, and only a probe needs it

    session: Any = boto3.Session(region_name=region)
    patient = Config(connect_timeout=5, read_timeout=65, retries={"mode": "standard", "max_attempts": 6})
    once = Config(connect_timeout=5, read_timeout=65, retries={"mode": "standard", "max_attempts": 1})
    return Clients(
        apigateway=session.client("apigateway", config=patient),
        cloudwatch=session.client("cloudwatch", config=patient),
        logs=session.client("logs", config=patient),
        s3=session.client("s3", config=patient),
        sagemaker=session.client("sagemaker", config=patient),
        runtime=session.client("sagemaker-runtime", config=once),
        sts=session.client("sts", config=patient),
        functions=session.client("lambda", config=patient),
        iam=session.client("iam", config=patient),
        quotas=session.client("service-quotas", config=patient),
    )


def whoami(there: Clients) -> Caller:
    """Ask whose credentials these are.

    Raises:
        ProbeError: there are none, or they are not taken.
    """
    try:
        said = there.sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise ProbeError(
            f"AWS does not say whose credentials these are: {error}. A probe needs an account: put credentials into "
            "the environment (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
        ) from error
    return Caller(account=said["Account"], region=there.sts.meta.region_name, arn=said["Arn"])


def refusal(error: ClientError) -> str:
    """AWS's own words and code."""
    said = error.response.get("Error", {})
    return f"{said.get('Code', '')}: {said.get('Message', '')}"
