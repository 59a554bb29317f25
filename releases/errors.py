"""What can be wrong with releases.

ReleaseError
├── ManifestError       a manifest's text is not a release; carries every fault
├── ReusedIdError       an id is used again for something else
├── UnknownReleaseError a release is named that the store does not hold; carries the ids that it does
├── LineupError         stable, canary and warm do not make a line-up
└── DamagedError        an artifact's bytes are not those that the manifest names
"""

from collections.abc import Sequence


class ReleaseError(Exception):
    """Something is wrong with a release; the message says what, the bound, the value and what to do."""


class ManifestError(ReleaseError):
    """A manifest is not a release. `faults` holds every fault, one sentence each, headed by its path."""

    def __init__(self, what: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{what} is not a release manifest:\n{lines}")


class ReusedIdError(ReleaseError):
    """A release id names something else already: a release never changes, so the new one needs an id of its own."""


class UnknownReleaseError(ReleaseError):
    """A release is named that is not in the store. `known` holds the ids that are."""

    def __init__(self, message: str, known: Sequence[str]) -> None:
        self.known = tuple(known)
        super().__init__(message)


class LineupError(ReleaseError):
    """The named releases do not make a line-up, for instance a canary without a stable release."""


class DamagedError(ReleaseError):
    """An artifact is not what its manifest says: other bytes, or cut short."""
