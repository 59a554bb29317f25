"""A keep-alive connection pool to one loopback server: the hop that every request makes to its model.

On the hot path a general client costs more than the whole rest of the request (measured in benchmarks/emulator),
so this one does no more than the hop needs: one address, no redirects, no cookies, no proxies.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import httptools

from emulator.exchange import Headers


class ConnectionGoneError(Exception):
    """The server closed the connection, or refused it, before its answer was whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the server's."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's first value, by any casing."""
        lower = name.lower()
        return next((value for key, value in self.headers if key.lower() == lower), None)


class Pool:
    """Connections to `host:port`, taken out for a request and put back after it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._idle: list[_Connection] = []

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request and return its answer; cancelled, it closes its connection.

        Raises:
            ConnectionGoneError: there is nobody there, or the connection broke.
        """
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
        data = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body
        reused = bool(self._idle)
        connection = self._idle.pop() if reused else await self._connect()
        try:
            answer = await connection.exchange(data)
        except ConnectionGoneError:
            if not reused or connection.heard:
                raise
            connection = await self._connect()  # the server had closed an idle connection; nothing was answered
            answer = await connection.exchange(data)
        if connection.reusable:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().abort()

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            _, protocol = await loop.create_connection(lambda: _Connection(self._idle), self.host, self.port)
        except OSError as error:
            raise ConnectionGoneError(f"{self.host}:{self.port}: {error.strerror or error}") from error
        return protocol


class _Connection(asyncio.Protocol):
    def __init__(self, idle: "list[_Connection]") -> None:
        self.idle = idle
        self.transport: asyncio.Transport | None = None
        self.waiter: asyncio.Future[Answer] | None = None
        self.heard = False
        self.reusable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    async def exchange(self, data: bytes) -> Answer:
        if self.transport is None:
            raise ConnectionGoneError("closed")
        self.parser = httptools.HttpResponseParser(self)
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.heard = self.reusable = False
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        try:
            return await self.waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self.waiter = None

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard = True
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fail(f"no HTTP: {error}")
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self in self.idle:
            self.idle.remove(self)
        self.fail(str(exc or "closed by the server"))

    def fail(self, reason: str) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_exception(ConnectionGoneError(reason))

    # What httptools calls while it parses.

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.reusable = self.parser.should_keep_alive()
        if self.waiter is not None and not self.waiter.done():
            status = self.parser.get_status_code()
            self.waiter.set_result(Answer(status=status, headers=tuple(self.headers), body=bytes(self.body)))


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
