"""From one stack's store to another's: what a release keeps, what the new stack says, and the order of writing."""

from collections.abc import Callable
from dataclasses import replace

from cli.wiring import WIRING, Stack
from releases.model import Artifact, Release
from releases.registry import load, verify
from settings import registered_serving
from store import Owned, Store
from training.registration import archive_of, register
from training.release import archive_key, check_not_worse

NOBODY = "000000000000"
REGION = "us-east-1"


def published(
    release_id: str, origin: Stack, target: Stack, *, allow_worse: bool, ask: Callable[[str], None] | None
) -> tuple[Release, Release | None]:
    """Upload a release and return it as it is in the target, beside the target's stable release.

    Raises:
        UnknownReleaseError, ArchiveError, DamagedError: it cannot be read whole where it comes from.
        ImageError, FitError: it could not be served in the target.
        WorseReleaseError, IncomparableError: the target's stable release is better.
        ReusedIdError: the target has another release of that id.
        StoreError: the target cannot be written.
    """
    release = load(origin.store, release_id)
    archive = archive_of(origin.store, release)
    verify(release, archive)
    there = replace(
        release,
        artifact=Artifact(
            uri=f"{target.store.uri}/{archive_key(release.artifact.sha256)}", sha256=release.artifact.sha256
        ),
        serving=registered_serving(target.settings.serving),
    )
    account = target.store.account if isinstance(target.store, Owned) else NOBODY
    WIRING.check(there, account, target.settings.region or REGION)
    stable = None if target.settings.stable is None else load(target.store, target.settings.stable)
    if stable is not None and not allow_worse:
        check_not_worse(there, stable)
    if ask is not None:
        ask(f"This uploads {release_id} ({len(archive)} bytes) to {where(target.store)}. Go on?")
    return register(target.store, there, archive), stable


def where(store: Store) -> str:
    """Name a store, and whose it is."""
    return f"{store.uri} (account {store.account})" if isinstance(store, Owned) else store.uri
