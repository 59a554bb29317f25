"""What stops a command before the controller is asked.

RolloutError (rollout/control/errors.py)
├── ConfigurationError    the practice's file, or what was named on the command line
├── UnmeasuredError       the policy asks for what the stable release's history cannot give
└── AdoptionError         configuration and journal disagree on what is served
"""

from rollout.control.errors import RolloutError


class ConfigurationError(RolloutError):
    """A file or an option says what cannot be."""

    exit_code = 64


class UnmeasuredError(RolloutError):
    """A metric that the policy asks for has no history to be measured against."""


class AdoptionError(RolloutError):
    """The configuration does not know how the last rollout ended."""
