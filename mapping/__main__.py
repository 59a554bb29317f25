"""`python -m mapping lint|render|jsonpath`: the room's commands by themselves, without the rest of the project."""

import sys
from typing import cast

import typer

from mapping.commands import COMMANDS
from mapping.errors import MappingError
from mapping.vtl.errors import TemplateError

USAGE = 64  # EX_USAGE
# click's UsageError, or that of the copy inside newer Typers, which has no public name
UsageError = cast("type[Exception]", typer.BadParameter.__mro__[1])


def main() -> int:
    """Run the command line and return its exit status: 1 where something was found, 64 for wrong usage."""
    app = typer.Typer(
        name="mapping",
        help="API Gateway's mapping templates: find their traps, render them, read JSONPaths.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for name, function in COMMANDS.items():
        app.command(name)(function)
    try:
        status = app(prog_name="mapping", standalone_mode=False)
    except UsageError as error:
        print(f"mapping: {error}", file=sys.stderr)
        return USAGE
    except (MappingError, TemplateError) as error:
        print(f"mapping: {error}", file=sys.stderr)
        return 1
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    sys.exit(main())
