"""What can go wrong with the emulator. (What a client is answered is a `Fault`, see `emulator/faults.py`.)

EmulatorError
├── ProgramError        the Pulumi program could not be run to its end; carries the program's own message
├── UnsupportedError    something is registered that cannot be imitated: resource, property, reason
├── GraphError          what is registered would not work on AWS either: a name that nothing has, a broken document
├── ArtifactError       a model's archive is missing, damaged, or has no handler
├── ContainerError      a model's process did not start, or answers no `/ping`
├── PatternError        a filter pattern that CloudWatch Logs would refuse, or that is not for JSON
├── PortError           an address that cannot be listened on
└── ProbeError          AWS cannot be asked, or what was made for it not removed
"""


class EmulatorError(Exception):
    """The emulator cannot go on; the message says what, where and what to do."""


class ProgramError(EmulatorError):
    """The program failed under the mocks. The message ends with the program's own."""


class UnsupportedError(EmulatorError):
    """The program registers something that AWS would take and this emulator does not imitate."""

    def __init__(self, resource: str, prop: str, reason: str) -> None:
        super().__init__(f"{resource}: {prop}: {reason}")
        self.resource, self.property, self.reason = resource, prop, reason


class GraphError(EmulatorError):
    """The registered resources do not fit together."""

    def __init__(self, resource: str, prop: str, reason: str) -> None:
        super().__init__(f"{resource}: {prop}: {reason}")
        self.resource, self.property, self.reason = resource, prop, reason


class ArtifactError(EmulatorError):
    """A model archive cannot be used."""


class ContainerError(EmulatorError):
    """A model container did not come into service."""


class PatternError(EmulatorError):
    """A filter pattern is not one of those for JSON."""

    def __init__(self, pattern: str, why: str) -> None:
        super().__init__(f"filter pattern {pattern!r}: {why}")


class PortError(EmulatorError):
    """The address is taken or may not be used."""


class ProbeError(EmulatorError):
    """A probe of AWS cannot go on; the message says what is left there, where anything is."""
