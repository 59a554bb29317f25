"""What a probe is sent with: whose account, under which name, with which release, and where it notes what it makes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.probe.clients import Caller, Clients
    from emulator.probe.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time in seconds since 1970, and a pause."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def wait(self, done: Callable[[], bool], *, at_most: float, every: float = 2.0) -> float | None:
        """Ask until `done`; return the seconds that it took, or None where they passed `at_most`."""
        start = self.now()
        while self.now() - start <= at_most:
            if done():
                return self.now() - start
            self.sleep(every)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What serves: a container's image, the archive's s3:// address, the environment; where captures may go (or "")."""

    image: str
    artifact: str
    environment: Mapping[str, str]
    captures: str = ""


def _execute_api(api: str, region: str) -> str:
    return f"https://{api}.execute-api.{region}.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`stem` begins every name, so that nothing else is touched. Without a `release` nothing is asked of a model.

    `address` gives an API's address, without a stage, from its id and region.
    """

    there: "Clients"
    caller: "Caller"
    ledger: "Ledger"
    stem: str
    release: Release | None = None
    clock: Clock = field(default_factory=Clock)
    address: Callable[[str, str], str] = _execute_api

    @property
    def log_group(self) -> str:
        """The access log's."""
        return f"/aws/apigateway/{self.stem}/access"
