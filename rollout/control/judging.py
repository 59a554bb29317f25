"""The judge behind the controller's `Judge`: a policy and a judge's state as the journal carries them.

`policy_of(policy_mapping(p))` is the policy that a rollout keeps from its first entry to its last: the judge refuses
to go on with another one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from typing import Any, cast

from rollout.control.controller import Judged
from rollout.control.errors import JournalError
from rollout.judge import judge as judging
from rollout.judge.errors import JudgeError
from rollout.judge.observations import Interval
from rollout.judge.parsing import policy_of
from rollout.judge.policy import Policy
from rollout.judge.state import dump, load
from rollout.judge.verdict import Verdict


class TheJudge:
    """`controller.Judge` by `rollout.judge`."""

    def policy(self, raw: Mapping[str, object]) -> Policy:
        """See `Judge.policy`. Raises JournalError where this version cannot read it."""
        try:
            return policy_of(raw)
        except JudgeError as error:
            raise JournalError(f"the policy that the rollout began with cannot be read: {error}") from error

    def look(self, policy: Policy, saved: Mapping[str, object] | None, seen: Sequence[Interval]) -> Judged:
        """See `Judge.look`. Raises JournalError where the saved state cannot be carried on."""
        try:
            state = judging.start(policy) if saved is None else load(policy, dict(saved))
        except JudgeError as error:
            raise JournalError(f"the judge's state in the journal cannot be carried on: {error}") from error
        for interval in seen:
            state = judging.absorb(state, interval)
        state = judging.settled(state)
        verdict = judging.look(state)
        return Judged(verdict=verdict, mapping=verdict_mapping(verdict), saved=dump(state))


def verdict_mapping(verdict: Verdict) -> Mapping[str, object]:
    """A verdict as JSON's own kinds; numbers that JSON has not become None."""
    return cast("Mapping[str, object]", _plain(asdict(verdict)))


def policy_mapping(policy: Policy) -> Mapping[str, object]:
    """A policy as `rollout.judge.parsing.policy_of` reads it, complete: no later change of a preset reaches it."""
    raw = cast("dict[str, Any]", _plain(asdict(policy)))
    raw["steps"] = [
        {
            "percent": step.percent,
            "minutes": step.seconds / 60,
            "requests": step.requests,
            "approval": step.approval,
        }
        for step in policy.steps
    ]
    raw["errors"]["classes"] = dict(policy.errors.classes)
    raw["latency"]["thresholds"] = dict(policy.latency.thresholds)
    return raw


def settled_policy(policy: Policy) -> Policy:
    """The policy as the journal will give it back (a step's seconds go through minutes). Raises PolicyError."""
    return policy_of(policy_mapping(policy))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("Sequence[object]", value)]
    if isinstance(value, Enum):
        return cast("object", value.value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
