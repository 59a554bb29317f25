"""Calls from web pages of another origin: the preflight, and the headers of every answer, errors too.

The contracts' templates never change once they are released, so the headers come from the document around them:
integration responses' parameters, and gateway responses' for what API Gateway answers by itself. Neither can choose
between origins, so there is one, or `*`. Headers: https://fetch.spec.whatwg.org/#http-responses; the mapping of
constants: API Gateway developer guide, "Enable CORS for a resource" (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from mapping.operations import INTEGRATION, PREFLIGHT, Operation, Paths, each_operation, section

EXPOSED = "Retry-After"
"""What a page may read beside the body: when to come back."""
_HEADER = "method.response.header."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """`origin` may read answers (`*` for every one), may send `headers`, and asks again after `max_age_seconds`."""

    origin: str
    headers: Sequence[str]
    max_age_seconds: int

    @property
    def answered(self) -> Mapping[str, str]:
        """The headers of every answer, by their name."""
        return {"Access-Control-Allow-Origin": self.origin, "Access-Control-Expose-Headers": EXPOSED}


def with_cors(paths: Paths, cors: Cors | None) -> Paths:
    """Add the headers to every answer and a preflight to every path."""
    if cors is None:
        return paths
    answered = each_operation(paths, lambda _path, operation: _answered(operation, cors))
    return {path: {**operations, PREFLIGHT: _preflight(operations, cors)} for path, operations in answered.items()}


def gateway_parameters(cors: Cors | None) -> Mapping[str, str]:
    """What every gateway response maps besides its own."""
    if cors is None:
        return {}
    return {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in cors.answered.items()}


def _answered(operation: Operation, cors: Cors) -> Operation:
    integration = section(operation, INTEGRATION)
    mapped = {f"{_HEADER}{name}": f"'{value}'" for name, value in cors.answered.items()}
    responses = {
        pattern: {**response, "responseParameters": {**section(response, "responseParameters"), **mapped}}
        for pattern, response in cast("Mapping[str, Operation]", section(integration, "responses")).items()
    }
    declared = {
        status: {**response, "headers": {**section(response, "headers"), **_declared(cors.answered)}}
        for status, response in cast("Mapping[str, Operation]", section(operation, "responses")).items()
    }
    return {**operation, "responses": declared, INTEGRATION: {**integration, "responses": responses}}


def _preflight(operations: Mapping[str, Operation], cors: Cors) -> Operation:
    methods = sorted(method.upper() for method in operations)
    told = {
        "Access-Control-Allow-Origin": cors.origin,
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        "Access-Control-Max-Age": str(cors.max_age_seconds),
    }
    parameters = [
        parameter
        for operation in operations.values()
        for parameter in cast("Sequence[Operation]", operation.get("parameters", ()))
        if parameter["in"] == "path"
    ]
    return {
        "summary": "What a page of another origin may ask for",
        "parameters": parameters,
        "responses": {"204": {"description": "What is allowed", "headers": _declared(told)}},
        INTEGRATION: {
            "type": "mock",
            "passthroughBehavior": "never",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {
                "default": {
                    "statusCode": "204",
                    "responseParameters": {f"{_HEADER}{name}": f"'{value}'" for name, value in told.items()},
                }
            },
        },
    }


def _declared(headers: Mapping[str, str]) -> dict[str, object]:
    return {name: {"schema": {"type": "string"}} for name in headers}
