"""The API's document as its callers read it: plain OpenAPI 3.0, with nothing of how it is served. Pure.

Without AWS's extensions, preflights and internal notes; with each parameter's pattern, bearer tokens said as OpenAPI
says them, and keys and tokens asked for together where both are: the gateway's own form lists them one by one, which
OpenAPI reads as one or the other.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from mapping.contract import Contract
from mapping.function_route import function_contract
from mapping.operations import PREFLIGHT
from mapping.security import BEARER, COGNITO, SIGV4

ADDRESS = "https://{api}.execute-api.{region}.amazonaws.com/{stage}"
"""An API's own address, whose id is not known before it is deployed."""
_EXTENSION = "x-amazon-"
_TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "description": "AWS Signature Version 4 for the service execute-api",
}
_SCHEMES: Mapping[str, Mapping[str, str]] = {BEARER: _TOKEN, COGNITO: _TOKEN, SIGV4: _SIGNED}

Json = dict[str, Any]


def own_address(*, region: str, stage: str) -> Json:
    """Return the server of an API under its own address; its id is a variable."""
    variables = {
        "api": {"default": "api-id", "description": "The id of the API: the output `url` has it"},
        "region": {"default": region},
        "stage": {"default": stage},
    }
    return {"url": ADDRESS, "variables": variables}


def published(document: str, contracts: Sequence[Contract], server: Mapping[str, object]) -> str:
    """Return the document for callers as JSON; `contracts` are those of its routes, `server` is where they call it."""
    body = cast("Json", _plain(json.loads(document)))
    patterns = {
        (contract.path, parameter.name): parameter.pattern
        for contract in contracts
        for parameter in contract.parameters
    }
    body["servers"] = [dict(server)]
    body["paths"] = {
        path: {
            method: _operation(operation, {name: text for (where, name), text in patterns.items() if where == path})
            for method, operation in operations.items()
            if method != PREFLIGHT
        }
        for path, operations in cast("dict[str, Json]", body["paths"]).items()
    }
    schemes = body["components"].get("securitySchemes", {})
    if schemes:
        body["components"]["securitySchemes"] = {name: _SCHEMES.get(name, each) for name, each in schemes.items()}
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, dict):
        members = cast("Json", value)
        return {name: _plain(each) for name, each in members.items() if not name.startswith(_EXTENSION)}
    return [_plain(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def _operation(operation: Json, patterns: Mapping[str, str]) -> Json:
    found = dict(operation)
    if function_contract(json.dumps({"paths": {"/": {"get": operation}}})) is not None:
        del found["description"]
    found["parameters"] = [
        {**each, "schema": {**each["schema"], "pattern": patterns[each["name"]]}} if each["name"] in patterns else each
        for each in operation["parameters"]
    ]
    required = cast("list[Mapping[str, list[str]]]", operation.get("security", []))
    if required:
        scopes = sorted({scope for entry in required for each in entry.values() for scope in each})
        found["security"] = [{name: [] for entry in required for name in entry}]  # 3.0 has scopes for OAuth 2 alone
        if scopes:
            found["description"] = f"The token needs one of the scopes {', '.join(scopes)}"
    return found
