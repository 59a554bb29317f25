"""The stack's bucket: where training jobs on SageMaker read their data and write what they make.

Not the store: that one lies outside the stack, because it must outlive it.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.cloud import Cloud
from components.limits import BUCKET_NAME, LONGEST_JOB_DAYS, OBJECT_PREFIX, require, require_between
from components.policies import encrypted_transport_policy

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the module warns of its own old names when it is loaded
    from pulumi_aws.s3 import (
        Bucket,
        BucketLifecycleConfiguration,
        BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs,
        BucketLifecycleConfigurationRuleArgs,
        BucketLifecycleConfigurationRuleExpirationArgs,
        BucketLifecycleConfigurationRuleFilterArgs,
        BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs,
        BucketPolicy,
        BucketPublicAccessBlock,
        BucketServerSideEncryptionConfiguration,
        BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs,
        BucketServerSideEncryptionConfigurationRuleArgs,
        BucketVersioning,
        BucketVersioningVersioningConfigurationArgs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingBucketArgs:
    """`bucket` is its name; old versions go after `old_version_days`, and what lies below the prefix `jobs`
    after `job_days`, which are more than the longest job takes: nothing goes while it runs.

    With `protect` it can be deleted by nobody; without, it is emptied and deleted with its stack.
    """

    bucket: str
    cloud: Cloud
    jobs: str
    job_days: int = 90
    old_version_days: int = 30
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("bucket", self.bucket, BUCKET_NAME)
        require("prefix of jobs", self.jobs, OBJECT_PREFIX)
        require_between("days that old versions are kept", self.old_version_days, 1)
        require_between("days that a job's files are kept", self.job_days, LONGEST_JOB_DAYS + 1)


class TrainingBucket(pulumi.ComponentResource):
    """A bucket that is versioned, encrypted, closed to the public and to plain HTTP, and cleans up after itself.

    Output: `bucket`, its name.
    """

    bucket: pulumi.Output[str]

    def __init__(self, name: str, args: TrainingBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:TrainingBucket", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        bucket = Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protect,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        versioning = BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration=BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=own,
        )
        BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="AES256"
                    )
                )
            ],
            opts=own,
        )
        closed = BucketPublicAccessBlock(
            f"{name}-closed",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=own,
        )
        BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                BucketLifecycleConfigurationRuleArgs(
                    id="old-versions",
                    status="Enabled",
                    filter=BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=args.old_version_days
                    ),
                    abort_incomplete_multipart_upload=BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=7
                    ),
                ),
                BucketLifecycleConfigurationRuleArgs(
                    id="jobs",
                    status="Enabled",
                    filter=BucketLifecycleConfigurationRuleFilterArgs(prefix=f"{args.jobs}/"),
                    expiration=BucketLifecycleConfigurationRuleExpirationArgs(days=args.job_days),
                ),
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=encrypted_transport_policy(args.cloud, args.bucket),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),  # both write the bucket's policy status
        )
        self.bucket = bucket.bucket
        self.register_outputs({"bucket": self.bucket})
