"""The API as one OpenAPI 3.0.1 document with API Gateway's extensions: plain text, no Output in it.

Everything that a deployment's snapshot holds is in the document, and so in its hash. ARNs are composed from
names that are fixed per stack and region. Extensions: API Gateway developer guide, "OpenAPI extensions".
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapping.caching import cached
from mapping.contract import Contract
from mapping.cors import Cors, gateway_parameters, with_cors
from mapping.gateway_responses import gateway_responses
from mapping.security import SIGV4, Scheme, secured

# Which answers of SageMaker's reach which template, as (selection pattern, status key, class for error.vtl).
# The pattern is matched against the whole status (botocore's apigateway model, IntegrationResponse); patterns are
# disjoint because the order among several is not defined. The status key only names the entry: the template
# sets the status that a client sees.
ERROR_CLASSES = (
    ("400", "400", "400"),
    ("424", "502", "424"),
    ("429", "429", "429"),
    (r"5\d{2}", "503", "5xx"),
    ("default", "500", "other"),
)
SUCCESS_PATTERN = r"2\d{2}"
VALIDATOR = "parameters"
# Every status that a template or a gateway response may answer with, for the document's readers.
CLIENT_STATUSES = {
    "400": "A parameter is missing or malformed, or the model does not take these ids",
    "404": "The model does not know these ids",
    "429": "Too many requests; retry after the seconds in Retry-After",
    "500": "The gateway is misconfigured",
    "502": "The model gave no usable answer",
    "503": "The model is not in service; retry after the seconds in Retry-After",
    "504": "The model did not answer in time",
}
TEMPLATES_ALONE = "Predicted ratings, served by a SageMaker endpoint through mapping templates alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One model's route: its contract and where its integration points.

    `role_arn` is what API Gateway assumes to invoke the endpoint, `timeout_milliseconds` how long it waits
    (50 to 29,000 unless the account's quota was raised), `max_items` 1 to 1000 (the gateway's bound on a loop).
    """

    contract: Contract
    region: str
    role_arn: str
    max_items: int
    timeout_milliseconds: int = 29_000
    partition: str = "aws"

    @property
    def uri(self) -> str:
        """The integration's URI; the stage variable chooses the endpoint, never the request."""
        variable = f"${{stageVariables.{self.contract.stage_variable}}}"
        return f"arn:{self.partition}:apigateway:{self.region}:runtime.sagemaker:path/endpoints/{variable}/invocations"

    @property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        """Integration responses by pattern: (status, template)."""
        limit = self.max_items
        failed = {
            pattern: (status, self.contract.error_template(backend=backend, max_items=limit))
            for pattern, status, backend in ERROR_CLASSES
        }
        return {SUCCESS_PATTERN: ("200", self.contract.response_template(max_items=limit)), **failed}

    @property
    def notes(self) -> Mapping[str, object]:
        """Further members of the operation."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What the document says of the API as a whole.

    `schemes` are asked for in every operation, all of them, and `key_source` says where an API key is read from.
    `cache_release` is the release whose answers are cached, None without a cache. `validate` lets the gateway refuse
    what lacks a parameter. `policy` is the resource policy, `compression_bytes` the size from which answers are
    compressed, `address` the only one under which the API is reached, None where its own is open.
    """

    name: str
    description: str = TEMPLATES_ALONE
    schemes: Sequence[Scheme] = ()
    key_source: str = "HEADER"
    cors: Cors | None = None
    cache_release: str | None = None
    validate: bool = True
    policy: Mapping[str, object] | None = None
    compression_bytes: int | None = None
    address: str | None = None

    @property
    def extensions(self) -> Mapping[str, object]:
        """The top-level `x-amazon-apigateway-*` and what else only some APIs have."""
        found: dict[str, object] = {}
        if self.validate:
            found["x-amazon-apigateway-request-validators"] = {
                VALIDATOR: {"validateRequestParameters": True, "validateRequestBody": False}
            }
        if self.schemes:
            found["x-amazon-apigateway-api-key-source"] = self.key_source
        if self.policy is not None:
            found["x-amazon-apigateway-policy"] = self.policy
        if self.compression_bytes is not None:
            found["x-amazon-apigateway-minimum-compression-size"] = self.compression_bytes
        if self.address is not None:
            closed = {"disableExecuteApiEndpoint": True}
            found["servers"] = [{"url": self.address, "x-amazon-apigateway-endpoint-configuration": closed}]
        return found


def document(api: Api, routes: Sequence[Route]) -> str:
    """Return the API's document as canonical JSON text: the same API gives the same text, byte for byte."""
    components: dict[str, object] = {"schemas": _schemas(routes)}
    if api.schemes:
        components["securitySchemes"] = {scheme.name: scheme.definition for scheme in api.schemes}
    paths = cached(secured(_paths(routes, validate=api.validate), api.schemes), api.cache_release)
    body = {
        "openapi": "3.0.1",
        "info": {"title": api.name, "description": api.description, "version": "1"},
        "paths": with_cors(paths, api.cors),
        "components": components,
        "x-amazon-apigateway-gateway-responses": gateway_responses(
            signed=any(scheme.name == SIGV4 for scheme in api.schemes), parameters=gateway_parameters(api.cors)
        ),
        **api.extensions,
    }
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False)


def document_hash(text: str) -> str:
    """SHA-256 (64 hex) of a document's text; what names a deployment is its beginning."""
    return hashlib.sha256(text.encode()).hexdigest()


def _paths(routes: Sequence[Route], *, validate: bool) -> dict[str, dict[str, dict[str, object]]]:
    paths: dict[str, dict[str, dict[str, object]]] = {}
    for route in routes:
        validator = {"x-amazon-apigateway-request-validator": VALIDATOR} if validate else {}
        paths.setdefault(route.contract.path, {})[route.contract.method] = {**_operation(route), **validator}
    return paths


def _operation(route: Route) -> dict[str, object]:
    contract = route.contract
    return {
        "operationId": contract.operation,
        "summary": contract.summary,
        **route.notes,
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.location,
                "required": True,
                "description": parameter.description,
                "schema": {"type": "string"},
                "example": parameter.example,
            }
            for parameter in contract.parameters
        ],
        "responses": {
            "200": _response("Predicted ratings in the order of the items", _schema_name(contract)),
            **{status: _response(text, "Error") for status, text in CLIENT_STATUSES.items()},
        },
        "x-amazon-apigateway-integration": _integration(route),
    }


def _response(description: str, schema: str) -> dict[str, object]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _integration(route: Route) -> dict[str, object]:
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": route.uri,
        "credentials": route.role_arn,
        "passthroughBehavior": "never",
        "timeoutInMillis": route.timeout_milliseconds,
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/json'",
            "integration.request.header.Accept": "'application/json'",
        },
        "requestTemplates": {"application/json": route.contract.request_template(max_items=route.max_items)},
        "responses": {
            pattern: {"statusCode": status, "responseTemplates": {"application/json": template}}
            for pattern, (status, template) in route.answers.items()
        },
    }


def _schema_name(contract: Contract) -> str:
    return str(contract.schema("response")["title"])


def _schemas(routes: Sequence[Route]) -> dict[str, object]:
    schemas: dict[str, object] = {
        "Error": {
            "type": "object",
            "required": ["message", "requestId"],
            "properties": {
                "message": {"type": "string"},
                "parameter": {"type": "string"},
                "requestId": {"type": "string"},
            },
        }
    }
    for route in routes:
        schema = dict(route.contract.schema("response"))
        schema.pop("$schema", None)  # OpenAPI 3.0 schema objects have no such key
        schemas[_schema_name(route.contract)] = schema
    return schemas
