"""What a stack declares for training, whether anything is served or not: bucket, role and the registry's policies."""

from dataclasses import dataclass

import pulumi

from components.registry import ReleaseRegistry, ReleaseRegistryArgs
from components.storage import TrainingBucket, TrainingBucketArgs
from components.training_role import TrainingRole, TrainingRoleArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingArgs:
    """`registry` is None where the store is a folder: nobody has to be let in there."""

    bucket: TrainingBucketArgs
    role: TrainingRoleArgs
    registry: ReleaseRegistryArgs | None


def declare_training(args: TrainingArgs) -> dict[str, pulumi.Output[str]]:
    """Declare the three components and return the stack's outputs about them."""
    bucket = TrainingBucket("training", args.bucket)
    role = TrainingRole("training-role", args.role)
    outputs = {"trainingBucket": bucket.bucket, "trainingRole": role.role_arn}
    if args.registry is not None:
        registry = ReleaseRegistry("registry", args.registry)
        outputs["registryReaders"] = registry.read_policy_arn
        outputs["registryPublishers"] = registry.publish_policy_arn
    return outputs
