"""What the command needs from rooms that this one may not know: a stack's store, region, and its tables' names."""

from collections.abc import Callable
from dataclasses import dataclass

from store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesOf:
    """One stack: `store` where it is served on this machine (then the tables are files in it), else None.

    `region` None is the environment's.
    """

    movies: str
    seen: str
    region: str | None
    store: Store | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlesWiring:
    """`stack` reads a stack's settings by its name."""

    stack: Callable[[str], TablesOf]
