"""What can go wrong between the controller and AWS. All of it is a `PortError` to the controller, asked again later.

PortError (rollout/control/errors.py)
├── AwsError              AWS refused a call, or did not answer
└── EngineError           an update of the stack failed
    └── BusyError         another update holds the stack's lock
"""

from rollout.control.errors import PortError


class AwsError(PortError):
    """AWS refused a call or did not answer; the message names service, call and AWS's code."""


class EngineError(PortError):
    """An update of the stack failed; the message has the engine's own words."""


class BusyError(EngineError):
    """Another update holds the stack's lock; the message says whose it is, as far as the engine knows."""
