"""Putting a trained release into a store: the archive first, the manifest that names it last."""

from dataclasses import replace

from releases.errors import UnknownReleaseError
from releases.model import Release
from releases.registry import Shelf, load, publish
from training.errors import ArchiveError
from training.release import archive_key


def register(store: Shelf, release: Release, archive: bytes) -> Release:
    """Write archive and manifest, and return the release as it is in the store.

    A repetition that differs in nothing but the time of training changes nothing, and the first one is returned.

    Raises:
        ReusedIdError: the id is another release's; nothing is written.
        ManifestError: the release is not a valid one.
        StoreError: the store cannot be used.
    """
    try:
        there = load(store, release.id)
    except UnknownReleaseError:
        there = None
    kept = release if there is None else replace(release, trained_at=there.trained_at)
    if there is not None and there != kept:
        publish(store, release)  # raises, and says what differs
    key = archive_key(release.artifact.sha256)
    try:
        store.write(key, archive, once=True)
    except FileExistsError:
        if store.read(key) != archive:
            store.write(key, archive)  # its key is its SHA-256: what lies there was damaged
    publish(store, kept)
    return kept


def archive_of(store: Shelf, release: Release) -> bytes:
    """Read a release's archive from the store that it was registered in.

    Raises:
        ArchiveError: it is not there.
        StoreError: the store cannot be used.
    """
    key = archive_key(release.artifact.sha256)
    try:
        return store.read(key)
    except FileNotFoundError as error:
        raise ArchiveError(
            f"the archive of release {release.id!r} is not in its store ({error}): register the release anew"
        ) from error
