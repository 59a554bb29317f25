"""What lets API Gateway ask a Lambda function about a caller's token: a role of its own and, where it is ours, the
function.

One function for all releases, unlike a release's own: who may call does not depend on the model that answers, and a
caller must not be let in by one track and sent away by the other. The gateway keeps answers for minutes anyway.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import FUNCTION_NAME, ROLE_NAME, require
from components.logs import function_log_group, log_group
from components.policies import call_policy, log_policy, trust

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the module warns of its own old names when it is loaded
    from pulumi_aws.lambda_ import Function, FunctionEnvironmentArgs

RUNTIME = "python3.13"
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html; the code needs the standard library alone."""
MEMORY = 256
"""Megabytes. A fraction of a processor comes with them, enough for one signature in milliseconds."""
TIMEOUT = 5
"""Seconds: fetching the issuer's keys is given 2, and starting the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizerFunctionArgs:
    """`function` is the physical name, `code` its files as text by their path in the archive, `handler` what is called.

    `environment` says whose tokens are taken.
    """

    function: str
    code: Mapping[str, str]
    handler: str
    environment: Mapping[str, str]
    log_retention_days: int

    def __post_init__(self) -> None:
        require("authorizer's function", self.function, FUNCTION_NAME)
        module = self.handler.rpartition(".")[0].replace(".", "/")
        if f"{module}.py" not in self.code:
            raise ArgumentError(
                f"handler {self.handler!r}: {module}.py is not among {list(self.code)}: name one of them"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizerArgs:
    """`role_name` is the role by which the gateway asks the function of `function_arn`; `function` where it is ours."""

    role_name: str
    function_arn: str
    function: AuthorizerFunctionArgs | None
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("authorizer's role", self.role_name, ROLE_NAME)


class Authorizer(pulumi.ComponentResource):
    """The gateway's role with `lambda:InvokeFunction` on one function, and the function.

    `before_stage` is what a stage must wait for: without them every caller would be refused.
    """

    def __init__(self, name: str, args: AuthorizerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:Authorizer", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-ask",
            name=args.role_name,
            assume_role_policy=trust("apigateway"),
            tags=dict(args.tags),
            opts=own,
        )
        policy = call_policy(args.function_arn)
        self.before_stage: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-ask-policy", name="ask", role=role.name, policy=policy, opts=own)
        ]
        if args.function is not None:
            self.before_stage.append(self._function(name, args, args.function))
        self.register_outputs({"functionArn": args.function_arn})

    def _function(self, name: str, args: AuthorizerArgs, function: AuthorizerFunctionArgs) -> Function:
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        group = function_log_group(function.function)
        logs = log_group(f"{name}-logs", group, function.log_retention_days, args.tags, own)
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust("lambda"), tags=tags, opts=own)
        access = aws.iam.RolePolicy(f"{name}-access", role=role.name, policy=log_policy(args.cloud, group), opts=own)
        return Function(
            f"{name}-function",
            name=function.function,
            runtime=RUNTIME,
            architectures=["arm64"],  # the code is Python alone, and arm64 is billed at less
            handler=function.handler,
            code=pulumi.AssetArchive({path: pulumi.StringAsset(text) for path, text in sorted(function.code.items())}),
            role=role.arn,
            memory_size=MEMORY,
            timeout=TIMEOUT,
            environment=FunctionEnvironmentArgs(variables=dict(function.environment)),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs, access]),
        )
