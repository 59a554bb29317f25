"""The judge's command: `canary replay`."""

import sys
from typing import Annotated, cast

import typer


def replay(
    observations: Annotated[
        str, typer.Option("--observations", help="JSON lines, one interval an object; - is standard input.")
    ],
    policy: Annotated[
        str, typer.Option("--policy", help="A preset (cautious, standard, fast) or a YAML or JSON file.")
    ] = "standard",
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Chance that an identical canary is ever aborted.")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", help="Look at these only, e.g. errors,latency,scores.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line and series.")] = False,
) -> None:
    """Run a policy over recorded observations: what would it have done, when, and why?

    Exits 1 where a series is broken, whatever became of the others.

    Example: canary replay --observations observations.jsonl --policy cautious --metrics errors,latency --json
    """
    import orjson

    from rollout.judge.loading import chosen_policy, observation_lines
    from rollout.replay import records, unreadable
    from rollout.replay import replay as run

    chosen = chosen_policy(policy, alpha=alpha, metrics=metrics)
    with observation_lines(observations) as lines:
        replayed = run(chosen, lines)
    for record in records(replayed):
        if json:
            sys.stdout.write(orjson.dumps(record).decode() + "\n")
        else:
            _tell(record)
    if unreadable(replayed):
        raise typer.Exit(1)


def _tell(record: dict[str, object]) -> None:
    from rich.console import Console

    colours = {"pass": "green", "fail": "red", "broken": "red", "hold": "yellow", "no-data": "yellow"}
    label = str(record["verdict"])
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(
        f"{record['series'] or '(no name)'}: [{colours[label]}]{label}[/] at look {record['look']},"
        f" {record['canary_requests']} canary requests"
    )
    for reason in cast("list[str]", record["reasons"]):
        console.print(f"  {reason}", markup=False)
