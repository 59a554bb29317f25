"""The judge's command: `canary replay`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rollout.judge.policy import Policy
    from rollout.replay import Replayed

COLOURS = {"pass": "green", "fail": "red", "broken": "red", "hold": "yellow", "no-data": "yellow"}


def replay(  # noqa: PLR0917 - options of a command line
    observations: Annotated[
        str,
        typer.Option(
            "--observations",
            help="JSON lines, one interval an object; an access log; or a journal: its lines, or a store's folder."
            " - is standard input.",
        ),
    ],
    policy: Annotated[
        str | None,
        typer.Option(
            "--policy",
            help="A preset (cautious, standard, fast) or a YAML or JSON file. Without it standard, and for a journal"
            " the policy that each rollout was begun with.",
        ),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Chance that an identical canary is ever aborted.")
    ] = None,
    metrics: Annotated[
        str | None, typer.Option("--metrics", help="Look at these only, e.g. errors,latency,scores.")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str, typer.Option("--format", help="observations, access-log, journal; auto tells them by their content.")
    ] = "auto",
    share: Annotated[
        float | None,
        typer.Option("--share", help="Access log: the canary's share (0..1). Without it, as the requests show it."),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Access log: the length of an interval.")] = 10.0,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold", help="Access log: count answers slower than this, e.g. p99=250 (ms); again for more."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line and series.")] = False,
) -> None:
    """Run a policy over recorded observations: what would it have done, when, and why?

    Exits 1 where a series is broken, whatever became of the others.

    Example: canary replay --observations observations.jsonl --policy cautious --metrics errors,latency --json
    """
    from rollout.judge.loading import observation_lines
    from rollout.recorded.replaying import Options, replayed
    from rollout.replay import unreadable

    options = Options.of(
        policy=policy,
        alpha=alpha,
        metrics=metrics,
        format=format,
        share=share,
        seconds=seconds,
        thresholds=threshold or [],
        words=not json,
    )
    bad = 0
    with observation_lines(observations) as lines:
        for batch in replayed(lines, options):
            bad += unreadable(batch.replayed)
            if json:
                _print(batch.replayed)
                continue
            for note in batch.notes:
                _say(note, dim=True)
            for each in batch.replayed:
                _tell(batch.policy, each)
    if bad:
        raise typer.Exit(1)


def _print(replayed: "tuple[Replayed, ...]") -> None:
    import orjson

    from rollout.replay import records

    for record in records(replayed):
        sys.stdout.write(orjson.dumps(record).decode() + "\n")


def _tell(policy: "Policy", replayed: "Replayed") -> None:
    from rich.text import Text

    from rollout.retold import retold

    verdict, told = replayed.verdict, retold(policy, replayed)
    head = Text.assemble(
        (replayed.series or "(no name)", "bold"),
        ": ",
        (verdict.label.value, COLOURS[verdict.label.value]),
        f" at look {verdict.look}, {verdict.canary_requests} canary requests",
    )
    _say(head)
    _say(f"  {policy.name} {told.deed}")
    for reason in verdict.reasons:
        _say(f"  {reason.text}")
    if len(told.way) > 1:
        _say("  on the way: " + "; ".join(told.way), dim=True)


def _say(text: object, *, dim: bool = False) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(text, markup=False, style="dim" if dim else None)
