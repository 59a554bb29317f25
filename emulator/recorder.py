"""A process that has Pulumi loaded and is forked for every recording, so that a reload does not import it again.

Importing Pulumi and a provider is nearly all that a recording costs. `Recorder` starts `python -m emulator.recorder`,
which imports what every program needs, forks for each request, and never runs a program itself: each program has a
process of its own, as before. What the first one loaded of Pulumi's packages is imported here then too, for the next.

A fork copies the forking thread alone, so nothing is imported here that starts others: Pulumi's SDK and gRPC's module
start none before a channel is opened, and the server counts its threads and forks no more where there is a second one.
Where forking is not to be had (Windows), or not safe (macOS, whose frameworks forbid it), a fresh process runs each.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, Any, cast

from emulator.recording_folder import LOADED, SAID

SUPPORTED = sys.platform == "linux" and hasattr(os, "fork") and hasattr(os, "pidfd_open")
HOME = Path(__file__).resolve().parent.parent
ENVIRONMENT = {"PULUMI_CONFIG": "{}", "PULUMI_CONFIG_SECRET_KEYS": "[]"}
"""What is added to a program's environment: no configuration but the request's."""


class Recorder:
    """Runs recordings one after the other. The process is started at the first and ends with this object."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[..., Recorder] | None = None

    def run(self, request: Mapping[str, Any], folder: Path, seconds: float) -> int:
        """Run one recording in `folder`; return the status that its process ended with.

        Raises:
            TimeoutError: it did not end within `seconds`, and was killed.
            OSError: the forking process is gone; the next call starts another.
        """
        with self._one:
            process = self._started()
            try:
                _send(process, {**request, "folder": str(folder), "environment": {**os.environ, **ENVIRONMENT}})
                pid = int(_line(process, None))
                try:
                    return int(_line(process, seconds))
                except TimeoutError:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                    _line(process, None)  # that it has ended
                    raise
            except (OSError, ValueError) as error:
                if isinstance(error, TimeoutError):
                    raise
                self.close()
                raise OSError(f"the recording process is gone: {error}") from error

    def close(self) -> None:
        """End the process. A later call starts another."""
        if self._end is not None:
            self._end()
        self._process = self._end = None

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "emulator.recorder"]
            # Without buffers: a line that waits in one is not seen by `select`.
            self._process = subprocess.Popen(
                command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HOME
            )
            self._end = weakref.finalize(self, _ended, self._process)
        return self._process


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """Close its input, at which it ends, and wait for that."""
    stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    stdin.close()
    process.wait()
    stdout.close()


def _send(process: "subprocess.Popen[bytes]", request: Mapping[str, Any]) -> None:
    stdin = cast("IO[bytes]", process.stdin)
    left = memoryview(json.dumps(request).encode() + b"\n")
    while left:
        left = left[stdin.write(left) :]


def _line(process: "subprocess.Popen[bytes]", seconds: float | None) -> str:
    """Read one line of the answer. Raises TimeoutError where none comes, OSError where none will."""
    stdout = cast("IO[bytes]", process.stdout)
    ready, _, _ = select.select([stdout], [], [], seconds)
    if not ready:
        raise TimeoutError
    line = stdout.readline()
    if not line:
        raise OSError(f"it ended with status {process.wait()}")
    return line.decode()


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Fork for each request until there are no more: answer with the child's process id, then with its status."""
    from emulator import record  # noqa: PLC0415 - imports Pulumi, which only the forking process needs

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this one decides when it ends
    while line := requests.readline():
        request = cast("dict[str, Any]", json.loads(line))
        if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
            raise SystemExit("a second thread runs here: forking is not safe any more")
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            _become(request)
            record.run(request)
        _answer(answers, pid)
        status = _awaited(pid, requests)
        names = _loaded(Path(request["folder"]) / LOADED)  # before the answer, at which the folder goes
        _answer(answers, status)
        _load(names)


def _become(request: Mapping[str, Any]) -> None:
    """Make the forked process that of a program: its environment, its output in a file, nothing to read."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(Path(request["folder"]) / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for there, here in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(there, here)


def _awaited(pid: int, requests: IO[bytes]) -> int:
    """Wait for a child and return its status; where nobody listens any more, end it, and this process too."""
    child = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([child, requests], [], [])
        if child not in ready:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)
    finally:
        os.close(child)


def _answer(answers: IO[bytes], number: int) -> None:
    answers.write(f"{number}\n".encode())
    answers.flush()


def _loaded(by_a_program: Path) -> Iterable[str]:
    try:
        return cast("Iterable[str]", json.loads(by_a_program.read_text()))
    except (OSError, ValueError):
        return ()


def _load(names: Iterable[str]) -> None:
    """Import what a program has loaded of Pulumi's; one that cannot be imported by itself is left to the programs."""
    for name in names:
        if type(sys.modules.get(name)) is not ModuleType:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
                vars(sys.modules[name])  # a lazy module is loaded when it is looked into


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
