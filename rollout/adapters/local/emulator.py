"""The running emulator's second port, as the store's `emulator.json` gives it. Every failure is a PortError."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from rollout.control.errors import CreationError, PortError
from store import NotThereError, Store, StoreError

ADDRESS = "emulator.json"
_SECONDS = 15.0
_RELOAD_SECONDS = 300.0
"""A reload runs the program (its own bound is 120 s) and brings endpoints into service (60 s each)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the emulator listens, and its access log (None: the stage has none)."""

    url: str
    admin: str
    access_log: Path | None


def read_address(store: Store) -> Address:
    """Read where the emulator that serves from this store listens.

    Raises:
        PortError: none serves from it.
    """
    try:
        said = cast("dict[str, Any]", json.loads(store.read(ADDRESS)))
        log = said["accessLog"]
        return Address(url=said["url"], admin=said["admin"], access_log=None if log is None else Path(log))
    except NotThereError:
        raise PortError(f"no emulator serves from {store.uri}: start one with canary serve, and keep it") from None
    except (StoreError, ValueError, KeyError, TypeError) as error:
        raise PortError(f"{store.uri}/{ADDRESS} cannot be read: {error}. Start the emulator anew") from error


class Emulator:
    """Calls of the second port. The address is read anew each time: an emulator may be started again elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def address(self) -> Address:
        """Where it listens. Raises PortError."""
        return read_address(self._store)

    def stage(self) -> dict[str, Any]:
        """The stage as GetStage shows it. Raises PortError."""
        return self._call("GET", "/stage")

    def endpoints(self) -> list[dict[str, Any]]:
        """The endpoints in service. Raises PortError."""
        return cast("list[dict[str, Any]]", self._call("GET", "/lineup")["endpoints"])

    def reload(self, config: dict[str, object]) -> None:
        """Serve this configuration.

        Raises:
            CreationError: the program or an endpoint refuses it; the message is the emulator's.
            PortError: the emulator did not answer.
        """
        self._call("POST", "/reload", {"config": config}, seconds=_RELOAD_SECONDS)

    def set_percent(self, percent: float) -> None:
        """Set the canary's percent at once, as UpdateStage does. Raises PortError."""
        operation = {"op": "replace", "path": "/canarySettings/percentTraffic", "value": f"{percent:g}"}
        self._call("PATCH", "/stage", {"patchOperations": [operation]})

    def try_canary(self, method: str, path: str) -> tuple[int, str]:
        """Send one request through the canary without public traffic; return status and body. Raises PortError."""
        answer = self._call("POST", "/try", {"method": method, "path": path, "canary": True})
        return int(answer["status"]), str(answer["body"])

    def _call(
        self, method: str, path: str, body: dict[str, object] | None = None, seconds: float = _SECONDS
    ) -> dict[str, Any]:
        admin = self.address().admin
        connection = HTTPConnection(urlsplit(admin).netloc, timeout=seconds)
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode())
            answer = connection.getresponse()
            document = cast("dict[str, Any]", json.loads(answer.read()))
        except (HTTPException, OSError, ValueError) as error:
            raise PortError(f"the emulator at {admin} does not answer: {type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if answer.status == HTTPStatus.CONFLICT:
            raise CreationError(f"the emulator: {document.get('message', '')}")
        if answer.status != HTTPStatus.OK:
            raise PortError(f"the emulator refuses {method} {path}: {document.get('message', answer.status)}")
        return document
