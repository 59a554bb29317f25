"""The API's document for each release: what its Deployment is cut from. Pure text, no Outputs in it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from components.cloud import Cloud
from components.route import FunctionRouteArgs, GatewayRouteArgs
from mapping.contract import Contract, load_contract
from mapping.errors import MappingError
from mapping.function_route import ENRICHED_CONTRACT, FunctionRoute
from mapping.openapi import Route, document
from program.features import api_of
from releases.model import Release
from settings import Settings

ROUTE = "ratings"
ENRICHED = "enriched"
SPOKEN = "ratings-v1"
"""The contract in whose form that function asks a model."""
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
_ENDPOINT = re.compile(r":runtime\.sagemaker:path/endpoints/\$\{stageVariables\.(\w+)\}/invocations")
_FUNCTION = re.compile(r":function:\$\{stageVariables\.(\w+)\}/invocations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """By which stage variables a document's integrations name the endpoint, and the function where there is one."""

    endpoint: str
    function: str | None


def contract_of(release: Release) -> Contract:
    """Read the contract that a release names, and no other of that name.

    Raises:
        UnknownContractError: there is none of that name, or its files are not those of the release.
    """
    return load_contract(release.contract.name, release.contract.hash)


def role_of(settings: Settings, cloud: Cloud) -> GatewayRouteArgs:
    """The role that invokes every release's endpoint, by its name alone: no policies yet."""
    return GatewayRouteArgs(role_name=f"{settings.api.name}-{ROUTE}-{cloud.region}", endpoints={}, cloud=cloud)


def function_role_of(settings: Settings, cloud: Cloud) -> FunctionRouteArgs:
    """The role that invokes every release's function, by its name alone: no policies yet."""
    return FunctionRouteArgs(role_name=f"{settings.api.name}-{ENRICHED}-{cloud.region}", functions={}, cloud=cloud)


def documents_of(releases: Iterable[Release], settings: Settings, cloud: Cloud) -> Mapping[str, str]:
    """Return each release's document by its id: what a rollout's first entry carries, so that every checkout declares
    the same one.

    Raises:
        UnknownContractError: a release speaks a contract that is not here.
    """
    role = role_of(settings, cloud).role_arn
    return {release.id: document_of(release, settings, cloud, role) for release in releases}


def variables_in(document: str) -> Named:
    """Return the stage variables by which a document's integrations name endpoint and function.

    Raises:
        MappingError: not one endpoint and at most one function, or a variable for something else.
    """
    endpoints, functions = set(_ENDPOINT.findall(document)), set(_FUNCTION.findall(document))
    others = set(_VARIABLE.findall(document)) - endpoints - functions
    if len(endpoints) != 1 or len(functions) > 1 or others:
        raise MappingError(
            "a document names one endpoint and at most one function by a stage variable each, this one "
            f"{sorted(endpoints)} and {sorted(functions)}, beside {sorted(others)}"
        )
    return Named(endpoint=endpoints.pop(), function=functions.pop() if functions else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One real request of a route: its path with parameters in braces, its verb, and the path and query asked for."""

    path: str
    method: str
    request: str


def example_path(document: str) -> str:
    """Return the path and query of one real request of the model's own route."""
    return examples(document)[0].request


def examples(document: str) -> tuple[Example, ...]:
    """Return an example of every route that leads to a release: the model's own first, then its function's."""
    paths = cast("Mapping[str, Mapping[str, Any]]", json.loads(document)["paths"])
    operations = [(path, verb, each) for path, methods in paths.items() for verb, each in methods.items()]
    leading = [
        (path, verb, each)
        for pattern in (_ENDPOINT, _FUNCTION)
        for path, verb, each in operations
        if pattern.search(str(each.get("x-amazon-apigateway-integration", {}).get("uri", "")))
    ]
    return tuple(
        Example(path=path, method=verb.upper(), request=_request(path, each.get("parameters", [])))
        for path, verb, each in leading
    )


def _request(path: str, parameters: Iterable[Mapping[str, str]]) -> str:
    query: dict[str, str] = {}
    for parameter in parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query":
            query[parameter["name"]] = parameter["example"]
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def document_of(release: Release, settings: Settings, cloud: Cloud, role_arn: str) -> str:
    """Return the API's document with one release's contract; `role_arn` is what invokes the endpoint.

    Raises:
        UnknownContractError: the release's contract is not here.
        MappingError: the enriched route's function does not speak it.
    """
    cached = None if settings.api.cache is None else release.id
    return document_for(contract_of(release), settings, cloud, cache_release=cached, role_arn=role_arn)


def document_for(
    contract: Contract, settings: Settings, cloud: Cloud, *, cache_release: str | None, role_arn: str | None = None
) -> str:
    """Return the API's document with a contract; `cache_release` is whose answers are cached, None without a cache.

    Raises:
        MappingError: the enriched route's function does not speak it.
    """
    api = settings.api
    own = Route(
        contract=contract,
        region=cloud.region,
        role_arn=role_arn or role_of(settings, cloud).role_arn,
        max_items=api.max_items,
        timeout_milliseconds=api.timeout_milliseconds,
        partition=cloud.partition,
    )
    routes = [own]
    if settings.enriched.enabled:
        check_spoken(contract)
        routes.append(
            FunctionRoute(
                contract=load_contract(ENRICHED_CONTRACT),
                region=cloud.region,
                account=cloud.account_id,
                role_arn=function_role_of(settings, cloud).role_arn,
                max_items=api.max_items,
                timeout_milliseconds=api.timeout_milliseconds,
                partition=cloud.partition,
            )
        )
    return document(api_of(settings, cloud, cache_release), routes)


def check_spoken(contract: Contract) -> None:
    """Let pass a contract whose models are asked, and answer, as those of the one that the function speaks.

    Raises:
        MappingError: they are not.
    """
    spoken = load_contract(SPOKEN)
    for name in ("model-request", "model-response"):
        if contract.schema(name) != spoken.schema(name):
            raise MappingError(
                f"the enriched route's function asks models as {SPOKEN} does, and the {name} of {contract.name} is "
                "another: set enriched.enabled to false, or write a function for that contract"
            )
