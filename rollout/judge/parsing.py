"""A policy from a mapping (YAML or JSON), all faults at once. What a mapping leaves out comes from its preset.

preset: standard
alpha: 0.005
errors: {tolerance: 1.5, margin: {ratio: 2, points: 0.01}}
latency: {thresholds: {fast: 80, slow: 250}}
steps: [{percent: 5, minutes: 15}, {percent: 50, minutes: 60, approval: true}]
limits: [{metric: errors, part: 5xx, limit: 0.05}]
"""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from itertools import pairwise
from math import isfinite
from typing import Any, TypeVar, cast

from rollout.judge.errors import PolicyError
from rollout.judge.policy import (
    PRESETS,
    STANDARD,
    ErrorRule,
    Futility,
    LabelRule,
    Late,
    LatencyRule,
    Limit,
    Margin,
    Metric,
    Policy,
    RatioRule,
    Role,
    ScoreRule,
    Step,
)

Rule = TypeVar("Rule", Margin, ErrorRule, LatencyRule, ScoreRule, LabelRule, RatioRule)

_BOUNDS: dict[str, tuple[float, float]] = {
    "alpha": (1e-6, 0.5),
    "confidence": (0.5, 0.9999),
    "correlation_time": (1.0, 3_600.0),
    "warm_up": (0.0, 86_400.0),
    "broken_after": (1.0, 86_400.0),
    "deadline": (60.0, 2_592_000.0),
    "weight": (1e-3, 1e3),
    "lateness": (0.0, 2_592_000.0),
    "ratio": (1.01, 100.0),
    "points": (0.0, 1.0),
    "shift": (0.0, 5.0),
    "factor": (1.0, 100.0),
    "limit": (1e-6, 0.999),
    "percent": (0.01, 99.99),
    "minutes": (0.0, 43_200.0),
    "requests": (0.0, 1e12),
    "thresholds": (1.0, 300_000.0),
    "low": (-1e9, 1e9),
    "high": (-1e9, 1e9),
}
"""The lowest and the highest value of every number, ends included."""
_TOLERANCES = {"errors": (1.0, 100.0), "latency": (1.0, 100.0), "labels": (0.0, 1.0), "ratio": (1.0, 100.0)}
_MARGINS = {"scores": (0.0, 5.0)}
_MOST_THRESHOLDS = 8
"""More say little more, and each is two metric filters in each of two log groups on AWS, which take 100."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")
"""What a threshold may be called: it becomes a part of a CloudWatch metric's name."""
_TOP = ("alpha", "confidence", "correlation_time", "warm_up", "broken_after", "deadline")


def policy_of(data: Mapping[str, Any]) -> Policy:
    """Return the policy that a mapping describes.

    Raises:
        PolicyError: all that is wrong with it.
    """
    faults: list[str] = []
    name = data.get("preset", STANDARD.name)
    base = PRESETS.get(name) if isinstance(name, str) else None
    if base is None:
        faults.append(f"preset is {name!r}: one of {', '.join(PRESETS)}")
        base = STANDARD
    known = {"preset", "name", "steps", "futility", "metrics", "limits", *_TOP}
    known |= {"errors", "latency", "scores", "labels", "ratio"}
    faults.extend(f"{key} is not a field of a policy" for key in data if key not in known)
    if "name" in data and not isinstance(data["name"], str):
        faults.append(f"name is {data['name']!r}, not a name")
    changes = {key: _number(data[key], key, _BOUNDS[key], faults) for key in _TOP if key in data}
    policy = replace(
        base,
        name=str(data.get("name", base.name)),
        steps=_steps(data["steps"], faults) if "steps" in data else base.steps,
        futility=_word(data.get("futility", base.futility), Futility, "futility", faults) or base.futility,
        metrics=_metrics(data["metrics"], faults) if "metrics" in data else base.metrics,
        limits=_limits(data["limits"], faults) if "limits" in data else base.limits,
        errors=_rule(base.errors, data.get("errors"), "errors", faults),
        latency=_rule(base.latency, data.get("latency"), "latency", faults),
        scores=_rule(base.scores, data.get("scores"), "scores", faults),
        labels=_rule(base.labels, data.get("labels"), "labels", faults),
        ratio=_rule(base.ratio, data.get("ratio"), "ratio", faults),
        **changes,
    )
    faults.extend(_unmeasured_limits(policy))
    if policy.labels.high <= policy.labels.low:
        faults.append(f"labels.high is {policy.labels.high:g}, not above labels.low ({policy.labels.low:g})")
    if policy.scores.margin <= policy.scores.shift:
        faults.append(f"scores.margin is {policy.scores.margin:g}, not above scores.shift ({policy.scores.shift:g})")
    if faults:
        raise PolicyError("policy", tuple(faults))
    return policy


