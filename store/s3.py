"""A store under an S3 prefix.

What is written once is put with `If-None-Match: *`, which S3 refuses where the key is taken
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html), so two writers cannot both win.
Every call names the account that must own the bucket: a name can be given up and taken by somebody else.
"""

import os
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from store.errors import AlreadyThereError, NotThereError, StoreError, UnreachableError
from store.keys import check_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

_URI = re.compile(r"s3://(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?")
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 3})
NO_BUCKET = "there is no such bucket"
_ABSENT = {"NoSuchKey", "404", "NotFound"}
_ATTEMPTS = 3
"""How often a conditional write is sent while another one of the same key is under way (409); S3 asks for a retry."""


def open_s3_store(uri: str) -> "S3Store":
    """Open `s3://bucket/prefix` with the credentials of the environment, and its region where it names one.

    Without one, botocore asks the global endpoints, and S3 leads on to the bucket's own region.

    Raises:
        StoreError: `uri` is no such address.
        UnreachableError: no credentials, no such bucket, not allowed, or another account's.
    """
    split(uri)
    return connect(uri, *clients(uri))


def clients(uri: str, region: str | None = None) -> "tuple[S3Client, STSClient]":
    """Make the clients for a region, or the environment's. Raises UnreachableError."""
    with translated(uri, "the credentials"):
        # boto3 reads AWS_DEFAULT_REGION alone; the other SDKs, and Pulumi's provider, read AWS_REGION first.
        session: Any = boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)  # its stubs know few
        return session.client("s3", config=_CONFIG), session.client("sts", config=_CONFIG)


def connect(uri: str, s3: "S3Client", sts: "STSClient") -> "S3Store":
    """As `open_s3_store`, with clients that are given. The bucket is asked for once, and its owner checked."""
    bucket, prefix = split(uri)
    with translated(uri, "the credentials"):
        account = sts.get_caller_identity()["Account"]
    try:
        with translated(uri, f"the bucket {bucket}, asked for by account {account}"):
            s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except NotThereError:
        raise UnreachableError(f"{uri}: {_advice('NoSuchBucket', '')}") from None
    return S3Store(s3, bucket, prefix, account)


class S3Store:
    """A `Store` under `prefix` in `bucket`, which belongs to `account`. `connect` makes one that has been checked."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str, account: str) -> None:
        self._s3 = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._account = account

    @property
    def uri(self) -> str:
        """The store's address, without a slash at its end."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @property
    def account(self) -> str:
        """See `Owned.account`: every call names it, so the bucket is no other's."""
        return self._account

    def read(self, key: str) -> bytes:
        """See `Store.read`."""
        with translated(self.uri, key):
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._key(key), ExpectedBucketOwner=self._account)
            return answer["Body"].read()

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        """See `Store.write`.

        With `once`, a write that was carried out and whose answer was lost is sent again by the client and then
        raises `AlreadyThereError`: whoever needs to know whose it is reads what lies there.
        """
        name = self._key(key)
        with translated(self.uri, key):
            if once:
                self._put_once(name, data)
            else:
                self._s3.put_object(Bucket=self._bucket, Key=name, Body=data, ExpectedBucketOwner=self._account)

    def _put_once(self, name: str, data: bytes) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._s3.put_object(
                    Bucket=self._bucket, Key=name, Body=data, ExpectedBucketOwner=self._account, IfNoneMatch="*"
                )
            except ClientError as error:
                if attempt == _ATTEMPTS or _code(error) != "ConditionalRequestConflict":
                    raise
            else:
                return

    def keys(self, prefix: str = "") -> Sequence[str]:
        """See `Store.keys`."""
        with translated(self.uri, prefix or "its keys"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix, ExpectedBucketOwner=self._account
            )
            found = [entry["Key"] for page in pages for entry in page.get("Contents", []) if "Key" in entry]
        return sorted(name.removeprefix(self._prefix) for name in found if not name.endswith("/"))

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        with translated(self.uri, key):
            self._s3.delete_object(Bucket=self._bucket, Key=self._key(key), ExpectedBucketOwner=self._account)

    def _key(self, key: str) -> str:
        return self._prefix + check_key(key)


def split(uri: str) -> tuple[str, str]:
    """Cut an address into bucket and prefix. Raises StoreError."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise StoreError(f"{uri!r} is not s3://bucket/prefix")
    return found["bucket"], (found["prefix"] or "").strip("/")


@contextmanager
def translated(uri: str, what: str) -> Generator[None, None, None]:
    """Turn AWS's errors into this room's. S3 answers HEAD without a body, so its code is the bare status."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        said = error.response.get("Error", {}).get("Message") or code
        if code in _ABSENT:
            raise NotThereError(f"{uri}: nothing under {what!r}") from None
        if code == "PreconditionFailed":
            raise AlreadyThereError(f"{uri}: {what!r} is written once and is there already") from None
        raise UnreachableError(f"{uri}: {what}: {_advice(code, said)}") from error
    except NoCredentialsError as error:
        raise UnreachableError(
            f"{uri}: {what}: there are none. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except NoRegionError as error:  # an endpoint of one's own (AWS_ENDPOINT_URL) has no global one beside it
        raise UnreachableError(f"{uri}: {what}: the endpoint needs a region. Set AWS_REGION") from error
    except BotoCoreError as error:
        raise UnreachableError(f"{uri}: {what}: {error}") from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _advice(code: str, said: str) -> str:
    if code == "NoSuchBucket":
        return f"{NO_BUCKET}. Make it first (canary init), or correct the store's address"
    if code in {"403", "AccessDenied", "Forbidden"}:
        return "access denied: not yours, or the credentials may not. Check the account and its permissions"
    if code in {"301", "PermanentRedirect", "AuthorizationHeaderMalformed"}:
        return "the bucket is in another region. Set AWS_REGION to its own"
    if code == "ConditionalRequestConflict":
        return "another write of it is under way. Try again"
    return f"AWS answered {said} ({code})"
