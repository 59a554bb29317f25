"""From the ids in the settings or the journal, and the manifests in either store, to the line-up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from program.journal import Journalled
from releases.lineup import line_up
from releases.manifest import parse
from releases.model import Lineup, Release
from releases.registry import Shelf, load_all
from settings import Settings

NO_ROLLOUT = Journalled()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Release ids in their places."""

    stable: str | None
    canary: str | None = None
    percent: float = 0.0
    warm: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(name for name in (self.stable, self.canary, *self.warm) if name is not None)


def read_lineup(
    settings: Settings, store: Shelf, known: Collection[str], journalled: Journalled = NO_ROLLOUT
) -> Lineup:
    """Read the manifests of the releases that journal and configuration name, and put them in their places.

    `known` are all ids in the store.

    Raises:
        ReleaseError: a release is missing, its manifest is damaged, or the ids make no line-up.
    """
    places, split = _places(settings, journalled), journalled.split
    carried = {name: parse(text, f"{name} in the journal") for name, text in split.manifests.items()} if split else {}
    own: Mapping[str, Release] = {name: carried[name] for name in places.named if name in carried}
    return line_up(
        {**load_all(store, [name for name in places.named if name not in own]), **own},
        stable=places.stable,
        canary=places.canary,
        percent=places.percent,
        warm=places.warm,
        known=known,
    )


def _places(settings: Settings, journalled: Journalled) -> _Places:
    split, canary = journalled.split, settings.canary
    by_hand = _Places(
        stable=settings.stable,
        canary=None if canary is None else canary.release,
        percent=0.0 if canary is None else canary.percent,
        warm=settings.warm,
    )
    if split is None or split.over:
        return by_hand
    if not journalled.in_force:
        kept = [name for name in split.target.warm if name not in by_hand.named]
        return _Places(
            stable=by_hand.stable, canary=by_hand.canary, percent=by_hand.percent, warm=(*by_hand.warm, *kept)
        )
    target, idle = split.target, split.idle
    placed = {target.stable, split.release, split.stable}
    return _Places(
        stable=target.stable,
        canary=target.canary or idle,
        percent=target.percent,
        warm=(
            *(name for name in target.warm if name != idle),
            *(name for name in settings.warm if name not in placed),
        ),
    )
