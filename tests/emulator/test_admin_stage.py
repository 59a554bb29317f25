"""The second port's method test and update of the stage: a canary without traffic, and traffic taken back at once."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

PERCENT = "/canarySettings/percentTraffic"


def serve(bench: "Bench", percent: float | None) -> httpx.Client:
    canary = None if percent is None else {"percent_traffic": percent, "stage_variable_overrides": {"v": "canary"}}
    document = bench.document({"/": {"get": bench.mock('{"v": "$stageVariables.v"}')}})
    bench.serve(document, variables={"v": "stable"}, canary=canary, log_format="$context.requestId")
    return bench.client()


def admin(bench: "Bench", method: str, path: str, document: object) -> httpx.Response:
    return httpx.request(method, bench.running[-1].admin_url + path, json=document)


def patch(value: object) -> dict[str, Any]:
    return {"patchOperations": [{"op": "replace", "path": PERCENT, "value": value}]}


def test_a_canary_is_tried_without_traffic_and_without_a_line(bench: "Bench") -> None:
    serve(bench, 0)
    tried = admin(bench, "POST", "/try", {"method": "GET", "path": "/", "canary": True}).json()
    assert (tried["status"], tried["body"]) == (200, '{"v": "canary"}')
    assert tried["log"][-1].endswith("Method completed with status: 200")
    assert admin(bench, "POST", "/try", {"path": "/"}).json()["body"] == '{"v": "stable"}'
    log = bench.running[-1].access_log
    assert log is not None
    assert not log.exists()


def test_the_percent_is_in_force_at_once(bench: "Bench") -> None:
    client = serve(bench, 100)
    assert client.get("/").json() == {"v": "canary"}
    assert admin(bench, "PATCH", "/stage", patch("0")).json() == {"percentTraffic": 0.0}
    assert {client.get("/").json()["v"] for _ in range(20)} == {"stable"}
    assert httpx.get(bench.running[-1].admin_url + "/stage").json()["canarySettings"]["percentTraffic"] == 0.0
    assert admin(bench, "PATCH", "/stage", patch(100)).status_code == 200
    assert client.get("/").json() == {"v": "canary"}
    bench.running[-1].reload()  # the configuration's own percent again


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("PATCH", "/stage", patch("101")),
        ("PATCH", "/stage", patch("many")),
        ("PATCH", "/stage", patch("nan")),
        ("PATCH", "/stage", {"patchOperations": []}),
        ("PATCH", "/stage", {"patchOperations": [{"op": "remove", "path": PERCENT}]}),
        ("PATCH", "/stage", []),
        ("POST", "/try", {"path": "nowhere"}),
        ("POST", "/try", {"path": "/", "canary": "yes"}),
    ],
)
def test_what_cannot_be_done_is_a_400(bench: "Bench", method: str, path: str, document: object) -> None:
    serve(bench, 1)
    assert admin(bench, method, path, document).status_code == 400


def test_without_a_canary_there_is_nothing_to_set_or_try(bench: "Bench") -> None:
    serve(bench, None)
    assert admin(bench, "PATCH", "/stage", patch("1")).json() == {"message": "the stage has no canary"}
    assert admin(bench, "POST", "/try", {"path": "/", "canary": True}).status_code == 400
