"""Pulumi's command as the Automation API runs it, with one difference: its process id is told as soon as it runs.

So that a lock which names a process can be known for ours when that process has died (`locks.py`).
"""

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import IO

from pulumi.automation import CommandResult, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error

LOCKING = frozenset({"up", "refresh", "destroy", "import"})
"""The commands that take the stack's lock."""

Written = Callable[[], AbstractContextManager[Callable[[int], None]]]
"""Opens a block in which process ids are written down (`Updates.written`)."""


class KnownCommand(PulumiCommand):
    """Runs `pulumi`; each command that takes the lock tells its process id."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self._written = written

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """See `PulumiCommand.run`. Raises CommandError where the command does not end with 0."""
        command = [self.command, "--non-interactive", *(each for each in args if each != "--non-interactive")]
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        with self._written() as began:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=environment, encoding="utf-8"
            )
            with process:
                if LOCKING & set(args):
                    began(process.pid)
                assert process.stdout is not None  # noqa: S101 - both were asked for
                assert process.stderr is not None  # noqa: S101
                errors: list[str] = []
                aside = threading.Thread(target=_collect, args=(process.stderr, on_error, errors))
                aside.start()
                lines: list[str] = []
                _collect(process.stdout, on_output, lines)
                aside.join()
        result = CommandResult(stdout="\n".join(lines), stderr="\n".join(errors), code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result


def _collect(stream: IO[str], each: OnOutput | None, lines: list[str]) -> None:
    for line in stream:
        lines.append(line.rstrip())
        if each is not None:
            each(lines[-1])
