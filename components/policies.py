"""IAM policies as data, each with nothing that its role does not need. Pure: text in, canonical JSON text out."""

import json
import re
from collections.abc import Mapping, Sequence

from components.cloud import Cloud
from components.errors import ArgumentError

_IMAGE = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)(?:[:@].+)?")

Statement = Mapping[str, object]


def trust(service: str) -> str:
    """Let one AWS service (`sagemaker`, `apigateway`) assume the role."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return _document([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}])


def invoke_policy(endpoint_arn: str) -> str:
    """Allow calls of one endpoint and nothing else."""
    return _document([_allow("InvokeEndpoint", ["sagemaker:InvokeEndpoint"], [endpoint_arn])])


def call_policy(function_arn: str) -> str:
    """Allow calls of one function and nothing else."""
    return _document([_allow("InvokeFunction", ["lambda:InvokeFunction"], [function_arn])])


def function_policy(cloud: Cloud, *, endpoint: str, tables: Sequence[str], log_group: str) -> str:
    """What a release's function needs: its log, its release's endpoint, and to read items of the tables by key."""
    statements = [
        _allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [f"{cloud.log_group_arn(log_group)}:*"]),
        _allow("InvokeEndpoint", ["sagemaker:InvokeEndpoint"], [cloud.endpoint_arn(endpoint)]),
        _allow("ReadItems", ["dynamodb:BatchGetItem"], [cloud.table_arn(table) for table in tables]),
    ]
    return _document(statements)


def log_policy(cloud: Cloud, log_group: str) -> str:
    """Allow lines in one log group and nothing else."""
    streams = f"{cloud.log_group_arn(log_group)}:*"
    return _document([_allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [streams])])


def model_policy(cloud: Cloud, *, image: str, artifact: str, log_group: str, capture: str | None = None) -> str:
    """What a model's container needs: its image, its own artifact, its log, its metrics, and where it may capture.

    `artifact` is a URI and `capture` the prefix that data capture writes below; where they are not on S3 there is
    nothing to allow, and SageMaker itself refuses them.

    Raises:
        ArgumentError: `image` is not an image of ECR's.
    """
    streams = f"{cloud.log_group_arn(log_group)}:*"
    statements = [
        _allow("PullLogin", ["ecr:GetAuthorizationToken"], ["*"]),
        _allow(
            "PullImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [repository_arn(image, cloud.partition)],
        ),
        _allow("WriteLog", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [streams]),
        {
            **_allow("PutMetrics", ["cloudwatch:PutMetricData"], ["*"]),
            "Condition": {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}},
        },
    ]
    if artifact.startswith("s3://"):
        statements.append(_allow("ReadArtifact", ["s3:GetObject"], [cloud.object_arn(artifact)]))
    if capture is not None and capture.startswith("s3://"):
        prefix = cloud.object_arn(capture.rstrip("/"))
        statements.append(_allow("WriteCapture", ["s3:PutObject"], [f"{prefix}/*"]))
    return _document(statements)


def encrypted_transport_policy(cloud: Cloud, bucket: str) -> str:
    """Refuse whatever reaches a bucket without TLS."""
    arn = cloud.object_arn(bucket)
    statement = {
        "Sid": "RefusePlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _document([statement])


def repository_arn(image: str, partition: str) -> str:
    """Compose the ARN of the ECR repository that an image (`ACCOUNT.dkr.ecr.REGION.SUFFIX/REPOSITORY:TAG`) is in.

    Raises:
        ArgumentError: it is not an image of ECR's; SageMaker takes no other.
    """
    match = _IMAGE.fullmatch(image)
    if match is None:
        raise ArgumentError(
            f"image {image!r} is not ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG: push it to ECR, "
            "SageMaker pulls from nowhere else"
        )
    return f"arn:{partition}:ecr:{match['region']}:{match['account']}:repository/{match['repository']}"


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _document(statements: Sequence[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)
