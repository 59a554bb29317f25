"""One controller a stage: a lease in the store that a dead holder cannot keep for ever.

The lease is a courtesy that names who is at work; what makes two decisions impossible is the journal's fence. So a
lease that has run out may be taken over without further ado.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from rollout.control.errors import LockedError, PortError
from rollout.control.ports import Clock
from store import AlreadyThereError, NotThereError, Store, StoreError

KEY = "rollouts/lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who holds the lock, from which process of which host, until when (seconds since 1970)."""

    person: str
    host: str
    pid: int
    until: float

    def is_of(self, other: "Lease") -> bool:
        """Whether both are the same process's."""
        return (self.person, self.host, self.pid) == (other.person, other.host, other.pid)


class Lock:
    """The stage's lock, held for `seconds` from each renewal on."""

    def __init__(self, store: Store, clock: Clock, *, person: str, host: str, pid: int, seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._mine = Lease(person=person, host=host, pid=pid, until=0.0)
        self._seconds = seconds

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the lock for the length of a block. Raises LockedError, PortError."""
        self.renew()
        try:
            yield
        finally:
            self.release()

    def renew(self) -> None:
        """Take the lock, or keep it for longer.

        Raises:
            LockedError: somebody else holds it; the message says who, and until when.
            PortError: the store cannot be used.
        """
        now = self._clock.now()
        mine = replace(self._mine, until=now + self._seconds)
        try:
            holder = self.holder()
            if holder is not None and not holder.is_of(mine):
                if holder.until > now:
                    raise LockedError(
                        f"{holder.person} is at work on this stage (process {holder.pid} on {holder.host}); the lock "
                        f"runs out in {holder.until - now:.0f} s unless that process renews it. Wait, or stop it there"
                    )
                self._store.delete(KEY)
            self._store.write(KEY, json.dumps(asdict(mine)).encode(), once=holder is None or not holder.is_of(mine))
        except AlreadyThereError:
            raise LockedError("another controller took the lock at this moment; run the command again") from None
        except StoreError as error:
            raise PortError(f"the lock cannot be reached: {error}") from error
        self._mine = mine

    def release(self) -> None:
        """Give the lock back, where it is still ours."""
        try:
            holder = self.holder()
            if holder is not None and holder.is_of(self._mine):
                self._store.delete(KEY)
        except StoreError:
            return  # the lease runs out by itself

    def holder(self) -> Lease | None:
        """Who holds it, alive or not; a damaged lease is nobody's."""
        try:
            raw = cast("dict[str, Any]", json.loads(self._store.read(KEY)))
            return Lease(**raw)
        except NotThereError:
            return None
        except (ValueError, TypeError):
            self._store.delete(KEY)
            return None
