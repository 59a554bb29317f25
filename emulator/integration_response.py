"""From the integration's reply to the client's answer: selection, mapping, template, overrides, headers. Pure."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from emulator import expressions, templates
from emulator.api import IntegrationResponse, IntegrationType
from emulator.binary import is_binary, response_payload
from emulator.exchange import EndpointReply, HttpResponse
from emulator.faults import Fault, FaultType
from emulator.headers import towards_client
from emulator.lambda_uri import names_function
from mapping.variables import Overrides, Variables

JSON = "application/json"
SUCCESS = 200
LOWEST_STATUS, HIGHEST_STATUS = 100, 599


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def select(responses: tuple[IntegrationResponse, ...], value: str | None) -> IntegrationResponse:
    """Choose the integration response: the first whose pattern is the whole `value`, else the default.

    `value` None matches no pattern.

    Raises:
        Fault: nothing matches and there is no default.
    """
    for response in responses:
        if response.pattern is not None and value is not None and _compiled(response.pattern).fullmatch(value):
            return response
    for response in responses:
        if response.pattern is None:
            return response
    reason = f"no match for output mapping and no default output mapping configured, endpoint status {value or 200}"
    raise Fault(FaultType.API_CONFIGURATION_ERROR, reason=reason)


def selection_value(reply: EndpointReply) -> str | None:
    """Return what selection patterns are matched against: the status, for Lambda a function's `errorMessage`.

    A function that succeeds matches none, not even `200` (recorded 2025-05-05).
    """
    if reply.status != SUCCESS or not names_function(reply.request.uri):
        return str(reply.status)
    try:
        found = cast("object", json.loads(reply.body))
    except ValueError:
        return None
    message = cast("Mapping[str, object]", found).get("errorMessage") if isinstance(found, dict) else None
    return message if isinstance(message, str) and message else None


def integration_response(reply: EndpointReply, ids: tuple[tuple[str, str], ...]) -> HttpResponse:
    """Build the client's answer. Nothing of the backend's passes by itself, its status and Content-Type included.

    `ids` are the headers with the request's ids, the trace id among them where there is one.

    Raises:
        Fault: no integration response fits, its template fails, or the payload cannot be converted.
    """
    request = reply.request
    routed = request.validated.routed
    response = select(routed.method.integration.responses, selection_value(reply))
    backend = {name.lower(): value for name, value in reply.headers}
    mapped: dict[str, str] = {}
    for name, expression in response.parameters.items():
        value = expressions.evaluate(
            expression,
            parameters=routed.parameters,
            variables=routed.arrival.variables,
            context=routed.context,
            backend=backend,
        )
        if value is not None:
            mapped[name] = value
    media, body, overrides = _body(reply, response, backend)
    override = overrides.response.get("header")
    if isinstance(override, Mapping):
        laid = {name: str(value) for name, value in cast("Mapping[str, object]", override).items()}
        mapped = {name: value for name, value in mapped.items() if name not in laid} | laid
    headers = towards_client(mapped)
    own = () if any(name.lower() == "content-type" for name in headers) else (("Content-Type", media),)
    return HttpResponse(status=_status(overrides, response.status), headers=(*own, *ids, *headers.items()), body=body)


def _status(overrides: Overrides, chosen: int) -> int:
    """Return the status of the override if it is an integer between 100 and 599; any other is ignored."""
    status = overrides.response.get("status")
    if isinstance(status, int) and not isinstance(status, bool) and LOWEST_STATUS <= status <= HIGHEST_STATUS:
        return int(status)
    return chosen


def _body(
    reply: EndpointReply, response: IntegrationResponse, backend: Mapping[str, str]
) -> tuple[str, bytes, Overrides]:
    """Return media type, body and overrides after the response template."""
    request = reply.request
    routed = request.validated.routed
    arrival = routed.arrival
    accept = arrival.request.header("Accept") or JSON
    types = arrival.api.binary_media_types
    payload: str | bytes = reply.body.decode("utf-8", "replace")
    if types or response.content_handling is not None:
        payload = response_payload(
            reply.body,
            response.content_handling,
            binary=is_binary(backend.get("content-type", JSON), types),
            wanted=is_binary(accept, types),
        )
    if not response.templates:
        if routed.method.integration.kind is IntegrationType.MOCK:
            payload = b""
        return JSON, payload if isinstance(payload, bytes) else payload.encode(), request.overrides
    if isinstance(payload, bytes):
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason="a response template cannot take a binary payload")
    media = _media(response, accept)
    rendered = templates.render(
        response.templates[media],
        Variables(
            body=payload,
            path=routed.parameters.path,
            querystring=routed.parameters.querystring,
            header=routed.parameters.header,
            context=routed.context,
            stage_variables=arrival.variables,
            overrides=request.overrides,
        ),
    )
    return media, rendered.text.encode(), rendered.overrides


def _media(response: IntegrationResponse, accept: str) -> str:
    """Choose the template: by the first type of Accept, else JSON, else the first (developer guide)."""
    wanted = accept.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0].strip().lower()
    for media in (wanted, JSON):
        if media in response.templates:
            return media
    return next(iter(response.templates))
