"""Makes the bucket of a store under S3, where there is none: closed to the public, and with versions.

Versions, because a journal is nowhere else: what was deleted or overwritten can be put back. New buckets are encrypted
take no other account's objects by themselves (Amazon S3 user guide, "Setting default server-side encryption behavior"
and "Controlling ownership of objects").
"""

from typing import TYPE_CHECKING

from store.errors import UnreachableError
from store.s3 import NO_BUCKET, clients, connect, split, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient


def make_s3_store(uri: str, region: str | None) -> bool:
    """Make the bucket of `s3://bucket/prefix` in `region`, or the environment's; say whether it was made.

    Raises:
        StoreError: `uri` is no such address.
        UnreachableError: no credentials, not allowed, or the name is somebody else's bucket.
    """
    split(uri)
    return make(uri, *clients(uri, region))


def make(uri: str, s3: "S3Client", sts: "STSClient") -> bool:
    """As `make_s3_store`, with clients that are given."""
    try:
        connect(uri, s3, sts)
    except UnreachableError as error:
        if NO_BUCKET not in str(error):
            raise
    else:
        return False
    bucket, _ = split(uri)
    where = s3.meta.region_name
    with translated(uri, f"making the bucket {bucket} in {where}"):
        if where in {"us-east-1", "aws-global"}:  # S3 refuses to be told its default
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": where})  # pyright: ignore[reportArgumentType] # a region by its name
    with translated(uri, f"closing the new bucket {bucket} and keeping its versions"):
        closed = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)  # pyright: ignore[reportArgumentType] # the four of them
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return True
