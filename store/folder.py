"""A store in a folder of this machine."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from store.errors import AlreadyThereError, NotThereError, UnreachableError
from store.keys import check_key


class FolderStore:
    """A `Store` in `root`. Writes go through a temporary file in the same folder, so a key is whole or absent."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    @property
    def uri(self) -> str:
        """The folder's absolute path."""
        return str(self._root)

    def read(self, key: str) -> bytes:
        """See `Store.read`."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            message = f"{self._root}: nothing under {key!r}"
            raise NotThereError(message) from None
        except OSError as error:
            raise UnreachableError(f"{path}: {error.strerror}") from error

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        """See `Store.write`."""
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
        """See `Store.keys`. A folder that is not there yet holds nothing; one that may not be read is an error."""
        found: list[str] = []
        top = self._root / prefix.rpartition("/")[0]  # whatever else there is, it does not lie below the prefix
        for folder, folders, files in os.walk(top, onerror=self._refuse):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below = Path(folder).relative_to(self._root)
            found += [(below / name).as_posix() for name in files if not name.startswith(".")]
        return sorted(name for name in found if name.startswith(prefix))

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        try:
            self._path(key).unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise UnreachableError(f"{self._root}: {key!r} cannot be taken away: {error.strerror}") from error

    def _refuse(self, error: OSError) -> None:
        below_a_file = isinstance(error, NotADirectoryError) and self._root.is_dir()
        if not isinstance(error, FileNotFoundError) and not below_a_file:
            raise UnreachableError(f"{error.filename}: cannot be read: {error.strerror}") from error

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)