def metric_names(words: str) -> tuple[Metric, ...]:
    """Return the metrics of a list such as `errors,latency`; raises PolicyError."""
    faults: list[str] = []
    metrics = _metrics([word.strip() for word in words.split(",")], faults)
    if faults:
        raise PolicyError("metrics", tuple(faults))
    return metrics


def _rule(rule: Rule, data: object, name: str, faults: list[str]) -> Rule:
    if data is None:
        return rule
    if not isinstance(data, Mapping):
        faults.append(f"{name} is {data!r}, not a mapping")
        return rule
    changes: dict[str, Any] = {}
    known = {field.name for field in fields(rule)}
    for key, value in cast("Mapping[str, object]", data).items():
        path = f"{name}.{key}"
        if key not in known:
            faults.append(f"{path} is not a field: one of {', '.join(sorted(known))}")
        elif key == "role":
            changes[key] = _word(value, Role, path, faults) or Role.GUARD
        elif key == "after_promotion":
            changes[key] = _word(value, Late, path, faults) or Late.PAUSE
        elif key == "classes":
            changes[key] = _classes(value, path, faults)
        elif key == "thresholds":
            changes[key] = _thresholds(value, path, faults)
        elif key == "margin" and name not in _MARGINS:
            changes[key] = _rule(cast("Margin", getattr(rule, key)), value, path, faults)
        else:
            bounds = _TOLERANCES.get(name) if key == "tolerance" else _MARGINS.get(name) if key == "margin" else None
            changes[key] = _number(value, path, bounds or _BOUNDS[key], faults)
    return replace(rule, **changes)


def _number(value: object, path: str, bounds: tuple[float, float], faults: list[str]) -> float:
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        faults.append(f"{path} is {value!r}, not a number")
        return low
    if not low <= value <= high:
        faults.append(f"{path} is {value:g}, not between {low:g} and {high:g}")
    return float(value)


Word = TypeVar("Word", bound=StrEnum)


def _word(value: object, words: type[Word], path: str, faults: list[str]) -> Word | None:
    if isinstance(value, str) and value in {word.value for word in words}:
        return words(value)
    faults.append(f"{path} is {value!r}: one of {', '.join(word.value for word in words)}")
    return None


def _metrics(data: object, faults: list[str]) -> tuple[Metric, ...]:
    if not isinstance(data, list) or not data:
        faults.append(f"metrics is {data!r}, not a list of metrics")
        return ()
    items = cast("list[object]", data)
    if Metric.LIMITS.value in items:
        faults.append("metrics names limits: they belong to the metric they limit and are selected with it")
    known = [metric.value for metric in Metric if metric is not Metric.LIMITS]
    faults.extend(
        f"metrics is {item!r}: one of {', '.join(known)}" for item in items if item not in (*known, Metric.LIMITS.value)
    )
    metrics = tuple(Metric(item) for item in items if item in known)
    if len(set(metrics)) != len(metrics):
        faults.append("metrics names one twice")
    return metrics


def _classes(data: object, path: str, faults: list[str]) -> tuple[tuple[str, float], ...]:
    """Read weights by class, in an order that is theirs: a journal sorts its keys, and a judge goes by the order."""
    if not isinstance(data, Mapping) or not data:
        faults.append(f"{path} is {data!r}, not a mapping of error classes to weights")
        return (("5xx", 1.0),)
    table = cast("Mapping[object, object]", data)
    found = [(str(key), _number(value, f"{path}.{key}", _BOUNDS["weight"], faults)) for key, value in table.items()]
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


