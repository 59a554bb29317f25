"""What the judge remembers between looks: a few numbers per metric, however long the rollout has run.

`dump` and `load` carry a state through a journal; only the policy is given again, and must be the same.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

from rollout.judge.comparisons.comparison import Comparison
from rollout.judge.errors import StateError
from rollout.judge.policy import Policy
from rollout.judge.spending import alphas, comparison, names
from rollout.judge.units import Clock

VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One metric's numbers of one interval."""

    start: float
    seconds: float
    share: float
    verified: bool
    counts: tuple[float, ...]

    @property
    def end(self) -> float:
        """When the interval ended."""
        return self.start + self.seconds


@dataclass(frozen=True, slots=True)
class Evidence:
    """What closed units have given: sums over them, log wealth of every bet, and when the threshold was crossed.

    `crossed` is the look at which the evidence that the canary is worse first reached its threshold; `log_e` and
    `log_p` are the log e-values that the canary is worse, and that it is inside the margin, after the last unit.
    """

    past: tuple[float, ...]
    wealth: tuple[float, ...]
    promotion: tuple[float, ...]
    units: int = 0
    crossed: int | None = None
    log_e: float = 0.0
    log_p: float = 0.0


@dataclass(frozen=True, slots=True)
class MetricState:
    """One comparison so far: the test and its part of alpha, the evidence, the clock and the open unit.

    `share` is the split of its last interval, `end` when that ended, `pending` what came behind a hole that may
    still be filled, `late` how many intervals came after their bound, `closed` units not yet settled, each with the
    look that closed it.
    """

    test: Comparison
    alpha: float
    layout: tuple[tuple[str, ...], int]
    evidence: Evidence
    clock: Clock
    unit: tuple[float, ...]
    share: float | None = None
    end: float | None = None
    pending: tuple[Entry, ...] = ()
    late: int = 0
    closed: tuple[tuple[tuple[float, ...], int], ...] = ()

    @property
    def name(self) -> str:
        """Return the comparison's name."""
        return self.test.name


@dataclass(frozen=True, slots=True)
class State:
    """A series so far.

    `measured` is until when both tracks were measured, `traffic` until when both had requests; `faults` why the
    series is broken, and `broken` since which look.
    """

    policy: Policy
    names: tuple[str, ...]
    look: int = 0
    canary_requests: int = 0
    stable_requests: int = 0
    began: float | None = None
    end: float | None = None
    share: float | None = None
    seconds: float = 0.0
    measured: float | None = None
    traffic: float | None = None
    faults: tuple[str, ...] = ()
    broken: int | None = None
    metrics: tuple[MetricState, ...] = ()


def metric_state(policy: Policy, name: str, parts: tuple[str, ...], bins: int) -> MetricState:
    """Return the state of a comparison that has seen nothing."""
    alpha = alphas(policy)[name]
    test = comparison(policy, name, alpha, parts, bins)
    nothing = Evidence((0.0,) * test.carried, (0.0,) * test.components, (0.0,) * test.promotions)
    return MetricState(test, alpha, (parts, bins), nothing, Clock(), (0.0,) * test.width)


_PLAIN = (
    "look",
    "canary_requests",
    "stable_requests",
    "began",
    "end",
    "share",
    "seconds",
    "measured",
    "traffic",
    "broken",
)
_SCALARS = ("share", "end", "late")


def dump(state: State) -> dict[str, object]:
    """Return the state as JSON's own kinds."""
    return {
        "version": VERSION,
        "policy": repr(state.policy),
        **{key: getattr(state, key) for key in _PLAIN},
        "faults": list(state.faults),
        "metrics": [_dump_metric(metric) for metric in state.metrics],
    }


def _dump_metric(metric: MetricState) -> dict[str, object]:
    evidence = metric.evidence
    return {
        "name": metric.name,
        "layout": [list(metric.layout[0]), metric.layout[1]],
        "past": list(evidence.past),
        "wealth": list(evidence.wealth),
        "promotion": list(evidence.promotion),
        "units": evidence.units,
        "crossed": evidence.crossed,
        "log_e": evidence.log_e,
        "log_p": evidence.log_p,
        "clock": [metric.clock.opened, metric.clock.streak],
        "unit": list(metric.unit),
        **{key: getattr(metric, key) for key in _SCALARS},
        "pending": [[e.start, e.seconds, e.share, e.verified, list(e.counts)] for e in metric.pending],
        "closed": [[list(unit), look] for unit, look in metric.closed],
    }


def load(policy: Policy, data: dict[str, Any]) -> State:
    """Return the state that `dump` gave.

    Raises:
        StateError: it is of another version or policy, or no state.
    """
    if data.get("version") != VERSION:
        raise StateError(f"state has version {data.get('version')!r}, this judge reads {VERSION}: start anew")
    if data.get("policy") != repr(policy):
        raise StateError("state belongs to another policy: a policy may not change inside a rollout; start anew")
    try:
        metrics = tuple(_load_metric(policy, item) for item in cast("list[dict[str, Any]]", data["metrics"]))
        plain = {key: data[key] for key in _PLAIN}
        return State(policy, names(policy), faults=tuple(data["faults"]), metrics=metrics, **plain)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise StateError(f"not a state of the judge: {error!r}; start anew") from error


def _load_metric(policy: Policy, item: dict[str, Any]) -> MetricState:
    parts, bins = item["layout"]
    fresh = metric_state(policy, item["name"], tuple(parts), bins)
    evidence = Evidence(
        past=_floats(item["past"], fresh.test.carried),
        wealth=_floats(item["wealth"], fresh.test.components),
        promotion=_floats(item["promotion"], fresh.test.promotions),
        units=item["units"],
        crossed=item["crossed"],
        log_e=item["log_e"],
        log_p=item["log_p"],
    )
    return replace(
        fresh,
        evidence=evidence,
        clock=Clock(*item["clock"]),
        unit=_floats(item["unit"], fresh.test.width),
        pending=tuple(Entry(a, b, c, d, _floats(e, fresh.test.width)) for a, b, c, d, e in item["pending"]),
        closed=tuple((_floats(unit, fresh.test.width), look) for unit, look in item["closed"]),
        **{key: item[key] for key in _SCALARS},
    )


def _floats(values: list[float], count: int) -> tuple[float, ...]:
    if len(values) != count:
        raise ValueError(f"{len(values)} numbers where {count} belong")
    return tuple(float(value) for value in values)
