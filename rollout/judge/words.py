"""From a state to a verdict: which label, and the numbers and words for it. Decides and explains; computes no bet."""

from math import exp, inf, log, log1p

import numpy as np

from rollout.judge.comparisons.comparison import Finding
from rollout.judge.comparisons.limits import LimitComparison
from rollout.judge.comparisons.rates import RateComparison
from rollout.judge.comparisons.scores import ScoreComparison
from rollout.judge.futility import needed, out_of_reach
from rollout.judge.policy import Metric, Role
from rollout.judge.spending import limit_name, limits, names
from rollout.judge.state import MetricState, State
from rollout.judge.verdict import Cause, Label, Reason, Verdict

_HUGE = 1e300
_ENDS = {Metric.SCORES: (-inf, inf), Metric.LABELS: (-1.0, 1.0)}
"""Between what a difference lies by its kind; a ratio of rates between 0 and infinity."""


def verdict_of(state: State, now: float | None = None) -> Verdict:
    """Return the verdict on a state; see `rollout.judge.judge.look`."""
    policy = state.policy
    told = [reason for metric in state.metrics for reason in _told(state, metric)]
    told += _missing(state)
    guards = [metric for metric in state.metrics if metric.test.role is Role.GUARD]
    failed = [m for m in guards if m.evidence.crossed is not None and m.test.metric is not Metric.RATIO]
    first = min(failed, key=lambda metric: metric.evidence.crossed or 0, default=None)
    broken = _broken(state, now)
    if first is not None and (state.broken is None or (first.evidence.crossed or 0) <= state.broken):
        return _verdict(state, Label.FAIL, told, first.name)
    if broken:
        metric = Metric.RATIO.value if any(reason.cause is Cause.SPLIT for reason in broken) else None
        return _verdict(state, Label.BROKEN, [*broken, *told], metric)
    silent = _silent(state, now)
    if silent is not None:
        return _verdict(state, Label.NO_DATA, [silent, *told], None)
    pause = tuple(m.name for m in state.metrics if m.test.role is Role.SIGNAL and m.evidence.crossed is not None)
    threshold = -log1p(-policy.confidence)
    by_name = {metric.name: metric for metric in guards}
    asked = [name for name in _asked(state) if name not in by_name or by_name[name].test.promotions]
    ready = bool(asked) and all(
        name in by_name and by_name[name].evidence.units > 0 and promotion_of(by_name[name]) >= threshold
        for name in asked
    )
    ready = ready and not any(reason.cause is Cause.LIMIT for reason in told)
    if ready and not pause:
        return _verdict(state, Label.PASS, told, None, ready=True)
    futile = [name for name in asked if name in by_name and out_of_reach(state, by_name[name], threshold)]
    told += [
        Reason(
            cause=Cause.FUTILE,
            metric=name,
            text=f"{name}: the margin will not be excluded before the deadline ({policy.deadline:.0f} s)",
        )
        for name in futile
    ]
    return _verdict(state, Label.HOLD, told, pause[0] if pause else None, pause, futile=bool(futile), ready=ready)


def promotion_of(metric: MetricState) -> float:
    """Return the log e-value that the canary is inside the margin; infinity where none is asked."""
    return metric.evidence.log_p if metric.test.promotions else inf


def _verdict(
    state: State,
    label: Label,
    reasons: list[Reason],
    metric: str | None,
    pause: tuple[str, ...] = (),
    *,
    futile: bool = False,
    ready: bool = False,
) -> Verdict:
    return Verdict(
        label=label,
        look=state.look,
        canary_requests=state.canary_requests,
        metric=metric,
        reasons=tuple(sorted(reasons, key=lambda reason: reason.metric != metric)),
        pause=pause,
        futile=futile,
        ready=ready,
    )


def _asked(state: State) -> list[str]:
    """Return the selected guards that a promotion needs evidence from, and the limits, which must be measured."""
    policy = state.policy
    rules = {Metric.ERRORS: policy.errors, Metric.LATENCY: policy.latency, Metric.SCORES: policy.scores}
    guards = [metric.value for metric, rule in rules.items() if metric in policy.metrics and rule.role is Role.GUARD]
    return [*guards, *(limit_name(limit) for limit in limits(policy))]


def _broken(state: State, now: float | None) -> list[Reason]:
    reasons = [Reason(cause=Cause.REFUSED, metric="observations", text=fault) for fault in state.faults]
    for metric in state.metrics:
        if (
            metric.test.metric is Metric.RATIO
            and metric.test.role is Role.GUARD
            and metric.evidence.crossed is not None
        ):
            finding = metric.test.findings(np.array(metric.evidence.past), 1.0)[0]
            reasons.append(
                Reason(
                    cause=Cause.SPLIT,
                    metric=metric.name,
                    text=f"{finding.canary or 0:.4%} of the requests reach the canary, {finding.stable or 0:.4%} were"
                    " applied: the split does not arrive, which says nothing of the model",
                    canary=finding.canary,
                    stable=finding.stable,
                    ratio=finding.ratio,
                )
            )
    if state.end is not None and state.began is not None:
        until = max(state.end, now if now is not None else state.end)
        since = state.measured if state.measured is not None else state.began
        if until - since >= state.policy.broken_after:
            text = f"not measured for {until - since:.0f} s, broken_after is {state.policy.broken_after:.0f} s"
            reasons.append(Reason(cause=Cause.MISSING, metric="observations", text=text))
    return reasons


