"""Ports that read what is there and only say what they would change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rollout.control.entries import Body, Decided, Entry
from rollout.control.ports import Event, Fleet, Journal, Order, Ports, Seen, Traffic
from rollout.control.state import State, fold
from rollout.control.target import Target

Say = Callable[[str], None]


@dataclass
class DryTraffic:
    """`Traffic` whose gateway serves, from the first order on, what it was told to."""

    inner: Traffic
    say: Say
    ordered: Order | None = None

    def read(self) -> Seen:
        return self.inner.read()

    def apply(self, order: Order) -> None:
        self.ordered = order
        self.say(f"would serve {order.target}" + (" and make or remove what the rollout owns" if order.whole else ""))

    def verify(self, order: Order) -> bool:
        return order == self.ordered or self.inner.verify(order)

    def withdraw(self) -> None:
        self.say("would take the canary's traffic away")


@dataclass
class DryFleet:
    """`Fleet` that asks for no instance and sends no request."""

    inner: Fleet
    say: Say

    def ready(self, target: Target) -> bool:
        self.say(f"would ask for the instances that {target} needs")
        return True

    def answer(self, release: str) -> None:
        self.say(f"would send {release} a request without public traffic")


@dataclass
class DryJournal:
    """`Journal` that keeps new entries to itself."""

    inner: Journal
    say: Say
    added: list[Entry] = field(default_factory=list[Entry])

    def read(self, *, whole: bool = False) -> Sequence[Entry]:
        return [*self.inner.read(whole=whole), *self.added]

    def state(self) -> State | None:
        return fold(self.added, self.inner.state())

    def append(self, entry: Entry) -> None:
        self.say(f"would write entry {entry.number}: {_told(entry.body)}")
        self.added.append(entry)


@dataclass
class DryNotifier:
    """`Notifier` that tells nobody."""

    say: Say

    def notify(self, event: Event) -> None:
        self.say(f"would tell people: {event.what}: {event.text}")


def _told(body: Body) -> str:
    if isinstance(body, Decided):
        return f"{body.choice.value} ({body.reason})"
    return type(body).__name__.lower()


def dry_ports(ports: Ports, say: Say) -> Ports:
    """Return the same ports, none of which changes anything."""
    return replace(
        ports,
        traffic=DryTraffic(ports.traffic, say),
        fleet=DryFleet(ports.fleet, say),
        journal=DryJournal(ports.journal, say),
        notifier=DryNotifier(say),
    )
