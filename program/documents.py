"""The API's document for each release: what its Deployment is cut from. Pure text, no Outputs in it."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from components.cloud import Cloud
from components.route import GatewayRouteArgs
from mapping.contract import Contract, load_contract
from mapping.errors import MappingError
from mapping.openapi import Route, document
from program.features import api_of
from releases.model import Release
from settings import Settings

ROUTE = "ratings"
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


def contract_of(release: Release) -> Contract:
    """Read the contract that a release names, and no other of that name.

    Raises:
        UnknownContractError: there is none of that name, or its files are not those of the release.
    """
    return load_contract(release.contract.name, release.contract.hash)


def role_of(settings: Settings, cloud: Cloud) -> GatewayRouteArgs:
    """The role that invokes every release's endpoint, by its name alone: no policies yet."""
    return GatewayRouteArgs(role_name=f"{settings.api.name}-{ROUTE}-{cloud.region}", endpoints={}, cloud=cloud)


def documents_of(releases: Iterable[Release], settings: Settings, cloud: Cloud) -> Mapping[str, str]:
    """Return each release's document by its id: what a rollout's first entry carries, so that every checkout declares
    the same one.

    Raises:
        UnknownContractError: a release speaks a contract that is not here.
    """
    role = role_of(settings, cloud).role_arn
    return {release.id: document_of(release, settings, cloud, role) for release in releases}


def variable_in(document: str) -> str:
    """Return the stage variable by which a document's integrations name the endpoint.

    Raises:
        MappingError: it names none, or more than one.
    """
    found = set(_VARIABLE.findall(document))
    if len(found) != 1:
        raise MappingError(f"a document names the endpoint by one stage variable, this one by {sorted(found)}")
    return found.pop()


def example_path(document: str) -> str:
    """Return the path and query of one real request, from the examples of a document's first route."""
    paths = cast("Mapping[str, Mapping[str, Any]]", json.loads(document)["paths"])
    path, methods = next(iter(paths.items()))
    query: dict[str, str] = {}
    for parameter in next(iter(methods.values())).get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        else:
            query[parameter["name"]] = parameter["example"]
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def document_of(release: Release, settings: Settings, cloud: Cloud, role_arn: str) -> str:
    """Return the API's document with one release's contract; `role_arn` is what invokes the endpoint."""
    route = Route(
        contract=contract_of(release),
        region=cloud.region,
        role_arn=role_arn,
        max_items=settings.api.max_items,
        timeout_milliseconds=settings.api.timeout_milliseconds,
        partition=cloud.partition,
    )
    return document(api_of(settings, cloud, release), [route])
