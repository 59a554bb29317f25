"""Options that several commands share, and how a stack is opened from them. Cheap to import."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rollout.control.entries import Ending
    from rollout.service import Rollouts
    from rollout.stack import Stack as OpenedStack

StackName = Annotated[str, typer.Option("--stack", "-s", help="local, dev, prod: whose rollouts.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The stack's file; Pulumi.STACK.yaml if not given.")
]
Reason = Annotated[str, typer.Option("--reason", "-m", help="Why; it goes into the journal.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before the first change on AWS.")]
Which = Annotated[str, typer.Argument(metavar="ROLLOUT", help="A rollout's id, a release (its last one), or last.")]
PolicyName = Annotated[
    str | None, typer.Option("--policy", help="cautious, standard, fast, or a file; the stack's own if not given.")
]


def opened(name: str, config: Path | None) -> "OpenedStack":
    """Open a stack. Raises what `open_stack` raises."""
    from rollout.stack import ROOT, open_stack  # noqa: PLC0415 - only where a command runs

    return open_stack(name, file=config and config.absolute(), root=ROOT)


def rollouts(name: str, config: Path | None, *, yes: bool | None = None) -> "Rollouts":
    """Open a stack's rollouts. With `yes` given a change is about to be made: on AWS account, region and stack are
    named, and asked about where it is False.
    """
    from rollout.service import Rollouts  # noqa: PLC0415 - only where a command runs
    from rollout.wiring import place  # noqa: PLC0415 - as above

    stack = opened(name, config)
    made = Rollouts(stack)
    if yes is not None and (where := place(stack)):
        confirmed(f"This changes {where}.", yes=yes)
    return made


def confirmed(what: str, *, yes: bool) -> None:
    """Say on standard error what is about to be changed, and go on after a yes, given or asked for.

    Raises:
        typer.Abort: somebody said no.
    """
    if yes:
        typer.echo(what, err=True)
    else:
        typer.confirm(f"{what} Go on?", abort=True, err=True)


def exit_status(ending: "Ending | None") -> int:
    """0 promoted, 1 rolled back on the judge's word, 2 anything else: it could not be told, or a person said so."""
    from rollout.control.entries import Ending  # noqa: PLC0415 - only where a command runs

    return {Ending.PROMOTED: 0, Ending.WORSE: 1}.get(ending, 2) if ending is not None else 2
