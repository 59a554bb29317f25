"""The tables' items in DynamoDB's JSON. Pure: the same data gives the same items, in one order."""

import json
from collections.abc import Iterable, Iterator, Mapping

from training.ratings import Ratings

Item = dict[str, dict[str, str]]


def movie_items(titles: Mapping[int, str]) -> list[Item]:
    """Return an item for each movie: `movie_id`, `title`."""
    return [{"movie_id": {"N": str(movie)}, "title": {"S": titles[movie]}} for movie in sorted(titles)]


def seen_items(ratings: Ratings) -> list[Item]:
    """Return an item for each movie that a user has rated: `user_id`, `movie_id`. Each once, whatever its stars."""
    pairs = sorted(set(zip(ratings.users.tolist(), ratings.items.tolist(), strict=True)))
    return [{"user_id": {"N": str(user)}, "movie_id": {"N": str(movie)}} for user, movie in pairs]


def lines(items: Iterable[Item]) -> bytes:
    """Return the items as the emulator reads a table's: one a line."""
    return b"".join(_line(item) for item in items)


def _line(item: Item) -> bytes:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def batches(items: list[Item], size: int) -> Iterator[list[Item]]:
    """Cut the items into batches of `size`, the last one maybe shorter."""
    return (items[start : start + size] for start in range(0, len(items), size))
