"""Access log lines in the registered format."""

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

FIELDS = [
    "requestId",
    "extendedRequestId",
    "status",
    "responseLength",
    "responseLatency",
    "isCanaryRequest",
    "error.responseType",
    "error.message",
    "integration.status",
    "integration.latency",
    "integrationLatency",
    "integration.requestId",
    "httpMethod",
    "resourcePath",
    "path",
    "stage",
    "identity.sourceIp",
    "identity.userAgent",
    "nothing.at.all",
    "deploymentId",
    "requestTimeEpoch",
]
FORMAT = json.dumps({name: f"$context.{name}" for name in FIELDS})


def lines(bench: "Bench") -> list[dict[str, str]]:
    log = bench.running[-1].access_log
    assert log is not None
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_every_answer_has_its_line(bench: "Bench") -> None:
    document = bench.document(
        {
            "/model": {"post": bench.model("{}")},
            "/mock": {"get": bench.mock('{"a": 1}')},
            "/bad": {"get": bench.mock("#if(")},
        }
    )
    bench.serve(document, log_format=FORMAT, variables={"endpoint": "one"}, endpoints={"one": bench.archive("one")})
    client = bench.client()
    answers = [
        client.post("/model", json={"a": 1}),
        client.post("/model", content=b"no json"),
        client.get("/mock"),
        client.get("/unknown"),
        client.get("/bad"),
    ]
    log = lines(bench)
    assert [line["requestId"] for line in log] == [answer.headers["x-amzn-RequestId"] for answer in answers]
    assert [line["extendedRequestId"] for line in log] == [answer.headers["x-amz-apigw-id"] for answer in answers]
    assert [line["status"] for line in log] == ["200", "200", "200", "403", "500"]
    assert [line["responseLength"] for line in log] == [str(len(answer.content)) for answer in answers]
    assert [line["integration.status"] for line in log] == ["200", "424", "200", "-", "200"]
    assert [line["error.responseType"] for line in log] == [
        "-", "-", "-", "MISSING_AUTHENTICATION_TOKEN", "API_CONFIGURATION_ERROR",
    ]  # fmt: skip
    assert log[3]["error.message"] == "Missing Authentication Token"
    assert [line["resourcePath"] for line in log] == ["/model", "/model", "/mock", "-", "/bad"]
    assert [line["path"] for line in log][:2] == ["/v1/model", "/v1/model"]
    assert {line["isCanaryRequest"] for line in log} == {"-"}
    assert {line["nothing.at.all"] for line in log} == {"-"}
    assert re.fullmatch(r"[0-9a-f-]{36}", log[0]["integration.requestId"])
    assert all(re.fullmatch(r"\d+", line["responseLatency"]) for line in log)
    assert int(log[0]["integrationLatency"]) == int(log[0]["integration.latency"])


def test_a_caller_cannot_forge_a_line(bench: "Bench") -> None:
    document = bench.document({"/": {"get": bench.mock("{}")}})
    bench.serve(document, log_format=FORMAT)
    forged = 'x", "status": "200\\'
    bench.client().get("/", headers={"User-Agent": forged})
    (line,) = lines(bench)
    assert line["identity.userAgent"] == forged


def test_any_other_format_is_one_line_too(bench: "Bench") -> None:
    document = bench.document({"/": {"get": bench.mock("{}")}})
    bench.serve(
        document, log_format="$context.identity.sourceIp [${context.httpMethod} $context.resourcePath] $context.status."
    )
    bench.client().get("/")
    log = bench.running[-1].access_log
    assert log is not None
    assert log.read_text() == "127.0.0.1 [GET /] 200.\n"


def test_without_access_log_settings_there_is_no_file(bench: "Bench") -> None:
    bench.serve(bench.document({"/": {"get": bench.mock("{}")}}))
    bench.client().get("/")
    assert bench.running[-1].access_log is None
    assert not (bench.store / "logs").exists()
