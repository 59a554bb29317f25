"""One execution environment of a Lambda function: a process that is kept warm, with its timeout and memory bound.

It answers one invocation at a time and belongs to one thread at a time. Out of time or memory it is killed, as on
AWS, where the next invocation begins in a new one.
"""

import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from emulator.graph import FunctionSpec

HOME = Path(__file__).resolve().parent.parent
LOOK_SECONDS = 0.02
"""How often the process's memory is looked at."""
INIT_SECONDS = 60.0
"""How long a handler's module may take to load. Lambda gives 10 s, on machines of its own."""
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR")
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an invocation: an error or not, the payload, seconds and peak memory in MB (None: unknown)."""

    error: bool
    payload: bytes
    seconds: float
    peak: float | None


class _TimedOutError(Exception):
    pass


class _ExitedError(Exception):
    """The process is gone; the text is why, in the runtime's words."""


class Environment:
    """A process around one function's code in `folder`; what the handler prints goes to `log`."""

    def __init__(self, spec: FunctionSpec, folder: Path, log: Path, extra: Mapping[str, str]) -> None:
        self.spec, self.log = spec, log
        self.started = False
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "emulator.function_process", str(folder), spec.handler],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                cwd=HOME,
                env=variables(spec, folder, extra),
            )
        os.set_blocking(self._pipe(self.process.stdout).fileno(), False)
        self._buffer = bytearray()

    @property
    def usable(self) -> bool:
        """Whether it can take another invocation."""
        return self.process.poll() is None

    def invoke(self, request_id: str, payload: bytes) -> Outcome:
        """Run one invocation to its end, its timeout, or its memory's."""
        began = time.monotonic()
        try:
            if not self.started:
                failed, text = self._answer(began + INIT_SECONDS)
                if failed:
                    self.stop()
                    return self._outcome(failed, text, began)
                self.started = True
            began = time.monotonic()
            deadline = int((time.time() + self.spec.timeout) * 1000)
            order = {"id": request_id, "deadline": deadline, "arn": self.spec.arn, "size": len(payload)}
            self._send(json.dumps(order).encode() + b"\n" + payload)
            return self._outcome(*self._answer(began + self.spec.timeout), began)
        except _TimedOutError:
            self.stop()
            seconds = self.spec.timeout if self.started else INIT_SECONDS
            reason = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
            return self._outcome(True, document(reason, "Sandbox.Timedout"), began)
        except _ExitedError as error:
            self.stop()
            reason = f"RequestId: {request_id} Error: {error}"
            return self._outcome(True, document(reason, "Runtime.ExitError"), began)

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what was not taken is lost with it
                    continue

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 - both were asked for
        return pipe

    def _outcome(self, error: bool, payload: bytes, began: float) -> Outcome:
        return Outcome(error=error, payload=payload, seconds=time.monotonic() - began, peak=self._peak())

    def _send(self, data: bytes) -> None:
        try:
            pipe = self._pipe(self.process.stdin)
            pipe.write(data)
            pipe.flush()
        except (BrokenPipeError, ValueError) as error:
            raise _ExitedError(self._exit()) from error

    def _answer(self, deadline: float) -> tuple[bool, bytes]:
        """Wait for one answer of the process."""
        head = cast("dict[str, int]", json.loads(self._until(deadline, None)))
        return bool(head["error"]), self._until(deadline, head["size"])

    def _until(self, deadline: float, size: int | None) -> bytes:
        """Return the next `size` bytes, or the next line."""
        pipe = self._pipe(self.process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                end = self._whole(size)
                if end is not None:
                    taken = bytes(self._buffer[:end])
                    del self._buffer[:end]
                    self._bound()
                    return taken
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _TimedOutError
                if selector.select(min(left, LOOK_SECONDS)):
                    data = os.read(pipe.fileno(), 1 << 20)
                    if not data:
                        self._bound()
                        raise _ExitedError(self._exit())
                    self._buffer += data
                self._bound()

    def _whole(self, size: int | None) -> int | None:
        """Return where the wanted bytes, or the line, end in what has come; None while they are not all there."""
        if size is None:
            return self._buffer.find(b"\n") + 1 or None
        return size if len(self._buffer) >= size else None

    def _bound(self) -> None:
        """Hold the process against its memory.

        Raises:
            _ExitedError: it went beyond it.
        """
        peak = self._peak()
        if peak is not None and peak > self.spec.memory:
            raise _ExitedError("Runtime exited with error: signal: killed")

    def _peak(self) -> float | None:
        """Return the most memory that the process ever had resident, in MB; None where the system does not say."""
        try:
            found = _PEAK.search(Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii"))
        except OSError:
            return None
        return None if found is None else int(found[1]) / 1024

    def _exit(self) -> str:
        status = self.process.wait()
        if status < 0:
            return "Runtime exited with error: signal: killed"
        if status == 0:
            return "Runtime exited without providing a reason"
        return f"Runtime exited with error: exit status {status}"


def document(message: str, kind: str) -> bytes:
    """Return the payload of an error that the service, not the runtime, answers."""
    return json.dumps({"errorType": kind, "errorMessage": message}, separators=(",", ":")).encode()


def variables(spec: FunctionSpec, folder: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a function's process: Lambda's own variables, the function's, and `extra`.

    Nothing of this machine's credentials goes in: a handler that calls AWS is meant to meet what `extra` names
    (`AWS_ENDPOINT_URL`), and anything else refuses it.
    """
    region = spec.arn.split(":")[3]
    defaults = {key: os.environ[key] for key in KEPT if key in os.environ} | {
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_SESSION_TOKEN": "emulator",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "emulator",
        "HOME": str(folder),
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": spec.handler,
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TZ": ":UTC",
    }
    return {**defaults, **dict(spec.environment), **extra}
