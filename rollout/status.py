"""Where a rollout stands, as plain data: for `status --json`, its live view, and the report. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from releases.model import Serving
from rollout.control.conduct import Conduct
from rollout.control.entries import Ending, Phase
from rollout.control.state import State
from rollout.control.yardstick import Tally
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import Policy, Role


class Progress(StrEnum):
    """Where a step is."""

    DONE = "done"
    """It is behind."""
    HERE = "here"
    """The split in force."""
    AHEAD = "ahead"
    """It is still to come."""
    NEVER = "never"
    """It will not come: the rollout ended before, or a person skipped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStatus:
    """One step: what it asks (seconds, canary requests, approval), and, where it is `here`, what of it there is."""

    percent: float
    progress: Progress
    seconds: float
    requests: int
    approval: bool
    approved: bool = False
    passed: float = 0.0
    answered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStatus:
    """What a track answered in all that counted: `errors` and `slow` are rates (0..1) by class and threshold."""

    release: str
    percent: float
    requests: int
    errors: Mapping[str, float]
    slow: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One part of one metric, as the judge last said it.

    `to_abort` and `to_promotion` are how far the evidence has come to either decision, 0..1 of its logarithm (None:
    that decision does not ask this metric; a signal's way to an abort ends in a pause, a dry one's in nothing);
    `requests` how many more of the canary's a decision needs, about.
    """

    metric: str
    part: str
    role: str
    cause: str
    text: str
    canary: float | None
    stable: float | None
    to_abort: float | None
    to_promotion: float | None
    e_value: float | None
    threshold: float | None
    promotion: float | None
    promotion_threshold: float | None
    requests: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """An endpoint beside the stable release's: why it is there, until when (None: until something is decided), and
    its instance-hours so far.
    """

    release: str
    why: str
    since: float
    due: float | None
    instance_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Everything. Times are seconds since 1970 by the controller's clock, `now` included."""

    rollout: str
    release: str
    stable: str
    by: str
    now: float
    started_at: float
    phase: str
    step: int
    steps: Sequence[StepStatus]
    target: str
    verified_at: float | None
    paused: str | None
    asked: str | None
    ending: str | None
    ending_reason: str
    last: str
    label: str | None
    tracks: Mapping[str, TrackStatus]
    evidence: Sequence[Evidence]
    canary_requests: int
    deadline: float | None
    endpoints: Sequence[Second]
    disagreement: str | None = None


def status_of(
    state: State, policy: Policy, now: float, servings: Mapping[str, Serving], disagreement: str | None = None
) -> Status:
    """Say where a rollout stands at `now`. `servings` are the releases' instances, as far as they are known,
    `disagreement` what keeps the configuration from being applied (`rollout.agreement`).
    """
    ended = state.ending is not None
    return Status(
        rollout=state.rollout,
        release=state.release,
        stable=state.stable,
        by=state.by,
        now=now,
        started_at=state.started_at,
        phase=state.phase.value,
        step=state.step,
        steps=tuple(_step(state, policy, index, now) for index in range(len(policy.steps))),
        target=str(state.target),
        verified_at=state.verified_at,
        paused=state.paused,
        asked=None if state.asked is None else f"{state.asked.request.value} by {state.asked_by}",
        ending=None if state.ending is None else state.ending.value,
        ending_reason=state.ending_reason,
        last=state.last_reason,
        label=None if state.verdict is None else str(state.verdict.get("label")),
        tracks=_tracks(state),
        evidence=(*evidence_of(state.verdict), *evidence_of(state.labels)),
        canary_requests=state.canary_requests,
        deadline=None if ended else state.started_at + state.held + policy.deadline,
        endpoints=_endpoints(state, now, servings),
        disagreement=disagreement,
    )


