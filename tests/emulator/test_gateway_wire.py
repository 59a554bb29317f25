"""What goes over the wire: statuses, bodies to the byte, the exact set of headers and their casing."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

BASE = {"Date", "Content-Type", "Content-Length", "Connection", "x-amzn-RequestId", "x-amz-apigw-id"}
ILLEGAL = ["Content-Length", "Transfer-Encoding", "Authorization", "Connection", "Expect", "Proxy-Authenticate", "TE"]
INTERNAL = b'{"message": "Internal server error"}'
REMAPPED = {
    "Authorization", "Connection", "Content-Length", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards",
    "Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate",
}  # fmt: skip
PASSED = {
    "Accept", "Accept-Charset", "Accept-Encoding", "Age", "Content-Encoding", "Content-Type", "Pragma", "Range",
    "Referer", "TE", "Via", "Warn",
}  # fmt: skip


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    bench = module_bench
    mapped = {f"method.response.header.{name}": "'text/x'" for name in REMAPPED | PASSED | {"Transfer-Encoding"}}
    remapping = {"default": {"statusCode": "200", "responseParameters": mapped}}
    teapot = {"default": {"statusCode": "504"}}
    overriding = '#set($context.responseOverride.status = 202)#set($context.responseOverride.header.foo = "bar"){}'
    in_request = (
        '#set($context.responseOverride.status = 444)#set($context.responseOverride.header["h"] = "v")'
        '#set($context.responseOverride.invented = "x"){"statusCode": 201}'
    )
    status = "#set($context.responseOverride.status = $input.params('s').length()){}"
    twice = "#set($context.responseOverride.status = 201)#set($context.responseOverride.status = 202){}"
    document = bench.document(
        {
            "/mock": {"get": bench.mock("{}")},
            "/model": {"get": bench.model('{"ok": true}', request='{"a": 1}')},
            "/plain": {"post": bench.model(), "get": bench.model()},
            "/broken": {"get": bench.mock("#if(")},
            "/half": {"get": bench.model("{}", request="$")},
            "/remap": {"get": bench.mock(responses=remapping)},
            "/teapot": {"get": bench.mock(responses=teapot)},
            "/override": {"get": bench.mock(overriding)},
            "/in-request": {
                "get": bench.mock('{"invented": "$context.responseOverride.invented"}', request=in_request)
            },
            "/ignored": {"get": bench.mock(status)},
            "/twice": {"get": bench.mock(twice)},
            **{
                f"/illegal/{name}": {
                    "get": bench.model(
                        "{}", request="{}", requestParameters={f"integration.request.header.{name}": "'1'"}
                    )
                }
                for name in ILLEGAL
            },
        }
    )
    archive = bench.archive("one")
    bench.serve(document, variables={"endpoint": "one"}, endpoints={"one": archive})
    return bench.client()


def names(response: httpx.Response) -> set[str]:
    return {name.decode() for name, _ in response.headers.raw}


def get(served: httpx.Client, path: str, **headers: str) -> httpx.Response:
    return served.get(path, headers=headers)


def test_a_mock_answers_without_trace_id_even_if_the_client_sends_one(served: httpx.Client) -> None:
    response = get(served, "/mock", **{"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"})
    assert (response.status_code, response.content) == (200, b"{}")
    assert names(response) == BASE
    assert response.headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", response.headers["x-amzn-RequestId"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{15}=", response.headers["x-amz-apigw-id"])


def test_a_model_answers_with_a_trace_id(served: httpx.Client) -> None:
    response = get(served, "/model")
    assert (response.status_code, response.content) == (200, b'{"ok": true}')
    assert names(response) == BASE | {"X-Amzn-Trace-Id"}
    whole = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert get(served, "/model", **{"X-Amzn-Trace-Id": whole}).headers["X-Amzn-Trace-Id"] == whole
    made = get(served, "/model", **{"X-Amzn-Trace-Id": "Root=1-a-b"}).headers["X-Amzn-Trace-Id"]
    assert re.fullmatch(r"Root=1-a-b;Parent=[0-9a-f]{16};Sampled=0", made)


def test_without_templates_bodies_pass_both_ways_and_nothing_else_of_the_backend(served: httpx.Client) -> None:
    response = served.post("/plain", content=b'{"a": [1]}')
    assert response.json() == {"model": "one", "data": {"a": [1]}}
    assert names(response) == BASE | {"X-Amzn-Trace-Id"}
    assert response.headers["Content-Type"] == "application/json"


def test_a_failing_model_is_200_where_only_a_default_response_is_declared(served: httpx.Client) -> None:
    response = served.get("/plain")  # no body: the handler cannot parse it
    assert response.status_code == 200
    assert response.json()["OriginalStatusCode"] == 500


@pytest.mark.parametrize(("verb", "path"), [("GET", "/nothing"), ("POST", "/mock"), ("GET", ""), ("GET", "/MOCK")])
def test_unknown_path_and_wrong_method_are_the_same_403(served: httpx.Client, verb: str, path: str) -> None:
    response = served.request(verb, path)
    assert (response.status_code, response.content) == (403, b'{"message":"Missing Authentication Token"}')
    assert names(response) == BASE | {"x-amzn-ErrorType"}
    assert response.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_a_path_below_no_stage_is_forbidden(served: httpx.Client) -> None:
    response = served.get(str(served.base_url.copy_with(path="/v2/mock")))
    assert (response.status_code, response.content) == (403, b'{"message":"Forbidden"}')


@pytest.mark.parametrize("path", ["/broken", "/half", "/twice", *(f"/illegal/{name}" for name in ILLEGAL)])
def test_configuration_errors_are_500_with_36_bytes_and_no_trace_id(served: httpx.Client, path: str) -> None:
    response = get(served, path)
    assert (response.status_code, response.content, len(response.content)) == (500, INTERNAL, 36)
    assert names(response) == BASE | {"x-amzn-ErrorType"}
    assert response.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
    assert response.headers["Content-Type"] == "application/json"


def test_mapped_response_headers_are_remapped(served: httpx.Client) -> None:
    response = get(served, "/remap")
    expected = {f"x-amzn-Remapped-{name}" for name in REMAPPED} | PASSED
    assert names(response) == BASE | expected
    assert {response.headers[name] for name in expected} == {"text/x"}
    assert response.headers["Content-Length"] == "0"  # the real one stays beside the remapped one


def test_a_status_that_no_method_response_declares_goes_out(served: httpx.Client) -> None:
    assert get(served, "/teapot").status_code == 504


def test_overrides_of_the_response_template(served: httpx.Client) -> None:
    response = get(served, "/override")
    assert (response.status_code, response.headers["foo"]) == (202, "bar")


def test_response_overrides_of_the_request_template_are_honoured_at_the_end(served: httpx.Client) -> None:
    response = get(served, "/in-request")
    assert (response.status_code, response.headers["h"], response.json()) == (444, "v", {"invented": "x"})


@pytest.mark.parametrize("length", [1, 99, 600])
def test_a_status_override_out_of_bounds_is_ignored(served: httpx.Client, length: int) -> None:
    assert get(served, "/ignored?s=" + "x" * length).status_code == 200


def test_a_status_override_within_bounds_counts(served: httpx.Client) -> None:
    assert get(served, "/ignored?s=" + "x" * 299).status_code == 299


def test_the_request_line_of_a_head(served: httpx.Client) -> None:
    response = served.head("/nothing")
    assert (response.status_code, response.content) == (403, b"")
    assert response.headers["Content-Length"] == "42"


def test_requests_on_one_connection_are_answered_in_order(served: httpx.Client, module_bench: "Bench") -> None:
    one = b"GET /v1/mock HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = module_bench.raw(one + one + last)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"200", b"403"]
    assert answer.count(b"Connection: keep-alive") == 2
    assert answer.endswith(b'{"message":"Missing Authentication Token"}')


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /v1/mock HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", b"431"),
    ],
)
def test_what_is_no_request_is_refused(
    served: httpx.Client, module_bench: "Bench", request_bytes: bytes, status: bytes
) -> None:
    assert module_bench.raw(request_bytes).split(b" ")[1] == status


def test_an_offer_to_upgrade_is_not_taken(served: httpx.Client, module_bench: "Bench") -> None:
    offer = b"GET /v1/mock HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
    last = b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert re.findall(rb"HTTP/1.1 (\d+)", module_bench.raw(offer + last)) == [b"200", b"403"]


def test_more_than_ten_megabytes_are_too_much(served: httpx.Client) -> None:
    response = served.post("/plain", content=b"0" * (10 * 1024 * 1024 + 1))
    assert (response.status_code, response.headers["x-amzn-ErrorType"]) == (413, "RequestTooLargeException")


def test_the_reason_is_in_the_execution_log_and_not_in_the_answer(served: httpx.Client, module_bench: "Bench") -> None:
    response = get(served, "/illegal/TE")
    (log,) = Path(module_bench.store, "logs").glob("API-Gateway-Execution-Logs_*/v1.log")
    (line,) = [line for line in log.read_text().splitlines() if response.headers["x-amzn-RequestId"] in line]
    assert line.endswith("Execution failed: header TE may not be mapped onto an integration of type AWS")
