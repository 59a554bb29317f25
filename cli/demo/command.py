"""`canary demo`: one ordered story, each step told in a line or a table."""

import errno
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cli.demo.rollouts import Told
    from cli.demo.server import Server
    from cli.demo.traffic import Ask, TrackFigures
    from cli.demo.workspace import Workspace
    from releases.model import Release
    from rollout.adapters.clock import AcceleratedClock
    from rollout.control.controller import Tick

PERCENT = 10.0
ROUNDS = 2  # how often every user asks while the canary is on


def demo(
    *,
    ratings: Annotated[
        Path | None, typer.Option(help="A local copy of MovieLens-100K: u.data, ml-100k.inter, a zip or a folder.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here.")] = None,
    seed: Annotated[int, typer.Option(help="Of the canary's split.")] = 0,
    rollouts: Annotated[bool, typer.Option(help="Run the three rollouts too.")] = True,
) -> None:
    """Train releases, serve one, split by hand, promote; then roll out a good one and two bad ones: all of it, here.

    Needs no AWS account. Works in .canary/demo, which git ignores, and can be run again.

    Example: ./canary demo --json figures.json
    """
    from rich.console import Console

    from cli.demo.releases import first_two, next_three, workshop
    from cli.demo.rollouts import FACTOR, practise
    from cli.demo.server import serving
    from cli.demo.traffic import asks
    from cli.demo.workspace import FOLDER, fresh
    from training.source import load_ratings
    from training.split import ua_split

    if json_file is not None:
        _check_place(json_file)
    console = Console(highlight=False, soft_wrap=True)
    parts = _Parts()
    workspace = fresh()
    practise(workspace.config)
    console.print("[bold]1. Ratings and releases[/bold]")
    split = ua_split(load_ratings(ratings, notice=lambda text: console.print(f"   {text}")))
    console.print(
        f"   MovieLens-100K (GroupLens, for research use): {len(split.train)} ratings to train on, "
        f"{len(split.test)} held out"
    )
    shop = workshop(workspace, split, lambda text: console.print(f"   {text}"))
    releases = first_two(shop)
    workspace.serve(stable=releases[0].id)
    parts.end("training")
    with serving(workspace, seed=seed) as server:
        requests = asks(split.test)
        told = _by_hand(console, workspace, server, requests, releases)
        parts.end("by hand")
        rolled: list[Told] = []
        if rollouts:
            speed = f"policy `fast`, with a clock that runs {FACTOR:g} times as fast"
            console.print(f"\n[bold]5. Three rollouts[/bold], {speed}")
            candidates = next_three(shop, releases[1])
            workspace.serve(stable=releases[1].id, canary={}, warm=[])
            server.reload()
            rolled = _roll_out(console, workspace, server, requests, candidates)
        parts.end("rollouts")
        example = f"{server.url}/predicted-ratings/321?items=101,131,162"
        console.print(f"\n   curl '{example}'")
        console.print(f"   {_curl(example)}")
    console.print(f"\nDone in {parts.total:.0f} s. Nothing is running any more. To keep it serving until you stop it:")
    console.print(f"   ./canary serve --config {FOLDER}/Pulumi.local.yaml --port 8080")
    console.print("   curl 'http://127.0.0.1:8080/v1/predicted-ratings/321?items=101,131,162'")
    if json_file is not None:
        metrics = {each.id: asdict(each.metrics) for each in releases}
        figures = {"seconds": parts.total, "parts": parts.seconds, "releases": metrics, **told}
        _write(json_file, {**figures, "rollouts": [asdict(each) for each in rolled]})


