"""Deliveries of labels in a stack's store: every `labels/*.jsonl`, by any hand. A file is written once, and read once.

Under its name, a file is never changed: what is to be corrected comes in a later one, in the order of their names.
"""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import count

from rollout.control.errors import PortError
from rollout.control.outcomes import read_delivery
from rollout.control.ports import Delivery
from rollout.judge.policy import LabelRule
from store import AlreadyThereError, Store, StoreError

PREFIX = "labels/"


class Deliveries:
    """What lies in one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, bytes] = {}

    def all(self, rule: LabelRule) -> Delivery:
        """Everything that was delivered. Raises PortError."""
        found = Delivery()
        for key in self.keys():
            found += read_delivery(self._bytes(key).splitlines(), key, rule)
        return found

    def keys(self) -> tuple[str, ...]:
        """The files, in their order. Raises PortError."""
        try:
            return tuple(key for key in self._store.keys(PREFIX) if key.endswith(".jsonl"))
        except StoreError as error:
            raise PortError(f"the labels cannot be listed: {error}") from error

    def add(self, data: bytes, now: float) -> str:
        """Put a file there, under the time and a hash of what it holds; returns its key. Raises PortError."""
        name = f"{PREFIX}{datetime.fromtimestamp(now, tz=UTC):%Y%m%dT%H%M%SZ}-{sha256(data).hexdigest()[:12]}"
        for index in count():
            key = f"{name}.jsonl" if index == 0 else f"{name}-{index}.jsonl"
            try:
                self._store.write(key, data, once=True)
            except AlreadyThereError:
                continue
            except StoreError as error:
                raise PortError(f"the labels cannot be written: {error}") from error
            return key
        raise AssertionError("count() has no end")  # pragma: no cover

    def _bytes(self, key: str) -> bytes:
        if key not in self._read:
            try:
                self._read[key] = self._store.read(key)
            except StoreError as error:
                raise PortError(f"the labels in {key} cannot be read: {error}") from error
        return self._read[key]
