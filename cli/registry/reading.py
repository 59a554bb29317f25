"""What the registry holds, as rows: a release, its place in the stack, and whether its artifact is what it says."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from releases.errors import DamagedError, ReleaseError
from releases.model import Release
from releases.registry import verify
from settings import Settings
from store import Store, StoreError, open_store

BASE = Path("/")


class Condition(StrEnum):
    """What was found where a release says that its artifact lies."""

    WHOLE = "whole"
    """Bytes with the manifest's SHA-256."""
    DAMAGED = "damaged"
    """Other bytes. Nothing that serves them would notice by itself."""
    MISSING = "missing"
    """Nothing."""
    UNREACHABLE = "unreachable"
    """Nobody could look: not the same as missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One release's artifact, looked at."""

    release: str
    condition: Condition
    detail: str


def place_of(release_id: str, settings: Settings) -> str:
    """Say where a release stands in the stack's configuration; empty where it stands nowhere."""
    if release_id == settings.stable:
        return "stable"
    if settings.canary is not None and release_id == settings.canary.release:
        return f"canary {settings.canary.percent:g}%"
    return "warm" if release_id in settings.warm else ""


def artifact_bytes(store: Store, release: Release) -> bytes:
    """Read a release's artifact from where its manifest says it lies, in the store or elsewhere.

    Raises:
        OSError: nothing lies there.
        StoreError: it cannot be reached.
        ReleaseError: its address is none that can be read.
    """
    uri = release.artifact.uri
    if uri.startswith(f"{store.uri}/"):
        return store.read(uri.removeprefix(f"{store.uri}/"))
    if uri.startswith("s3://"):
        folder, _, name = uri.rpartition("/")
        return open_store(folder, BASE).read(name)
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"}:
        raise ReleaseError(f"the artifact of {release.id!r} lies at {uri}, which is neither a file nor on S3")
    return Path(unquote(parts.path) if parts.scheme else uri).read_bytes()


def looked_at(store: Store, release: Release) -> Finding:
    """Compare a release's artifact with its manifest."""

    def finding(condition: Condition, detail: object) -> Finding:
        return Finding(release=release.id, condition=condition, detail=str(detail))

    try:
        data = artifact_bytes(store, release)
        verify(release, data)
    except DamagedError as error:
        return finding(Condition.DAMAGED, error)
    except FileNotFoundError:
        return finding(Condition.MISSING, f"there is nothing at {release.artifact.uri}: register the release anew")
    except (OSError, ReleaseError, StoreError) as error:
        return finding(Condition.UNREACHABLE, error)
    return finding(Condition.WHOLE, f"{len(data)} bytes at {release.artifact.uri}")
