"""One model container: a process of ours, or one that runs already somewhere else.

SageMaker gives a container 60 seconds for an answer; one that takes longer, or dies, is replaced by a new one from
the same archive.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from emulator.artifact import handler_file, local_path, unpack
from emulator.errors import ContainerError
from emulator.graph import EndpointSpec
from emulator.http_client import Answer, ConnectionGoneError, Pool

INVOCATION_SECONDS = 60.0
"""How long SageMaker waits for a container (SageMaker developer guide, "Use your own inference code")."""
START_SECONDS = 60.0
OK = 200
HOME = Path(__file__).resolve().parent.parent
"""Where `python -m emulator.container` finds this package: `-m` looks in the working directory first."""


class InvocationTimeoutError(Exception):
    """The container did not answer in time."""


class Container(Protocol):
    """Something that speaks `/ping` and `/invocations`."""

    @property
    def pid(self) -> int | None:
        """The process, where it is one of ours."""
        ...

    async def start(self) -> None:
        """Bring it into service, or raise `EmulatorError`."""
        ...

    async def invoke(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one invocation.

        Raises:
            InvocationTimeoutError: no answer within SageMaker's time.
            ConnectionGoneError: it died, or is not there.
        """
        ...

    async def stop(self) -> None:
        """End it."""
        ...


class External:
    """A container that somebody else runs (`--endpoint NAME=URL`); it is asked, never started or stopped."""

    def __init__(self, name: str, url: str, *, seconds: float = INVOCATION_SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ContainerError(f"--endpoint {name}={url}: give an address like http://127.0.0.1:8080")
        self.name, self.url, self.seconds = name, url, seconds
        self.prefix = parts.path.rstrip("/")
        self.pool = Pool(parts.hostname, parts.port or 80)
        self.pid = None

    async def start(self) -> None:
        """Ask `/ping`."""
        try:
            async with asyncio.timeout(START_SECONDS):
                answer = await self.pool.request("GET", f"{self.prefix}/ping", {})
        except (ConnectionGoneError, TimeoutError) as error:
            raise ContainerError(f"--endpoint {self.name}={self.url}: no answer to /ping: {error}") from error
        if answer.status != OK:
            raise ContainerError(f"--endpoint {self.name}={self.url}: /ping answers {answer.status}, which is not 200")

    async def invoke(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one invocation."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self.pool.request("POST", f"{self.prefix}/invocations", headers, body)
        except TimeoutError as error:
            raise InvocationTimeoutError from error

    async def stop(self) -> None:
        """Close the connections to it."""
        self.pool.close()


class Worker:
    """A container of ours: the release's own archive, in a process and a folder of its own."""

    def __init__(self, spec: EndpointSpec, log: Path, *, seconds: float = INVOCATION_SECONDS) -> None:
        self.spec, self.log, self.seconds = spec, log, seconds
        self.folder = Path(tempfile.mkdtemp(prefix=f"emulator-{spec.name}-"))
        self.pool: Pool | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.replacing: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that serves now."""
        return None if self.process is None else self.process.pid

    async def start(self) -> None:
        """Unpack the archive and start its process.

        Raises:
            ArtifactError: the archive cannot be used.
            ContainerError: the model did not load.
            UnsupportedError: the archive is not on this machine, or its Model names no program.
        """
        try:
            model = self.folder / "model"
            if not model.exists():
                archive = local_path(self.spec.name, self.spec.artifact)
                await asyncio.get_running_loop().run_in_executor(None, unpack, archive, model)
            handler = handler_file(model, dict(self.spec.environment), self.spec.name)
            await self._spawn(model, handler)
        except BaseException:
            await self.stop()
            raise

    async def _spawn(self, model: Path, handler: Path) -> None:
        loop = asyncio.get_running_loop()
        process = await loop.run_in_executor(None, self._process, model, handler)
        self.process = process
        assert process.stdout is not None  # noqa: S101 - it was asked for
        line = loop.run_in_executor(None, process.stdout.readline)
        done, _ = await asyncio.wait({line}, timeout=START_SECONDS)
        text = line.result().decode().strip() if done else f"failed no sign of life within {START_SECONDS:g} s"
        word, _, rest = text.partition(" ")
        if word != "ready":
            await self._kill()
            await line
            reason = rest or "it ended at once"
            raise ContainerError(
                f"endpoint {self.spec.name!r}: the model did not come into service: {reason} "
                f"(its output is in {self.log})"
            )
        self.pool = Pool("127.0.0.1", int(rest))

    def _process(self, model: Path, handler: Path) -> "subprocess.Popen[bytes]":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if key in os.environ}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "emulator.container", str(model), str(handler)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=HOME,
                env={**kept, "PYTHONUNBUFFERED": "1", "SM_MODEL_DIR": str(model), **dict(self.spec.environment)},
            )

    async def invoke(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one invocation; a container that hangs or dies is replaced behind it."""
        try:
            async with asyncio.timeout(self.seconds):
                pool = await self._in_service()
                return await pool.request("POST", "/invocations", headers, body)
        except TimeoutError as error:
            self._replace()
            raise InvocationTimeoutError from error
        except ConnectionGoneError:
            self._replace()
            raise

    async def _in_service(self) -> Pool:
        if self.replacing is not None:
            await asyncio.shield(self.replacing)
        if self.pool is None:
            raise ConnectionGoneError("the container could not be replaced")
        return self.pool

    def _replace(self) -> None:
        if self.replacing is None or self.replacing.done():
            self.replacing = asyncio.get_running_loop().create_task(self._replaced())

    async def _replaced(self) -> None:
        await self._kill()
        try:
            model = self.folder / "model"
            await self._spawn(model, handler_file(model, dict(self.spec.environment), self.spec.name))
        except ContainerError as error:
            print(f"emulator: {error}", file=sys.stderr)
        self.replacing = None

    async def _kill(self) -> None:
        if self.pool is not None:
            self.pool.close()
            self.pool = None
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            await asyncio.get_running_loop().run_in_executor(None, process.wait)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    async def stop(self) -> None:
        """End the process and remove its folder; one that is just being replaced is waited for."""
        if self.replacing is not None:
            await self.replacing
        await self._kill()
        await asyncio.get_running_loop().run_in_executor(None, lambda: shutil.rmtree(self.folder, ignore_errors=True))
