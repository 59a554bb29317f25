"""What can be wrong with a stack's configuration.

SettingsError          the configuration is not one; carries every fault
└── StackFileError     the file that holds it cannot be read, written, or is no stack file; carries none
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `path` is the key (`api.throttling.rate`), the rest are parts of a sentence.

    `problem` says what was found (`is 101`, `is missing`), `bound` what is allowed, `todo` what to do about it.
    """

    path: str
    problem: str
    bound: str
    todo: str

    def __str__(self) -> str:
        return f"{self.path} {self.problem}; allowed: {self.bound}. {self.todo}."


class SettingsError(Exception):
    """The configuration is not one. `faults` holds all that is wrong with it: of single keys, then between keys.

    `exit_code` is what a command line ends with.
    """

    exit_code = 1

    def __init__(self, faults: Sequence[Fault], message: str | None = None) -> None:
        self.faults = tuple(faults)
        count = "one fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(message or f"the stack's configuration has {count}:\n{lines}")


class StackFileError(SettingsError):
    """A stack file cannot be read or is not one; the message names the file, the line where known, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__((), message)