def _silent(state: State, now: float | None) -> Reason | None:
    if state.end is None or state.began is None:
        return Reason(cause=Cause.MISSING, metric="observations", text="no interval has come")
    until = max(state.end, now if now is not None else state.end)
    since = state.traffic if state.traffic is not None else state.began
    if until - since >= state.policy.broken_after or state.traffic is None:
        track = "the canary" if not state.canary_requests else "stable" if not state.stable_requests else "one track"
        text = f"{track} had no requests for {until - since:.0f} s"
        return Reason(cause=Cause.MISSING, metric="observations", text=text)
    if not any(metric.test.role is Role.GUARD and metric.test.metric is not Metric.RATIO for metric in state.metrics):
        text = f"none of {', '.join(_asked(state)) or 'the selected guards'} was measured"
        return Reason(cause=Cause.MISSING, metric="observations", text=text)
    return None


def _missing(state: State) -> list[Reason]:
    known = {metric.name for metric in state.metrics}
    if state.end is None:
        return []
    return [
        Reason(cause=Cause.MISSING, metric=name, text=f"{name}: selected and never measured: it cannot pass")
        for name in names(state.policy)
        if name not in known and name in _asked(state)
    ]


def _told(state: State, metric: MetricState) -> list[Reason]:
    test, past = metric.test, np.array(metric.evidence.past)
    log_e, log_p = metric.evidence.log_e, promotion_of(metric)
    threshold, enough = -log(metric.alpha), -log1p(-state.policy.confidence)
    cause = (
        Cause.WORSE
        if metric.evidence.crossed is not None
        else Cause.EVIDENCE
        if enough <= log_p < inf
        else Cause.WAITING
    )
    if isinstance(test, LimitComparison):
        shared = float(test.shared(np.array(metric.evidence.wealth))) >= threshold
        cause = Cause.LIMIT if shared or metric.evidence.crossed is not None else Cause.WAITING
    requests = (
        None  # it decides nothing
        if test.role is Role.DRY
        else needed(state, metric, log_e=log_e, threshold=threshold, log_p=log_p, enough=enough)
    )
    reasons = [
        Reason(
            cause=cause,
            metric=metric.name,
            part=finding.part,
            role=test.role.value,
            text=_sentence(metric, finding, cause, log_e, requests),
            canary=finding.canary,
            stable=finding.stable,
            ratio=finding.ratio,
            interval=finding.interval,
            e_value=_exp(log_e),
            threshold=_exp(threshold),
            promotion=_exp(log_p) if test.promotions else None,
            promotion_threshold=_exp(enough) if test.promotions else None,
            requests=requests,
        )
        for finding in test.findings(past, 1.0 - state.policy.confidence)
    ]
    if metric.late:
        text = f"{metric.name}: {metric.late} intervals came later than {test.lateness:.0f} s and were dropped"
        reasons.append(Reason(cause=Cause.LATE, metric=metric.name, text=text))
    return reasons


def _sentence(metric: MetricState, finding: Finding, cause: Cause, log_e: float, requests: int | None) -> str:
    name = f"{metric.name} {finding.part}"
    if finding.canary is None or finding.stable is None:
        return f"{name}: no unit has closed yet, or a track had nothing in it"
    scale = metric.test.metric in {Metric.SCORES, Metric.LABELS}
    both = (
        f"{finding.canary:.4g} against {finding.stable:.4g}"
        if scale
        else f"{finding.canary:.3%} against {finding.stable:.3%}"
    )
    words = [f"{name}: canary {both} of stable"]
    if finding.ratio is not None:
        kind = "difference" if scale else "ratio"
        words.append(
            f"{kind} {finding.ratio:.3g}{_between(finding.interval, _ENDS.get(metric.test.metric, (0.0, inf)))}"
        )
    words.append(f"e-value of {metric.name} {_exp(log_e):.3g} of {1.0 / metric.alpha:.3g}")
    if cause is Cause.LIMIT and metric.evidence.crossed is None:
        words.append("both tracks are over the limit: no fault of the canary's alone")
    elif cause is Cause.EVIDENCE:
        words.append(f"worse than {_margin(metric)} is excluded")
    elif requests:
        words.append(f"about {requests} more canary requests to a decision")
    if metric.test.role is Role.DRY:
        words.append("told only")
    return ", ".join(words)


def _margin(metric: MetricState) -> str:
    """What a promotion asks to be excluded: a canary that is worse by both numbers."""
    match metric.test:
        case RateComparison(margin=margin):
            return f"the margin ({margin.ratio:g} times stable's rate and {100 * margin.points:.3g} points above it)"
        case ScoreComparison(rule=rule):
            return f"the margin ({rule.margin:g} standard deviations either way)"
        case _:
            return "the margin"


def _between(interval: tuple[float, float] | None, ends: tuple[float, float]) -> str:
    """What of a ratio or difference is not excluded; an end that only its kind bounds (`ends`) is left out."""
    if interval is None:
        return ""
    low, high = interval
    if low <= ends[0]:
        return " (too early for bounds)" if high >= ends[1] else f" (at most {high:.3g})"
    return f" (at least {low:.3g})" if high >= ends[1] else f" ({low:.3g} to {high:.3g})"


def _exp(value: float) -> float:
    return min(_HUGE, exp(min(value, 690.0)))
