"""The journal in a stack's store: one key an entry, written once. The number in the key is the fence.

A key that is taken means that somebody else has decided; nothing is overwritten. The last entry may be cut short
where a store does not write whole keys (a copied folder): what is left before it stands. Damage in the middle stops
the reader.
"""

from collections.abc import Sequence

from rollout.control.codec import decode, encode
from rollout.control.entries import Entry
from rollout.control.errors import FenceError, JournalError, PortError
from store import AlreadyThereError, NotThereError, Store, StoreError

PREFIX = "rollouts/journal/"
_DIGITS = 8


def key_of(number: int) -> str:
    """The key under which entry `number` lies."""
    return f"{PREFIX}{number:0{_DIGITS}d}.json"


class StoreJournal:
    """A `Journal` over a `Store`. Entries never change, so those that were read are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, Entry] = {}

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        try:
            numbers = sorted(int(key.removeprefix(PREFIX).removesuffix(".json")) for key in self._store.keys(PREFIX))
            last = self._last(numbers)
            if last is None:
                return []
            first = 1 if whole else last.began
            return [self._entry(number) for number in range(first, last.number + 1)]
        except StoreError as error:
            raise PortError(f"the journal cannot be reached: {error}") from error
        except ValueError as error:
            raise JournalError(f"{PREFIX} holds a key that is no entry's: {error}") from error

    def append(self, entry: Entry) -> None:
        key = key_of(entry.number)
        try:
            try:
                self._store.write(key, encode(entry), once=True)
            except AlreadyThereError:
                if self._is_whole(key):
                    raise
                self._store.delete(key)  # cut short: nobody has decided anything by it
                self._store.write(key, encode(entry), once=True)
        except AlreadyThereError:
            raise FenceError(
                f"entry {entry.number} of the journal is written already: another controller has decided meanwhile; "
                "read the journal again (canary status) before anything else"
            ) from None
        except StoreError as error:
            raise PortError(f"the journal cannot be written: {error}") from error
        self._read[entry.number] = entry

    def _is_whole(self, key: str) -> bool:
        try:
            decode(self._store.read(key))
        except JournalError:
            return False
        return True

    def _last(self, numbers: Sequence[int]) -> Entry | None:
        """The last whole entry: the very last may be cut short."""
        if not numbers:
            return None
        try:
            return self._entry(numbers[-1])
        except JournalError:
            return self._entry(numbers[-2]) if len(numbers) > 1 else None

    def _entry(self, number: int) -> Entry:
        if number not in self._read:
            try:
                entry = decode(self._store.read(key_of(number)))
            except NotThereError:
                raise JournalError(f"the journal has no entry {number}; nothing is decided on what is left") from None
            if entry.number != number:
                raise JournalError(f"entry {number} of the journal says that it is {entry.number}")
            self._read[number] = entry
        return self._read[number]
