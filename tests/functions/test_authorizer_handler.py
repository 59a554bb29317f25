"""The function as API Gateway asks it, in a process of its own as Lambda runs it, and by itself."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.authorizer import handler
from functions.authorizer.errors import KeysError
from functions.authorizer.handler import UnauthorizedError, handle
from program.front import authorizer_code
from tests.functions.issuer import AUDIENCE, ISSUER, claims, key_set, signer

METHOD = "arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/GET/predicted-ratings/321"


class _Keys(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(key_set(signer()))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the server's
        """Say nothing."""


@pytest.fixture(scope="module")
def keys() -> Generator[str]:
    with HTTPServer(("127.0.0.1", 0), _Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def variables(keys: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "SCOPES": "", "KEY_SET": keys}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    handler._key_set.cache_clear()
    return found


def event(token: str | None = None, **changes: Any) -> dict[str, str]:
    now = time.time()
    text = token or signer().token(claims(exp=now + 60, nbf=now, **changes))
    return {"type": "TOKEN", "authorizationToken": f"Bearer {text}", "methodArn": METHOD}


def test_a_valid_caller_may_call_the_whole_stage(variables: dict[str, str]) -> None:
    assert handle(event(scope="b a"), None) == {
        "principalId": "u321",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "execute-api:Invoke",
                    "Resource": "arn:aws:execute-api:eu-west-1:123456789012:abc123/v1/*",
                }
            ],
        },
        "context": {"subject": "u321", "scope": "a b"},
    }


def test_a_client_without_a_user_is_the_caller(variables: dict[str, str]) -> None:
    assert handle(event(sub=None, client_id="tv"), None)["principalId"] == "tv"
    assert handle(event(sub=None), None)["principalId"] == "unknown"


@pytest.mark.parametrize("scopes", ["a", "a b"])
def test_a_caller_without_a_scope_is_known_and_denied(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, scopes: str, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SCOPES", "a b")
    effect = "Allow" if scopes == "a b" else "Deny"
    with caplog.at_level(logging.INFO):
        answer: Any = handle(event(scope=scopes), None)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == effect
    assert ("the token lacks b" in caplog.text) is (effect == "Deny")


@pytest.mark.parametrize(
    "given",
    [
        {"authorizationToken": "Basic YTpi", "methodArn": METHOD},
        {"authorizationToken": "bearer x", "methodArn": METHOD},
        {"methodArn": METHOD},
        event("a.b.c"),
        {"authorizationToken": f"Bearer {signer('k2').token()}", "methodArn": METHOD},
    ],
)
def test_an_unknown_caller_is_answered_with_the_word_that_the_gateway_looks_for(
    variables: dict[str, str], given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(UnauthorizedError) as caught:
        handle(given, None)
    assert str(caught.value) == "Unauthorized"
    assert "refused: " in caplog.text
    assert given.get("authorizationToken", "Bearer").split(" ")[-1] not in caplog.text.replace("Bearer", "")


def test_an_issuer_out_of_reach_is_no_fault_of_the_callers(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_SET", "http://127.0.0.1:9/jwks.json")
    with pytest.raises(KeysError):
        handle(event(), None)


def test_the_archive_is_all_that_it_needs(variables: dict[str, str], tmp_path: Path) -> None:
    """In a bare interpreter (no site-packages) with nothing but the archive's files, as a zip on Lambda has it."""
    for name, text in authorizer_code().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    code = (
        "import json, sys; sys.path.insert(0, '.'); from authorizer.handler import handle; "
        "print(json.dumps(handle(json.load(sys.stdin), None)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=tmp_path,
        env=variables,
        input=json.dumps(event()),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["principalId"] == "u321"
