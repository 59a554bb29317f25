"""How alpha is spent: each guard gets its weight's part, renormalised over the guards that are selected.

By the union bound the chance that any of them ever crosses 1/(its part) for an identical canary is at most alpha.
Not all of a part is spent: `SPENT` keeps a reserve for what the nulls leave out (an episode that straddles two units,
a little skewness), and it lets a simulation of a few thousand runs show the bound.
Signals share an alpha of their own among themselves (they never abort), and so do dry metrics. Labels that may take a
promotion back count among the guards, whatever their role before it.
"""

from rollout.judge.comparisons.comparison import Comparison
from rollout.judge.comparisons.labels import LabelComparison
from rollout.judge.comparisons.limits import LimitComparison
from rollout.judge.comparisons.rates import error_comparison, latency_comparison
from rollout.judge.comparisons.ratio import RatioComparison
from rollout.judge.comparisons.scores import ScoreComparison
from rollout.judge.observations import Interval
from rollout.judge.policy import Late, Limit, Metric, Policy, Role

SPENT = {Metric.ERRORS: 0.85, Metric.LATENCY: 0.65, Metric.SCORES: 0.65, Metric.LABELS: 0.65, Metric.LIMITS: 0.65}
"""What of its part each metric spends. Errors are rare and pay for a reserve in requests; the others hardly do."""


def names(policy: Policy) -> tuple[str, ...]:
    """Return the names of all selected comparisons, in the order in which they are told."""
    plain = [metric.value for metric in Metric if metric in policy.metrics and metric is not Metric.LIMITS]
    return (*plain, *(limit_name(limit) for limit in limits(policy)))


def limit_name(limit: Limit) -> str:
    """Return the name of a limit's comparison."""
    return f"{Metric.LIMITS.value}:{limit.metric.value}:{limit.part}"


def limits(policy: Policy) -> tuple[Limit, ...]:
    """Return the limits on the metrics that are selected."""
    return tuple(limit for limit in policy.limits if limit.metric in policy.metrics)


def alphas(policy: Policy) -> dict[str, float]:
    """Return every selected comparison's own part of alpha, by name."""
    rules = {
        Metric.ERRORS: policy.errors,
        Metric.LATENCY: policy.latency,
        Metric.SCORES: policy.scores,
        Metric.LABELS: policy.labels,
    }
    weights = {metric.value: (rule.role, rule.weight) for metric, rule in rules.items() if metric in policy.metrics}
    if (
        Metric.LABELS in policy.metrics
        and policy.labels.role is Role.SIGNAL
        and policy.labels.after_promotion is Late.UNDO
    ):
        weights[Metric.LABELS.value] = (Role.GUARD, policy.labels.weight)
    weights |= {limit_name(limit): (Role.GUARD, limit.weight) for limit in limits(policy)}
    totals = {role: sum(weight for other, weight in weights.values() if other is role) for role in Role}
    spent = {
        name: SPENT[Metric(name.partition(":")[0])] * policy.alpha * weight / totals[role]
        for name, (role, weight) in weights.items()
    }
    if Metric.RATIO in policy.metrics:
        spent[Metric.RATIO.value] = policy.ratio.alpha
    return spent


def comparison(policy: Policy, name: str, alpha: float, parts: tuple[str, ...], bins: int) -> Comparison:
    """Build a comparison.

    Args:
        policy: the policy.
        name: one of `names(policy)`.
        alpha: its part of alpha.
        parts: the latency thresholds measured, from the lowest to the highest.
        bins: the bins of the score histogram.
    """
    match name:
        case Metric.ERRORS.value:
            return error_comparison(policy.errors, alpha)
        case Metric.LATENCY.value:
            return latency_comparison(policy.latency, alpha, parts)
        case Metric.SCORES.value:
            return ScoreComparison(policy.scores, alpha, bins)
        case Metric.LABELS.value:
            return LabelComparison(policy.labels, alpha)
        case Metric.RATIO.value:
            return RatioComparison(policy.ratio, policy.errors.lateness)
        case _:
            limit = next(limit for limit in policy.limits if limit_name(limit) == name)
            rule = policy.errors if limit.metric is Metric.ERRORS else policy.latency
            return LimitComparison(limit, alpha, rule.lateness)


def layout(name: str, interval: Interval) -> tuple[tuple[str, ...], int] | None:
    """Return the thresholds and bins of an interval, None where it does not measure the named comparison."""
    canary, stable = interval.canary, interval.stable
    if canary is None or stable is None:
        return None
    if name == Metric.ERRORS.value:
        return None if canary.errors is None or stable.errors is None else ((), 0)
    if name == Metric.LABELS.value:
        return None if canary.labels is None or stable.labels is None else ((), 0)
    if name == Metric.LATENCY.value:
        return None if not canary.slow or not stable.slow else (tuple(canary.slow), 0)
    if name == Metric.SCORES.value:
        return None if not canary.scores or not stable.scores else ((), len(canary.scores))
    if name == Metric.RATIO.value:
        return (), 0
    _, metric, part = name.split(":", 2)
    if metric == Metric.ERRORS.value:
        return None if canary.errors is None or stable.errors is None else ((), 0)
    there = canary.slow is not None and stable.slow is not None and part in canary.slow and part in stable.slow
    return ((), 0) if there else None
