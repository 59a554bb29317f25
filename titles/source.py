"""Where the titles come from: a local copy, the cache, GroupLens's site, or the package that carries the ratings too.

The archives are those of the ratings, checked by the same SHA-256 before they are unpacked (`training/download.py`).
"""

import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from titles.movies import parse_titles, titles_text
from training.download import Download, fetch_site, fetch_wheel, read_member
from training.errors import DamagedRatingsError, UnreachableError
from training.source import Notice, cache_folder, fetched, keep

LATIN = "latin-1"
SITE_MEMBER = "ml-100k/u.item"
WHEEL_MEMBER = "recbole/dataset_example/ml-100k/ml-100k.item"
NAMES = ("u.item", "ml-100k.item")
DOWNLOADS = (
    Download("GroupLens's site", partial(fetch_site, member=SITE_MEMBER, encoding=LATIN)),
    Download("the wheel that carries the ratings", partial(fetch_wheel, member=WHEEL_MEMBER)),
)
HOW_TO_POINT = "If you have a copy, name it with --titles PATH (u.item, ml-100k.item, ml-100k.zip, or a folder)"


def load_titles(
    path: Path | None = None,
    *,
    cache: Path | None = None,
    downloads: Sequence[Download] = DOWNLOADS,
    notice: Notice = lambda _sentence: None,
) -> Mapping[int, str]:
    """Return the titles by movie. `path` names a local copy, and then nothing else is tried.

    Raises:
        DamagedRatingsError: the local copy, or what every reachable source gave, is not MovieLens-100K's.
        UnreachableError: the local copy is not there, or no source answered.
    """
    if path is not None:
        return parse_titles(_read_copy(path), str(path))
    kept = (cache or cache_folder()) / "ml-100k" / "titles"
    if kept.is_file():
        try:
            return parse_titles(kept.read_text(encoding="utf-8", errors="replace"), str(kept))
        except (DamagedRatingsError, OSError):
            notice(f"the cached {kept} is damaged and is fetched again")
    titles = fetched(downloads, "titles", parse_titles, notice=notice, otherwise=HOW_TO_POINT)
    keep(kept, titles_text(titles), notice, "titles")
    return titles


def _read_copy(path: Path) -> str:
    try:
        if path.is_dir():
            there = [each for name in NAMES for each in (path / name, path / "ml-100k" / name) if each.exists()]
            if not there:
                raise UnreachableError(f"{path} holds none of {', '.join(NAMES)}. {HOW_TO_POINT}")
            path = there[0]
        if zipfile.is_zipfile(path):
            return read_member(path, (SITE_MEMBER,), LATIN)
        return path.read_text(encoding="utf-8" if path.name == NAMES[1] else LATIN, errors="replace")
    except OSError as error:
        raise UnreachableError(f"{path} cannot be read: {error.strerror}. {HOW_TO_POINT}") from error
