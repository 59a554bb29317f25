"""The stack's bucket: where training jobs on SageMaker read their data and write what they make.

Not the store: that one lies outside the stack, because it must outlive it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.limits import BUCKET_NAME, require, require_between
from components.policies import encrypted_transport_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingBucketArgs:
    """`bucket` is its name; old versions go after `old_version_days`.

    With `protect` it can be deleted by nobody; without, it is emptied and deleted with its stack.
    """

    bucket: str
    cloud: Cloud
    old_version_days: int = 30
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("bucket", self.bucket, BUCKET_NAME)
        require_between("days that old versions are kept", self.old_version_days, 1)


class TrainingBucket(pulumi.ComponentResource):
    """A bucket that is versioned, encrypted, closed to the public and to plain HTTP, and cleans up after itself.

    Output: `bucket`, its name.
    """

    bucket: pulumi.Output[str]

    def __init__(self, name: str, args: TrainingBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:TrainingBucket", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket,
            force_destroy=not args.protect,
            tags=dict(args.tags),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=own,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        sse_algorithm="AES256"
                    )
                )
            ],
            opts=own,
        )
        closed = aws.s3.BucketPublicAccessBlock(
            f"{name}-closed",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=own,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="old-versions",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=args.old_version_days
                    ),
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=7
                    ),
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=encrypted_transport_policy(args.cloud, args.bucket),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),  # both write the bucket's policy status
        )
        self.bucket = bucket.bucket
        self.register_outputs({"bucket": self.bucket})
