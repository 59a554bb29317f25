"""`setup`: what of the environment is there. The wrapper `canary` installs what is asked for before this runs."""

import enum
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from cli.errors import CommandError


class Extra(enum.StrEnum):
    """What can be added to the environment, each from its own lock file."""

    SAGEMAKER = "sagemaker"
    """The SageMaker SDK, for `train --on sagemaker`: half a gigabyte more. Serving and rollouts never need it."""
    DEV = "dev"
    """Linters, type checker and tests; `check` and `test` add it by themselves."""


PACKAGE = {Extra.SAGEMAKER: "sagemaker", Extra.DEV: "pytest"}
"""The package whose presence shows that the extra is there."""


def setup(
    extras: Annotated[list[Extra] | None, typer.Option("--with", help="What to add; may be given twice.")] = None,
) -> None:
    """Make the environment, add what is asked for, and say what is there.

    Example: ./canary setup --with sagemaker
    """
    missing = [extra for extra in extras or [] if _found(extra) is None]
    if missing:
        names = " ".join(f"--with {extra}" for extra in missing)
        raise CommandError(f"not installed: {', '.join(missing)}. The wrapper installs it: ./canary setup {names}")
    for extra in Extra:
        found = _found(extra)
        there = f"{PACKAGE[extra]} {found}" if found else f"not installed; ./canary setup --with {extra} adds it"
        typer.echo(f"{extra}: {there}")


def _found(extra: Extra) -> str | None:
    try:
        return version(PACKAGE[extra])
    except PackageNotFoundError:
        return None
