"""The emulator in a process of its own, started by the command that a person would use."""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import httpx

from cli.demo.workspace import Workspace
from cli.errors import DemoError

_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running emulator: the API's address, the second port's, and the access log's path."""

    url: str
    admin: str
    access_log: Path

    def reload(self) -> None:
        """Take the changed configuration over.

        Raises:
            DemoError: it cannot be served; the message is the emulator's.
        """
        answer = httpx.post(f"{self.admin}/reload", timeout=_SECONDS)
        if answer.status_code != HTTPStatus.OK:
            raise DemoError(f"the emulator did not take the configuration over: {answer.text.strip()}")

    def stage(self) -> dict[str, Any]:
        """The stage as GetStage shows it."""
        return cast("dict[str, Any]", httpx.get(f"{self.admin}/stage", timeout=_SECONDS).json())

    def endpoints(self) -> dict[str, dict[str, Any]]:
        """The endpoints in service, by name."""
        found = httpx.get(f"{self.admin}/lineup", timeout=_SECONDS).json()["endpoints"]
        return {each["name"]: each for each in found}


@contextmanager
def serving(workspace: Workspace, *, seed: int) -> Generator[Server]:
    """Serve a workspace's configuration for the time of a `with` block.

    Raises:
        DemoError: it does not come up; the message is what it said.
    """
    command = [sys.executable, "-m", "cli", "serve", "--config", str(workspace.config)]
    ports = ["--store", str(workspace.store), "--port", "0", "--seed", str(seed)]
    log = workspace.store.parent / "emulator.log"
    with log.open("w") as said:
        process = subprocess.Popen([*command, *ports], stdout=said, stderr=subprocess.STDOUT)
    try:
        yield _await(process, workspace.store / "emulator.json", log)
    finally:
        process.terminate()
        process.wait()


def _await(process: "subprocess.Popen[bytes]", address: Path, log: Path) -> Server:
    deadline = time.monotonic() + _SECONDS
    while not address.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DemoError(f"the emulator did not come up: {log.read_text().strip() or 'it said nothing'}")
        time.sleep(0.05)
    said = json.loads(address.read_text())
    return Server(url=said["url"], admin=said["admin"], access_log=Path(said["accessLog"]))
