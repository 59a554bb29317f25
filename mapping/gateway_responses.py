"""What API Gateway itself answers, before or instead of a template: one JSON form for every fault.

Types and default statuses: as AWS lists them (recorded 2024-04-15; see docs/fidelity.md). Gateway responses are
not templates: only simple `$context` variables are replaced. `messageString` comes with its quotes.
"""

from typing import Any

OWN_MESSAGE = '{"message": $context.error.messageString, "requestId": "$context.requestId"}'


def _fixed(message: str) -> str:
    return f'{{"message": "{message}", "requestId": "$context.requestId"}}'


# type: (status, or None for the type's own; template; headers)
_RESPONSES: dict[str, tuple[str | None, str, dict[str, str]]] = {
    "DEFAULT_4XX": (None, OWN_MESSAGE, {}),
    "DEFAULT_5XX": (None, _fixed("The gateway could not answer"), {}),
    # An unknown path or method raises this type on an open API; a reader expects 404.
    "MISSING_AUTHENTICATION_TOKEN": ("404", _fixed("No such route"), {}),
    "RESOURCE_NOT_FOUND": ("404", _fixed("No such route"), {}),
    "BAD_REQUEST_PARAMETERS": ("400", OWN_MESSAGE, {}),
    "BAD_REQUEST_BODY": ("400", OWN_MESSAGE, {}),
    "UNSUPPORTED_MEDIA_TYPE": ("415", OWN_MESSAGE, {}),
    "THROTTLED": ("429", _fixed("Too many requests"), {"Retry-After": "1"}),
    "QUOTA_EXCEEDED": ("429", _fixed("The quota is used up"), {"Retry-After": "3600"}),
    "INTEGRATION_FAILURE": ("502", _fixed("The model could not be reached"), {}),
    "INTEGRATION_TIMEOUT": ("504", _fixed("The model did not answer in time"), {}),
}


def gateway_responses() -> dict[str, dict[str, Any]]:
    """The value of `x-amazon-apigateway-gateway-responses`."""
    entries: dict[str, dict[str, Any]] = {}
    for kind, (status, template, headers) in _RESPONSES.items():
        entry: dict[str, Any] = {"responseTemplates": {"application/json": template}}
        if status is not None:
            entry["statusCode"] = status
        if headers:
            entry["responseParameters"] = {
                f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()
            }
        entries[kind] = entry
    return entries
