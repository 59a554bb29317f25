"""Access log lines in the registered format, one a request; a canary's once more in its own file.

Variables: API Gateway developer guide, "Variables for access logging for API Gateway". A variable that has no value
prints `-`. The canary's group is the stage's with `/Canary` appended (developer guide, "Set up an API Gateway canary
release deployment").
"""

import json
import os
import re
from pathlib import Path
from typing import IO

from emulator.arrival import context
from emulator.computed import Place
from emulator.expressions import context_value
from emulator.pipeline import Passage

CANARY = "Canary"
_VARIABLE = re.compile(r"\$context\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)|\$\{context\.([A-Za-z][\w.]*)\}")


def line(form: str, passage: Passage, place: Place, seconds: float) -> str:
    """Return a request's line. `seconds` is the whole time the gateway took.

    In a JSON format a value's quotes and control characters are escaped, so that a caller cannot forge a line.
    """
    values = variables(passage, place, seconds)
    escaped = form.lstrip().startswith("{")

    def value(match: re.Match[str]) -> str:
        found = context_value(values, match[1] or match[2])
        if not found:
            return "-"
        return json.dumps(found)[1:-1] if escaped else " ".join(found.split())

    return _VARIABLE.sub(value, form)


def variables(passage: Passage, place: Place, seconds: float) -> dict[str, object]:
    """Return what an access log may name: `$context`, and what is known only at the end."""
    if passage.arrival is None or passage.response is None:
        return {}
    routed = passage.routed
    found: dict[str, object] = dict(routed.context if routed else context(passage.arrival, place, None))
    found |= {
        "status": passage.response.status,
        "responseLength": len(passage.response.body),
        "responseLatency": round(seconds * 1000),
    }
    reply = passage.reply
    if reply is not None:
        latency = round(reply.latency * 1000)
        backend = {name.lower(): value for name, value in reply.headers}
        integration: dict[str, object] = {"status": reply.status, "integrationStatus": reply.status, "latency": latency}
        if "x-amzn-requestid" in backend:
            integration["requestId"] = found["awsEndpointRequestId"] = backend["x-amzn-requestid"]
        found |= {"integration": integration, "integrationStatus": reply.status, "integrationLatency": latency}
    fault = passage.fault
    if fault is not None:
        found["error"] = {
            "message": fault.message or "",
            "messageString": json.dumps(fault.message),
            "responseType": fault.kind.value,
        }
    return found


class LogFile:
    """An append-only file that is opened once. A line is written in one call, so lines never mix."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def write(self, text: str) -> None:
        """Append one line."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab", buffering=0)
        os.write(self._file.fileno(), text.encode() + b"\n")

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


class AccessLogs:
    """The log groups as files: `<folder>/<group>.log`, and `<folder>/<group>/Canary.log` for a canary's requests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, LogFile] = {}

    def path(self, group: str) -> Path:
        """Return the file of a log group."""
        return self.folder / f"{group.strip('/')}.log"

    def write(self, group: str, text: str, *, canary: bool) -> None:
        """Write a line to the group's file, and to its canary's if the request was one of them."""
        for name in (group, f"{group}/{CANARY}")[: 2 if canary else 1]:
            if name not in self._files:
                self._files[name] = LogFile(self.path(name))
            self._files[name].write(text)

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()
