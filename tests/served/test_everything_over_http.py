"""The program with every feature of the API on, over HTTP: who is let in, what they are told, and what is left out."""

import gzip
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from settings.stackfile import load_stack
from tests.functions.issuer import claims, key_set, signer
from tests.program.stacks import FEATURES, PROJECT, ROOT
from tests.served.conftest import Served, serving

INSIDE, OUTSIDE = "203.0.113.7", "198.51.100.1"
ORIGIN = FEATURES["cors"]["origin"]
ITEM = "/predicted-ratings/321?items=101"


@contextmanager
def issuer() -> Generator[str]:
    """Serve the token issuer's keys on loopback."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(key_set(signer()))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def featured(folder: Any, keys: str) -> Generator[Served]:
    own: Any = load_stack(ROOT / "Pulumi.local.yaml")[f"{PROJECT}:api"]
    options = {"ignore_unsupported": True, "trust_source_header": True, "function_variables": {"KEY_SET": keys}}
    with serving(folder, values={"api": {**own, **FEATURES}}, **options) as made:
        yield made


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    with issuer() as keys, featured(tmp_path_factory.mktemp("featured"), keys) as made:
        yield made


def key(served: Served, name: str) -> str:
    listed = httpx.get(served.emulator.admin_url + "/usage").json()["usage"]
    (found,) = [each for each in listed if each["key"].endswith(name)]
    return found["value"]


def bearer(**changes: Any) -> str:
    now = time.time()
    return f"Bearer {signer().token(claims(**{'exp': now + 60, 'nbf': now, **changes}))}"


def ask(
    served: Served, path: str = ITEM, *, address: str = INSIDE, verb: str = "GET", **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"X-Emulator-Source-Ip": address, "Origin": ORIGIN, **named}
    return httpx.request(verb, served.emulator.url + path, headers=sent, timeout=60)


def test_a_caller_with_token_key_and_address_gets_an_answer(everything: Served) -> None:
    answer = ask(everything, Authorization=bearer(), X_Api_Key=key(everything, "tv"))
    assert (answer.status_code, answer.json()) == (200, {"ratings": [3.5]})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["x-emulator-ignored"] == "cache, waf"
    listed = httpx.get(everything.emulator.admin_url + "/usage").json()["usage"]
    used = {each["key"].rpartition("-")[2]: (each["used"], each["remaining"]) for each in listed}
    assert used == {"radio": (0, 1000), "tv": (1, 999), "trial": (None, None)}


@pytest.mark.parametrize(
    ("lacking", "status", "message"),
    [
        ({"address": OUTSIDE}, 403, "The caller may not do this"),
        ({"Authorization": ""}, 401, "Unauthorized"),
        ({"Authorization": "Bearer a.b"}, 401, "Unauthorized"),
        ({"Authorization": "Bearer a.b.c"}, 401, "Unauthorized"),
        ({"X_Api_Key": ""}, 403, "Forbidden"),
        ({"X_Api_Key": "k" * 40}, 403, "Forbidden"),
        ({"path": "/predicted-ratings/321"}, 400, "Missing required request parameters: [items]"),
    ],
)
def test_without_one_of_them_there_is_none(
    everything: Served, lacking: dict[str, str], status: int, message: str
) -> None:
    before = len(everything.containers["r1"].bodies)
    answer = ask(everything, **{"Authorization": bearer(), "X_Api_Key": key(everything, "radio"), **lacking})
    assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert "arn:" not in answer.text
    assert answer.json()["requestId"] == answer.headers["x-amzn-RequestId"]
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN  # a page may read errors too
    assert len(everything.containers["r1"].bodies) == before


def test_a_token_of_too_narrow_a_time_is_refused(everything: Served) -> None:
    late = ask(everything, Authorization=bearer(exp=time.time() - 3600), X_Api_Key=key(everything, "tv"))
    assert late.status_code == 401


def test_a_preflight_asks_for_nothing_but_the_address(everything: Served) -> None:
    asked = {"verb": "OPTIONS", "path": "/predicted-ratings/321", "Access_Control_Request_Method": "GET"}
    allowed = ask(everything, **asked)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Methods"]) == (204, "GET,OPTIONS")
    assert ask(everything, **asked, address=OUTSIDE).status_code == 403


def test_a_trial_is_throttled(everything: Served) -> None:
    known = {"Authorization": bearer(), "X_Api_Key": key(everything, "trial")}
    answers = [ask(everything, **known) for _ in range(8)]
    over = [each for each in answers if each.status_code == 429]
    assert len(over) >= 2  # one a second, two at once, on whatever machine
    assert (over[0].json()["message"], over[0].headers["Retry-After"]) == ("Too many requests", "1")


def test_a_long_answer_is_packed(everything: Served) -> None:
    path = "/predicted-ratings/321?items=" + ",".join(map(str, range(1, 401)))
    known = {"Authorization": bearer(), "X_Api_Key": key(everything, "tv"), "Accept_Encoding": "gzip"}
    with httpx.stream("GET", everything.emulator.url + path, headers=_sent(known), timeout=60) as answer:
        packed = b"".join(answer.iter_raw())
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(packed).count(b"3.5") == 400


def _sent(headers: dict[str, str]) -> dict[str, str]:
    return {"X-Emulator-Source-Ip": INSIDE, **{name.replace("_", "-"): value for name, value in headers.items()}}


def test_the_domain_is_the_only_way_in(everything: Served) -> None:
    server = everything.emulator.url.rpartition("/")[0]
    assert everything.emulator.url == f"{server}/ratings"
    response = httpx.get(f"{server}/v1{ITEM}", headers={"X-Emulator-Source-Ip": INSIDE})
    assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})


def test_what_has_no_effect_and_what_is_left_out_is_said(everything: Served) -> None:
    lineup = httpx.get(everything.emulator.admin_url + "/lineup").json()
    said = {f"{each['resource'].split(':')[-1].split(' ')[0]}.{each['property']}" for each in lineup["withoutEffect"]}
    expected = {"Stage.xrayTracingEnabled", "DomainName.mutualTlsAuthentication", "DomainName.securityPolicy"}
    assert expected <= said
    assert {each["feature"] for each in lineup["ignored"]} == {"cache", "waf"}


def test_an_issuer_that_is_down_is_nobodys_fault_that_calls(tmp_path_factory: pytest.TempPathFactory) -> None:
    with featured(tmp_path_factory.mktemp("down"), "http://127.0.0.1:9/jwks.json") as made:
        answer = ask(made, Authorization=bearer(), X_Api_Key=key(made, "tv"))
    assert (answer.status_code, answer.json()["message"]) == (503, "The caller could not be checked")
    assert answer.headers["Retry-After"] == "1"
