"""Names of what training on SageMaker uses in a stack. Pure: fixed by the stack and the account, so that whoever
starts a job needs no engine to ask.
"""

from collections.abc import Mapping

from components.cloud import Cloud
from components.registry import ReleaseRegistryArgs
from components.storage import TrainingBucketArgs
from components.training import TrainingArgs
from components.training_role import TrainingRoleArgs
from program.images import images_in
from settings import Settings

JOBS = "jobs"
"""The prefix of the stack's bucket that jobs read and write: `jobs/<name of the job>/...`."""


def bucket_name(settings: Settings, cloud: Cloud) -> str:
    """The stack's training bucket; its name carries account and region, because bucket names are the whole world's."""
    return f"{settings.api.name}-{cloud.account_id}-{cloud.region}"


def role_name(settings: Settings, cloud: Cloud) -> str:
    """The role of training and transform jobs; roles know no region, so its name says it."""
    return f"{settings.api.name}-training-{cloud.region}"


def training_of(settings: Settings, cloud: Cloud, store: str, tags: Mapping[str, str]) -> TrainingArgs:
    """Return what a stack declares for training. The role may pull every image that this region has for our frameworks.

    A store in a folder has no readers to be let in.
    """
    bucket = bucket_name(settings, cloud)
    return TrainingArgs(
        bucket=TrainingBucketArgs(bucket=bucket, cloud=cloud, jobs=JOBS, protect=settings.protect, tags=tags),
        role=TrainingRoleArgs(
            role_name=role_name(settings, cloud),
            bucket=bucket,
            prefix=JOBS,
            images=images_in(cloud),
            cloud=cloud,
            tags=tags,
        ),
        registry=ReleaseRegistryArgs(stem=f"{settings.api.name}-registry", store=store, cloud=cloud, tags=tags)
        if store.startswith("s3://")
        else None,
    )
