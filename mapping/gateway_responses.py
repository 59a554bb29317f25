"""What API Gateway itself answers, before or instead of a template: one JSON form for every fault.

Types and default statuses: as AWS lists them (recorded 2024-04-15; see docs/fidelity.md). Gateway responses are
not templates: only simple `$context` variables are replaced. `messageString` comes with its quotes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

OWN_MESSAGE = '{"message": $context.error.messageString, "requestId": "$context.requestId"}'


def _fixed(message: str) -> str:
    return f'{{"message": "{message}", "requestId": "$context.requestId"}}'


UNSIGNED = "MISSING_AUTHENTICATION_TOKEN"

# type: (status, or None for the type's own; template; headers)
_RESPONSES: dict[str, tuple[str | None, str, dict[str, str]]] = {
    "DEFAULT_4XX": (None, OWN_MESSAGE, {}),
    "DEFAULT_5XX": (None, _fixed("The gateway could not answer"), {}),
    # An unknown path or method raises this type on an open API; a reader expects 404.
    UNSIGNED: ("404", _fixed("No such route"), {}),
    "RESOURCE_NOT_FOUND": ("404", _fixed("No such route"), {}),
    "BAD_REQUEST_PARAMETERS": ("400", OWN_MESSAGE, {}),
    "BAD_REQUEST_BODY": ("400", OWN_MESSAGE, {}),
    "UNSUPPORTED_MEDIA_TYPE": ("415", OWN_MESSAGE, {}),
    # AWS's own message names the API's ARN with four digits of the account (public; see docs/fidelity.md).
    "ACCESS_DENIED": ("403", _fixed("The caller may not do this"), {}),
    # An authorizer that is down says nothing of the caller: AWS's 500 would send him away instead of back. One that
    # raises anything but `Unauthorized` is said to be misconfigured (public reports; see docs/fidelity.md).
    "AUTHORIZER_FAILURE": ("503", _fixed("The caller could not be checked"), {"Retry-After": "1"}),
    "AUTHORIZER_CONFIGURATION_ERROR": ("503", _fixed("The caller could not be checked"), {"Retry-After": "1"}),
    "THROTTLED": ("429", _fixed("Too many requests"), {"Retry-After": "1"}),
    "QUOTA_EXCEEDED": ("429", _fixed("The quota is used up"), {"Retry-After": "3600"}),
    "INTEGRATION_FAILURE": ("502", _fixed("The model could not be reached"), {}),
    "INTEGRATION_TIMEOUT": ("504", _fixed("The model did not answer in time"), {}),
}


_NO_PARAMETERS = MappingProxyType[str, str]({})


def gateway_responses(
    *, signed: bool = False, parameters: Mapping[str, str] = _NO_PARAMETERS
) -> dict[str, dict[str, Any]]:
    """The value of `x-amazon-apigateway-gateway-responses`; every entry maps `parameters` besides its own.

    Under IAM (`signed`) a request without a signature raises what an unknown route raises: its 403 stays, as AWS's
    clients expect it.
    """
    entries: dict[str, dict[str, Any]] = {}
    for kind, (status, template, headers) in _RESPONSES.items():
        if signed and kind == UNSIGNED:
            continue
        entry: dict[str, Any] = {"responseTemplates": {"application/json": template}}
        if status is not None:
            entry["statusCode"] = status
        own = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()}
        if own or parameters:
            entry["responseParameters"] = {**parameters, **own}
        entries[kind] = entry
    return entries
