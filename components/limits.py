"""What AWS allows in names and values, as data with its source. Pure.

"botocore" means the service models of botocore 1.44, which are AWS's own.
"""

import re

from components.errors import ArgumentError

SAGEMAKER_NAME = (r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", 63)
"""botocore sagemaker: EndpointName, EndpointConfigName, ModelName. ARNs of endpoints are lower-cased."""

ROLE_NAME = (r"[\w+=,.@-]+", 64)
"""botocore iam, roleNameType."""

STAGE_NAME = (r"[A-Za-z0-9_-]+", 128)
"""botocore apigateway, CreateStageRequest.stageName."""

VARIABLE_NAME = (r"[a-zA-Z0-9]+", 64)
"""A canary's overrides take letters and digits only (CloudFormation, AWS::ApiGateway::Stage CanarySetting); 64
characters: API Gateway developer guide, "Amazon API Gateway quotas"."""

VARIABLE_VALUE = (r"[A-Za-z0-9._~:/?#&=,-]+", 512)
"""botocore apigateway, Stage.variables; 512 characters: the same page of quotas."""

LOG_GROUP_NAME = (r"[.\-_/#A-Za-z0-9]+", 512)
"""botocore logs, LogGroupName."""

WEB_ACL_NAME = (r"[\w-]+", 128)
"""botocore wafv2, EntityName."""

METHOD_THROTTLES = 20
"""Throttles of single methods in one usage plan: API Gateway developer guide, "Amazon API Gateway quotas"."""

FUNCTION_NAME = (r"[a-zA-Z0-9_-]+", 64)
"""botocore lambda, CreateFunctionRequest.functionName's last part; 64 characters: Lambda API reference,
CreateFunction."""

TABLE_NAME = (r"[a-zA-Z0-9_.-]{3,}", 255)
"""botocore dynamodb, TableName."""

FILTER_NAME = (r"[^:*]+", 512)
FILTER_PATTERN = (r"(?s).+", 1024)
METRIC_NAME = (r"[^:*$]+", 255)
"""botocore logs, FilterName, FilterPattern, and MetricName and MetricNamespace."""

FILTERS_IN_A_GROUP = 100
FILTER_DIMENSIONS = 3
"""botocore logs, PutMetricFilter and MetricTransformation.dimensions."""

ALARM_NAME = (r"[ -~]+", 255)
ALARM_ACTIONS = 5
ALARM_WINDOW_SECONDS = 86_400
"""botocore cloudwatch, AlarmName and ResourceList; ASCII, and periods times their length at most a day: CloudWatch user
guide, "Using Amazon CloudWatch alarms"."""

DASHBOARD_NAME = (r"[A-Za-z0-9_-]+", 255)
"""botocore cloudwatch, PutDashboardInput.DashboardName."""

TOPIC_NAME = (r"[A-Za-z0-9_-]+", 256)
"""botocore sns, CreateTopicInput.Name."""

BUCKET_NAME = (r"[a-z0-9][a-z0-9.-]+[a-z0-9]", 63)
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

OBJECT_PREFIX = (r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", 1000)
"""What an object's key begins with, without a slash at its ends. S3 user guide, "Naming Amazon S3 objects": keys have
up to 1,024 bytes; of the characters that it calls safe."""

LONGEST_JOB_DAYS = 28
"""botocore sagemaker, StoppingCondition.MaxRuntimeInSeconds: 2,419,200 at most."""


def require(what: str, value: str, limit: tuple[str, int]) -> None:
    """Check one name or value.

    Raises:
        ArgumentError: it is too long or does not match.
    """
    pattern, longest = limit
    if len(value) > longest:
        raise ArgumentError(
            f"{what} {value!r} is {len(value)} characters long, at most {longest} are allowed: shorten it"
        )
    if re.fullmatch(pattern, value) is None:
        raise ArgumentError(f"{what} {value!r} does not match ^{pattern}$: choose another")


def require_between(what: str, value: float, low: float, high: float | None = None) -> None:
    """Check that `low <= value`, and `value <= high` where there is an upper bound.

    Raises:
        ArgumentError: it does not lie there.
    """
    if value < low or (high is not None and value > high):
        bound = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
        raise ArgumentError(f"{what} is {value:g}, it must be {bound}")
