"""Pulumi's command as the Automation API runs it, with one difference: its process id is told as soon as it runs.

So that a lock which names a process can be known for ours when that process has died (`locks.py`).
"""

import os
import subprocess
import threading
from collections.abc import Mapping
from typing import IO

from pulumi.automation import CommandResult, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error

from rollout.adapters.aws.locks import Updates

LOCKING = frozenset({"up", "refresh", "destroy", "import"})
"""The commands that take the stack's lock."""


class KnownCommand(PulumiCommand):
    """Runs `pulumi`; each command that takes the lock is written down until it ends. One that is killed stays so."""

    def __init__(self, updates: Updates) -> None:
        super().__init__()
        self._updates = updates

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
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=environment, encoding="utf-8"
        ) as process:
            locks = bool(LOCKING & set(args))
            if locks:
                self._updates.began(process.pid)
            assert process.stdout is not None  # noqa: S101 - both were asked for
            assert process.stderr is not None  # noqa: S101
            lines, errors = list[str](), list[str]()
            aside = threading.Thread(target=_collect, args=(process.stderr, on_error, errors))
            aside.start()
            _collect(process.stdout, on_output, lines)
            aside.join()
        if locks and process.returncode >= 0:
            self._updates.ended(process.pid)
        result = CommandResult(stdout="\n".join(lines), stderr="\n".join(errors), code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result


def _collect(stream: IO[str], each: OnOutput | None, lines: list[str]) -> None:
    for line in stream:
        lines.append(line.rstrip())
        if each is not None:
            each(lines[-1])
