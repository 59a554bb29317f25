"""What API Gateway needs to reach what is behind one route: a role, and one policy for each release.

The role's name is fixed, so that the API's document can hold its ARN as text. The policies are separate resources
because one that lists all endpoints takes traffic down whenever it narrows: the stage depends on it, so it would
be narrowed before the stage has moved. This way an endpoint may be invoked before a stage names it and until none
does: create, stage, delete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.limits import FUNCTION_NAME, ROLE_NAME, SAGEMAKER_NAME, require
from components.policies import call_policy, invoke_policy, trust


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRouteArgs:
    """`role_name` is the invoke role's physical name; `endpoints` maps each release's id to its endpoint's name."""

    role_name: str
    endpoints: Mapping[str, str]
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("invoke role", self.role_name, ROLE_NAME)
        for endpoint in self.endpoints.values():
            require("endpoint", endpoint, SAGEMAKER_NAME)

    @property
    def role_arn(self) -> str:
        """What the document gives as the integration's credentials."""
        return self.cloud.role_arn(self.role_name)

    @property
    def policies(self) -> Mapping[str, str]:
        """Each release's policy: `sagemaker:InvokeEndpoint` on its endpoint."""
        return {
            release: invoke_policy(self.cloud.endpoint_arn(endpoint)) for release, endpoint in self.endpoints.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRouteArgs:
    """A route of functions: `functions` maps each release's id to its function's name."""

    role_name: str
    functions: Mapping[str, str]
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("invoke role", self.role_name, ROLE_NAME)
        for function in self.functions.values():
            require("function", function, FUNCTION_NAME)

    @property
    def role_arn(self) -> str:
        """What the document gives as the integration's credentials."""
        return self.cloud.role_arn(self.role_name)

    @property
    def policies(self) -> Mapping[str, str]:
        """Each release's policy: `lambda:InvokeFunction` on its function."""
        return {release: call_policy(self.cloud.function_arn(name)) for release, name in self.functions.items()}


class GatewayRoute(pulumi.ComponentResource):
    """The invoke role, and for each release the one call that its endpoint or function takes, and nothing else.

    `policies` is what a stage must wait for.
    """

    def __init__(
        self, name: str, args: GatewayRouteArgs | FunctionRouteArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("canary:components:GatewayRoute", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-invoke",
            name=args.role_name,
            assume_role_policy=trust("apigateway"),
            tags=dict(args.tags),
            opts=own,
        )
        self.policies: list[pulumi.Resource] = [
            aws.iam.RolePolicy(
                f"{name}-invoke-{release}",
                name=f"invoke-{release}",
                role=role.name,
                policy=policy,
                opts=own,
            )
            for release, policy in args.policies.items()
        ]
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})
