"""The journal in a stack's store: one key an entry, written once. The number in the key is the fence.

A key that is taken means that somebody else has decided; nothing is overwritten. The last entry may be cut short
where a store does not write whole keys (a copied folder): what is left before it stands. Damage in the middle stops
the reader.

Entries never change, so where the rollout stands is folded on from what was folded before: in this process, or up to
the snapshot that whoever wrote last has left (`snapshot.py`).
"""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from rollout.control import snapshot
from rollout.control.codec import decode, encode
from rollout.control.entries import Entry
from rollout.control.errors import FenceError, JournalError, PortError
from rollout.control.state import State, fold
from store import AlreadyThereError, NotThereError, Store, StoreError

PREFIX = "rollouts/journal/"
_DIGITS = 8
EVERY = 32
"""After so many entries a new snapshot is left: as many are read by a new process, at most."""
_AT_ONCE = 16
"""Reads under way at a time, of a store whose every read is a call over the network."""


def key_of(number: int) -> str:
    """The key under which entry `number` lies."""
    return f"{PREFIX}{number:0{_DIGITS}d}.json"


class StoreJournal:
    """A `Journal` over a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, Entry] = {}
        self._state: State | None = None
        self._left = 0  # the last entry that a snapshot, as far as is known, has taken in

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        with _told():
            last = self._last(self._numbers())
            if last is None:
                return []
            first = 1 if whole else last.began
            self._read |= {entry.number: entry for entry in (*self._entries(first, last.number - 1), last)}
            return [self._read[number] for number in range(first, last.number + 1)]

    def state(self) -> State | None:
        with _told():
            numbers = self._numbers()
            if self._state is not None and numbers and numbers[-1] == self._state.number:
                return self._state
            last = self._last(numbers)
            if last is None:
                self._state = None
                return None
            before = self._before(last)
            if before is None or before.number < last.number:
                first = last.began if before is None else before.number + 1
                before = fold((*self._entries(first, last.number - 1), last), before)
            self._state = before
            return before

    def append(self, entry: Entry) -> None:
        key, data = key_of(entry.number), encode(entry)
        try:
            try:
                self._store.write(key, data, once=True)
            except AlreadyThereError:
                if self._is_whole(key):
                    raise
                self._store.delete(key)  # cut short: nobody has decided anything by it
                self._store.write(key, data, once=True)
        except AlreadyThereError:
            raise FenceError(
                f"entry {entry.number} of the journal is written already: another controller has decided meanwhile; "
                "read the journal again (canary status) before anything else"
            ) from None
        except StoreError as error:
            raise PortError(f"the journal cannot be written: {error}") from error
        self._folded_on(entry, data)

    def _folded_on(self, entry: Entry, data: bytes) -> None:
        """Take in what was written, as any other reader has it, and leave a snapshot now and then.

        Where none can be left, nothing is lost.
        """
        if self._state is None or self._state.number != entry.number - 1:
            return
        self._state = fold([decode(data)], self._state)
        if self._state is not None and entry.number - self._left >= EVERY:
            self._left = entry.number
            with suppress(StoreError):
                self._store.write(snapshot.KEY, snapshot.dump(self._state, data))

    def _before(self, last: Entry) -> State | None:
        """What was folded before and is still of this journal: up to `last` at most, of its rollout."""
        if self._state is None:
            self._state = self._snapshot(last)
        found = self._state
        return None if found is None or found.number > last.number or found.began != last.began else found

    def _snapshot(self, last: Entry) -> State | None:
        try:
            found = snapshot.load(self._store.read(snapshot.KEY))
            if found is None or found.number > last.number or found.began != last.began:
                return None
            if snapshot.digest(self._store.read(key_of(found.number))) != found.digest:
                return None
            state = found.state(self._entry(found.began))
        except (NotThereError, JournalError, KeyError, TypeError, ValueError):
            return None
        self._left = state.number
        return state

    def _is_whole(self, key: str) -> bool:
        try:
            decode(self._store.read(key))
        except JournalError:
            return False
        return True

    def _numbers(self) -> list[int]:
        return sorted(int(key.removeprefix(PREFIX).removesuffix(".json")) for key in self._store.keys(PREFIX))

    def _last(self, numbers: Sequence[int]) -> Entry | None:
        """The last whole entry: the very last may be cut short."""
        if not numbers:
            return None
        try:
            return self._entry(numbers[-1])
        except JournalError:
            return self._entry(numbers[-2]) if len(numbers) > 1 else None

    def _entries(self, first: int, last: int) -> Iterator[Entry]:
        """Give the entries from `first` to `last`, in order; many from afar are asked for at a time."""
        numbers = range(first, last + 1)
        if len(numbers) <= _AT_ONCE or not self._store.uri.startswith("s3://"):
            yield from map(self._entry, numbers)
            return
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from pool.map(self._entry, numbers)

    def _entry(self, number: int) -> Entry:
        if number in self._read:
            return self._read[number]
        try:
            entry = decode(self._store.read(key_of(number)))
        except NotThereError:
            raise JournalError(f"the journal has no entry {number}; nothing is decided on what is left") from None
        if entry.number != number:
            raise JournalError(f"entry {number} of the journal says that it is {entry.number}")
        return entry


@contextmanager
def _told() -> Generator[None]:
    """Turn what a store or a key cannot do into the controller's words."""
    try:
        yield
    except StoreError as error:
        raise PortError(f"the journal cannot be reached: {error}") from error
    except ValueError as error:
        raise JournalError(f"{PREFIX} holds a key that is no entry's: {error}") from error
