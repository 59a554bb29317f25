"""A store in a folder of this machine."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from store.errors import AlreadyThereError, NotThereError, StoreError, UnreachableError


class FolderStore:
    """A `Store` in `root`. Writes go through a temporary file in the same folder, so a key is whole or absent."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    @property
    def uri(self) -> str:
        return str(self._root)

    def read(self, key: str) -> bytes:
        path = self._path(key)
        try:
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            message = f"{self._root}: nothing under {key!r}"
            raise NotThereError(message) from None
        except OSError as error:
            raise UnreachableError(f"{path}: {error.strerror}") from error

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        except OSError as error:
            raise UnreachableError(f"{path.parent}: cannot be written to: {error.strerror}") from error
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if once:
                os.link(part, path)  # fails where the name is taken, which rename does not
            else:
                part.replace(path)
        except FileExistsError:
            raise AlreadyThereError(f"{self._root}: {key!r} is written once and is there already") from None
        except OSError as error:
            raise UnreachableError(f"{path}: cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)

    def keys(self, prefix: str = "") -> Sequence[str]:
        found = (p for p in self._root.rglob("*") if p.is_file() and not p.name.startswith("."))
        names = (p.relative_to(self._root).as_posix() for p in found)
        return sorted(name for name in names if name.startswith(prefix))

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise UnreachableError(f"{self._root}: {key!r} cannot be taken away: {error.strerror}") from error

    def _path(self, key: str) -> Path:
        pure = PurePosixPath(key)
        if not key or pure.is_absolute() or ".." in pure.parts:
            raise StoreError(f"a key is a relative path without '..', got {key!r}")
        return self._root / pure
