"""The store in a folder: the contract, and what only a folder can do wrong."""

import os
import threading
from pathlib import Path

import pytest

from store import AlreadyThereError, Store, UnreachableError, open_store
from store.folder import FolderStore
from tests.store.store_contract import StoreContract


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("a/folder", tmp_path)


class TestContract(StoreContract):
    pass


def test_a_relative_address_counts_from_the_base(tmp_path: Path) -> None:
    assert open_store("here", tmp_path).uri == str(tmp_path / "here")
    assert open_store(str(tmp_path / "there"), Path("/elsewhere")).uri == str(tmp_path / "there")


def test_reading_makes_no_folder(store: Store, tmp_path: Path) -> None:
    assert list(store.keys()) == []
    store.delete("a")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_beside_a_key(store: Store) -> None:
    store.write("a/b", b"1")
    store.write("a/b", b"2")
    store.write("a/c", b"3", once=True)
    with pytest.raises(AlreadyThereError):
        store.write("a/c", b"4", once=True)
    assert sorted(path.name for path in Path(store.uri).rglob("*")) == ["a", "b", "c"]


def test_a_write_that_fails_leaves_the_old_value_and_nothing_else(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a/b", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnreachableError, match="cannot be written: No space left on device"):
        store.write("a/b", b"new")
    assert store.read("a/b") == b"old"
    assert sorted(path.name for path in Path(store.uri).rglob("*")) == ["a", "b"]


def test_what_others_leave_half_written_is_no_key(store: Store) -> None:
    store.write("a/b", b"1")
    (Path(store.uri) / "a" / ".x.part").write_bytes(b"")
    (Path(store.uri) / ".git").mkdir()
    (Path(store.uri) / ".git" / "config").write_bytes(b"")
    assert list(store.keys()) == ["a/b"]


def test_a_file_where_the_folder_should_be_is_no_empty_store(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("")
    store = FolderStore(tmp_path / "it")
    with pytest.raises(UnreachableError, match="Not a directory"):
        store.keys()
    with pytest.raises(UnreachableError, match="cannot be written to"):
        store.write("a", b"")


def test_a_folder_is_no_value(store: Store) -> None:
    store.write("a/b", b"")
    with pytest.raises(UnreachableError, match="cannot be written"):
        store.write("a", b"")
    with pytest.raises(UnreachableError, match="cannot be taken away"):
        store.delete("a")


def test_of_many_that_write_once_one_wins(store: Store) -> None:
    start, won, lost = threading.Barrier(8), list[int](), list[int]()

    def write(number: int) -> None:
        start.wait()
        try:
            store.write("the/key", str(number).encode(), once=True)
            won.append(number)
        except AlreadyThereError:
            lost.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert store.read("the/key") == str(won[0]).encode()
