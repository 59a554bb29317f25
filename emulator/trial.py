"""One request, step by step: what API Gateway's console prints for a method test.

The log's lines: TestInvokeMethod as recorded 2025-09-29 (docs/fidelity.md). Like the console this starts at the
method, so a path is given without the stage, and nobody is kept out: neither policy, authorizer, API key nor throttle
is asked, while parameters and bodies are validated.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from emulator.access import tested
from emulator.api import IntegrationType
from emulator.exchange import Headers, HttpRequest, HttpResponse
from emulator.graph import StageState
from emulator.pipeline import Passage, respond
from emulator.served import Served

CUT = 998
"""Characters of the endpoint request's headers that the console shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A tried request: its passage, the answer, the seconds it took and the log's lines.

    `unchecked` are the checks that the same request would meet from outside.
    """

    passage: Passage
    response: HttpResponse
    seconds: float
    lines: tuple[str, ...] = field(default=())

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What a method's test leaves out, as in the console; nothing where no method answers the path."""
        routed = self.passage.routed
        if routed is None:
            return ()
        method = routed.method
        found = {
            "resource policy": routed.arrival.api.policy is not None,
            f"authorizer {method.authorizer}": method.authorizer is not None,
            "API key": method.key_required,
            "throttles": True,
        }
        return tuple(name for name, there in found.items() if there)

    def document(self) -> dict[str, object]:
        """Return what a machine reads: status, body, latency in milliseconds, the log's lines, what was unchecked."""
        return {
            "status": self.response.status,
            "body": self.response.body.decode("utf-8", "replace"),
            "latency": round(self.seconds * 1000),
            "log": list(self.lines),
            "unchecked": list(self.unchecked),
        }


async def attempt(served: Served, request: HttpRequest, *, canary: bool = False) -> Trial:
    """Send one request through the method that its target names, on the stable track or the canary's."""
    stage = next(iter(served.graph.stages))
    gateway = served.gateway

    def track(state: StageState) -> bool | None:
        return None if state.canary is None else canary

    chosen = replace(gateway, split=track, admit=tested, graph=replace(served.graph, mappings=(), closed=False))
    began = time.perf_counter()
    staged = HttpRequest(
        method=request.method,
        target=f"/{stage}{request.target}",
        headers=request.headers,
        body=request.body,
        source_ip="test-invoke-source-ip",
    )
    passage = await respond(staged, chosen)
    seconds = time.perf_counter() - began
    assert passage.response is not None  # noqa: S101 - `respond` always sets it
    lines = log_lines(passage, request, time.time())
    return Trial(passage=passage, response=passage.response, seconds=seconds, lines=tuple(lines))


def log_lines(passage: Passage, request: HttpRequest, epoch: float) -> list[str]:
    """Return the execution log, each line but the first with its time."""
    arrival, routed = passage.arrival, passage.routed
    identifier = arrival.request_id if arrival else "-"
    parameters = routed.parameters if routed else None
    texts = [
        f"Starting execution for request: {identifier}",
        f"HTTP Method: {request.method}, Resource Path: {request.target.partition('?')[0]}",
        f"Method request path: {_map(parameters.path if parameters else {})}",
        f"Method request query string: {_map(parameters.querystring if parameters else {})}",
        f"Method request headers: {_map(parameters.header if parameters else {})}",
        f"Method request body before transformations: {request.body.decode('utf-8', 'replace')}",
        *_endpoint_lines(passage),
        *_ending(passage),
    ]
    stamp = time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(epoch))
    return [f"Execution log for request {identifier}", *(f"{stamp} : {text}" for text in texts)]


def _endpoint_lines(passage: Passage) -> list[str]:
    sent, reply = passage.endpoint_request, passage.reply
    if sent is None or sent.validated.routed.method.integration.kind is IntegrationType.MOCK:
        return []  # MOCK has no endpoint
    address = endpoint_address(sent.uri)
    headers = _map(sent.headers)
    lines = [
        f"Endpoint request URI: {address}",
        f"Endpoint request headers: {headers if len(headers) <= CUT else headers[:CUT] + ' [TRUNCATED]'}",
        f"Endpoint request body after transformations: {sent.body.decode('utf-8', 'replace')}",
        f"Sending request to {address}",
    ]
    if reply is not None:
        lines += [
            f"Received response. Status: {reply.status}, Integration latency: {round(reply.latency * 1000)} ms",
            f"Endpoint response headers: {_map(dict(reply.headers))}",
            f"Endpoint response body before transformations: {reply.body.decode('utf-8', 'replace')}",
        ]
    return lines


def _ending(passage: Passage) -> list[str]:
    response, fault = passage.response, passage.fault
    assert response is not None  # noqa: S101 - `respond` always sets it
    completed = f"Method completed with status: {response.status}"
    if fault is not None:
        return [f"Execution failed: {fault.reason or fault.message or fault.kind}", completed]
    return [
        f"Method response body after transformations: {response.body.decode('utf-8', 'replace')}",
        f"Method response headers: {_map(dict(shown_headers(response.headers)))}",
        "Successfully completed execution",
        completed,
    ]


def shown_headers(headers: Headers) -> Headers:
    """Return an answer's headers as the console shows them: without the request's ids."""
    return tuple((name, value) for name, value in headers if name not in ("x-amzn-RequestId", "x-amz-apigw-id"))


def endpoint_address(uri: str) -> str:
    """Return the address that an integration's ARN stands for."""
    parts = uri.split(":", 5)
    if len(parts) != 6:  # noqa: PLR2004 - an ARN has six parts
        return uri
    region, service, path = parts[3], parts[4], parts[5]
    return f"https://{service}.{region}.amazonaws.com/{path.removeprefix('path/').lstrip('/')}"


def _map(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in values.items()) + "}"
