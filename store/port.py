"""The port: what every store can do."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


class Store(Protocol):
    """Bytes under keys. Keys are relative POSIX paths (`releases/r1.json`), never absolute, without `..`."""

    @property
    def uri(self) -> str:
        """The store's address: an absolute folder, or `s3://bucket/prefix`."""
        ...

    def read(self, key: str) -> bytes:
        """Return what lies under `key`.

        Raises:
            NotThereError: nothing lies there.
            UnreachableError: the store itself cannot be used.
        """
        ...

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        """Put `data` under `key`, whole or not at all; with `once`, only where nothing lies yet.

        Raises:
            AlreadyThereError: `once`, and the key is taken.
            UnreachableError: the store itself cannot be used.
        """
        ...

    def keys(self, prefix: str = "") -> Sequence[str]:
        """Return every key below `prefix`, sorted.

        Raises:
            UnreachableError: the store itself cannot be used.
        """
        ...

    def delete(self, key: str) -> None:
        """Take away what lies under `key`; nothing happens where nothing lies.

        Raises:
            UnreachableError: the store itself cannot be used.
        """
        ...


@runtime_checkable
class Owned(Protocol):
    """A store that belongs to an AWS account."""

    @property
    def account(self) -> str:
        """The account's twelve digits."""
        ...
