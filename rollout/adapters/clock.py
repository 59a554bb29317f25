"""Clocks: this machine's, and one that runs faster for demonstrations and tests.

A faster clock makes nothing weaker: every time that the controller meets (its own, the log's) goes through the same
clock, so intervals, correlation time and steps keep their lengths in the clock's seconds, and hold the requests that
really came.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from rollout.control.ports import Clock


class Stamps(Clock, Protocol):
    """A clock that also says when something happened that another program stamped with this machine's time."""

    def of(self, stamp: float) -> float:
        """The clock's time at `stamp` (seconds since 1970 of this machine)."""
        ...

    def stamp(self, time: float) -> float:
        """This machine's time at the clock's `time`: the inverse of `of`."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """This machine's clock."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def of(self, stamp: float) -> float:
        return stamp

    def stamp(self, time: float) -> float:
        return time


ALIGNED = 60.0
"""An accelerated clock begins at a whole minute of this machine's, so that whole seconds of it are whole intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratedClock:
    """`factor` seconds pass for each of this machine's since `origin` (seconds since 1970; the last whole minute)."""

    factor: float
    origin: float = field(default_factory=lambda: time.time() // ALIGNED * ALIGNED)
    real: Callable[[], float] = time.time
    wait: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        if not self.factor >= 1:
            raise ValueError(f"a clock runs at least as fast as this machine's, got the factor {self.factor}")

    def now(self) -> float:
        return self.of(self.real())

    def sleep(self, seconds: float) -> None:
        self.wait(seconds / self.factor)

    def of(self, stamp: float) -> float:
        return self.origin + (stamp - self.origin) * self.factor

    def stamp(self, time: float) -> float:
        return self.origin + (time - self.origin) / self.factor
