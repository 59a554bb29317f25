"""What the enriched route's tables are called: the program makes them, and `canary titles load` fills them. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNames:
    """`movies` has a title for each movie, `seen` which movies each user has rated."""

    movies: str
    seen: str


def table_names(api: str) -> TableNames:
    """Return the names of an API's tables."""
    return TableNames(movies=f"{api}-movies", seen=f"{api}-seen")
