"""What a policy would have done with a recorded series, and when, in words. Pure.

The judge's labels become deeds by the policy's plan: `pass` promotes once the plan's steps have had their time,
`fail` aborts at once, and what is still held when the deadline comes is taken back or paused, as the policy says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rollout.judge.policy import Futility, Policy
from rollout.judge.verdict import Label
from rollout.replay import Change, Replayed
from rollout.words import iso, lasting


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A series in words: `deed` in one line, `way` what the judge said on the way to it."""

    deed: str
    way: tuple[str, ...]


def retold(policy: Policy, replayed: Replayed) -> Told:
    """Say what the policy would have done. `replayed` has been made with `changes`."""
    if replayed.began is None or replayed.ended is None:
        return Told(deed="would have called it broken: nothing of it could be read as an interval", way=())
    return Told(deed=_deed(policy, replayed, replayed.began, replayed.ended), way=tuple(_way(replayed, replayed.began)))


def _deed(policy: Policy, replayed: Replayed, began: float, ended: float) -> str:
    verdict = replayed.verdict
    spent = f"after {verdict.canary_requests} canary requests"
    promoted = _promotion(policy, replayed, began, ended)
    if promoted is not None:
        return f"would have promoted the canary at {_when(promoted, began)}{_after(replayed)}"
    due = began + policy.deadline
    if ended > due or (ended == due and verdict.label not in {Label.FAIL, Label.BROKEN}):
        does = "rolled it back" if policy.futility is Futility.ROLLBACK else "paused for a person"
        bound = f"the deadline of {lasting(policy.deadline)} came"
        return f"would have {does} at {_when(due, began)}: {bound}{_after(replayed)}"
    match verdict.label:
        case Label.FAIL:
            return f"would have aborted at {_when(ended, began)}, {spent}, for {verdict.metric}"
        case Label.BROKEN:
            return f"would have called it broken at {_when(ended, began)}, {spent}"
        case Label.NO_DATA:
            return f"would have held to the end ({_when(ended, began)}): there was nothing to compare"
        case Label.PASS:
            left = _plan(policy) - (ended - began)
            return (
                f"would have gone on: the evidence for promotion is there, {spent}, and the plan's steps"
                f" need {lasting(left)} more than was recorded"
            )
        case Label.HOLD:
            paused = f"paused for {', '.join(verdict.pause)}" if verdict.pause else "held"
            futile = ", and will not know within the plan" if verdict.futile else ""
            return f"would have {paused} to the end ({_when(ended, began)}), {spent}: not enough to tell{futile}"


def _promotion(policy: Policy, replayed: Replayed, began: float, ended: float) -> float | None:
    """The first moment with evidence for promotion at which the plan's steps have had their time, in the deadline."""
    last = min(ended, began + policy.deadline)
    for change, until in _stretches(replayed, ended):
        at = max(change.at, began + _plan(policy))
        stays = at < until or (at == until == ended and change is replayed.changes[-1])
        if change.label is Label.PASS and stays and at <= last:
            return at
    return None


def _stretches(replayed: Replayed, ended: float) -> Iterator[tuple[Change, float]]:
    for change, after in pairwise(replayed.changes):
        yield change, after.at
    if replayed.changes:
        yield replayed.changes[-1], ended


def _plan(policy: Policy) -> float:
    return sum(step.seconds for step in policy.steps)


def _after(replayed: Replayed) -> str:
    """What the rest of the recording says, where that is not what was done."""
    label = replayed.verdict.label
    return f"; the recording goes on, and ends in {label.value}" if label in {Label.FAIL, Label.BROKEN} else ""


def _way(replayed: Replayed, began: float) -> Iterator[str]:
    for change in replayed.changes:
        paused = f", pause for {', '.join(change.pause)}" if change.pause else ""
        yield (
            f"{lasting(change.at - began)}: {change.label.value}{paused}"
            f" (look {change.look}, {change.canary_requests} canary requests)"
        )


def _when(at: float, began: float) -> str:
    return f"{iso(at)}, {lasting(at - began)} in"
