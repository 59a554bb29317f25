"""Custom domains: which stage a request is for, by its Host, its base path, or the API's own address. Pure.

Base paths: API Gateway developer guide, "Working with API mappings for REST APIs"; an unmapped path is a 403 with
ForbiddenException (public reports). There is no name server here, so a domain is reached by sending its name as Host,
or, where the API's own address is open, by its base path in the place of the stage: `/base/path` for `/stage/path`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.accepted import BASE_PATH, DOMAIN
from emulator.errors import GraphError
from emulator.graph import BasePath, Graph
from emulator.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The stage that a request is for, and the path below it.

    `domain` is the custom domain that it came by, None for the API's own address. `prefix` is what stood before
    `path` in the request: the stage's name, a base path, or both.
    """

    stage: str
    path: str
    domain: str | None
    prefix: str


def mappings_of(recording: Recording, api: str) -> tuple[BasePath, ...]:
    """Return the base paths that lead to the API.

    Raises:
        GraphError: a mapping of a domain that nothing registers, or to a stage that is not there.
    """
    domains = {str(each.inputs.get("domainName")) for each in recording.of_type(DOMAIN)}
    found: list[BasePath] = []
    for each in recording.of_type(BASE_PATH):
        if each.inputs.get("restApi") != api:
            continue
        domain, path = str(each.inputs.get("domainName")), str(each.inputs.get("basePath") or "")
        if domain not in domains:
            reason = f"no {DOMAIN} has the name {domain!r}"
            raise GraphError(f"{each.type} {each.name!r}", "domainName", reason)
        stage = each.inputs.get("stageName")
        plain = "" if path == "(none)" else path.strip("/")
        found.append(BasePath(domain=domain.lower(), path=plain, stage=None if not stage else str(stage)))
    return tuple(found)


def target(host: str, path: str, graph: Graph) -> Target | None:
    """Find the stage of a request; None is a 403. Slashes before the stage or base path vanish."""
    name = host.partition(":")[0].lower()
    own = [each for each in graph.mappings if each.domain == name]
    if own:
        return _mapped(path, own, graph)
    if graph.closed:  # nothing but the domain leads in, so whoever comes means it
        return _mapped(path, graph.mappings, graph)
    first, rest = _parted(path)
    if first in graph.stages:
        return Target(stage=first, path=rest, domain=None, prefix=f"/{first}")
    return _mapped(path, [each for each in graph.mappings if each.path], graph)


def _parted(path: str) -> tuple[str, str]:
    """Return a path's first part, and the rest with its slash."""
    first, slash, rest = path.lstrip("/").partition("/")
    return first, slash + rest


def _mapped(path: str, mappings: Iterable[BasePath], graph: Graph) -> Target | None:
    """Find the mapping of a path's first part, else that of the root."""
    by_path = {each.path: each for each in mappings}
    first, rest = _parted(path)
    found, below, prefix = by_path.get(first) if first else None, rest, f"/{first}"
    if found is None:
        found, below, prefix = by_path.get(""), path, ""
    if found is None:
        return None
    if found.stage is not None:
        known = found.stage in graph.stages
        return Target(stage=found.stage, path=below, domain=found.domain, prefix=prefix) if known else None
    stage, rest = _parted(below)
    if stage not in graph.stages:
        return None
    return Target(stage=stage, path=rest, domain=found.domain, prefix=f"{prefix}/{stage}")
