"""A model container as SageMaker sees one: its protocol, and one that somebody else runs (`--endpoint NAME=URL`).

Documented: SageMaker developer guide, "Use your own inference code with hosting services".
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from emulator.errors import ContainerError
from emulator.http_client import Answer, ConnectionGoneError, Pool

INVOCATION_SECONDS = 60.0
"""How long SageMaker waits for a container's answer."""
START_SECONDS = 60.0
OK = 200


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
