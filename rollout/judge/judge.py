"""The judge, tick by tick: `start` a state, `observe` intervals, `look` at the verdict at any time.

    state = start(STANDARD)
    state = observe(state, interval)
    verdict = look(state)

An interval is judged when all before it have come, or are overdue: in order, at once; after a hole, when the hole
is filled or the metric's `lateness` has passed. What comes after that is counted and dropped. What cannot be (counts
that contradict each other, an interval twice) makes the series broken for good, and never a pass.
"""

from dataclasses import replace
from math import inf

from rollout.judge.checks import faults_of
from rollout.judge.errors import ObservationError
from rollout.judge.evidence import settle
from rollout.judge.intake import Moment, drain, receive
from rollout.judge.observations import Interval
from rollout.judge.policy import Policy, Role
from rollout.judge.spending import layout, names
from rollout.judge.state import Entry, MetricState, State, metric_state
from rollout.judge.verdict import Verdict
from rollout.judge.words import verdict_of

_MOST_FAULTS = 20


def start(policy: Policy) -> State:
    """Return the state before the first interval."""
    return State(policy, names(policy))


def observe(state: State, interval: Interval) -> State:
    """Return the state after an interval. Nothing is raised: what cannot be makes the state broken, with reasons."""
    return settled(absorb(state, interval))


def absorb(state: State, interval: Interval) -> State:
    """Return the state after an interval, its closed units not yet bet on: `settled` does that for many at once."""
    faults = faults_of(interval)
    if faults:
        return refuse(state, faults)
    canary, stable = interval.canary, interval.stable
    if canary is None or stable is None:
        ours, theirs = canary.requests if canary else 0, stable.requests if stable else 0
        measured, traffic = state.measured, state.traffic
        metrics, problems = state.metrics, ()
    else:
        ours, theirs = canary.requests, stable.requests
        measured = interval.end if state.measured is None else max(state.measured, interval.end)
        traffic = measured if ours and theirs else state.traffic
        metrics, problems = _metrics(state, interval)
    newest = interval.end if state.end is None else max(state.end, interval.end)
    began = interval.start if state.began is None else state.began
    problems += _silence(state, interval, newest, measured if measured is not None else began)
    look = state.look + 1
    return State(
        state.policy,
        state.names,
        look,
        state.canary_requests + ours,
        state.stable_requests + theirs,
        began,
        newest,
        interval.share,
        interval.seconds,
        measured,
        traffic,
        (*state.faults, *problems)[:_MOST_FAULTS] if problems else state.faults,
        look if problems and state.broken is None else state.broken,
        metrics,
    )


def settled(state: State) -> State:
    """Return the state with every closed unit bet on."""
    if not any(metric.closed for metric in state.metrics):
        return state
    return replace(state, metrics=tuple(settle(metric) for metric in state.metrics))


def refuse(state: State, faults: tuple[str, ...]) -> State:
    """Return the state after something that could not be read as an interval: broken, with these reasons."""
    look = state.look + 1
    broken = look if state.broken is None else state.broken
    return replace(state, look=look, faults=(*state.faults, *faults)[:_MOST_FAULTS], broken=broken)


def finish(state: State) -> State:
    """Return the state when no interval will come any more: holes are holes, what waited behind them is judged."""
    moment = Moment(state.policy, state.began if state.began is not None else 0.0, inf, state.look)
    done = tuple(drain(metric, moment) for metric in state.metrics)
    return settled(replace(state, metrics=done))


def stopped(state: State) -> bool:
    """Return whether a settled state has failed or is broken for good: no later interval takes that back."""
    return state.broken is not None or any(
        metric.evidence.crossed is not None and metric.test.role is Role.GUARD for metric in state.metrics
    )


def look(state: State, now: float | None = None) -> Verdict:
    """Return what the judge says.

    Args:
        state: the state.
        now: seconds since 1970-01-01 UTC, where the caller has a clock: nothing observed for `broken_after` is
            then seen without another interval.
    """
    return verdict_of(settled(state), now)


def _metrics(state: State, interval: Interval) -> tuple[tuple[MetricState, ...], tuple[str, ...]]:
    """Return every comparison after the interval, and what of it had to be refused."""
    metrics = list(state.metrics)
    known = {metric.test.name: index for index, metric in enumerate(metrics)}
    moment = Moment(
        state.policy,
        interval.start if state.began is None else state.began,
        interval.end if state.end is None else max(state.end, interval.end),
        state.look + 1,
    )
    problems: tuple[str, ...] = ()
    for name in state.names:
        index = known.get(name)
        if index is None:
            parts = layout(name, interval)
            if parts is None:
                continue
            index = len(metrics)
            metrics.append(metric_state(state.policy, name, *parts))
        metric = metrics[index]
        try:
            counts = metric.test.counts(interval)
            if counts is not None:
                entry = Entry(interval.start, interval.seconds, interval.share, interval.verified, counts)
                metrics[index] = receive(metric, entry, moment)
        except ObservationError as error:
            problems += error.faults
    return tuple(metrics), problems


def _silence(state: State, interval: Interval, newest: float, measured: float) -> tuple[str, ...]:
    """Return what to say where nothing came, or nothing was measured, for longer than the policy's bound."""
    bound = state.policy.broken_after
    if state.end is not None and interval.start - state.end >= bound:
        return (f"nothing was observed for {interval.start - state.end:.0f} s, broken_after is {bound:.0f} s",)
    if newest - measured >= bound and (interval.canary is None or interval.stable is None):
        return (f"a track could not be measured for {newest - measured:.0f} s, broken_after is {bound:.0f} s",)
    return ()