def evidence_of(verdict: Mapping[str, object] | None) -> tuple[Evidence, ...]:
    """Read the parts out of a verdict as the journal carries it."""
    found: list[Evidence] = []
    for raw in cast("list[dict[str, Any]]", (verdict or {}).get("reasons") or []):
        if raw.get("e_value") is None:
            continue
        found.append(
            Evidence(
                metric=str(raw["metric"]),
                part=str(raw.get("part") or ""),
                role=str(raw.get("role") or ""),
                cause=str(raw["cause"]),
                text=str(raw["text"]),
                canary=raw.get("canary"),
                stable=raw.get("stable"),
                to_abort=way(raw.get("e_value"), raw.get("threshold")),
                to_promotion=(
                    None
                    if raw.get("role") in {Role.SIGNAL, Role.DRY}
                    else way(raw.get("promotion"), raw.get("promotion_threshold"))
                ),
                e_value=raw.get("e_value"),
                threshold=raw.get("threshold"),
                promotion=raw.get("promotion"),
                promotion_threshold=raw.get("promotion_threshold"),
                requests=raw.get("requests"),
            )
        )
    return tuple(found)


def way(value: float | None, threshold: float | None) -> float | None:
    """How far `value` has come from 1 (nothing is known) to `threshold`, in logarithms, 0..1; None without both."""
    if value is None or threshold is None or threshold <= 1:
        return None
    return min(1.0, max(0.0, math.log(value) / math.log(threshold))) if value > 0 else 0.0


def due(state: State) -> float | None:
    """When the endpoint that is kept falls due; None where none is, its window is not begun, or a person is awaited."""
    if state.phase not in {Phase.WARM, Phase.COOLING} or state.verified_at is None or state.paused is not None:
        return None
    conduct = Conduct.of(state.conduct)
    return state.since + (conduct.undo_window if state.phase is Phase.WARM else conduct.keep_failed)


def _step(state: State, policy: Policy, index: int, now: float) -> StepStatus:
    asked = policy.steps[index]
    here = state.phase is Phase.STEPS and state.step == index
    if here:
        progress = Progress.HERE
    elif index < state.step or (index == state.step and state.ending in {Ending.PROMOTED, Ending.UNDONE}):
        progress = Progress.DONE
    elif index == state.step:
        progress = Progress.NEVER
    else:
        progress = Progress.NEVER if state.ending is not None else Progress.AHEAD
    return StepStatus(
        percent=asked.percent,
        progress=progress,
        seconds=asked.seconds,
        requests=asked.requests,
        approval=asked.approval,
        approved=here and state.approved,
        passed=max(0.0, now - state.since) if here and state.verified_at is not None else 0.0,
        answered=state.step_requests if here else 0,
    )


def _tracks(state: State) -> Mapping[str, TrackStatus]:
    seen = state.seen
    percent = state.target.percent
    if seen is None:
        nothing = TrackCounts(requests=0)
        seen = Tally(seconds=0.0, canary=nothing, stable=nothing)
    serves = state.target.stable == state.release
    share = 100.0 if serves else percent
    return {
        "stable": _track(state.stable, 100.0 - share, seen.stable),
        "canary": _track(state.release, share, seen.canary),
    }


def _track(release: str, percent: float, counts: TrackCounts) -> TrackStatus:
    def rates(table: Mapping[str, int] | None) -> Mapping[str, float]:
        return {key: value / counts.requests for key, value in (table or {}).items() if counts.requests}

    return TrackStatus(
        release=release,
        percent=percent,
        requests=counts.requests,
        errors=rates(counts.errors),
        slow=rates(counts.slow),
    )


def _endpoints(state: State, now: float, servings: Mapping[str, Serving]) -> tuple[Second, ...]:
    if state.over:
        return ()
    kept = {
        Phase.WARM: "kept for the way back",
        Phase.COOLING: "kept for a look at it",
        Phase.ENDED: "let go, and still there",
    }
    release, since = state.release, state.started_at
    if state.target.stable == state.release:
        release, since = state.stable, state.since if state.phase is Phase.WARM else state.ended_at or state.since
    serving = servings.get(release)
    hours = None if serving is None else serving.instance_count * max(0.0, now - since) / 3600
    why = kept.get(state.phase, "the canary's")
    return (Second(release=release, why=why, since=since, due=due(state), instance_hours=hours),)
