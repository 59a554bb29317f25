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
        *_pull(cloud, [image]),
        _allow("WriteLog", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [streams]),
        _put_metrics(),
    ]
    if artifact.startswith("s3://"):
        statements.append(_allow("ReadArtifact", ["s3:GetObject"], [cloud.object_arn(artifact)]))
    if capture is not None and capture.startswith("s3://"):
        prefix = cloud.object_arn(capture.rstrip("/"))
        statements.append(_allow("WriteCapture", ["s3:PutObject"], [f"{prefix}/*"]))
    return _document(statements)


def training_policy(cloud: Cloud, *, bucket: str, prefix: str, images: Sequence[str]) -> str:
    """What a training or transform job needs: its images, `prefix` of one bucket, its log and its metrics.

    The log groups are the account's, made by the first job of anybody in it. Actions:
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTrainingJob API".

    Raises:
        ArgumentError: one of `images` is not an image of ECR's.
    """
    jobs = cloud.object_arn(f"{bucket}/{prefix}/*")
    groups = [cloud.log_group_arn(f"/aws/sagemaker/{kind}Jobs") for kind in ("Training", "Transform")]
    write = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    statements = [
        *(_pull(cloud, images) if images else ()),
        _allow("WriteLog", write, [arn for group in groups for arn in (group, f"{group}:*")]),
        _put_metrics(),
        {
            **_allow("ListJobs", ["s3:ListBucket"], [cloud.object_arn(bucket)]),
            "Condition": {"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
        },
        _allow("ReadAndWriteJobs", ["s3:GetObject", "s3:PutObject"], [jobs]),
    ]
    return _document(statements)


def registry_policy(cloud: Cloud, store: str, *, publish: bool) -> str:
    """Read the releases in `store` (`s3://bucket/prefix`), and with `publish` add some; never change or delete one.

    A write is allowed with `If-None-Match` alone
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html).
    """
    bucket = store.removeprefix("s3://").partition("/")[0]
    objects = [cloud.object_arn(f"{store.rstrip('/')}/{kind}/*") for kind in ("artifacts", "releases")]
    statements = [
        _allow("ListReleases", ["s3:ListBucket"], [cloud.object_arn(bucket)]),
        _allow("ReadReleases", ["s3:GetObject"], objects),
    ]
    if publish:
        once = {"Condition": {"Null": {"s3:if-none-match": "false"}}}
        statements.append({**_allow("AddReleases", ["s3:PutObject"], objects), **once})
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


def _pull(cloud: Cloud, images: Sequence[str]) -> list[dict[str, object]]:
    repositories = sorted({repository_arn(image, cloud.partition) for image in images})
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [_allow("PullLogin", ["ecr:GetAuthorizationToken"], ["*"]), _allow("PullImage", actions, repositories)]


def _put_metrics() -> dict[str, object]:
    namespaces = {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}}
    return {**_allow("PutMetrics", ["cloudwatch:PutMetricData"], ["*"]), "Condition": namespaces}


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _document(statements: Sequence[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)
