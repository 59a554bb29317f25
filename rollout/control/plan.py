"""What a rollout will do, before it does it: times, instances, cost, and what can be found by then. Pure.

What can be found is told by the lower bound on the canary's requests (Garivier and Kaufmann's information bound for
an unknown common rate): canary requests >= share * ln(1/alpha) / I, I = share * KL(p1, p) + (1 - share) * KL(p0, p),
p = share * p1 + (1 - share) * p0. The judge's own median is up to `OVERHEAD` times that (docs/judge.md).
"""

import math
from dataclasses import dataclass

from releases.model import Serving
from rollout.control.conduct import Conduct
from rollout.judge.policy import Metric, Policy, Step

OVERHEAD = 1.3
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step at the present traffic.

    `starts` and `seconds` are in seconds from the first percent, `canary_requests` what the canary will have answered
    by the step's end, `instances` the canary's fleet by then. `detectable` is the lowest error rate of the canary that
    is found by then in half of all cases, None where nothing below 100 percent is.
    """

    percent: float
    starts: float
    seconds: float
    approval: bool
    canary_requests: int
    instances: int
    detectable: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole: `seconds` to promotion where nothing is waited for, `instance_hours` of the second fleet with its
    window for the way back, `instances` of both fleets at once, and the quota that they count against.
    """

    steps: tuple[PlannedStep, ...]
    seconds: float
    instance_hours: float
    instances: int
    quota: str


def plan(
    policy: Policy, conduct: Conduct, serving: Serving, *, per_minute: float, error_rate: float, stable_instances: int
) -> Plan:
    """Plan a rollout at `per_minute` requests a minute, of which `error_rate` (0..1) fail today.

    `stable_instances` is the stable fleet's size now; the canary's grows with its share, to the whole of it.
    """
    alpha = error_alpha(policy)
    starts, requests, steps = 0.0, 0.0, list[PlannedStep]()
    hours = 0.0
    for each in policy.steps:
        seconds = _seconds(each, per_minute)
        requests += per_minute * seconds / 60 * each.percent / 100
        instances = instances_for(serving, stable_instances, each.percent)
        steps.append(
            PlannedStep(
                percent=each.percent,
                starts=starts,
                seconds=seconds,
                approval=each.approval,
                canary_requests=int(requests),
                instances=instances,
                detectable=detectable(error_rate, each.percent / 100, alpha, requests),
            )
        )
        hours += instances * seconds / 3600
        starts += seconds
    whole = max(stable_instances, serving.instance_count)
    return Plan(
        steps=tuple(steps),
        seconds=starts,
        instance_hours=hours + whole * conduct.undo_window / 3600,
        instances=stable_instances + whole,
        quota=f"{serving.instance_type} for endpoint usage",
    )


def error_alpha(policy: Policy) -> float:
    """The part of alpha that the comparison of errors gets when everything that the policy selects is measured."""
    rules = {
        Metric.ERRORS: policy.errors,
        Metric.LATENCY: policy.latency,
        Metric.SCORES: policy.scores,
        Metric.LABELS: policy.labels,
    }
    weights = {
        metric: rule.weight for metric, rule in rules.items() if metric in policy.metrics and rule.role == "guard"
    }
    return policy.alpha * weights.get(Metric.ERRORS, 0.0) / (sum(weights.values()) or 1.0)


def instances_for(serving: Serving, stable_instances: int, percent: float) -> int:
    """The canary's fleet for a share: as many as carry it at stable's present load, its own count at the least."""
    return max(serving.instance_count, math.ceil(stable_instances * percent / 100))


def detectable(base: float, share: float, alpha: float, requests: float) -> float | None:
    """The lowest canary error rate whose expected requests to a decision are at most `requests`, by bisection."""
    if alpha <= 0 or requests_needed(base, 1.0, share, alpha) > requests:
        return None
    low, high = base, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if requests_needed(base, middle, share, alpha) > requests:
            low = middle
        else:
            high = middle
    return high


def requests_needed(base: float, canary: float, share: float, alpha: float) -> float:
    """Canary requests to find `canary` against `base` (rates 0..1) at this share: the bound times `OVERHEAD`."""
    mixed = share * canary + (1 - share) * base
    information = share * _kl(canary, mixed) + (1 - share) * _kl(base, mixed)
    return math.inf if information <= 0 else OVERHEAD * share * math.log(1 / alpha) / information


def _kl(p: float, q: float) -> float:
    """Kullback-Leibler divergence of two Bernoulli distributions, in nats."""

    def term(a: float, b: float) -> float:
        return 0.0 if a == 0 else a * math.log(a / b) if b > 0 else math.inf

    return term(p, q) + term(1 - p, 1 - q)


def _seconds(step: Step, per_minute: float) -> float:
    canary_per_second = per_minute / 60 * step.percent / 100
    return max(step.seconds, step.requests / canary_per_second if canary_per_second > 0 else step.seconds)
