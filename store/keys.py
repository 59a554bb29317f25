"""Which texts are keys: the same for every store, so that what lies in one can be copied to another. Pure."""

from pathlib import PurePosixPath

from store.errors import StoreError

KEY_MAX_BYTES = 900
"""S3 allows 1024 bytes with the prefix (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""


def check_key(key: str) -> str:
    """Return `key` where it is a relative POSIX path in its plainest form.

    Raises:
        StoreError: it is empty, absolute, or has an empty part, a backslash, a control character, or a part that
            begins with a dot: `.` and `..` lead elsewhere, and a folder keeps half-written files under such names.
    """
    parts = key.split("/")
    plain = key and PurePosixPath(key).as_posix() == key and all(parts) and not any(p.startswith(".") for p in parts)
    if not plain or "\\" in key or not key.isprintable():
        raise StoreError(f"a key is a relative path such as releases/r1.json, no part of it dotted, got {key!r}")
    if len(key.encode()) > KEY_MAX_BYTES:
        raise StoreError(f"a key has at most {KEY_MAX_BYTES} bytes, got {len(key.encode())}: {key[:60]!r} ...")
    return key
