"""What can go wrong before the judge can judge.

JudgeError
├── ObservationError    one interval is impossible: its faults, all of them, in `faults`
├── PolicyError         a policy is not one: its faults, all of them, in `faults`
├── SourceError         the observations cannot be opened
└── StateError          a saved state does not belong to this policy, or is not a state
"""


class JudgeError(Exception):
    """The judge refuses its input; the message names the value, the bound and what to do."""


class _FaultsError(JudgeError):
    def __init__(self, subject: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"{subject}: " + "; ".join(faults))
        self.subject = subject
        self.faults = faults


class ObservationError(_FaultsError):
    """An interval that cannot be: counts that contradict each other, a share outside (0, 1), NaN, two clocks."""


class PolicyError(_FaultsError):
    """A policy that is not one. Every fault is listed, not only the first."""

    exit_code = 64


class SourceError(JudgeError):
    """A file of observations that cannot be opened."""

    exit_code = 64


class StateError(JudgeError):
    """A saved state that cannot be carried on."""
