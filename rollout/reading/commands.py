"""Commands that only read a stack's rollouts, and `lint` and `completion`, which read what they are given."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from rollout.options import AsJson, ConfigFile, StackName, Which


def status(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it until stopped.")] = False,
    as_json: AsJson = False,
) -> int:
    """Where the rollout stands: steps, split, both tracks, each metric's evidence, endpoints and when they fall due.

    Ends with 0, also where there is no rollout.

    Example: canary status --watch
    """
    from rollout.options import opened
    from rollout.reading.showing import show_status, watch_status

    there = opened(stack, config)
    if watch and not as_json:
        watch_status(there)
    else:
        show_status(there, as_json=as_json)
    return 0


def history(
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The stack's rollouts: what became of each, how long it took, how many requests the canary answered.

    Example: canary history --stack prod
    """
    from rollout.options import opened
    from rollout.reading.showing import show_history

    show_history(opened(stack, config), last, as_json=as_json)


def explain(
    rollout: Which = "last", *, stack: StackName = "local", config: ConfigFile = None, as_json: AsJson = False
) -> None:
    """Why a rollout went as it did: every decision, every person's word, with the numbers behind them.

    Example: canary explain r2 --stack prod
    """
    from rollout.options import opened
    from rollout.reading.showing import show_explanation

    show_explanation(opened(stack, config), rollout, as_json=as_json)


def report(
    rollout: Which = "last",
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="ROLLOUT.html here if not given.")
    ] = None,
) -> None:
    """Write a rollout into one HTML file that needs nothing else: split, errors, latency, evidence, decisions.

    Example: canary report last --output rollout.html
    """
    from rollout.options import opened
    from rollout.reading.showing import write_report

    print(write_report(opened(stack, config), rollout, output))


def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES", help="Templates or OpenAPI documents, and nothing else.")
    ] = None,
    *,
    stack: StackName = "local",
    config: ConfigFile = None,
    contract: Annotated[bool, typer.Option("--contract", help="The contracts' templates only.")] = False,
    side: Annotated[str | None, typer.Option(help="Of FILES: request or response.")] = None,
    sample: Annotated[Path | None, typer.Option(help="Of FILES: cases that must render to JSON.")] = None,
    as_json: AsJson = False,
) -> int:
    """Look at a stack's settings, policy, templates, releases and journal at once; with FILES, at these alone.

    Ends with 1 where something is wrong.

    Example: canary lint --stack prod
    """
    from mapping.commands import lint as lint_templates
    from rollout.linting import faults, show

    if files or contract:
        return lint_templates(files, contract=contract, side=side, sample=sample, as_json=as_json)
    found = faults(stack, config and config.absolute())
    show(found, as_json=as_json)
    return 1 if found else 0


def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh, fish or powershell.")] = "bash",
) -> None:
    """Print the shell's script that completes commands and options.

    Example: source <(canary completion bash)
    """
    import click
    from typer.completion import get_completion_script  # pyright: ignore[reportPrivateImportUsage] # no other name

    shells = ("bash", "zsh", "fish", "powershell")
    if shell not in shells:
        raise click.UsageError(f"{shell!r} is none of {', '.join(shells)}")
    print(get_completion_script(prog_name="canary", complete_var="_CANARY_COMPLETE", shell=shell))


COMMANDS: dict[str, Callable[..., object]] = {
    "status": status,
    "history": history,
    "explain": explain,
    "report": report,
    "lint": lint,
    "completion": completion,
}
"""Names under which the command line mounts the functions."""