class _Parts:
    """How long each part of the story took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = self._last = time.monotonic()

    def end(self, part: str) -> None:
        now = time.monotonic()
        self.seconds[part] = now - self._last
        self._last = now

    @property
    def total(self) -> float:
        return self._last - self._began


def _by_hand(
    console: "Console", workspace: "Workspace", server: "Server", requests: "list[Ask]", releases: "list[Release]"
) -> dict[str, Any]:
    """Stable alone, then with the canary beside it, then promoted; each by a change of the configuration."""
    first, retrained = (each.id for each in releases)
    console.print(f"\n[bold]2. {first} serves[/bold] at {server.url}")
    alone = _measure(console, server, requests)
    before = server.endpoints()

    console.print(f"\n[bold]3. {retrained} as a canary at {PERCENT:g} percent[/bold]")
    workspace.serve(stable=first, canary={"release": retrained, "percent": PERCENT})
    server.reload()
    beside = _measure(console, server, requests * ROUNDS)
    both = server.endpoints()

    console.print(f"\n[bold]4. {retrained} promoted[/bold], {first} kept warm")
    workspace.serve(stable=retrained, canary={}, warm=[first])
    server.reload()
    invoked = {name: each["invocations"] for name, each in server.endpoints().items()}
    promoted = _measure(console, server, requests)
    after = server.endpoints()
    grown = {name: each["invocations"] - invoked[name] for name, each in after.items()}
    rebuilt = [name for name, each in both.items() if each["pid"] != after[name]["pid"]]
    for name, each in after.items():
        console.print(f"   {name}: {grown[name]} of {len(requests)} requests; in service since {each['since']}")
    console.print(f"   endpoints rebuilt by the promotion: {', '.join(rebuilt) or 'none'}")
    return {
        "stable": _plain(alone),
        "canary": {"percent": PERCENT, "tracks": _plain(beside)},
        "promoted": {"tracks": _plain(promoted), "requests": grown, "rebuilt": rebuilt},
        "endpoints": {"before": sorted(before), "after": sorted(after)},
    }


def _roll_out(
    console: "Console", workspace: "Workspace", server: "Server", requests: "list[Ask]", candidates: "list[Release]"
) -> "list[Told]":
    """Three rollouts under the same policy, on requests that go on coming."""
    from cli.demo.rollouts import Traffic, faster

    clock = faster()
    with Traffic(server.url, requests) as traffic:
        told = [_one(console, workspace, release.id, clock) for release in candidates]
    console.print(f"\n   {traffic.sent} requests were sent meanwhile, {traffic.failed} of them failed")
    return told


def _one(console: "Console", workspace: "Workspace", release: str, clock: "AcceleratedClock") -> "Told":
    from cli.demo.rollouts import begin, line, rollouts_of, steps_of, told
    from rollout.adoption import adopt
    from rollout.reading.showing import write_report

    rollouts = rollouts_of(workspace.config, clock)
    console.print(f"\n   [bold]{release}[/bold]")
    begin(rollouts, release)

    def watch(tick: "Tick") -> None:
        if text := line(tick):
            console.print(f"   {text}")

    state = rollouts.run(watch=watch)
    report = Path(write_report(rollouts.stack, "last", workspace.store.parent / f"{state.rollout}.html"))
    adopt(rollouts)
    found = told(state, steps_of(rollouts), report)
    console.print(f"   {found.outcome}: {found.reason}")
    console.print(f"   the canary had answered {found.canary_requests} requests; report: {found.report}")
    return found


def _measure(console: "Console", server: "Server", requests: "list[Ask]") -> "dict[str, TrackFigures]":
    from cli.demo.traffic import Sender, by_track, canary_requests
    from training.progress import bar

    with bar("   sending requests") as progress, Sender(server.url) as sender:
        replies = sender.send(requests, progress)
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


def _check_place(file: Path) -> None:
    """Say before the work, and not after it, that the figures have no place."""
    from cli.errors import DemoError

    part = _part(file)
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        part.touch()
        part.unlink()
    except OSError as error:
        raise DemoError(f"{file} cannot be written: {error.strerror}. Name another file with --json") from error


def _part(file: Path) -> Path:
    return file.with_name(f".{file.name}.part")


def _write(file: Path, figures: dict[str, Any]) -> None:
    from cli.errors import DemoError

    part = _part(file)
    try:
        part.write_text(json.dumps(figures, indent=1) + "\n")
        part.replace(file)
    except OSError as error:
        raise DemoError(f"{file} cannot be written: {error.strerror}") from error
