"""The clients, one set for a region, and their errors in the controller's words.

Two attempts and short timeouts: a call that matters in an emergency must fail while a person still watches.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rollout.adapters.aws.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sts import STSClient

_CONFIG = Config(connect_timeout=5, read_timeout=35, retries={"mode": "standard", "max_attempts": 3})
"""TestInvokeMethod answers as late as the integration does, 29 s by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """One client a service. `scaling` (application-autoscaling), `functions` (lambda) and `iam` have no stubs."""

    apigateway: "APIGatewayClient"
    sagemaker: "SageMakerClient"
    scaling: Any
    cloudwatch: "CloudWatchClient"
    logs: "CloudWatchLogsClient"
    s3: "S3Client"
    sns: "SNSClient"
    sts: "STSClient"
    functions: Any
    iam: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose credentials these are: what is named before the first change."""

    account: str
    region: str
    arn: str


def clients(region: str | None) -> Clients:
    """Make the clients for a region, or the environment's where it is None.

    Raises:
        AwsError: there is no region, or no such client.
    """
    session: Any = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)
    try:
        return Clients(
            apigateway=session.client("apigateway", config=_CONFIG),
            sagemaker=session.client("sagemaker", config=_CONFIG),
            scaling=session.client("application-autoscaling", config=_CONFIG),
            cloudwatch=session.client("cloudwatch", config=_CONFIG),
            logs=session.client("logs", config=_CONFIG),
            s3=session.client("s3", config=_CONFIG),
            functions=session.client("lambda", config=_CONFIG),
            sns=session.client("sns", config=_CONFIG),
            sts=session.client("sts", config=_CONFIG),
            iam=session.client("iam", config=_CONFIG),
        )
    except BotoCoreError as error:
        raise AwsError(f"no clients for AWS: {error}. Set aws:region in the stack, or AWS_REGION") from error


def whoami(there: Clients) -> Identity:
    """Ask whose credentials these are. Raises AwsError."""
    with told("sts GetCallerIdentity"):
        said = there.sts.get_caller_identity()
    return Identity(account=said["Account"], region=there.sts.meta.region_name, arn=said["Arn"])


def dns_suffix(region: str) -> str:
    """The suffix of a region's host names, out of botocore's own table; `amazonaws.com` for a region it lacks."""
    resolver: Any = botocore.session.get_session().get_component("endpoint_resolver")
    partition = resolver.get_partition_for_region(region)
    return str(resolver.get_partition_dns_suffix(partition))


@contextmanager
def told(what: str) -> Generator[None]:
    """Turn AWS's errors into `AwsError`; `what` is the call, such as `apigateway GetStage`."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise AwsError(f"{what}: {said.get('Message') or error} ({code_of(error)})") from error
    except BotoCoreError as error:
        raise AwsError(f"{what}: {error}") from error


def code_of(error: BaseException | None) -> str:
    """AWS's code of an error, or of what an `AwsError` was made from; empty where it has none."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "")
    return "" if error is None or error.__cause__ is None else code_of(error.__cause__)
