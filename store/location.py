"""From an address to a store."""

from pathlib import Path

from store.errors import UnreachableError
from store.folder import FolderStore
from store.port import Store


def make_store(uri: str, base: Path, region: str | None = None) -> bool:
    """Make the store at `uri` where there is none, a bucket in `region`; say whether it was made.

    Raises:
        UnreachableError: it cannot be made; the message says why.
    """
    if uri.startswith("s3://"):
        from store.making import make_s3_store  # noqa: PLC0415 - as below

        return make_s3_store(uri, region)
    try:
        there = (base / uri).is_dir()
        (base / uri).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreachableError(f"{base / uri} cannot be made: {error.strerror}") from error
    return not there


def open_store(uri: str, base: Path) -> Store:
    """Open the store at `uri`: `s3://bucket/prefix`, or a folder (a relative one counts from `base`).

    An S3 store is asked for once, here: a missing bucket, a denied read or an account other than the
    credentials' own raises `UnreachableError`. A folder that is not there is an empty store.
    """
    if uri.startswith("s3://"):
        from store.s3 import open_s3_store  # noqa: PLC0415 - boto3 is loaded only where S3 is meant

        return open_s3_store(uri)
    return FolderStore(base / uri)