def _thresholds(data: object, path: str, faults: list[str]) -> tuple[tuple[str, float], ...]:
    """Read milliseconds by key, in any order; an empty mapping asks for the quantiles of history."""
    if not isinstance(data, Mapping):
        faults.append(f"{path} is {data!r}, not a mapping of keys to milliseconds such as {{slow: 250}}")
        return ()
    table = cast("Mapping[object, object]", data)
    if len(table) > _MOST_THRESHOLDS:
        faults.append(f"{path} has {len(table)} thresholds, more than {_MOST_THRESHOLDS}")
    faults.extend(
        f"{path} has the key {key!r}: at most 20 letters, digits, dots and hyphens, quoted where YAML takes it for a "
        "number"
        for key in table
        if not isinstance(key, str) or _KEY.fullmatch(key) is None
    )
    found = [(str(key), _number(value, f"{path}.{key}", _BOUNDS["thresholds"], faults)) for key, value in table.items()]
    found.sort(key=lambda item: item[1])
    faults.extend(
        f"{path}.{low} and {path}.{high} are both {limit:g} ms: the same answers would be counted twice"
        for (low, limit), (high, other) in pairwise(found)
        if limit == other
    )
    return tuple(found)


def _unmeasured_limits(policy: Policy) -> list[str]:
    """Limits on a threshold that the policy's own do not have; the keys of history are the recording's affair."""
    own = [key for key, _ in policy.latency.thresholds]
    return [
        f"limits[{index}].part is {limit.part!r}, not one of latency.thresholds: {', '.join(own)}"
        for index, limit in enumerate(policy.limits)
        if own and limit.metric is Metric.LATENCY and limit.part not in own
    ]


def _steps(data: object, faults: list[str]) -> tuple[Step, ...]:
    if not isinstance(data, list) or not data:
        faults.append(f"steps is {data!r}, not a list of steps")
        return ()
    steps: list[Step] = []
    for index, item in enumerate(cast("list[object]", data)):
        path = f"steps[{index}]"
        if not isinstance(item, Mapping) or "percent" not in item or "minutes" not in item:
            faults.append(f"{path} is {item!r}, not a mapping with percent and minutes")
            continue
        table = cast("Mapping[str, object]", item)
        faults.extend(
            f"{path}.{key} is not a field: one of approval, minutes, percent, requests"
            for key in table
            if key not in {"percent", "minutes", "requests", "approval"}
        )
        approval = table.get("approval", False)
        if not isinstance(approval, bool):
            faults.append(f"{path}.approval is {approval!r}, not true or false")
        numbers = {
            key: _number(table.get(key, 0), f"{path}.{key}", _BOUNDS[key], faults)
            for key in ("percent", "minutes", "requests")
        }
        steps.append(
            Step(
                percent=numbers["percent"],
                seconds=60.0 * numbers["minutes"],
                requests=int(numbers["requests"]),
                approval=approval is True,
            )
        )
    if any(after.percent <= before.percent for before, after in pairwise(steps)):
        faults.append("steps do not rise: give each a higher percent than the one before")
    return tuple(steps)


def _limits(data: object, faults: list[str]) -> tuple[Limit, ...]:
    if not isinstance(data, list):
        faults.append(f"limits is {data!r}, not a list of limits")
        return ()
    limits: list[Limit] = []
    for index, item in enumerate(cast("list[object]", data)):
        path = f"limits[{index}]"
        if not isinstance(item, Mapping) or not {"metric", "part", "limit"} <= set(cast("Mapping[str, Any]", item)):
            faults.append(f"{path} is {item!r}, not a mapping with metric, part and limit")
            continue
        table = cast("Mapping[str, object]", item)
        metric = _word(table["metric"], Metric, f"{path}.metric", faults)
        if metric not in {Metric.ERRORS, Metric.LATENCY}:
            faults.append(f"{path}.metric is {table['metric']!r}: only errors and latency have limits")
            continue
        limits.append(
            Limit(
                metric=Metric(metric),
                part=str(table["part"]),
                limit=_number(table["limit"], f"{path}.limit", _BOUNDS["limit"], faults),
                weight=_number(table.get("weight", 0.1), f"{path}.weight", _BOUNDS["weight"], faults),
            )
        )
    return tuple(limits)
