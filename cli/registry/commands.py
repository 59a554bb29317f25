"""`canary registry list|show|verify|publish`. The registry is the stack's store (ADR 51)."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import CommandError

if TYPE_CHECKING:
    from cli.wiring import Stack as OpenStack
    from releases.model import Release

Stack = Annotated[str, typer.Option("--stack", "-s", help="The stack whose store is meant.")]
StoreUri = Annotated[
    str | None, typer.Option("--store", help="Another store: a folder or s3://bucket/prefix.", metavar="URI")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Releases; all of them where none is named.")]
NOT_WHOLE = 1
COULD_NOT_LOOK = 2


def list_releases(*, stack: Stack = "local", store: StoreUri = None, as_json: AsJson = False) -> None:
    """List the releases of a stack's store: what they are, how good, and where they stand in the stack.

    Example: canary registry list --stack dev
    """
    from cli.registry.reading import place_of
    from releases.registry import ids, load_all

    there = _open(stack, store)
    releases = load_all(there.store, ids(there.store)).values()
    if as_json:
        rows = [{**_document(each), "place": place_of(each.id, there.settings)} for each in releases]
        print(json.dumps(rows, indent=2))
        return
    if not releases:
        print(_none_yet(there.store.uri, stack))
        return
    print(_table([_row(each, place_of(each.id, there.settings)) for each in releases]))


def show(
    release_id: Annotated[str, typer.Argument(metavar="RELEASE", help="Its id.")],
    *,
    stack: Stack = "local",
    store: StoreUri = None,
    as_json: AsJson = False,
) -> None:
    """Show one release: its manifest, its place in the stack, and the endpoint that serves it there.

    Example: canary registry show r2 --stack dev
    """
    from cli.registry.reading import place_of
    from releases.identity import endpoint_name, identity
    from releases.manifest import to_json
    from releases.registry import load

    there = _open(stack, store)
    release = load(there.store, release_id)
    if as_json:
        print(to_json(release), end="")
        return
    framework, metrics = release.framework, release.metrics
    for name, value in (
        ("release", f"{release.id}, identity {identity(release)}"),
        ("place", place_of(release.id, there.settings) or f"not served in {stack}"),
        ("endpoint", endpoint_name(there.settings.api.name, release)),
        ("artifact", release.artifact.uri),
        ("SHA-256", release.artifact.sha256),
        ("framework", f"{framework.name} {framework.version}" + (f", {framework.image}" if framework.image else "")),
        ("contract", f"{release.contract.name} {release.contract.hash[:8]}"),
        ("serving", f"{release.serving.instance_count} x {release.serving.instance_type}"),
        ("metrics", f"RMSE {metrics.rmse:.4f}, MAE {metrics.mae:.4f} on {metrics.ratings} of {metrics.protocol}"),
        (
            "trained",
            f"{release.trained_at}" + (f", job {release.job}" if release.job else ", in no job"),
        ),
        ("data", release.data_sha256),
    ):
        print(f"{name:<10} {value}")


def verify(*, ids: Ids = None, stack: Stack = "local", store: StoreUri = None, as_json: AsJson = False) -> None:
    """Compare artifacts with the SHA-256 in their manifests.

    Ends with status 0 where all are whole, 1 where one is damaged or missing, 2 where one could not be looked at.

    Example: canary registry verify r2 --stack dev
    """
    from cli.registry.reading import Condition, looked_at
    from releases.registry import ids as known
    from releases.registry import load

    there = _open(stack, store).store
    found = [looked_at(there, load(there, each)) for each in ids or known(there)]
    if as_json:
        print(json.dumps([asdict(each) for each in found], indent=2))
    elif not found:
        print(_none_yet(there.uri, stack))
    else:
        for each in found:
            print(f"{each.release}: {each.condition}, {each.detail}")
    conditions = {each.condition for each in found}
    if conditions & {Condition.DAMAGED, Condition.MISSING}:
        raise typer.Exit(NOT_WHOLE)
    if Condition.UNREACHABLE in conditions:
        raise typer.Exit(COULD_NOT_LOOK)


def _none_yet(uri: str, stack: str) -> str:
    return f"no release in {uri} yet; canary train --id r1 --stack {stack} makes one"


def publish(
    release_id: Annotated[str, typer.Argument(metavar="RELEASE", help="Its id; it keeps it.")],
    *,
    stack: Annotated[str, typer.Option("--stack", "-s", help="The stack whose store it is uploaded to.")],
    source: Annotated[str, typer.Option("--from", help="The stack whose store it is in.", metavar="STACK")] = "local",
    store: StoreUri = None,
    allow_worse: Annotated[
        bool, typer.Option("--allow-worse", help="Even where it is worse than the stack's stable release.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the upload.")] = False,
    as_json: AsJson = False,
) -> None:
    """Upload a release that was trained on this machine to a stack's store: its archive first, its manifest last.

    It is served there as that stack's settings say now. The same release again changes nothing, another one of the
    same id is refused, and whatever fails on the way leaves no release behind.

    Example: canary registry publish r1 --stack dev
    """
    from cli.registry.publishing import published, where
    from training.jobs.command import next_step

    origin, target = _open(source, None), _open(stack, store)
    if origin.store.uri == target.store.uri:
        raise CommandError(f"{release_id} is in {target.store.uri} already: name another stack with --stack or --from")
    release, stable = published(release_id, origin, target, allow_worse=allow_worse, ask=None if yes else _ask)
    if as_json:
        print(json.dumps(_document(release), indent=2))
        return
    print(f"{release.id} is in {where(target.store)}")
    print(next_step(release, stack, stable))


def _ask(question: str) -> None:
    typer.confirm(question, abort=True)


def _open(stack: str, store: str | None) -> "OpenStack":
    from cli.wiring import read_stack, stack_file

    return read_stack(stack_file(stack), store)


def _document(release: "Release") -> dict[str, Any]:
    from releases.manifest import to_json

    return json.loads(to_json(release))


def _row(release: "Release", place: str) -> tuple[str, ...]:
    framework, metrics = release.framework, release.metrics
    return (
        release.id,
        place,
        f"{framework.name} {framework.version}",
        f"{metrics.rmse:.4f}",
        f"{metrics.mae:.4f}",
        release.trained_at,
        release.artifact.sha256[:8],
        release.job or "",
    )


def _table(rows: list[tuple[str, ...]]) -> str:
    head = ("release", "place", "framework", "RMSE", "MAE", "trained", "sha256", "job")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(line.rstrip() for line in lines)


COMMANDS = {"list": list_releases, "show": show, "verify": verify, "publish": publish}
