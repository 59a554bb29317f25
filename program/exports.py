"""What a reader of the stack's outputs wants to do next, in words. Pure."""

from collections.abc import Collection
from urllib.parse import urlencode

from program.documents import contract_of
from releases.model import Lineup, Release


def example_path(release: Release) -> str:
    """Return the path and query of one real request, from the examples in the release's contract."""
    contract = contract_of(release)
    path = contract.path
    query: dict[str, str] = {}
    for parameter in contract.parameters:
        if parameter.location == "path":
            path = path.replace(f"{{{parameter.name}}}", parameter.example)
        else:
            query[parameter.name] = parameter.example
    return f"{path}?{urlencode(query, safe=',')}" if query else path


def next_step(lineup: Lineup, known: Collection[str], stack: str) -> str:
    """Say in a sentence, with the commands, what comes next. `known` are the ids of the releases in the store."""
    up = f"pulumi up --stack {stack}"

    def put(key: str, value: object, kind: str = "string") -> str:
        return f"pulumi config set --stack {stack} --path --type {kind} {key} {value}"

    if lineup.stable is None:
        if not known:
            return (
                f"There is no release yet. Train one: ./canary train --stack {stack}. "
                f"Then serve it: {put('stable', 'ID')} && {up}"
            )
        return (
            f"Nothing is served yet. In the store: {', '.join(sorted(known))}. Serve one: {put('stable', 'ID')} && {up}"
        )
    # an empty mapping stays, as it must: the engine refuses a stack that lacks a declared key
    drop = " && ".join(f"pulumi config rm --stack {stack} --path canary.{key}" for key in ("release", "percent"))
    stable = lineup.stable.id
    if lineup.canary is None:
        others = ", ".join(sorted(set(known) - {stable})) or "none yet"
        put_on = f"{put('canary.release', 'ID')} && {put('canary.percent', 10, 'float')} && {up}"
        return f"{stable} is served. Put another release beside it ({others}): {put_on}"
    canary, percent = lineup.canary.release.id, lineup.canary.percent
    warm = put(f"'warm[{len(lineup.warm)}]'", stable)  # quoted: brackets are the shell's
    return (
        f"{canary} gets {percent:g} percent of the requests, {stable} the rest. "
        f"Promote it, {stable} kept for an undo: {put('stable', canary)} && {warm} && {drop} && {up}. "
        f"Take it back: {drop} && {up}"
    )
