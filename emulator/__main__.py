"""`python -m emulator probe`: what is asked of AWS itself. (`serve` and `try` are the tool's: `./canary serve`.)"""

import sys

import typer

from emulator.commands import serve, try_request
from emulator.errors import EmulatorError
from emulator.probe.commands import probe

USAGE = 64  # EX_USAGE
INTERRUPTED = 130


def main() -> int:
    """Run the command line and return its exit status: 1 where something is otherwise than assumed, 64 for usage."""
    app = typer.Typer(
        name="emulator",
        help="API Gateway and SageMaker on this machine, and what AWS itself answers.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for name, function in {"probe": probe, "serve": serve, "try": try_request}.items():
        app.command(name)(function)
    try:
        status = app(prog_name="emulator", standalone_mode=False)
    except typer.Abort:
        print("emulator: stopped", file=sys.stderr)
        return INTERRUPTED
    except typer.TyperException as error:
        print(f"emulator: {error.format_message()}", file=sys.stderr)
        return USAGE
    except EmulatorError as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 1
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    sys.exit(main())
