"""Reads titles, and which of the items the user has rated, from the two tables in one go.

By keys and not by a query for all that the user has rated: what is read grows with the request and not with the
user's history. BatchGetItem takes 100 keys, each once, and may leave some unread (DynamoDB API reference).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .errors import UnavailableError

KEYS = 100
"""How many keys one BatchGetItem takes, all tables together."""
RESERVE_SECONDS = 0.25
"""What is left of the time for the answer, when unread keys are given up."""
FIRST_PAUSE_SECONDS = 0.05

Keys = dict[str, dict[str, list[dict[str, dict[str, str]]]]]


class Tables(Protocol):
    """boto3's client `dynamodb`, as far as it is asked."""

    def batch_get_item(self, *, RequestItems: Any) -> Mapping[str, Any]:  # noqa: N803, ANN401 - boto3's own
        """Read up to 100 items by their keys, or raise botocore's errors."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the tables are called. `movies` has `movie_id` and `title`, `seen` has `user_id` and `movie_id`."""

    movies: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Titles by movie, and the movies that the user has rated, of those asked for."""

    titles: Mapping[int, str]
    seen: frozenset[int]


def known(
    tables: Tables,
    names: Names,
    user: int,
    items: Sequence[int],
    *,
    seconds_left: Callable[[], float],
    sleep: Callable[[float], None],
) -> Known:
    """Read what is known of the items.

    Raises:
        UnavailableError: a table cannot be read, or not whole in the time there is.
    """
    titles: dict[int, str] = {}
    seen: set[int] = set()
    for page in _pages(names, user, items):
        for found in _read(tables, page, seconds_left, sleep):
            movies = [each for each in found.get(names.movies, ()) if "title" in each]
            titles |= {int(each["movie_id"]["N"]): each["title"]["S"] for each in movies}
            seen |= {int(each["movie_id"]["N"]) for each in found.get(names.seen, ())}
    return Known(titles=titles, seen=frozenset(seen))


def _pages(names: Names, user: int, items: Sequence[int]) -> Iterator[Keys]:
    distinct = list(dict.fromkeys(items))
    half = KEYS // 2
    for start in range(0, len(distinct), half):
        movies = [{"movie_id": {"N": str(item)}} for item in distinct[start : start + half]]
        yield {
            names.movies: {"Keys": movies},
            names.seen: {"Keys": [{"user_id": {"N": str(user)}, **movie} for movie in movies]},
        }


def _read(
    tables: Tables, wanted: Keys, seconds_left: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Mapping[str, Any]]:
    """Read a page, asking again for what was left unread, with longer pauses, until the time is nearly up."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            said = tables.batch_get_item(RequestItems=wanted)
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError(f"the tables cannot be read: {error}") from error
        yield said["Responses"]
        wanted = said.get("UnprocessedKeys") or {}
        if not wanted:
            return
        if seconds_left() < pause + RESERVE_SECONDS:
            unread = sum(len(each["Keys"]) for each in wanted.values())
            raise UnavailableError(f"{unread} keys were left unread, and the time is up")
        sleep(pause)
        pause *= 2
