"""A model container of ours: a process around the release's own archive.

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

from emulator.artifact import handler_file, local_path, unpack
from emulator.errors import ContainerError
from emulator.graph import EndpointSpec
from emulator.http_client import Answer, ConnectionGoneError, Pool
from emulator.protocol import INVOCATION_SECONDS, START_SECONDS, InvocationTimeoutError

HOME = Path(__file__).resolve().parent.parent
"""Where `python -m emulator.container` finds this package: `-m` looks in the working directory first."""


class Worker:
    """A container of ours: the release's own archive, in a process and a folder of its own."""

    def __init__(self, spec: EndpointSpec, log: Path, *, seconds: float = INVOCATION_SECONDS) -> None:
        self.spec, self.log, self.seconds = spec, log, seconds
        self.folder = Path(tempfile.mkdtemp(prefix=f"emulator-{spec.name}-"))
        self.pool: Pool | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.replacing: asyncio.Task[None] | None = None
        self.stopped = False

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
                await asyncio.get_running_loop().run_in_executor(None, unpack, archive, model, self.spec.sha256)
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
            pool = await self._in_service()  # waiting for a replacement is not the container's time
            async with asyncio.timeout(self.seconds):
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
        if not self.stopped and (self.replacing is None or self.replacing.done()):
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
        self.stopped = True  # what breaks from here on is broken by us, and nothing is put in its place
        if self.replacing is not None:
            await self.replacing
        await self._kill()
        await asyncio.get_running_loop().run_in_executor(None, lambda: shutil.rmtree(self.folder, ignore_errors=True))
