"""Where manifests lie: `releases/<id>.json` in the stack's store, written once and never changed.

This room is pure and lies below the store's; so it says itself what it needs of a store (`Shelf`), which every
`store.Store` gives, and knows its errors by what they are to Python: nothing under a key is a `FileNotFoundError`, a
key that is taken a `FileExistsError`. What else a store raises passes through.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from releases.errors import DamagedError, ManifestError, ReleaseError
from releases.identity import check_reuse
from releases.ids import ID_BOUND, id_problem
from releases.lineup import unknown
from releases.manifest import parse, to_json
from releases.model import Release

_FOLDER, _ENDING = "releases/", ".json"


class Shelf(Protocol):
    """What the registry needs of a store."""

    def read(self, key: str) -> bytes:
        """Return what lies under `key`, or raise FileNotFoundError."""
        ...

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        """Put `data` under `key`; with `once`, raise FileExistsError where something lies there."""
        ...

    def keys(self, prefix: str = "") -> Sequence[str]:
        """Return every key that begins with `prefix`, sorted."""
        ...


def manifest_key(release_id: str) -> str:
    """Return the key of a release's manifest.

    Raises:
        ReleaseError: `release_id` is no release id.
    """
    if problem := id_problem(release_id):
        raise ReleaseError(f"{release_id!r} {problem}; allowed: {ID_BOUND}")
    return f"{_FOLDER}{release_id}{_ENDING}"


def publish(store: Shelf, release: Release) -> None:
    """Write a release's manifest, once. The same release again changes nothing.

    Raises:
        ManifestError: the release is not a valid one; nothing is written.
        ReusedIdError: the id is another release's; that one stays.
    """
    key, text = f"{_FOLDER}{release.id}{_ENDING}", to_json(release)
    parse(text, key)
    try:
        store.write(key, text.encode(), once=True)
    except FileExistsError:
        check_reuse(load(store, release.id), release)


def load(store: Shelf, release_id: str) -> Release:
    """Read one release.

    Raises:
        UnknownReleaseError: there is none of that id; the message names those that are there.
        ManifestError: the manifest is damaged, or another release's.
    """
    key = manifest_key(release_id)
    try:
        data = store.read(key)
    except FileNotFoundError:
        raise unknown([release_id], ids(store)) from None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ManifestError(key, [f"it is not UTF-8: {error}. Register the release anew"]) from None
    release = parse(text, key)
    if release.id != release_id:
        raise ManifestError(key, [f"id is {release.id!r}; allowed: {release_id!r}, as the key says"])
    return release


def load_all(store: Shelf, named: Iterable[str]) -> Mapping[str, Release]:
    """Read the named releases, each once; those of `ids(store)` for every one. Raises what `load` raises."""
    return {release_id: load(store, release_id) for release_id in dict.fromkeys(named)}


def ids(store: Shelf) -> Sequence[str]:
    """Return the ids of the releases in the store, sorted."""
    names = [key.removeprefix(_FOLDER).removesuffix(_ENDING) for key in store.keys(_FOLDER) if key.endswith(_ENDING)]
    return [name for name in names if id_problem(name) is None]


def verify(release: Release, data: bytes) -> None:
    """Check that `data` is the release's artifact.

    Raises:
        DamagedError: its SHA-256 is another one.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != release.artifact.sha256:
        raise DamagedError(
            f"{release.artifact.uri} is not the artifact of release {release.id!r}: {len(data)} bytes with SHA-256 "
            f"{found}, its manifest says {release.artifact.sha256}. Restore the file, or train a new release"
        )
