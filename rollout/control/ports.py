"""What the controller needs of the world: ports of a few methods, each with one adapter a file and a fake.

Apply and verify are two calls: an apply that reports success has not been seen, and one that reports a failure may
have happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Protocol

from rollout.control.entries import Entry
from rollout.control.state import State
from rollout.control.target import Target
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import LabelRule


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


Ratings = tuple[float | None, ...]
"""The true ratings of one answer, in its order; None where one is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """True ratings by request id; until when all has been delivered (seconds since 1970); bad lines in words."""

    labels: Mapping[str, Ratings] = field(default_factory=dict[str, Ratings])
    until: float = -inf
    bad: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many ratings these are."""
        return sum(each is not None for ratings in self.labels.values() for each in ratings)

    def __add__(self, other: "Delivery") -> "Delivery":
        """Both; of an answer that is in both, what the other says."""
        return Delivery(
            labels={**self.labels, **other.labels},
            until=max(self.until, other.until),
            bad=(*self.bad, *other.bad),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model answered: the request's id, when (seconds since 1970), and its ratings in the answer's order."""

    id: str
    at: float
    ratings: tuple[float, ...]


class Outcomes(Protocol):
    """Deliveries, and what they are about. `settled` is after how many seconds an answer can be read."""

    @property
    def settled(self) -> float: ...

    def delivered(self, rule: LabelRule) -> Delivery:
        """Everything that was delivered. Raises PortError."""
        ...

    def answers(self, release: str, start: float, end: float) -> Iterable[Answer]:
        """What a release answered from `start` to before `end` (seconds since 1970). Raises PortError."""
        ...


class Journal(Protocol):
    """The decisions."""

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        """Return the entries of the last rollout, or of all. Raises JournalError, PortError."""
        ...

    def state(self) -> State | None:
        """Say where the last rollout stands, the fold of its entries; None where there was none.

        Cheap where nothing was written since the last call. Raises JournalError, PortError.
        """
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
    """All of them; without `outcomes` there are no labels."""

    traffic: Traffic
    fleet: Fleet
    observations: Observations
    journal: Journal
    clock: Clock
    notifier: Notifier
    outcomes: Outcomes | None = None
