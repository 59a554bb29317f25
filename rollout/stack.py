"""One stack as its file says: the raw configuration, the settings, and the opened store."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from releases.registry import ids
from rollout.errors import ConfigurationError
from rollout.policies import Practice, file_of, read_practice
from settings import PROJECT, Settings, parse, store_uri
from settings.stackfile import load_stack
from store import Store, StoreError, UnreachableError, open_store

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "local"
"""The stack that the emulator serves on this machine; every other one is on AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack of this project. `file` is its configuration, `root` what its relative paths count from."""

    name: str
    file: Path
    root: Path
    raw: Mapping[str, object]
    settings: Settings
    store: Store
    practice: Practice

    @property
    def options(self) -> str:
        """The options that name it on a command line, for what is printed to be run next."""
        named = f"--stack {self.name}"
        if self.file == self.root / f"Pulumi.{self.name}.yaml":
            return named
        return f"{named} --config {shlex.quote(str(self.file))}"

    def configuration(self) -> Mapping[str, object]:
        """The configuration as the file has it now. Raises StackFileError."""
        return load_stack(self.file, PROJECT)

    def now(self) -> Settings:
        """The settings as the file has them now. Raises SettingsError, StackFileError, StoreError."""
        return parse(self.configuration(), releases=ids(self.store))


def open_for_abort(name: str = LOCAL, *, file: Path | None = None, root: Path = ROOT) -> Stack:
    """As `open_stack`, but with a store that cannot be used too: whoever takes traffic back does not wait for it.

    What stands beside the file about rollouts is not read: a fault there, or a secret that this machine has not, keeps
    nobody from taking traffic back.

    Raises:
        SettingsError, StackFileError, ConfigurationError: as above; what the store says is not asked.
    """
    path = file or root / f"Pulumi.{name}.yaml"
    raw = load_stack(path, PROJECT)
    try:
        opened = open_store(store_uri(raw), base=root)
    except StoreError as error:
        opened = NoStore(store_uri(raw), str(error))
    return Stack(name=name, file=path, root=root, raw=raw, settings=parse(raw), store=opened, practice=Practice())


@dataclass(frozen=True, slots=True)
class NoStore:
    """A store that could not be opened: every use of it says why."""

    uri: str
    why: str

    def read(self, key: str) -> bytes:  # noqa: ARG002 - the port's
        self._refuse()

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:  # noqa: ARG002 - the port's
        self._refuse()

    def keys(self, prefix: str = "") -> Sequence[str]:  # noqa: ARG002 - the port's
        self._refuse()

    def delete(self, key: str) -> None:  # noqa: ARG002 - the port's
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise UnreachableError(self.why)


def open_stack(name: str = LOCAL, *, file: Path | None = None, store: str | None = None, root: Path = ROOT) -> Stack:
    """Read a stack's file (`Pulumi.<name>.yaml` of the project unless given) and open its store.

    Raises:
        SettingsError, StackFileError: the file is missing, or says what cannot be.
        StoreError: the store cannot be used.
        ConfigurationError: what stands beside it about rollouts cannot be.
    """
    if not name.isidentifier() and not all(part.isalnum() for part in name.split("-")):
        raise ConfigurationError(f"{name!r} is no stack's name: letters, digits and hyphens")
    path = file or root / f"Pulumi.{name}.yaml"
    raw = load_stack(path, PROJECT)
    opened = open_store(store or store_uri(raw), base=root)
    return Stack(
        name=name,
        file=path,
        root=root,
        raw=raw,
        settings=parse(raw, releases=ids(opened)),
        store=opened,
        practice=read_practice(file_of(path, name)),
    )
