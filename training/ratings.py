"""Rows of ratings, and the two texts that they come in. Pure.

MovieLens-100K is `u.data`: one `user<TAB>item<TAB>stars<TAB>unix time` a line, in an order of its own that the
`ua` split depends on. RecBole's `ml-100k.inter` is the same lines below one header line; without it, the bytes
are those of `u.data` (both have the SHA-256 that `training/source.py` checks).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.errors import DamagedRatingsError

INTER_HEADER = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
STARS = (1, 5)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Ratings in file order: four arrays of shape (n,), int64. `times` are Unix seconds, `stars` 1 to 5."""

    users: Ints
    items: Ints
    stars: Ints
    times: Ints

    def __len__(self) -> int:
        return len(self.users)

    def where(self, chosen: NDArray[np.bool_]) -> "Ratings":
        """Return the rows where `chosen` (bool, shape (n,)) is true, their order kept."""
        return Ratings(self.users[chosen], self.items[chosen], self.stars[chosen], self.times[chosen])

    def text(self) -> str:
        """Return the rows as `u.data` has them."""
        columns = (self.users.tolist(), self.items.tolist(), self.stars.tolist(), self.times.tolist())
        return "".join(f"{user}\t{item}\t{stars}\t{time}\n" for user, item, stars, time in zip(*columns, strict=True))

    def sha256(self) -> str:
        """Return the SHA-256 (64 hex) of the rows, order included: `Release.data_sha256`."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def ratings_of(rows: Sequence[tuple[int, int, int, int]]) -> Ratings:
    """Make `Ratings` of (user, item, stars, time) tuples."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Ratings(*(np.ascontiguousarray(column) for column in table.T))


def parse_ratings(text: str, name: str) -> Ratings:
    """Read `u.data` or `ml-100k.inter`; `name` stands in messages.

    Raises:
        DamagedRatingsError: a line is not four whole numbers with stars from 1 to 5; names the line.
    """
    lines = text.splitlines()
    first = 1 if lines and lines[0] == INTER_HEADER else 0
    return ratings_of([_row(line, f"{name}, line {number}") for number, line in enumerate(lines[first:], first + 1)])


def _row(line: str, where: str) -> tuple[int, int, int, int]:
    try:
        user, item, stars, time = map(int, line.split("\t"))
    except ValueError:
        raise DamagedRatingsError(
            f"{where}: a rating is four whole numbers between tabs (user, item, stars, time), got {line[:60]!r}: "
            "the file is cut short or damaged, take a fresh copy"
        ) from None
    if user < 0 or item < 0 or not STARS[0] <= stars <= STARS[1]:
        raise DamagedRatingsError(f"{where}: ids are 0 or more and stars {STARS[0]} to {STARS[1]}, got {line[:60]!r}")
    return user, item, stars, time
