"""The role of training jobs on SageMaker: their own prefix of the stack's bucket, images, logs and metrics, no more.

Its name is fixed, so that whoever starts a job composes its ARN instead of asking the engine for an output.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.limits import BUCKET_NAME, ROLE_NAME, require
from components.policies import training_policy, trust


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRoleArgs:
    """`prefix` is what of `bucket` jobs read and write, without slashes at its ends; `images` are what they run."""

    role_name: str
    bucket: str
    prefix: str
    images: Sequence[str]
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("training role", self.role_name, ROLE_NAME)
        require("bucket", self.bucket, BUCKET_NAME)


class TrainingRole(pulumi.ComponentResource):
    """The role and its one policy. Output: `role_arn`."""

    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: TrainingRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:TrainingRole", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            f"{name}-role",
            name=args.role_name,
            assume_role_policy=trust("sagemaker"),
            tags=dict(args.tags),
            opts=own,
        )
        aws.iam.RolePolicy(
            f"{name}-access",
            role=role.name,
            policy=training_policy(args.cloud, bucket=args.bucket, prefix=args.prefix, images=args.images),
            opts=own,
        )
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})
