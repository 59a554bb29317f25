"""What every store must do, whatever lies behind it. A test module inherits `StoreContract` and gives a `store`."""

import pytest

from store import AlreadyThereError, NotThereError, Store, StoreError


class StoreContract:
    def test_what_is_written_is_read(self, store: Store) -> None:
        data = bytes(range(256)) * 100
        store.write("releases/r1.json", data)
        store.write("empty", b"")
        assert (store.read("releases/r1.json"), store.read("empty")) == (data, b"")

    def test_the_last_write_counts(self, store: Store) -> None:
        store.write("a/b", b"a longer text than the next")
        store.write("a/b", b"short")
        assert store.read("a/b") == b"short"

    def test_once_is_once(self, store: Store) -> None:
        store.write("a/b", b"first", once=True)
        with pytest.raises(AlreadyThereError, match=r"'a/b' is written once and is there already"):
            store.write("a/b", b"second", once=True)
        assert store.read("a/b") == b"first"

    def test_once_is_refused_where_anything_lies(self, store: Store) -> None:
        store.write("a/b", b"first")
        with pytest.raises(FileExistsError):
            store.write("a/b", b"first", once=True)

    def test_nothing_is_an_error_of_its_own(self, store: Store) -> None:
        store.write("a/b", b"")
        for key in ("a", "b", "a/b/c", "a/bb"):
            with pytest.raises(NotThereError, match="nothing under"):
                store.read(key)
        with pytest.raises(FileNotFoundError):
            store.read("a")

    def test_keys_are_sorted_and_chosen_by_what_they_begin_with(self, store: Store) -> None:
        for key in ("b", "a/2", "a/10", "ab/c", "a/é"):
            store.write(key, b"")
        assert list(store.keys()) == ["a/10", "a/2", "a/é", "ab/c", "b"]
        assert list(store.keys("a/")) == ["a/10", "a/2", "a/é"]
        assert list(store.keys("a/1")) == ["a/10"]
        assert list(store.keys("x")) == []

    def test_an_empty_store_has_no_keys(self, store: Store) -> None:
        assert list(store.keys()) == []

    def test_what_is_deleted_is_gone_and_may_be_deleted_again(self, store: Store) -> None:
        store.write("a/b", b"x", once=True)
        store.delete("a/b")
        store.delete("a/b")
        store.delete("never/was")
        assert list(store.keys()) == []
        store.write("a/b", b"y", once=True)
        assert store.read("a/b") == b"y"

    @pytest.mark.parametrize(
        "key", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", ".a", "a/.b", "a\\b", "a\nb", "a\0b", "a" * 901]
    )
    def test_what_is_no_key_is_refused(self, store: Store, key: str) -> None:
        with pytest.raises(StoreError, match="a key"):
            store.read(key)
        with pytest.raises(StoreError, match="a key"):
            store.write(key, b"x")
        with pytest.raises(StoreError, match="a key"):
            store.delete(key)
        assert list(store.keys()) == []
