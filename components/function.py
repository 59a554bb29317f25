"""One release's function on Lambda: its own, as its endpoint is, for an alias of one function would follow the newest
code.

A promotion moves a stage variable from one function to another and leaves both alone. The code arrives as text and
goes into an archive file by file, so that the same code is the same archive on every machine.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import FUNCTION_NAME, require, require_between
from components.logs import function_log_group, log_group
from components.policies import function_policy, trust

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the module warns of its own old names when it is loaded
    from pulumi_aws.lambda_ import Function, FunctionEnvironmentArgs

RUNTIME = "python3.13"
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html; it carries boto3, the one thing the code needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFunctionArgs:
    """`function` is the physical name, `code` its files as text by their path in the archive, `handler` what is called.

    `memory` is in megabytes, `timeout` in seconds. `endpoint` is the release's, `tables` those that may be read.
    """

    function: str
    code: Mapping[str, str]
    handler: str
    environment: Mapping[str, str]
    memory: int
    timeout: int
    endpoint: str
    tables: Sequence[str]
    cloud: Cloud
    log_retention_days: int
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("function", self.function, FUNCTION_NAME)
        require_between("the function's memory", self.memory, 128, 10_240)
        require_between("the function's timeout", self.timeout, 1, 900)
        module = self.handler.rpartition(".")[0].replace(".", "/")
        if f"{module}.py" not in self.code:
            files = ", ".join(self.code) or "none"
            raise ArgumentError(
                f"handler {self.handler!r} needs {module}.py among the code's files, there are: {files}"
            )


class ReleaseFunction(pulumi.ComponentResource):
    """Log group, role, policy, function. `function` is what to wait for, `function_name` its name."""

    function_name: pulumi.Output[str]

    def __init__(self, name: str, args: ReleaseFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:ReleaseFunction", name, None, opts)
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        group = function_log_group(args.function)
        logs = log_group(f"{name}-logs", group, args.log_retention_days, args.tags, own)
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust("lambda"), tags=tags, opts=own)
        access = aws.iam.RolePolicy(
            f"{name}-access",
            role=role.name,
            policy=function_policy(args.cloud, endpoint=args.endpoint, tables=args.tables, log_group=group),
            opts=own,
        )
        self.function = Function(
            f"{name}-function",
            name=args.function,
            runtime=RUNTIME,
            handler=args.handler,
            code=pulumi.AssetArchive({path: pulumi.StringAsset(text) for path, text in sorted(args.code.items())}),
            role=role.arn,
            memory_size=args.memory,
            timeout=args.timeout,
            environment=FunctionEnvironmentArgs(variables=dict(args.environment)),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs, access]),
        )
        self.function_name = self.function.name
        self.register_outputs({"functionName": self.function_name})
