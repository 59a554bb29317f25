"""What a run needs of AWS, in ports of two to four methods, and the fakes that tests share with them in `fakes.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A secondary status that a job went into, such as `Downloading`, and what SageMaker says about it."""

    status: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """Where a job stands. `status` is SageMaker's: InProgress, Completed, Failed, Stopping or Stopped.

    `secondary` is the finer one (`MaxRuntimeExceeded` among them), `artifact` the URI of `model.tar.gz`, `metrics` the
    final values that SageMaker read from the job's log, `billed_seconds` what is paid for.
    """

    status: str
    secondary: str = ""
    reason: str | None = None
    artifact: str | None = None
    transitions: tuple[Transition, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    billed_seconds: int | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing comes after this state."""
        return self.status in {"Completed", "Failed", "Stopped"}


class Jobs(Protocol):
    """Jobs of one kind: training, or transform. All raise PlaceError where AWS refuses."""

    @property
    def kind(self) -> str:
        """`training` or `transform`, for messages."""
        ...

    def create(self, request: Mapping[str, Any]) -> None:
        """Start a job."""
        ...

    def describe(self, name: str) -> JobState:
        """Say where it stands."""
        ...

    def stop(self, name: str) -> None:
        """Ask it to stop; it ends by itself some time after."""
        ...


class Logs(Protocol):
    """What jobs write."""

    def after(self, name: str) -> Sequence[str]:
        """Return the lines of a job's log that were not returned before; none where there is no log yet."""
        ...


class Objects(Protocol):
    """The stack's bucket, below the prefix of jobs. All raise PlaceError where AWS refuses."""

    def check(self) -> None:
        """Ask for the bucket, once, before anything is sent."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Put an object."""
        ...

    def read(self, key: str) -> bytes:
        """Get an object."""
        ...


class Models(Protocol):
    """Models that transform jobs ask."""

    def create(self, request: Mapping[str, Any]) -> None:
        """Make one."""
        ...

    def delete(self, name: str) -> None:
        """Take it away again."""
        ...


class Clock(Protocol):
    """Time, in seconds."""

    def now(self) -> float:
        """Seconds since some moment; only differences count."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that a run reaches outside of itself."""

    trainings: Jobs
    transforms: Jobs
    training_logs: Logs
    transform_logs: Logs
    models: Models
    objects: Objects
    clock: Clock
