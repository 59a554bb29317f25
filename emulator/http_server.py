"""A small HTTP/1.1 server: a coroutine in, exact bytes out.

Not an ASGI server, because ASGI lower-cases every header's name on the way in and out: a mapping template reads
`$input.params().header` in the caller's casing, and what AWS was recorded to answer has a casing too (ADR 020).
httptools parses; what this file adds is keep-alive, pipelining, bounds and an end that waits for requests in flight.
"""

import asyncio
import sys
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

import httptools

from emulator.errors import PortError
from emulator.exchange import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], Awaitable[HttpResponse]]

MAX_BODY = 10 * 1024 * 1024
"""API Gateway's payload quota. One byte more is kept, so that a handler can see that it was too much."""
MAX_HEAD = 64 * 1024
"""Of request line and headers; ours. API Gateway's own bound on headers is 10,240 bytes."""


class HttpServer:
    """Listens on one loopback address and answers with `handler`; `port` is known once it is started."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.port = 0
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            PortError: the address is taken or not allowed.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self), host, port)
        except OSError as error:
            raise PortError(
                f"cannot listen on {host}:{port}: {error.strerror or error}; "
                "stop what uses the port, or choose another (0 takes a free one)"
            ) from error
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening, let requests in flight be answered, and close the connections."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self.connections):
            await connection.finish()
        await self._server.wait_closed()
        self._server = None


class _Connection(asyncio.Protocol):
    def __init__(self, server: HttpServer) -> None:
        self.server = server
        self.parser = httptools.HttpRequestParser(self)
        self.waiting: deque[tuple[HttpRequest, bool]] = deque()
        self.task: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None
        self.closing = False
        self.peer = ""
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.peer = str(transport.get_extra_info("peername")[0])
        self.server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.transport = None
        self.server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:  # a client may offer h2c or websockets; nobody has to take it
            self.parser = httptools.HttpRequestParser(self)
            self.data_received(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.refuse(HTTPStatus.BAD_REQUEST)

    # What httptools calls while it parses.

    def on_message_begin(self) -> None:
        self.target, self.headers, self.body = b"", list[tuple[str, str]](), bytearray()
        self.head = 0

    def on_url(self, url: bytes) -> None:
        self.target += url
        self.count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self.count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        if self.transport is not None and any(
            name.lower() == "expect" and value.lower() == "100-continue" for name, value in self.headers
        ):
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self.body += body[: MAX_BODY + 1 - len(self.body)]

    def on_message_complete(self) -> None:
        request = HttpRequest(
            method=self.parser.get_method().decode("latin-1"),
            target=self.target.decode("latin-1"),
            headers=tuple(self.headers),
            body=bytes(self.body),
            source_ip=self.peer,
        )
        self.waiting.append((request, self.parser.should_keep_alive()))
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self.serve())

    # Answering, one request of a connection after the other.

    async def serve(self) -> None:
        while self.waiting:
            request, keep_alive = self.waiting.popleft()
            try:
                response = await self.server.handler(request)
            except Exception:  # noqa: BLE001 - a fault of ours must not hang a client
                traceback.print_exc(file=sys.stderr)
                response = HttpResponse(status=500, headers=(("Content-Type", "text/plain"),), body=b"emulator fault\n")
            if self.transport is None:
                break
            keep_alive = keep_alive and not self.closing
            self.transport.write(serialised(response, keep_alive=keep_alive, head_only=request.method == "HEAD"))
            if not keep_alive:
                self.transport.close()
                break
        self.task = None

    async def finish(self) -> None:
        self.closing = True
        if self.task is not None:
            await self.task
        if self.transport is not None:
            self.transport.close()

    def count(self, size: int) -> None:
        self.head += size
        if self.head > MAX_HEAD:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def refuse(self, status: HTTPStatus) -> None:
        """Answer what is no HTTP request, or one without bounds, and close."""
        if self.transport is not None:
            self.transport.write(serialised(HttpResponse(status=status), keep_alive=False))
            self.transport.close()


_REASONS = {status.value: status.phrase for status in HTTPStatus}


def serialised(response: HttpResponse, *, keep_alive: bool, head_only: bool = False) -> bytes:
    """Return a response as bytes: its headers as they are, with Date, Content-Length and Connection around them."""
    lines = [
        f"HTTP/1.1 {response.status} {_REASONS.get(response.status, '')}",
        f"Date: {formatdate(usegmt=True)}",
        *(f"{name}: {_one_line(value)}" for name, value in response.headers),
        f"Content-Length: {len(response.body)}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return head if head_only else head + response.body


def _one_line(value: str) -> str:
    """Take line ends out: a header's value, which a template may have built, cannot begin another header."""
    return value.replace("\r", " ").replace("\n", " ")
