"""One request's way through the gateway: the ordered list of stages, each an arrow between two frozen types.

Any of them may raise a `Fault`; one renderer turns it into an answer. The order is what was recorded on AWS: which
failure is answered when several apply (docs/fidelity.md, "Order of evaluation").
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from emulator import arrival as arriving
from emulator.api import IntegrationType
from emulator.compression import packed, unpacked
from emulator.exchange import (
    Arrival,
    EndpointReply,
    EndpointRequest,
    HttpRequest,
    HttpResponse,
    Parameters,
    Routed,
    Validated,
)
from emulator.faults import WIRE, Fault, FaultType
from emulator.gateway_response import fault_response, response_class
from emulator.graph import Graph, StageState
from emulator.http_server import MAX_BODY
from emulator.integration_request import integration_request
from emulator.integration_response import integration_response
from emulator.mock import mock_reply
from emulator.routing import Node, find
from emulator.tracing import trace_id
from emulator.validation import check_body, check_parameters

Invoke = Callable[[EndpointRequest], Awaitable[EndpointReply]]
Admit = Callable[[Routed], Awaitable[Routed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """What the stages need beside the request: the graph, and the few things that are not pure."""

    graph: Graph
    trees: Mapping[str, Node]
    admit: Admit
    split: Callable[[StageState], bool | None]
    clock: Callable[[], float]
    invoke: Invoke


@dataclass(slots=True, kw_only=True)
class Passage:
    """How far a request came. What it did not reach is None; `response` is there at the end."""

    request: HttpRequest
    arrival: Arrival | None = None
    routed: Routed | None = None
    validated: Validated | None = None
    endpoint_request: EndpointRequest | None = None
    reply: EndpointReply | None = None
    fault: Fault | None = None
    response: HttpResponse | None = None


async def respond(request: HttpRequest, gateway: Gateway) -> Passage:
    """Take one request through; the passage it returns has its response."""
    passage = Passage(request=request)
    trace = trace_id(request.header("X-Amzn-Trace-Id"), gateway.clock())
    try:
        passage.arrival = arrived(request, gateway)
        passage.arrival = unpacked(passage.arrival)
        passage.routed = routed(passage.arrival, gateway)
        passage.routed = await gateway.admit(passage.routed)
        passage.validated = validated(passage.routed)
        passage.endpoint_request = integration_request(passage.validated, trace)
        if passage.routed.method.integration.kind is IntegrationType.MOCK:
            passage.reply, trace = mock_reply(passage.endpoint_request), ""
        else:
            passage.reply = await gateway.invoke(passage.endpoint_request)
        response = integration_response(passage.reply, ids(passage.arrival, trace))
        passage.response = packed(response, passage.arrival)
    except Fault as fault:
        passage.fault = fault
        passage.response = answered(fault, passage, gateway)
    return passage


def arrived(request: HttpRequest, gateway: Gateway) -> Arrival:
    """Take the request in; a path below no stage is a 403."""
    arrival = arriving.arrive(request, gateway.graph, gateway.split, gateway.clock)
    if arrival is None:
        raise Fault(FaultType.FORBIDDEN, reason=f"no stage is called so: {', '.join(gateway.graph.stages)} are there")
    return arrival


def routed(arrival: Arrival, gateway: Gateway) -> Routed:
    """Find the method, in the deployment of the request's track."""
    match = find(gateway.trees[arrival.deployment], arrival.request.method, arrival.path)
    if match is None:
        raise Fault(FaultType.MISSING_AUTHENTICATION_TOKEN, reason="no such path or method")
    method, path = match
    return Routed(
        arrival=arrival,
        method=method,
        parameters=arriving.parameters(arrival, path),
        context=arriving.context(arrival, gateway.graph.place, method),
    )


def validated(request: Routed) -> Validated:
    """Check size, required parameters and body, in this order. A missing Content-Type is application/json."""
    raw = request.arrival.request
    if len(raw.body) > MAX_BODY:
        raise Fault(FaultType.REQUEST_TOO_LARGE)
    content_type = (raw.header("Content-Type") or "application/json").split(";")[0].strip().lower()
    check_parameters(request.method.validation, request.parameters)
    check_body(request.method.validation, content_type, raw.body)
    return Validated(routed=request, content_type=content_type)


def ids(arrival: Arrival, trace: str = "") -> tuple[tuple[str, str], ...]:
    """Return the headers with a request's ids, in the casing that AWS was recorded to use."""
    found = (("x-amzn-RequestId", arrival.request_id), ("x-amz-apigw-id", arrival.extended_id))
    return (*found, ("X-Amzn-Trace-Id", trace)) if trace else found


def answered(fault: Fault, passage: Passage, gateway: Gateway) -> HttpResponse:
    """Render a fault, through the deployment's customised gateway responses where the request reached one."""
    arrival = passage.arrival
    if arrival is None:
        own = (("x-amzn-RequestId", arriving.new_request_id()), ("x-amz-apigw-id", arriving.new_extended_id()))
        return fault_response(fault, None, ids=own, parameters=Parameters(), variables={}, context={})
    routed_or_not = passage.routed
    if routed_or_not is None:
        context, parameters = arriving.context(arrival, gateway.graph.place, None), arriving.parameters(arrival, {})
    else:
        context, parameters = routed_or_not.context, routed_or_not.parameters
    custom = arrival.api.response(fault.kind, response_class(WIRE[fault.kind]))
    return fault_response(
        fault, custom, ids=ids(arrival), parameters=parameters, variables=arrival.variables, context=context
    )
