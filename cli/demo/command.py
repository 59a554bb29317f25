"""`canary demo`: one ordered story, each step told in a line or a table."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cli.demo.server import Server
    from cli.demo.traffic import Ask, TrackFigures
    from cli.demo.workspace import Workspace
    from releases.model import Release
    from training.split import Split

PERCENT = 10.0
FIRST, RETRAINED = "r1", "r2"
FIRST_SHARE = 0.7  # the first release knows the earliest 70 percent of the training ratings, the second all of them
ROUNDS = 2  # how often every user asks while the canary is on


def demo(
    *,
    ratings: Annotated[
        Path | None, typer.Option(help="A local copy of MovieLens-100K: u.data, ml-100k.inter, a zip or a folder.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here.")] = None,
    seed: Annotated[int, typer.Option(help="Of the canary's split.")] = 0,
) -> None:
    """Train two releases, serve the first, put the second on as a canary, compare, promote: the whole turn, here.

    Needs no AWS account. Works in .canary/demo, which git ignores, and can be run again.

    Example: ./canary demo
    """
    from rich.console import Console

    from cli.demo.server import serving
    from cli.demo.traffic import asks
    from cli.demo.workspace import FOLDER, fresh
    from training.source import load_ratings
    from training.split import ua_split

    console = Console(highlight=False, soft_wrap=True)
    began = time.monotonic()
    workspace = fresh()
    console.print("[bold]1. Ratings and releases[/bold]")
    split = ua_split(load_ratings(ratings, notice=lambda text: console.print(f"   {text}")))
    console.print(
        f"   MovieLens-100K (GroupLens, for research use): {len(split.train)} ratings to train on, "
        f"{len(split.test)} held out"
    )
    releases = _train(console, workspace, split)
    workspace.serve(stable=FIRST)
    with serving(workspace, seed=seed) as server:
        told = _turn(console, workspace, server, asks(split.test))
        example = f"{server.url}/predicted-ratings/321?items=101,131,162"
        console.print(f"\n   curl '{example}'")
        console.print(f"   {_curl(example)}")
    seconds = time.monotonic() - began
    keep = f"./canary serve --config {FOLDER}/Pulumi.local.yaml --store {FOLDER}/store --port 8080"
    console.print(f"\nDone in {seconds:.0f} s. Nothing is running any more. To keep it serving until you stop it:")
    console.print(f"   {keep}")
    console.print("   curl 'http://127.0.0.1:8080/v1/predicted-ratings/321?items=101,131,162'")
    if json_file is not None:
        figures = {"seconds": seconds, "releases": {each.id: asdict(each.metrics) for each in releases}, **told}
        _write(json_file, figures)


def _train(console: "Console", workspace: "Workspace", split: "Split") -> list["Release"]:
    from cli.wiring import contract, read_stack
    from settings import registered_serving
    from training.pipeline import produce
    from training.progress import bar
    from training.registration import register
    from training.release import check_not_worse
    from training.split import earliest

    stack = read_stack(workspace.config)
    made: list[Release] = []
    for release_id, rows in ((FIRST, earliest(split.train, FIRST_SHARE)), (RETRAINED, split.train)):
        began = time.monotonic()
        with bar(f"   training {release_id}") as progress:
            product = produce(
                release_id,
                rows=rows,
                split=split,
                store_uri=stack.store.uri,
                contract=contract(),
                serving=registered_serving(stack.settings.serving),
                trained_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                progress=progress,
            )
        if made:
            check_not_worse(product.release, made[0])
        made.append(register(stack.store, product.release, product.archive))
        metrics = made[-1].metrics
        console.print(
            f"   {release_id}: trained on {len(rows)} ratings in {time.monotonic() - began:.1f} s; on the held-out "
            f"ones RMSE {metrics.rmse:.4f}, MAE {metrics.mae:.4f}"
        )
    return made


def _turn(console: "Console", workspace: "Workspace", server: "Server", requests: "list[Ask]") -> dict[str, Any]:
    """Stable alone, then with the canary beside it, then promoted."""
    console.print(f"\n[bold]2. {FIRST} serves[/bold] at {server.url}")
    alone = _measure(console, server, requests)
    before = server.endpoints()

    console.print(f"\n[bold]3. {RETRAINED} as a canary at {PERCENT:g} percent[/bold]")
    workspace.serve(stable=FIRST, canary={"release": RETRAINED, "percent": PERCENT})
    server.reload()
    beside = _measure(console, server, requests * ROUNDS)
    both = server.endpoints()

    console.print(f"\n[bold]4. {RETRAINED} promoted[/bold], {FIRST} kept warm")
    workspace.serve(stable=RETRAINED, canary=None, warm=[FIRST])
    server.reload()
    invoked = {name: each["invocations"] for name, each in server.endpoints().items()}
    promoted = _measure(console, server, requests)
    after = server.endpoints()
    grown = {name: each["invocations"] - invoked[name] for name, each in after.items()}
    rebuilt = [name for name, each in both.items() if each["pid"] != after[name]["pid"]]
    for name in after:
        console.print(
            f"   {name}: {grown[name]} of the {len(requests)} requests; in service since {after[name]['since']}"
        )
    console.print(f"   endpoints rebuilt by the promotion: {', '.join(rebuilt) or 'none'}")
    return {
        "stable": _plain(alone),
        "canary": {"percent": PERCENT, "tracks": _plain(beside)},
        "promoted": {"tracks": _plain(promoted), "requests": grown, "rebuilt": rebuilt},
        "endpoints": {"before": sorted(before), "after": sorted(after)},
    }


def _measure(console: "Console", server: "Server", requests: "list[Ask]") -> "dict[str, TrackFigures]":
    from cli.demo.traffic import by_track, canary_requests, send
    from training.progress import bar

    with bar("   sending requests") as progress:
        replies = send(server.url, requests, progress)
    tracks = by_track(replies, canary_requests(server.access_log))
    _show(console, tracks)
    return tracks


def _show(console: "Console", tracks: "dict[str, TrackFigures]") -> None:
    total = sum(track.requests for track in tracks.values())
    console.print("   track    requests    share   failed   p50 ms   p99 ms   RMSE (held-out stars)")
    for name, track in tracks.items():
        if track.requests:
            console.print(
                f"   {name:<8} {track.requests:>8} {100 * track.requests / total:>7.1f}% {track.failed:>8} "
                f"{track.p50 or 0:>8.1f} {track.p99 or 0:>8.1f}   {track.rmse or float('nan'):.4f}"
            )


def _plain(tracks: "dict[str, TrackFigures]") -> dict[str, Any]:
    return {name: asdict(track) for name, track in tracks.items() if track.requests}


def _curl(url: str) -> str:
    import httpx

    return httpx.get(url, timeout=30).text.strip()


def _write(file: Path, figures: dict[str, Any]) -> None:
    from cli.errors import DemoError

    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(json.dumps(figures, indent=1) + "\n")
        part.replace(file)
    except OSError as error:
        raise DemoError(f"{file} cannot be written: {error.strerror}") from error
