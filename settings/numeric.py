"""What a number of the configuration may be. Pure.

An integer stands for a float, since the engine hands `10.0` on as the integer 10; never the other way round. A boolean
is no number, though Python has it so, and neither is what is not finite.
"""

import math
from dataclasses import dataclass

from settings.errors import Fault
from settings.rules import UNREAD, shown


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number from `low` to `high`, both allowed."""

    low: int
    high: int | None = None
    kind: str = "integer"

    @property
    def bound(self) -> str:
        if self.high is None:
            return f"a whole number, at least {self.low}"
        return f"a whole number from {self.low} to {self.high}"

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, bool) or not isinstance(value, int):
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Write digits without quotes"))
            return UNREAD
        if value < self.low or (self.high is not None and value > self.high):
            faults.append(Fault(path, f"is {value}", self.bound, "Choose one within the bound"))
            return UNREAD
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few whole numbers."""

    allowed: tuple[int, ...]
    kind: str = "integer"

    @property
    def bound(self) -> str:
        return "one of " + ", ".join(map(str, self.allowed))

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or value not in self.allowed:
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Choose one of them"))
            return UNREAD
        return value


@dataclass(frozen=True, slots=True)
class NumberOneOf:
    """One of a few numbers. Read as a float."""

    allowed: tuple[float, ...]
    kind: str = "number"

    @property
    def bound(self) -> str:
        return "one of " + ", ".join(f"{each:g}" for each in self.allowed)

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float) or value not in self.allowed:
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Choose one of them"))
            return UNREAD
        return float(value)


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number from `low` to `high`; `above` leaves `low` itself out. Read as a float."""

    low: float
    high: float | None = None
    above: bool = False
    kind: str = "number"

    @property
    def bound(self) -> str:
        if self.above:
            return f"a number above {self.low:g}" + (f", at most {self.high:g}" if self.high is not None else "")
        return (
            f"a number, at least {self.low:g}" if self.high is None else f"a number from {self.low:g} to {self.high:g}"
        )

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Write a number without quotes"))
            return UNREAD
        if not self._within(value):
            faults.append(Fault(path, f"is {shown(value)}", self.bound, "Choose one within the bound"))
            return UNREAD
        return float(value)

    def _within(self, value: float) -> bool:
        if isinstance(value, float) and not math.isfinite(value):
            return False
        below = value <= self.low if self.above else value < self.low
        try:
            float(value)
        except OverflowError:
            return False
        return not below and (self.high is None or value <= self.high)
