"""The issuer's keys: which are taken, when they are fetched again, and what happens while they cannot be."""

import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from functions.authorizer.errors import KeysError, RefusedError
from functions.authorizer.keys import AGAIN, KEPT, KeySet, fetch, read
from tests.functions.issuer import key_set, number, signer


class Shelf:
    """An address whose document, or fault, a test chooses; counts how often it is asked."""

    def __init__(self, document: bytes | None) -> None:
        self.document, self.now, self.asked = document, 0.0, 0

    def fetch(self) -> bytes:
        self.asked += 1
        if self.document is None:
            raise OSError("timed out")
        return self.document

    def keys(self) -> KeySet:
        return KeySet(self.fetch, lambda: self.now)


def test_a_set_is_fetched_once_and_kept() -> None:
    shelf = Shelf(key_set(signer("k1"), signer("k2")))
    keys = shelf.keys()
    assert keys.find("k1") != keys.find("k2")
    shelf.now = KEPT - 1
    keys.find("k1")
    assert shelf.asked == 1
    shelf.now = KEPT
    keys.find("k1")
    assert shelf.asked == 2


def test_an_issuer_that_changes_keys_is_asked_again_but_not_for_every_forged_id() -> None:
    shelf = Shelf(key_set(signer("k1")))
    keys = shelf.keys()
    keys.find("k1")
    shelf.document = key_set(signer("k2"))
    with pytest.raises(RefusedError, match="no key 'k2'"):
        keys.find("k2")  # too soon
    shelf.now = AGAIN
    keys.find("k2")
    for forged in ("x", "y", "z"):
        with pytest.raises(RefusedError):
            keys.find(forged)
    assert shelf.asked == 2


def test_while_the_issuer_is_out_of_reach_what_is_known_goes_on() -> None:
    shelf = Shelf(key_set(signer("k1")))
    keys = shelf.keys()
    keys.find("k1")
    shelf.document, shelf.now = None, KEPT
    keys.find("k1")
    with pytest.raises(RefusedError):
        keys.find("k2")
    assert shelf.asked == 2


def test_with_nothing_known_the_fault_is_the_issuers_and_not_the_callers() -> None:
    shelf = Shelf(None)
    keys = shelf.keys()
    with pytest.raises(KeysError, match="timed out"):
        keys.find("k1")
    with pytest.raises(KeysError):
        keys.find("k1")  # within the pause, without asking
    assert shelf.asked == 1
    shelf.document, shelf.now = key_set(signer("k1")), AGAIN
    keys.find("k1")


def test_a_token_without_an_id_is_for_the_only_key() -> None:
    assert Shelf(key_set(signer("k1"))).keys().find(None) == read(key_set(signer("k1")))["k1"]
    with pytest.raises(RefusedError, match="no key None"):
        Shelf(key_set(signer("k1"), signer("k2"))).keys().find(None)


def test_keys_for_something_else_are_passed_over() -> None:
    others: list[dict[str, Any]] = [
        {"kty": "EC", "kid": "a"},
        {**signer("k2").jwk, "use": "enc"},
        {**signer("k2").jwk, "alg": "RS512"},
    ]
    assert set(read(json.dumps({"keys": [*others, signer("k1").jwk]}).encode())) == {"k1"}
    bare = {name: value for name, value in signer("k1").jwk.items() if name not in ("use", "alg")}
    assert set(read(json.dumps({"keys": [bare]}).encode())) == {"k1"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"<html>", "cannot be read"),
        (b"[]", "cannot be read"),
        (b'{"keys": 5}', "cannot be read"),
        (b'{"keys": [5]}', "cannot be read"),
        (b'{"keys": []}', "no RSA key for signatures"),
        (json.dumps({"keys": [{"kty": "RSA", "kid": "a"}]}).encode(), "cannot be read"),
        (json.dumps({"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}).encode(), "cannot be read"),
        (key_set(signer("short", bits=1024)), "has 1024 bits, 2048 to 8192 are taken"),
        (json.dumps({"keys": [{**signer("k1").jwk, "e": number(1)}]}).encode(), "exponent is 1"),
        (json.dumps({"keys": [{**signer("k1").jwk, "e": number(65536)}]}).encode(), "exponent is 65536"),
    ],
)
def test_what_is_no_key_set_is_named(document: bytes, said: str) -> None:
    with pytest.raises(KeysError, match=said):
        read(document)


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/jwks.json" else 404)
        self.end_headers()
        self.wfile.write(key_set(signer("k1")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's
        """Say nothing."""


@pytest.fixture
def address() -> Generator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_set_is_fetched_over_http(address: str) -> None:
    assert set(read(fetch(f"{address}/jwks.json"))) == {"k1"}
    with pytest.raises(OSError, match="404"):
        fetch(f"{address}/other")
    with pytest.raises(OSError, match="refused"):
        fetch("http://127.0.0.1:9/jwks.json")
