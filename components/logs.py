"""Log groups that AWS would otherwise make by itself, with no retention and no owner.

They are made before what writes into them; a group that AWS makes first keeps its lines for ever and fails the
next deployment with "already exists".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.limits import LOG_GROUP_NAME, require

CANARY_SUFFIX = "/Canary"
"""What API Gateway appends to a stage's log groups for a canary's requests. API Gateway developer guide, "Set up an
API Gateway canary release deployment"; that it makes the group by itself is not documented."""


def endpoint_log_group(endpoint: str) -> str:
    """Name the group that SageMaker writes an endpoint's containers to (developer guide, "Log groups and streams")."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def function_log_group(function: str) -> str:
    """Name the group that Lambda writes a function's lines to (developer guide, "Log groups")."""
    return f"/aws/lambda/{function}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogsArgs:
    """`log_group` takes one line for each request, `log_group` + `/Canary` those of a canary once more."""

    log_group: str
    retention_days: int
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("access log group", self.log_group + CANARY_SUFFIX, LOG_GROUP_NAME)


class AccessLogs(pulumi.ComponentResource):
    """What observing needs, with or without an API: the access log's groups, under names that metrics can rely on.

    `groups` is what a stage must wait for.
    """

    def __init__(self, name: str, args: AccessLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:AccessLogs", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.groups: list[pulumi.Resource] = [
            log_group(f"{name}{suffix}", f"{args.log_group}{tail}", args.retention_days, args.tags, own)
            for suffix, tail in (("", ""), ("-canary", CANARY_SUFFIX))
        ]
        self.register_outputs({"logGroup": args.log_group})


def log_group(
    logical: str,
    physical: pulumi.Input[str],
    retention_days: int,
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.cloudwatch.LogGroup:
    """Register one log group with retention in days."""
    return aws.cloudwatch.LogGroup(logical, name=physical, retention_in_days=retention_days, tags=dict(tags), opts=opts)
