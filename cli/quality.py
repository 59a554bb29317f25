"""`check` and `test`: what a change has to pass, in one place for people and for CI."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Name and command of each check, in the order in which they run; the cheap ones first.
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", "--quiet", ".")),
    ("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    ("import rules", ("lint-imports", "--no-cache")),
    ("pyright", ("pyright", "--warnings")),
)
FAILED = 1
MISSING = 69  # EX_UNAVAILABLE: the tools are not installed


def run_checks() -> list[str]:
    """Run every check to its end and return the names of those that failed."""
    failed: list[str] = []
    for name, (tool, *arguments) in CHECKS:
        done = subprocess.run([str(BIN / tool), *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
        typer.echo(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}")
        if done.returncode != 0:
            typer.echo(done.stdout + done.stderr)
            failed.append(name)
    return failed


def check() -> None:
    """Lint, formatting, import rules and types: all of them, to the end.

    Example: ./canary check
    """
    _need("ruff")
    if failed := run_checks():
        typer.echo(f"canary: failed: {', '.join(failed)}", err=True)
        raise typer.Exit(FAILED)


def run_tests(
    arguments: Annotated[list[str] | None, typer.Argument(help="Passed on to pytest, after `--`.")] = None,
    *,
    checks: Annotated[bool, typer.Option(help="Run the checks before the tests.")] = True,
) -> None:
    """Run the checks, then the tests; a failure in either ends with a status other than 0.

    Example: ./canary test -- -k mapping -x
    """
    _need("pytest")
    failed = run_checks() if checks else []
    workers = ["-n", str(max(2, min(8, os.cpu_count() or 2)))]
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", *workers, *(arguments or [])], cwd=ROOT, check=False)
    if failed:
        typer.echo(f"canary: failed: {', '.join(failed)}", err=True)
    if failed or done.returncode != 0:
        raise typer.Exit(done.returncode or FAILED)


def _need(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        typer.echo("canary: the development tools are not installed; run ./canary, which installs them", err=True)
        raise typer.Exit(MISSING)
