"""The hop between gateway and container: connections kept, lost and renewed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from emulator.exchange import HttpRequest, HttpResponse
from emulator.http_client import ConnectionGoneError, Pool
from emulator.http_server import HttpServer

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200, headers=(("X-Case", request.target),), body=request.body)


def test_connections_are_used_again_and_several_at_once() -> None:
    async def run() -> None:
        server = HttpServer(echo)
        await server.start("127.0.0.1", 0)
        pool = Pool("127.0.0.1", server.port)
        bodies = [str(number).encode() * 10_000 for number in range(5)]
        answers = await asyncio.gather(*(pool.request("POST", "/", {}, body) for body in bodies))
        assert [answer.body for answer in answers] == bodies
        assert len(server.connections) == 5
        for _ in range(10):
            assert (await pool.request("GET", "/x", {"A": "b"})).header("x-case") == "/x"
        assert len(server.connections) == 5
        pool.close()
        await server.stop()

    asyncio.run(run())


async def scripted(answering: Answering) -> tuple[asyncio.Server, Pool]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, Pool("127.0.0.1", server.sockets[0].getsockname()[1])


def test_an_idle_connection_that_the_server_has_closed_is_renewed() -> None:
    seen: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def run() -> None:
        server, pool = await scripted(once)
        for _ in range(3):
            assert (await pool.request("GET", "/", {})).body == b"ok"
        assert len(seen) == 3
        pool.close()
        server.close()
        await server.wait_closed()

    asyncio.run(run())


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"no http at all\r\n\r\n"]
)
def test_an_answer_that_is_not_whole(answer: bytes) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async def run() -> None:
        server, pool = await scripted(broken)
        with pytest.raises(ConnectionGoneError):
            await pool.request("GET", "/", {})
        server.close()
        await server.wait_closed()
        with pytest.raises(ConnectionGoneError):
            await pool.request("GET", "/", {})

    asyncio.run(run())


def test_a_header_of_two_lines_is_sent_as_one() -> None:
    async def run() -> None:
        received: list[HttpRequest] = []

        async def handle(request: HttpRequest) -> HttpResponse:
            received.append(request)
            return HttpResponse(status=200)

        server = HttpServer(handle)
        await server.start("127.0.0.1", 0)
        pool = Pool("127.0.0.1", server.port)
        await pool.request("GET", "/", {"X-One": "a\r\nX-Two: b"})
        assert received[0].header("X-One") == "a  X-Two: b"
        assert received[0].header("X-Two") is None
        pool.close()
        await server.stop()

    asyncio.run(run())


def test_a_handler_of_ours_that_fails_does_not_hang_the_client(capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        async def broken(_request: HttpRequest) -> HttpResponse:
            raise ZeroDivisionError("ours")

        server = HttpServer(broken)
        await server.start("127.0.0.1", 0)
        pool = Pool("127.0.0.1", server.port)
        assert (await pool.request("GET", "/", {})).status == 500
        pool.close()
        await server.stop()

    asyncio.run(run())
    assert "ZeroDivisionError: ours" in capsys.readouterr().err


def test_stopping_waits_for_the_answer_in_flight() -> None:
    async def run() -> None:
        reached, release = asyncio.Event(), asyncio.Event()

        async def slow(_request: HttpRequest) -> HttpResponse:
            reached.set()
            await release.wait()
            return HttpResponse(status=200, body=b"whole")

        server = HttpServer(slow)
        await server.start("127.0.0.1", 0)
        pool = Pool("127.0.0.1", server.port)
        asked = asyncio.ensure_future(pool.request("GET", "/", {}))
        await reached.wait()
        stopping = asyncio.ensure_future(server.stop())
        release.set()
        assert (await asked).body == b"whole"
        await stopping
        with pytest.raises(ConnectionGoneError):
            await pool.request("GET", "/", {})

    asyncio.run(run())
