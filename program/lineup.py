"""From the ids in the settings, and the manifests in the store, to the line-up."""

from collections.abc import Collection

from releases.lineup import line_up
from releases.model import Lineup
from releases.registry import Shelf, load_all
from settings import Settings


def read_lineup(settings: Settings, store: Shelf, known: Collection[str]) -> Lineup:
    """Read the manifests of the named releases and put them in their places; `known` are all ids in the store.

    Raises:
        ReleaseError: a release is missing, its manifest is damaged, or the ids make no line-up.
    """
    canary = settings.canary
    named = (settings.stable, None if canary is None else canary.release, *settings.warm)
    return line_up(
        load_all(store, [name for name in named if name is not None]),
        stable=settings.stable,
        canary=None if canary is None else canary.release,
        percent=0.0 if canary is None else canary.percent,
        warm=settings.warm,
        known=known,
    )
