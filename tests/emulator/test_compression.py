"""Payload compression, both ways."""

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.compression import preferred
from emulator.http_server import MAX_BODY

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

BODY = '{"text": "' + "a" * 200 + '"}'
SIZE = len(BODY)


def serve(bench: "Bench", least: int | None, **responses: Any) -> httpx.Client:
    top = {} if least is None else {"x-amazon-apigateway-minimum-compression-size": least}
    packed = {
        "default": {
            "statusCode": "200",
            "responseTemplates": {"application/json": BODY},
            "responseParameters": {"method.response.header.Content-Encoding": "'br'"},
        }
    }
    validator = {"v": {"validateRequestBody": True, "validateRequestParameters": False}}
    schema = {"type": "object", "required": ["user"]}
    taken = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    paths = {
        "/a": {"get": bench.mock(BODY)},
        "/empty": {"get": bench.mock()},
        "/packed": {"get": bench.mock(responses=packed)},
        "/echo": {
            "post": bench.mock("$input.json('$.user')", request='{"statusCode": 200}')
            | taken
            | {"x-amazon-apigateway-request-validator": "v"}
        },
        "/ask": {"post": bench.model("$input.json('$.data')", request="$input.json('$')")},
    }
    document = bench.document(paths, **top, **{"x-amazon-apigateway-request-validators": validator}, **responses)
    bench.serve(document, variables={"endpoint": "one"}, endpoints={"one": bench.archive("one")})
    return bench.client()


def raw(bench: "Bench", path: str, accepted: str | None) -> tuple[str | None, bytes]:
    """Ask without a client that packs and unpacks by itself: Content-Encoding and body as they came."""
    line = "" if accepted is None else f"Accept-Encoding: {accepted}\r\n"
    request = f"GET /v1{path} HTTP/1.1\r\nHost: x\r\n{line}Connection: close\r\n\r\n"
    head, _, body = bench.raw(request.encode()).partition(b"\r\n\r\n")
    lines = [each for each in head.decode().split("\r\n") if each.startswith("Content-Encoding: ")]
    return lines[0].removeprefix("Content-Encoding: ") if lines else None, body


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> "Bench":
    serve(module_bench, SIZE)
    return module_bench


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, None),
        ("", None),
        ("*", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("deflate", "deflate"),
        ("GZIP", "gzip"),
        ("deflate,gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("deflate;q=1.0,gzip;q=0.5", "deflate"),
        ("br;q=1.0, gzip;q=0.8", None),
        ("gzip;q=1.0,identity;q=0.5,*;q=0", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=x", None),
    ],
)
def test_an_answer_is_packed_as_the_client_prefers(served: "Bench", accepted: str | None, coding: str | None) -> None:
    found, body = raw(served, "/a", accepted)
    unpack = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding]
    assert (found, unpack(body)) == (coding, BODY.encode())


def test_what_is_not_packed(served: "Bench") -> None:
    assert raw(served, "/empty", "gzip") == (None, b"")
    assert raw(served, "/packed", "gzip") == ("br", BODY.encode())  # it says that it is packed already
    unknown = raw(served, "/unknown", "gzip")
    assert unknown == (None, b'{"message":"Missing Authentication Token"}')


def test_one_byte_too_short_is_not_packed_and_no_size_is_never(bench: "Bench") -> None:
    serve(bench, SIZE + 1)
    assert raw(bench, "/a", "gzip")[0] is None
    serve(bench, None)
    assert raw(bench, "/a", "gzip")[0] is None
    serve(bench, 0)
    assert raw(bench, "/a", "gzip")[0] == "gzip"


def post(bench: "Bench", path: str, content: bytes, coding: str) -> httpx.Response:
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    return bench.client().post(path, content=content, headers=headers)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes), ("GZip", gzip.compress)],
)
def test_a_packed_request_is_unpacked_before_anything_reads_it(served: "Bench", coding: str, pack: Any) -> None:
    assert post(served, "/echo", pack(b'{"user": 7}'), coding).status_code == 200
    assert post(served, "/echo", pack(b"{}"), coding).json() == {"message": "Invalid request body"}
    assert post(served, "/ask", pack(b'{"user": 7}'), coding).json() == {"user": 7}


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (b"{}", "br"),
        (b"{}", "gzip"),
        (b"{}", "deflate"),
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip"),
        (b"{}", "gzip, gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_a_415(served: "Bench", content: bytes, coding: str) -> None:
    response = post(served, "/echo", content, coding)
    assert (response.status_code, response.json()) == (415, {"message": "Unsupported Media Type"})


def test_a_body_that_grows_beyond_the_quota(served: "Bench") -> None:
    packed = gzip.compress(b" " * (MAX_BODY + 1))
    assert len(packed) < 20_000
    assert post(served, "/echo", packed, "gzip").status_code == 413


def test_without_a_body_the_header_means_nothing(served: "Bench") -> None:
    assert served.client().get("/a", headers={"Content-Encoding": "br"}).status_code == 200


@given(st.text(alphabet="gzipdeflatebr;q=0.19, *", max_size=40))
def test_any_header_names_a_known_coding_or_none(text: str) -> None:
    assert preferred(text) in ("gzip", "deflate", None)
