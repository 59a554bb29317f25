"""The one tool: what it says on stderr, its exit statuses, and what it offers."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS

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


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_shows_an_example(name: str) -> None:
    documentation = COMMANDS[name].__doc__
    assert documentation is not None
    assert "Example: " in documentation
    assert f"canary {name}" in documentation
