"""`canary simulate`: what a policy would do in a described world, thousands of times."""

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rollout.simulation.operating import Characteristics
    from rollout.simulation.summary import Proportion, Spread


def simulate(  # noqa: PLR0917 - options of a command line
    policy: Annotated[str, typer.Option(help="A preset (cautious, standard, fast) or a policy file.")] = "standard",
    world: Annotated[str, typer.Option(help="A preset (`--worlds` lists them) or a file that describes one.")] = "",
    runs: Annotated[int, typer.Option(help="Rollouts to simulate.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed: the same seed gives the same numbers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write a PNG of when runs are aborted and promoted.")] = None,
    worlds: Annotated[bool, typer.Option("--worlds", help="List the preset worlds and stop.")] = False,
) -> None:
    """Take many rollouts through a policy's plan in a described world and say how often it errs, and how soon.

    The bounds are one-sided 99 percent Clopper-Pearson bounds. With nothing wrong with the canary an abort is false;
    with a fault a promotion is a missed regression. Metrics that the world does not measure are left out.

    Example: canary simulate --policy standard --world errors-x10 --runs 3000 --plot errors-x10.png
    """
    import numpy as np

    from rollout.judge.loading import chosen_policy
    from rollout.simulation.operating import characteristics, operate
    from rollout.simulation.plots import plot as draw
    from rollout.simulation.presets import WORLDS
    from rollout.simulation.reading import find_world

    if worlds:
        for name, preset in WORLDS.items():
            typer.echo(f"{name:18s} {preset.summary}")
        return
    chosen, described = chosen_policy(policy), find_world(world or "identical")
    with _bar(runs) as advance:
        done = operate(chosen, described, runs, np.random.default_rng(seed), progress=advance)
    found = characteristics(chosen, described, done)
    if plot is not None:
        draw(done, f"{chosen.name} policy, world {described.name}, {runs} runs, seed {seed}", plot)
    typer.echo(json.dumps({**found.as_json(), "seed": seed}) if as_json else table(found))


def table(found: "Characteristics") -> str:
    """Characteristics in words and numbers, one fact a line."""
    aborted = "aborted (false)" if found.identical else "aborted (right)"
    promoted = "promoted (right)" if found.identical else "promoted (missed)"
    early = [] if found.identical else [_rate("aborted before the fault", found.early)]
    since = [] if found.identical else [_spread("minutes from fault to abort", found.minutes_from_fault)]
    lines = [
        f"policy {found.policy}, world {found.world}, {found.aborted.runs} runs, judged by {', '.join(found.metrics)}",
        *early,
        _rate(aborted, found.aborted),
        _rate(promoted, found.promoted),
        _rate("held to the deadline", found.held),
        _spread("minutes to abort", found.minutes_to_abort),
        *since,
        _spread("canary requests to abort", found.requests_to_abort),
        _spread("failed canary requests", found.failed_to_abort),
        _spread("minutes to promote", found.minutes_to_promote),
    ]
    return "\n".join(lines)


def _rate(name: str, rate: "Proportion") -> str:
    return f"{name:28s} {100 * rate.share:7.2f} %   99 % bounds {100 * rate.lower:.2f} .. {100 * rate.upper:.2f} %"


def _spread(name: str, spread: "Spread | None") -> str:
    if spread is None:
        return f"{name:28s}       -"
    return f"{name:28s} {spread.median:7.0f}     10 % .. 90 % of runs {spread.low:.0f} .. {spread.high:.0f}"


@contextmanager
def _bar(total: int) -> "Generator[Callable[[int], None]]":
    """A progress bar on standard error where that is a terminal, and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("rollouts", total=total)
        yield lambda done: progress.advance(task, done)
