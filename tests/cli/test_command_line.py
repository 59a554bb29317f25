"""The one tool: what it says on stderr, its exit statuses, and what it offers."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli.main import app

ROOT = Path(__file__).parents[2]


def canary(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("arguments", [["nothing"], ["serve", "--port", "x"], ["serve", "--colour"], []])
def test_a_usage_error_is_64_and_told_on_stderr(arguments: list[str]) -> None:
    done = canary(*arguments)
    assert done.returncode == 64
    assert done.stdout == ""
    assert "Usage: canary" in done.stderr


def test_a_stack_that_does_not_exist_is_named_with_those_that_do() -> None:
    done = canary("serve", "--stack", "nowhere")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Pulumi.nowhere.yaml" in done.stderr
    assert "Pulumi.local.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_ratings_that_are_not_there_are_named() -> None:
    done = canary("train", "--id", "r1", "--ratings", "/nowhere/u.data")
    assert done.returncode == 1
    assert "canary: " in done.stderr
    assert "/nowhere/u.data" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_waits_for_what_another_needs() -> None:
    """Pulumi and its provider take a second to import, the AWS SDK a third of one."""
    heavy = ("pulumi", "pulumi_aws", "boto3", "botocore", "numpy", "matplotlib", "sagemaker")
    code = f"import sys, cli.main; print(sorted(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below `command`, with the words that name it; Any: Typer's own commands have no public type."""
    if hasattr(command, "commands"):
        for name, below in command.commands.items():
            yield from leaves(below, (*path, name))
    else:
        yield path, command


LEAVES = dict(leaves(get_command(app)))


@pytest.mark.parametrize("path", sorted(LEAVES), ids=" ".join)
def test_every_command_shows_an_example_that_is_a_call_of_it(path: tuple[str, ...]) -> None:
    example = LEAVES[path].help.partition("Example: ")[2].splitlines()[0].partition(" && ")[0]
    if example.startswith("source <("):
        example = example.removeprefix("source <(").removesuffix(")")
    tool, *words = shlex.split(example)
    assert tool in ("canary", "./canary")
    assert tuple(words[: len(path)]) == path
    with LEAVES[path].make_context("canary", words[len(path) :]) as context:
        assert context.args == []
