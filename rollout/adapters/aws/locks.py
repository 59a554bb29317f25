"""The stack's lock: whose it is, and whether it may be broken. Only one that our own dead process left may.

Every update of ours is written down in the store with the engine's host and process id, before and until it ends. A
lock that names a process which is written down, lies on this host and is dead, is ours. Everybody else's is waited
for and named. Backends that name no process (Pulumi Cloud) let a dead one's lock run out by themselves.
"""

import json
import os
import re
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, cast

from store import NotThereError, Store, StoreError

KEY = "rollouts/engines.json"
_LOCK = re.compile(r"created by (?P<user>\S+)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<at>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process on one host."""

    host: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lock as the engine's message names it."""

    by: Process
    user: str
    at: str

    def __str__(self) -> str:
        return f"{self.user}@{self.by.host} (process {self.by.pid}) since {self.at}"


def locks_in(message: str) -> tuple[Held, ...]:
    """Read the locks that an engine's refusal names; none where its backend names none."""
    return tuple(
        Held(by=Process(host=found["host"], pid=int(found["pid"])), user=found["user"], at=found["at"])
        for found in _LOCK.finditer(message)
    )


def alive(pid: int) -> bool:
    """Whether a process of this host exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Updates:
    """The updates of ours under way, in the store. The store's failing never stops an update: it only forgets."""

    def __init__(self, store: Store, host: str | None = None, is_alive: Callable[[int], bool] = alive) -> None:
        self._store = store
        self._host = host or socket.gethostname()
        self._alive = is_alive

    def began(self, pid: int) -> None:
        """Write an engine's process down."""
        self._write([*self._read(), Process(host=self._host, pid=pid)])

    def ended(self, pid: int) -> None:
        """Forget an engine that came to its end, and so gave its lock back."""
        self._write([each for each in self._read() if each != Process(host=self._host, pid=pid)])

    def left_by_us(self, held: Held) -> bool:
        """Whether a lock is that of an update of ours whose process is dead."""
        return held.by.host == self._host and held.by in self._read() and not self._alive(held.by.pid)

    def forget(self, held: Held) -> None:
        """Forget the process of a lock that was broken."""
        self._write([each for each in self._read() if each != held.by])

    def _read(self) -> list[Process]:
        try:
            raw = cast("list[dict[str, Any]]", json.loads(self._store.read(KEY)))
            return [Process(**each) for each in raw]
        except NotThereError:
            return []
        except (StoreError, ValueError, TypeError):
            return []  # what cannot be read is nobody's: its lock is never broken

    def _write(self, processes: list[Process]) -> None:
        try:
            self._store.write(KEY, json.dumps([asdict(each) for each in processes]).encode())
        except StoreError:
            return
