"""From the ids that a configuration names to the releases that a stage serves. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping

from releases.errors import LineupError, UnknownReleaseError
from releases.model import Canary, Lineup, Release


def line_up(
    manifests: Mapping[str, Release],
    *,
    stable: str | None,
    canary: str | None = None,
    percent: float = 0.0,
    warm: Iterable[str] = (),
    known: Collection[str] | None = None,
) -> Lineup:
    """Put the named releases in their places.

    Args:
        manifests: the releases by id, at least the named ones.
        stable: the id that is served, None before the first.
        canary: the id beside it, None for no canary.
        percent: the canary's share of the requests, 0 to 100.
        warm: ids whose endpoints are kept without traffic.
        known: every id in the store, for the message; the ids of `manifests` unless given.

    Raises:
        UnknownReleaseError: one or more named releases have no manifest; all of them are in the message.
        LineupError: a canary without a stable release, a release in two places, or a percent that is none.
    """
    kept = tuple(warm)
    named = [name for name in (stable, canary, *kept) if name is not None]
    there = sorted(manifests if known is None else known)
    if missing := sorted(set(named) - set(manifests)):
        raise unknown(missing, there)
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise LineupError(
            f"{', '.join(twice)} is named more than once among stable, canary and warm: a release has one place"
        )
    if canary is not None and stable is None:
        raise LineupError(f"{canary} is the canary of nothing: name the stable release, or drop the canary")
    if not (math.isfinite(percent) and 0 <= percent <= 100):  # noqa: PLR2004 - a percent
        raise LineupError(f"a canary's percent is a number from 0 to 100, got {percent!r}")
    return Lineup(
        stable=None if stable is None else manifests[stable],
        canary=None if canary is None else Canary(release=manifests[canary], percent=float(percent)),
        warm=tuple(manifests[name] for name in kept),
    )


def unknown(missing: Collection[str], known: Collection[str]) -> UnknownReleaseError:
    """Make the error for releases that are named and not in the store."""
    named = ", ".join(sorted(missing))
    there = ", ".join(sorted(known)) or "none yet"
    return UnknownReleaseError(
        f"no such release in the store: {named}. There: {there}. Name one of them, or train it first", sorted(known)
    )
