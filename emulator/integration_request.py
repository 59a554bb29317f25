"""From a validated request to what the integration is asked: mapping, template, overrides, URI. Pure.

Order (recorded): parameter mapping, request template, legality of the mapped headers, then the integration.
"""

import re
from collections.abc import Mapping
from typing import cast

from emulator import expressions, templates
from emulator.api import Integration, IntegrationType, Passthrough
from emulator.binary import is_binary, request_payload
from emulator.exchange import EndpointRequest, Validated
from emulator.faults import Fault, FaultType
from emulator.headers import ILLEGAL_TOWARDS_AWS
from emulator.lambda_uri import filled
from mapping.variables import Overrides, Variables

_PATH_PARAMETER = re.compile(r"\{([^}]*)\}")
FRESH = Overrides(request={"path": {}, "header": {}, "querystring": {}}, response={"header": {}})
"""What the override maps begin with (recorded 2025-05-20)."""


def integration_request(validated: Validated, trace_id: str) -> EndpointRequest:
    """Build the integration's request.

    Raises:
        Fault: 415 where no template fits and passing through is not allowed; 500 for a template that fails, a
            payload that cannot be converted, or a header that may not be mapped.
    """
    routed = validated.routed
    arrival, integration = routed.arrival, routed.method.integration
    mapped = _mapped(validated)
    body, overrides = _body(validated)
    for kind in ("header", "querystring", "path"):
        found = overrides.request.get(kind)
        if isinstance(found, Mapping):
            values = cast("Mapping[str, object]", found)
            mapped[kind] |= {name: _text(value) for name, value in values.items()}
    _require_legal(integration, mapped["header"])
    headers = {
        "Accept": "application/json",
        "User-Agent": f"AmazonAPIGateway_{arrival.api.id}",
        "X-Amzn-Apigateway-Api-Id": arrival.api.id,
        "X-Amzn-Trace-Id": trace_id,
    }
    if arrival.request.body:
        headers["Content-Type"] = arrival.request.header("Content-Type") or "application/json"
    return EndpointRequest(
        validated=validated,
        uri=_uri(integration.uri, arrival.variables, mapped["path"]),
        headers=_laid_over(headers, mapped["header"]),
        querystring=mapped["querystring"],
        body=body,
        overrides=overrides,
    )


def _mapped(validated: Validated) -> dict[str, dict[str, str]]:
    routed = validated.routed
    found: dict[str, dict[str, str]] = {"header": {}, "querystring": {}, "path": {}}
    for target, expression in routed.method.integration.parameters.items():
        value = expressions.evaluate(
            expression,
            parameters=routed.parameters,
            variables=routed.arrival.variables,
            context=routed.context,
            backend={},
        )
        kind, _, name = target.partition(".")
        if value is not None and kind in found:
            found[kind][name] = value
    return found


def _body(validated: Validated) -> tuple[bytes, Overrides]:
    """Return the body after transformation, and the overrides that its template set."""
    routed, content_type = validated.routed, validated.content_type
    request, integration = routed.arrival.request, routed.method.integration
    binary = is_binary(content_type, routed.arrival.api.binary_media_types)
    template = integration.templates.get(content_type)
    if template is None:
        if integration.passthrough is Passthrough.NEVER or (
            integration.passthrough is Passthrough.WHEN_NO_TEMPLATES and integration.templates
        ):
            raise Fault(
                FaultType.UNSUPPORTED_MEDIA_TYPE, reason=f"no template for {content_type}, {integration.passthrough}"
            )
        payload = request_payload(request.body, integration.content_handling, binary=binary)
        return payload if isinstance(payload, bytes) else payload.encode(), FRESH
    payload = request_payload(request.body, integration.content_handling, binary=binary)
    if isinstance(payload, bytes):
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason="a template cannot take a binary payload")
    rendered = templates.render(
        template,
        Variables(
            body=payload,
            path=routed.parameters.path,
            querystring=routed.parameters.querystring,
            header=routed.parameters.header,
            context=routed.context,
            stage_variables=routed.arrival.variables,
            overrides=FRESH,
        ),
    )
    return rendered.text.encode(), rendered.overrides


def _require_legal(integration: Integration, mapped: Mapping[str, str]) -> None:
    illegal = [name for name in mapped if name.lower() in ILLEGAL_TOWARDS_AWS]
    if illegal and integration.kind is IntegrationType.AWS:
        raise Fault(
            FaultType.API_CONFIGURATION_ERROR,
            reason=f"header {illegal[0]} may not be mapped onto an integration of type AWS",
        )


def _uri(uri: str, variables: Mapping[str, str], path: Mapping[str, str]) -> str:
    """Fill stage variables and path parameters in; an unknown one leaves nothing."""
    return _PATH_PARAMETER.sub(lambda match: path.get(match[1], ""), filled(uri, variables))


def _laid_over(headers: Mapping[str, str], mapped: Mapping[str, str]) -> dict[str, str]:
    taken = {name.lower() for name in mapped}
    return {**{name: value for name, value in headers.items() if name.lower() not in taken}, **mapped}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
