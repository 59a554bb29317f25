"""The registry of releases, as far as it is the stack's: who may read it, and who may add to it.

Manifests and artifacts themselves lie in the store, outside every stack, because they outlive it (ADR 15, ADR 51).
What the stack makes are two policies to attach to people and pipelines. Neither lets anybody change or delete a
release: a write has to say `If-None-Match`, which S3 refuses where the key is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import ROLE_NAME, require
from components.policies import registry_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRegistryArgs:
    """`store` is `s3://bucket/prefix`; the policies are called `{stem}-read-{region}` and `{stem}-publish-{region}`."""

    stem: str
    store: str
    cloud: Cloud
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if not self.store.startswith("s3://"):
            raise ArgumentError(f"the registry's store is {self.store!r}; only one on S3 has readers to be named")
        require("registry policy", self.name_of("publish"), ROLE_NAME)

    def name_of(self, what: str) -> str:
        """The physical name of one policy."""
        return f"{self.stem}-{what}-{self.cloud.region}"


class ReleaseRegistry(pulumi.ComponentResource):
    """Two managed policies. Outputs: `read_policy_arn`, `publish_policy_arn`."""

    read_policy_arn: pulumi.Output[str]
    publish_policy_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ReleaseRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:ReleaseRegistry", name, None, opts)
        policies = {
            what: aws.iam.Policy(
                f"{name}-{what}",
                name=args.name_of(what),
                description=f"{what.capitalize()} releases in {args.store}",
                policy=registry_policy(args.cloud, args.store, publish=what == "publish"),
                tags=dict(args.tags),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for what in ("read", "publish")
        }
        self.read_policy_arn, self.publish_policy_arn = policies["read"].arn, policies["publish"].arn
        self.register_outputs({"readPolicyArn": self.read_policy_arn, "publishPolicyArn": self.publish_policy_arn})
