"""The command line: every room's commands under one name, errors in one form, usage errors 64.

Rooms give plain functions in their `commands.py`; this file only mounts them and turns what they raise into one
line on stderr. A command's exit status is its own; a room's error carries it as `exit_code`, else it is 1.
"""

import sys
from collections.abc import Callable

import typer
from typer.completion import completion_init  # pyright: ignore[reportPrivateImportUsage] # no other name

from cli.demo.command import demo
from cli.environment import setup
from cli.errors import CommandError
from cli.openapi import openapi
from cli.quality import check, run_tests
from cli.registry.commands import COMMANDS as REGISTRY
from cli.registry.invoke import invoke
from cli.wiring import TITLES, WIRING
from emulator.commands import serve, try_request
from emulator.errors import EmulatorError
from emulator.probe.commands import probe
from mapping.commands import COMMANDS as TEMPLATES
from mapping.errors import MappingError
from mapping.vtl.errors import TemplateError
from program.errors import ProgramError
from releases.errors import ReleaseError
from rollout.commands import COMMANDS as ROLLOUTS
from rollout.control.errors import RolloutError
from rollout.judge.commands import replay
from rollout.judge.errors import JudgeError
from rollout.simulation.commands import simulate
from rollout.simulation.errors import SimulationError
from settings.errors import SettingsError
from store.errors import StoreError
from titles.commands import load as load_titles
from titles.errors import TitlesError
from training.commands import evaluate, train
from training.errors import TrainingError

USAGE = 64  # EX_USAGE
INTERRUPTED = 130
ROOM_ERRORS = (
    CommandError,
    EmulatorError,
    JudgeError,
    MappingError,
    ProgramError,
    ReleaseError,
    RolloutError,
    SettingsError,
    SimulationError,
    StoreError,
    TemplateError,
    TitlesError,
    TrainingError,
)
COMMANDS: dict[str, Callable[..., object]] = {
    "demo": demo,
    "serve": serve,
    "try": try_request,
    "probe": probe,
    "openapi": openapi,
    "train": train,
    "evaluate": evaluate,
    "invoke": invoke,
    **ROLLOUTS,
    "simulate": simulate,
    "replay": replay,
    "test": run_tests,
    "check": check,
    "setup": setup,
}

app = typer.Typer(
    name="canary",
    help="Canary deployments of machine-learning models: train, serve, split, judge, promote.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for _name, _function in COMMANDS.items():
    app.command(_name, context_settings={"obj": WIRING})(_function)
templates = typer.Typer(help="Mapping templates by themselves: find their traps, render them, read JSONPaths.")
for _name, _function in TEMPLATES.items():
    templates.command(_name)(_function)
app.add_typer(templates, name="templates")
registry = typer.Typer(help="The releases of a stack's store: list, show, verify against their artifacts, upload.")
for _name, _function in REGISTRY.items():
    registry.command(_name)(_function)
app.add_typer(registry, name="registry")
titles = typer.Typer(help="The tables of the enriched route: titles, and what each user has rated.")
titles.callback()(lambda: None)  # a group, though it has one command
titles.command("load", context_settings={"obj": TITLES})(load_titles)
app.add_typer(titles, name="titles")


def main() -> None:
    """Run the command line and exit with its status."""
    completion_init()  # the shells' completion scripts call back with their words in the environment
    try:
        status = app(prog_name="canary", standalone_mode=False)
    except typer.Abort:
        print("canary: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except typer.TyperException as error:  # how Typer tells of a call that is not one
        print(_usage(error), file=sys.stderr)
        sys.exit(USAGE)
    except ROOM_ERRORS as error:
        print(f"canary: {error}", file=sys.stderr)
        sys.exit(getattr(error, "exit_code", 1))
    sys.exit(status if isinstance(status, int) else 0)


def _usage(error: typer.TyperException) -> str:
    text = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None or text.startswith("Usage:"):
        return text
    return f"{context.get_usage()}\n\ncanary: {text} Help: {context.command_path} --help"
