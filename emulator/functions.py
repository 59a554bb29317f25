"""Lambda's Invoke around functions in processes of their own: kept warm, one invocation at a time each.

    functions = await Functions.prepared(specs, Settings(log_folder=..., variables={"AWS_ENDPOINT_URL": ...}), None)
    answer = await functions.invoke("enrich-r1", b'{"user": 321}')
    answer.status, answer.error, answer.payload      # 200, None or "Unhandled", JSON

Statuses and headers: botocore's lambda model (Invoke). Error payloads: `emulator/function_process.py` for what the
runtime says, `emulator/environment.py` for time and memory.
"""

import asyncio
import json
import shutil
import tempfile
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from emulator.environment import Environment, Outcome, document
from emulator.exchange import Headers
from emulator.function_package import digest, unpack
from emulator.graph import FunctionSpec

MAX_PAYLOAD = 6 * 1024 * 1024
"""Bytes of a synchronous invocation's request and answer (Lambda developer guide, "Lambda quotas")."""
AT_ONCE = 10
"""Environments of all functions together; further invocations wait. An account on AWS has 1,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is the same for all functions: the folder of their logs, and variables laid over each one's own."""

    log_folder: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Invoke answers. `error` is X-Amz-Function-Error (`Unhandled`), None for a success."""

    status: int
    request_id: str
    error: str | None
    payload: bytes

    @property
    def headers(self) -> Headers:
        """Invoke's own headers."""
        own = (
            ("Content-Type", "application/json"),
            ("x-amzn-RequestId", self.request_id),
            ("X-Amz-Executed-Version", "$LATEST"),
        )
        return own if self.error is None else (*own, ("X-Amz-Function-Error", self.error))


class Function:
    """One function: its code in a folder of its own, as it was when it was prepared, and its environments."""

    def __init__(self, spec: FunctionSpec, settings: Settings) -> None:
        self.spec, self.variables = spec, dict(settings.variables)
        self.folder = Path(tempfile.mkdtemp(prefix=f"emulator-{spec.name}-"))
        self.log = settings.log_folder / f"aws/lambda/{spec.name}.log"
        self.invocations = 0
        self._idle: list[Environment] = []
        self._all: list[Environment] = []
        self._lock = threading.Lock()
        self.stopped = False
        label = f"aws:lambda/function:Function {spec.name!r}"
        try:
            unpack(label, json.loads(spec.code), Path(spec.directory), self.code)
        except BaseException:
            self.stop()
            raise
        self.digest = digest(self.code)

    @property
    def code(self) -> Path:
        """Where the code lies: LAMBDA_TASK_ROOT."""
        return self.folder / "task"

    def run(self, request_id: str, payload: bytes) -> Outcome:
        """Run one invocation, in the caller's thread."""
        environment = self._taken()
        self._note(f"START RequestId: {request_id} Version: $LATEST")
        outcome = environment.invoke(request_id, payload)
        self._note(f"END RequestId: {request_id}")
        self._note(_report(request_id, outcome, self.spec.memory))
        with self._lock:
            self.invocations += 1
            if environment.usable and not self.stopped:
                self._idle.append(environment)
            else:
                environment.stop()
                self._all.remove(environment)
        return outcome

    def _taken(self) -> Environment:
        with self._lock:
            while self._idle:
                environment = self._idle.pop()
                if environment.usable:
                    return environment
                environment.stop()
                self._all.remove(environment)
            environment = Environment(self.spec, self.code, self.log, self.variables)
            self._all.append(environment)
            return environment

    def _note(self, text: str) -> None:
        with self.log.open("ab") as file:
            file.write(text.encode() + b"\n")

    def stop(self) -> None:
        """End every environment and remove the code."""
        with self._lock:
            self.stopped = True
            for environment in self._idle:
                environment.stop()
                self._all.remove(environment)
            self._idle = []
            for environment in self._all:  # one that still runs; its thread finds it ended
                environment.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _report(request_id: str, outcome: Outcome, memory: int) -> str:
    milliseconds = outcome.seconds * 1000
    used = "" if outcome.peak is None else f"\tMax Memory Used: {round(outcome.peak)} MB"
    return (
        f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\tBilled Duration: {int(milliseconds) + 1} ms"
        f"\tMemory Size: {memory} MB{used}"
    )


class Functions:
    """The functions of one state, by name. Those that a reload leaves as they are stay warm."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = dict(functions)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lambda")

    @staticmethod
    async def prepared(
        specs: Mapping[str, FunctionSpec], settings: Settings, running: "Functions | None"
    ) -> "Functions":
        """Return all functions with their code laid out; unchanged ones of `running` are taken over, warm.

        Raises:
            ArtifactError: code that is not there.
            UnsupportedError: code that cannot be had here.
        """
        return await asyncio.to_thread(_prepared, specs, settings, {} if running is None else running.functions)

    async def invoke(self, name: str, payload: bytes) -> Answer:
        """Answer one synchronous invocation. An empty payload is `{}`, as Lambda has it."""
        request_id = str(uuid.uuid4())
        function = self.functions.get(name.partition(":")[0])
        if function is None or name.partition(":")[2] not in ("", "$LATEST"):
            reason = {"Type": "User", "Message": f"Function not found: {name}"}
            return Answer(status=404, request_id=request_id, error=None, payload=json.dumps(reason).encode())
        if len(payload) > MAX_PAYLOAD:
            message = (
                f"{len(payload)} byte payload is too large for the RequestResponse invocation type "
                f"(limit {MAX_PAYLOAD} bytes)"
            )
            reason = {"Type": "User", "message": message}
            return Answer(status=413, request_id=request_id, error=None, payload=json.dumps(reason).encode())
        try:
            json.loads(payload or b"{}")
        except ValueError as error:
            reason = {"Type": "User", "message": f"Could not parse request body into json: {error}"}
            return Answer(status=400, request_id=request_id, error=None, payload=json.dumps(reason).encode())
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(self._threads, function.run, request_id, payload or b"{}")
        if len(outcome.payload) > MAX_PAYLOAD:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_PAYLOAD} bytes)."
            text = document(message, "Function.ResponseSizeTooLarge")
            return Answer(status=200, request_id=request_id, error="Unhandled", payload=text)
        error = "Unhandled" if outcome.error else None
        return Answer(status=200, request_id=request_id, error=error, payload=outcome.payload)

    async def retire(self, kept: "Functions | None" = None) -> None:
        """End what `kept` did not take over."""
        staying = () if kept is None else tuple(kept.functions.values())
        gone = [each for each in self.functions.values() if each not in staying]
        await asyncio.to_thread(lambda: [each.stop() for each in gone])
        self._threads.shutdown(wait=False)


def _prepared(specs: Mapping[str, FunctionSpec], settings: Settings, running: Mapping[str, Function]) -> Functions:
    found: dict[str, Function] = {}
    made: list[Function] = []
    try:
        for name, spec in specs.items():
            new = Function(spec, settings)
            made.append(new)
            old = running.get(name)
            if old is not None and (old.spec, old.digest, old.variables) == (spec, new.digest, new.variables):
                found[name] = old
                made.remove(new)
                new.stop()
            else:
                found[name] = new
    except BaseException:
        for each in made:
            each.stop()
        raise
    return Functions(found)
