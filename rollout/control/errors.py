"""What can stop the controller.

RolloutError
├── UnderWayError       another rollout holds the stage
├── NothingUnderWayError  the command needs a rollout under way, and there is none
├── JournalError        the journal cannot be read as it stands
├── FenceError          somebody else wrote the journal's next entry first
├── LockedError         another controller holds the lock
├── RequestError        what a person asked for does not fit the rollout's phase
└── PortError           a port could not do what it was asked
    ├── CreationError   what the release needs could not be made (quota, capacity, artifact): final, not worth a retry
    └── ForeignError    a whole update would also change what is not the rollout's: a person decides
"""


class RolloutError(Exception):
    """A rollout cannot go on as asked; the message names rollout, phase and what to do."""

    exit_code = 2


class UnderWayError(RolloutError):
    """Another rollout holds the stage."""


class NothingUnderWayError(RolloutError):
    """There is no rollout that the command could act on."""


class JournalError(RolloutError):
    """An entry in the middle of the journal is damaged or missing; nothing may be decided on what is left."""


class FenceError(RolloutError):
    """The number of the next entry is taken: another controller has decided meanwhile."""


class LockedError(RolloutError):
    """Another controller holds the lock, and its lease has not run out."""


class RequestError(RolloutError):
    """A person asked for something that the rollout's phase does not allow."""


class PortError(RolloutError):
    """A port could not do what it was asked; it is asked again at the next tick."""


class CreationError(PortError):
    """What the release needs could not be made. Asking again would end the same way."""


class ForeignError(PortError):
    """A whole update would also change what is not the rollout's. Nothing was done, and the message names it all."""
