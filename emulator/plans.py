"""Usage plans and their API keys as a program registers them. Pure data; `emulator/plan_reading.py` builds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from emulator.throttle import Throttle


class Period(StrEnum):
    """How long a quota lasts before it begins anew."""

    DAY = "DAY"
    """From midnight to midnight, UTC."""
    WEEK = "WEEK"
    """From Monday's midnight, UTC; which day AWS begins with nobody said."""
    MONTH = "MONTH"
    """The calendar's month, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`limit` requests a key and period; `offset` fewer in the first one."""

    limit: int
    period: Period
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key. `value` is what a caller sends; one that is not enabled is as good as none."""

    id: str
    name: str
    value: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A usage plan: limits for each of its keys. `methods` are throttles by stage and `/path/VERB`."""

    id: str
    name: str
    keys: tuple[Key, ...]
    methods: Mapping[str, Mapping[str, Throttle]]
    throttle: Throttle | None
    quota: Quota | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who a key says is calling: the key, and its plan for the stage that is called."""

    plan: Plan
    key: Key


def clients(plans: tuple[Plan, ...]) -> dict[tuple[str, str], Client]:
    """Return the clients by stage and key value. A key belongs to one plan a stage (developer guide)."""
    return {
        (stage, key.value): Client(plan=plan, key=key) for plan in plans for stage in plan.methods for key in plan.keys
    }
