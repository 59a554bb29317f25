"""The enriched route's Args: tables, and a function for each release whose document has that route.

By the documents and not by the settings: a rollout's journal carries documents, and whoever runs `pulumi up` in the
middle keeps the functions that they name, whatever the settings or a newer checkout say by then.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from components.cloud import Cloud
from components.enriched import EnrichedRouteArgs
from components.function import ReleaseFunctionArgs
from components.tables import EnrichmentTablesArgs
from mapping.function_route import function_contract
from program.documents import function_role_of
from program.errors import FunctionCodeError
from program.tables import table_names
from releases.identity import HASH_LENGTH, endpoint_name, identity
from releases.model import Release
from settings import Settings

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"


@lru_cache
def function_code(contract: str) -> Mapping[str, str]:
    """Read the code of a contract's function: each file's text by its path in the archive.

    Raises:
        FunctionCodeError: this checkout has none for that contract.
    """
    folder = FUNCTIONS / contract.replace("-", "_")
    files = {f"{folder.name}/{file.name}": file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))}
    if not files:
        raise FunctionCodeError(
            f"a document has the route of {contract}, and {folder} has no code for it: run this from the checkout that "
            "the rollout began with, or a newer one"
        )
    return files


def function_name(api: str, release: Release, contract: str) -> str:
    """Return `{api}-{id}-{hash}`: as an endpoint's name, but the hash is of the release and of the function's code."""
    digest = hashlib.sha256(identity(release).encode())
    for path, text in function_code(contract).items():
        digest.update(f"\0{path}\0{text}".encode())
    return f"{api}-{release.id}-{digest.hexdigest()[:HASH_LENGTH]}"


def enriched_of(
    settings: Settings,
    serving: Iterable[Release],
    documents: Mapping[str, str],
    cloud: Cloud,
    tags: Mapping[str, str],
) -> EnrichedRouteArgs | None:
    """Return the Args of the whole route; None where it is off and no document has it.

    Raises:
        FunctionCodeError: a document's function is not in this checkout.
    """
    contracts = {release.id: function_contract(documents[release.id]) for release in serving}
    functions = {
        release.id: _function(settings, release, contract, cloud, {**tags, "release": release.id})
        for release in serving
        if (contract := contracts[release.id]) is not None
    }
    if not functions and not settings.enriched.enabled:
        return None
    names, route = table_names(settings.api.name), function_role_of(settings, cloud)
    physical = {release: args.function for release, args in functions.items()}
    return EnrichedRouteArgs(
        tables=EnrichmentTablesArgs(movies=names.movies, seen=names.seen, protect=settings.protect, tags=tags),
        functions=functions,
        route=replace(route, functions=physical, tags=tags) if functions else None,
    )


def _function(
    settings: Settings, release: Release, contract: str, cloud: Cloud, tags: Mapping[str, str]
) -> ReleaseFunctionArgs:
    api, names = settings.api.name, table_names(settings.api.name)
    endpoint = endpoint_name(api, release)
    return ReleaseFunctionArgs(
        function=function_name(api, release, contract),
        code=function_code(contract),
        handler=f"{contract.replace('-', '_')}.entry.handle",
        environment={
            "ENDPOINT": endpoint,
            "MOVIES_TABLE": names.movies,
            "SEEN_TABLE": names.seen,
            "TIMEOUT_SECONDS": str(settings.enriched.timeout_seconds),
        },
        memory=settings.enriched.memory_megabytes,
        timeout=settings.enriched.timeout_seconds,
        endpoint=endpoint,
        tables=(names.movies, names.seen),
        cloud=cloud,
        log_retention_days=settings.api.logging.retention_days,
        tags=tags,
    )
