"""Binary payloads through the whole gateway (recorded 2025-03-17)."""

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

BYTES = b"\x89PNG\xff\x00"
PNG = "image/png"
HANDLER = "def model_fn(_): return 0\ndef transform_fn(_, body, kind, accept): return body, kind\n"
KEPT = {"integration.request.header.Content-Type": "method.request.header.Content-Type"}


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    bench = module_bench
    paths = {
        "/plain": {"post": bench.model(requestParameters=KEPT)},
        "/asked": {"post": bench.model(request="{}", requestParameters=KEPT, requestTemplates={PNG: "{}"})},
        "/told": {"post": bench.model("{}", requestParameters=KEPT)},
        "/decoded": {"post": bench.model(requestParameters=KEPT, contentHandling="CONVERT_TO_BINARY")},
    }
    document = bench.document(paths, **{"x-amazon-apigateway-binary-media-types": [PNG]})
    bench.serve(document, variables={"endpoint": "one"}, endpoints={"one": bench.archive("one", HANDLER)})
    return bench.client()


def post(served: httpx.Client, path: str, kind: str, accept: str, content: bytes = BYTES) -> httpx.Response:
    return served.post(path, content=content, headers={"Content-Type": kind, "Accept": accept})


def test_binary_in_and_out(served: httpx.Client) -> None:
    assert post(served, "/plain", PNG, PNG).content == BYTES
    assert post(served, "/plain", PNG, "text/html").content == base64.b64encode(BYTES)


def test_text_that_a_client_wants_as_binary(served: httpx.Client) -> None:
    assert post(served, "/plain", "text/plain", PNG, base64.b64encode(BYTES)).content == BYTES
    assert post(served, "/plain", "text/plain", PNG, b"no base64!").status_code == 500


def test_bad_bytes_in_text_are_damaged(served: httpx.Client) -> None:
    assert post(served, "/plain", "text/plain", "text/plain", b"a\xff").content == "a\ufffd".encode()


def test_a_template_takes_no_binary_payload(served: httpx.Client) -> None:
    assert post(served, "/asked", PNG, PNG).status_code == 500
    assert post(served, "/told", PNG, PNG).status_code == 500


def test_text_becomes_binary_before_the_backend(served: httpx.Client) -> None:
    assert post(served, "/decoded", PNG, PNG).content == BYTES
    assert post(served, "/decoded", "text/plain", "text/plain", base64.b64encode(b"plain")).content == b"plain"
    assert post(served, "/decoded", "text/plain", "text/plain", b"no base64!").status_code == 500
