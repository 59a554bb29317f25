"""Lint what holds several templates: a contract's folder, and an OpenAPI document with API Gateway's extensions."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from mapping.contract import CONTRACTS, Contract
from mapping.lint.model import Finding, Rule, Side
from mapping.lint.overrides import fatal_mappings
from mapping.lint.template import lint_template, overrides_of
from mapping.variables import Variables

_MAX_ITEMS = 100
_BACKENDS = ("400", "424", "429", "4xx", "5xx")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")
_INTEGRATION = "x-amazon-apigateway-integration"

Json = Mapping[str, object]


def lint_contract(contract: Contract, *, max_items: int = _MAX_ITEMS) -> list[Finding]:
    """Lint a contract's templates as they are deployed: each with the checks that stand before it.

    Places are those of the contract's own files. Each is rendered for the example parameters too, the response
    templates with an answer that fits the model's schema or with SageMaker's error body.
    """
    request = contract.request_template(max_items=max_items)
    overridden = overrides_of(request)
    sample = _sample(contract)
    found = lint_template(request, file="request.vtl", side=Side.REQUEST, samples=[sample(body="")])
    answers: list[tuple[str, str, object]] = [
        ("response.vtl", contract.response_template(max_items=max_items), example(contract.schema("model-response"))),
        *(
            ("error.vtl", contract.error_template(backend=b, max_items=max_items), {"message": "ModelError"})
            for b in _BACKENDS
        ),
    ]
    for file, source, body in answers:
        samples = [sample(body=json.dumps(body))]
        found += lint_template(source, file=file, side=Side.RESPONSE, samples=samples, overridden=overridden)
    return sorted({_placed(finding, contract) for finding in found})


def _placed(finding: Finding, contract: Contract) -> Finding:
    """Move a finding from the deployed template to the file it was made of."""
    checks = contract.files["check.vtl"].count("\n")
    folder = CONTRACTS / contract.name
    if 0 < finding.line <= checks:
        file, line = "check.vtl", finding.line
    else:
        file, line = finding.file, max(0, finding.line - checks)
    return Finding(str(folder / file), line, finding.column, finding.rule, finding.message)


def _sample(contract: Contract) -> Callable[..., Variables]:
    given = {kind: {p.name: p.example for p in contract.parameters if p.location == kind} for kind in ("path", "query")}
    context = {"requestId": "3f1c7c0e-9a57-4c3e-8d2b-0d2f6c1a7b11", "stage": "sample"}

    def sample(*, body: str) -> Variables:
        return Variables(body=body, path=given["path"], querystring=given["query"], context=context)

    return sample


def example(schema: Json) -> object:
    """Return the smallest value that the schemas in use here allow: required members, one element, numbers 1."""
    if "enum" in schema:
        return cast("list[object]", schema["enum"])[0]
    match schema.get("type"):
        case "object":
            members = cast("Mapping[str, Json]", schema.get("properties", {}))
            required = cast("list[str]", schema.get("required", list(members)))
            return {name: example(members.get(name, {})) for name in required}
        case "array":
            return [example(cast("Json", schema.get("items", {})))] * max(1, cast("int", schema.get("minItems", 1)))
        case "number" | "integer":
            return max(1, cast("int", schema.get("minimum", 1)))
        case "string":
            return "text"
        case "boolean":
            return True
        case _:
            return None


def lint_openapi(document: Json, *, file: str = "-") -> list[Finding]:
    """Lint every integration in an OpenAPI document: its templates, and the headers it maps."""
    found: list[Finding] = []
    for name, integration in _integrations(document):
        overridden = dict[tuple[str, ...], int]()
        for media, source in _texts(integration.get("requestTemplates")):
            overridden = overrides_of(source)
            found += lint_template(source, file=f"{file}: {name} request {media}", side=Side.REQUEST)
        responses = cast("Mapping[str, Json]", integration.get("responses", {}))
        for pattern, response in responses.items():
            for media, source in _texts(response.get("responseTemplates")):
                place = f"{file}: {name} response {pattern} {media}"
                found += lint_template(source, file=place, side=Side.RESPONSE, overridden=overridden)
        mapped = iter(dict(_texts(integration.get("requestParameters"))))
        for parameter in fatal_mappings(mapped, str(integration.get("type", "aws"))):
            message = f"{parameter} is mapped"
            found.append(Finding(f"{file}: {name}", 1, 1, Rule.FATAL_HEADER, message))
    return found


def _texts(entries: object) -> Iterator[tuple[str, str]]:
    if isinstance(entries, Mapping):
        for name, text in cast("Json", entries).items():
            if isinstance(text, str):
                yield name, text


def _integrations(document: Json) -> Iterator[tuple[str, Json]]:
    for path, item in cast("Mapping[str, Json]", document.get("paths", {})).items():
        for method in _METHODS:
            operation = item.get(method)
            integration = cast("Json", operation).get(_INTEGRATION) if isinstance(operation, Mapping) else None
            if isinstance(integration, Mapping):
                yield f"{method.upper()} {path}", cast("Json", integration)
