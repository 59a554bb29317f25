"""Titles by movie, from the two texts that they come in. Pure.

MovieLens-100K's `u.item` has `id|title|...` a line, in Latin-1. RecBole's `ml-100k.item` has a header, UTF-8, tabs,
and the title apart from the year that ends it: `1<TAB>Toy Story<TAB>1995<TAB>...`. Both give `Toy Story (1995)`.
"""

from collections.abc import Mapping

from training.errors import DamagedRatingsError

MOVIES = 1682
HEADER = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq"
NOBODY = ("unkonwn", "unknown")
"""RecBole's word for the one movie without title and year, 267, and MovieLens's own."""


def parse_titles(text: str, name: str) -> Mapping[int, str]:
    """Read `u.item`, `ml-100k.item`, or what `titles_text` wrote; `name` stands in messages.

    Raises:
        DamagedRatingsError: a line is none of theirs, or the movies are not 1 to 1682.
    """
    lines = text.split("\n")
    recbole = lines[0] == HEADER
    rows = enumerate(lines[1:] if recbole else lines, 2 if recbole else 1)
    titles = dict(_row(line, f"{name}, line {number}", recbole=recbole) for number, line in rows if line)
    if set(titles) != set(range(1, MOVIES + 1)):
        raise DamagedRatingsError(
            f"{name} has {len(titles)} movies, MovieLens-100K has {MOVIES}, numbered from 1: take a fresh copy"
        )
    return titles


def titles_text(titles: Mapping[int, str]) -> str:
    """Return titles as `u.item` begins its lines: what the cache keeps, in UTF-8."""
    return "".join(f"{movie}|{titles[movie]}\n" for movie in sorted(titles))


def _row(line: str, where: str, *, recbole: bool) -> tuple[int, str]:
    fields = line.split("\t" if recbole else "|")
    least = 3 if recbole else 2
    if len(fields) < least or not fields[0].isdecimal() or not fields[1].strip():
        raise DamagedRatingsError(f"{where}: a movie begins with its number and title, got {line[:60]!r}: damaged")
    title = fields[1].strip()
    if recbole:
        title = NOBODY[1] if title == NOBODY[0] else f"{title} ({fields[2]})"
    return int(fields[0]), title
