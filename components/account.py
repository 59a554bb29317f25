"""The account's log role for API Gateway: one for each account and region, so at most one stack owns it.

Without it a stage with logging cannot be made ("CloudWatch Logs role ARN must be set in account settings").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.limits import ROLE_NAME, require
from components.policies import trust


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRoleArgs:
    """`role_name` is the role's physical name."""

    role_name: str
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("log role", self.role_name, ROLE_NAME)


class LogRole(pulumi.ComponentResource):
    """The role, AWS's own policy for it, and the account's setting. `account` is what a stage must wait for."""

    def __init__(self, name: str, args: LogRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:LogRole", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trust("apigateway"),
            tags=dict(args.tags),
            opts=own,
        )
        policy = aws.iam.RolePolicyAttachment(
            f"{name}-policy",
            role=role.name,
            policy_arn=args.cloud.managed_policy_arn("service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
            opts=own,
        )
        self.account = aws.apigateway.Account(
            f"{name}-setting",
            cloudwatch_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),  # the setting is tried when it is made
        )
        self.register_outputs({"roleArn": role.arn})
