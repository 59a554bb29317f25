"""What the controller needs of the world: ports of a few methods, each with one adapter a file and a fake.

Apply and verify are two calls: an apply that reports success has not been seen, and one that reports a failure may
have happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rollout.control.entries import Entry
from rollout.control.target import Target
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import TrackCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be served, and by which journal entry: whoever applies it refuses a later entry's place.

    `releases` are the two that the rollout is about; `whole` asks for everything that the rollout owns (its start,
    its clean-up), not only for the split.
    """

    rollout: str
    number: int
    target: Target
    releases: tuple[str, str]
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the gateway serves at this moment; `in_service` are the releases whose endpoints answer."""

    stable: str
    canary: str | None
    percent: float
    in_service: frozenset[str]

    def serves(self, target: Target, releases: tuple[str, str]) -> bool:
        """Whether this is the target: the same split, and of `releases` those in service that it names, no other."""
        named = frozenset((target.stable, *((target.canary,) if target.canary else ()), *target.warm))
        split = (self.stable, self.canary if self.percent else None, self.percent)
        return (
            split == (target.stable, target.canary, target.percent) and self.in_service & frozenset(releases) == named
        )


class Traffic(Protocol):
    """The gateway's split."""

    def read(self) -> Seen:
        """Say what is served now. Raises PortError."""
        ...

    def apply(self, order: Order) -> None:
        """Bring the target about. Raises CreationError where that can never be, PortError otherwise."""
        ...

    def verify(self, order: Order) -> bool:
        """Whether the order is in force and no other change is under way. Raises PortError."""
        ...

    def withdraw(self) -> None:
        """Give the stable release all traffic, by the shortest way: no journal, lock, preview. Raises PortError."""
        ...


class Fleet(Protocol):
    """The instances behind a release."""

    def ready(self, target: Target) -> bool:
        """Ask for the capacity that the target needs and say whether it is in service. Raises PortError."""
        ...

    def answer(self, release: str) -> None:
        """Let the release answer once, without public traffic. Raises PortError, with the reason, if it does not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Both tracks over `seconds` from `start` (seconds since 1970), complete; None where one was not measured."""

    start: float
    seconds: float
    canary: TrackCounts | None
    stable: TrackCounts | None


class Observations(Protocol):
    """The counts, from an access log or CloudWatch."""

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:
        """Return every complete interval that begins at or after `start`, in order. Raises PortError."""
        ...

    def baseline(self, release: str, start: float) -> Baseline:
        """Sum up what `release` has answered as the only one since `start`, lately. Raises PortError."""
        ...


class Journal(Protocol):
    """The decisions."""

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        """Return the entries of the last rollout, or of all. Raises JournalError, PortError."""
        ...

    def append(self, entry: Entry) -> None:
        """Write one entry, once. Raises FenceError where its number is taken, PortError otherwise."""
        ...


class Clock(Protocol):
    """Time."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


class Severity(StrEnum):
    """How much an event asks of whoever reads it."""

    INFO = "info"
    """It goes as planned."""
    ATTENTION = "attention"
    """A person's word is awaited."""
    ALARM = "alarm"
    """Traffic was taken back, or could not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that people may want to know: `what` is started, advanced, paused, waiting, aborted, promoted..."""

    what: str
    severity: Severity
    rollout: str
    at: float
    text: str
    numbers: Mapping[str, object]


class Notifier(Protocol):
    """Tells people. The controller goes on whatever happens here."""

    def notify(self, event: Event) -> None:
        """Tell of one event."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them."""

    traffic: Traffic
    fleet: Fleet
    observations: Observations
    journal: Journal
    clock: Clock
    notifier: Notifier
