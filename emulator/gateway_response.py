"""The one place where a fault becomes an answer. Pure.

A customised gateway response replaces body, status and adds headers; where nothing is customised the wire shows
bodies that are no renders of the template which GetGatewayResponse lists (recorded 2024-12-11). Gateway responses
are not VTL: only simple `$context`, `$stageVariables` and `$method.request` variables are replaced.
"""

import json
import re
from collections.abc import Mapping

from emulator import expressions
from emulator.api import CustomResponse
from emulator.exchange import Headers, HttpResponse, Parameters
from emulator.faults import WIRE, Fault, Wire

BUILT_IN_TEMPLATE = '{"message":$context.error.messageString}'
_CLASS_5XX = 500
_VARIABLE = re.compile(
    r"\$(?:\{(?P<braced>[A-Za-z][\w.\-]*)\}|(?P<plain>(?:context|stageVariables|method\.request)(?:\.[A-Za-z_][\w\-]*)+))"
)


def fault_response(
    fault: Fault,
    custom: CustomResponse | None,
    *,
    ids: Headers,
    parameters: Parameters,
    variables: Mapping[str, str],
    context: Mapping[str, object],
) -> HttpResponse:
    """Return the answer to a fault. `ids` are the headers with the request's ids; errors carry no trace id."""
    wire = WIRE[fault.kind]
    typed = ("x-amzn-ErrorType", wire.error_type)
    text = json.dumps(fault.message)
    if custom is None:
        body = wire.body.format(text)
        return HttpResponse(
            status=wire.status, headers=(("Content-Type", "application/json"), *ids, typed), body=body.encode()
        )
    error = {"message": fault.message or "", "messageString": text, "responseType": fault.kind.value}
    whole = {**context, "error": error}

    def value(expression: str) -> str | None:
        return expressions.evaluate(expression, parameters=parameters, variables=variables, context=whole, backend={})

    media, template = _template(custom)
    body = _VARIABLE.sub(lambda match: value(match["braced"] or match["plain"]) or "", template)
    mapped = {name: found for name, source in custom.parameters.items() if (found := value(source)) is not None}
    status = wire.listed if custom.status is None else custom.status
    return HttpResponse(
        status=status, headers=(("Content-Type", media), *ids, typed, *mapped.items()), body=body.encode()
    )


def response_class(wire: Wire) -> str:
    """Return the name of the default that a type without an entry of its own inherits."""
    return "DEFAULT_5XX" if wire.listed >= _CLASS_5XX else "DEFAULT_4XX"


def _template(custom: CustomResponse) -> tuple[str, str]:
    """Return media type and text: the JSON one, else the first; the built-in one where none is given."""
    if not custom.templates:
        return "application/json", BUILT_IN_TEMPLATE
    media = "application/json" if "application/json" in custom.templates else next(iter(custom.templates))
    return media, custom.templates[media]
