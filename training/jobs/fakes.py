"""The ports in memory: a job goes through states that are written down beforehand, one at each look."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.errors import PlaceError
from training.jobs.ports import JobState, Ports


@dataclass
class FakeClock:
    """Time that passes in sleep alone."""

    at: float = 0.0

    def now(self) -> float:
        """See `Clock.now`."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.at += seconds


@dataclass
class FakeJobs:
    """Jobs of one kind. The last of `states` stays; `made` is called when a job is created."""

    states: list[JobState]
    kind: str = "training"
    made: Callable[[Mapping[str, Any]], None] = lambda _request: None
    created: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    stopped: list[str] = field(default_factory=list[str])
    looks: int = 0

    def create(self, request: Mapping[str, Any]) -> None:
        """See `Jobs.create`."""
        self.created.append(request)
        self.made(request)

    def describe(self, name: str) -> JobState:
        """See `Jobs.describe`."""
        del name
        state = self.states[min(self.looks, len(self.states) - 1)]
        self.looks += 1
        return state

    def stop(self, name: str) -> None:
        """See `Jobs.stop`."""
        self.stopped.append(name)


@dataclass
class FakeLogs:
    """The lines of a job's log, some at each look."""

    parts: list[list[str]] = field(default_factory=list[list[str]])

    def after(self, name: str) -> Sequence[str]:
        """See `Logs.after`."""
        del name
        return self.parts.pop(0) if self.parts else []


@dataclass
class FakeObjects:
    """A bucket's objects by key."""

    held: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def check(self) -> None:
        """See `Objects.check`."""

    def write(self, key: str, data: bytes) -> None:
        """See `Objects.write`."""
        self.held[key] = data

    def read(self, key: str) -> bytes:
        """See `Objects.read`."""
        if key not in self.held:
            raise PlaceError(f"there is nothing under {key}")
        return self.held[key]


@dataclass
class FakeModels:
    """Models by name, while they are there."""

    there: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    created: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    def create(self, request: Mapping[str, Any]) -> None:
        """See `Models.create`."""
        self.there[request["ModelName"]] = request
        self.created.append(request)

    def delete(self, name: str) -> None:
        """See `Models.delete`."""
        del self.there[name]


@dataclass
class Fakes:
    """All ports in memory."""

    trainings: FakeJobs
    transforms: FakeJobs = field(default_factory=lambda: FakeJobs([JobState(status="Completed")], "transform"))
    training_logs: FakeLogs = field(default_factory=FakeLogs)
    transform_logs: FakeLogs = field(default_factory=FakeLogs)
    models: FakeModels = field(default_factory=FakeModels)
    objects: FakeObjects = field(default_factory=FakeObjects)
    clock: FakeClock = field(default_factory=FakeClock)

    def ports(self) -> Ports:
        """Return them as a run takes them."""
        return Ports(
            trainings=self.trainings,
            transforms=self.transforms,
            training_logs=self.training_logs,
            transform_logs=self.transform_logs,
            models=self.models,
            objects=self.objects,
            clock=self.clock,
        )
