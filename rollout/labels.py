"""`canary labels`: deliver true ratings of answers, and say what has become of those that were delivered."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rollout.adapters.deliveries import Deliveries
from rollout.control.errors import RequestError
from rollout.control.labelling import Labelled
from rollout.control.observing import spans
from rollout.control.outcomes import intervals, read_delivery, windows
from rollout.control.state import State
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import LabelRule, Metric, Policy
from rollout.service import Rollouts
from rollout.words import iso

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStatus:
    """What there is of labels, and of the last rollout's. Times in seconds since 1970; None where there is none.

    `delivered` ratings in `files`, `bad` lines; of the rollout's answers `canary` and `stable` have one; the answers
    before `until` have been judged, `judged` ratings of them, and `late` ratings were dropped. `worse` and `text` are
    the judge's word.
    """

    files: int
    delivered: int
    bad: Sequence[str]
    rollout: str | None = None
    canary: int = 0
    stable: int = 0
    until: float | None = None
    judged: int = 0
    late: int = 0
    worse: bool = False
    text: str = ""


def source(file: str | None) -> list[bytes]:
    """The lines of a file, of standard input, or none. Raises RequestError where it cannot be read."""
    if file is None:
        return []
    if file == "-":
        return sys.stdin.buffer.read().splitlines()
    try:
        return Path(file).read_bytes().splitlines()
    except OSError as error:
        raise RequestError(f"{file} cannot be read: {error.strerror}") from error


def deliver(rollouts: Rollouts, lines: Sequence[bytes], name: str, until: str | None) -> str:
    """Put a delivery into the stack's store; returns its key.

    Raises:
        RequestError: there is nothing in it, or a line of it is none; every one is named.
        PortError: the store cannot be used.
    """
    told = [*lines, json.dumps({"until": until}).encode()] if until is not None else list(lines)
    found = read_delivery(told, name, rule_of(rollouts))
    if found.bad:
        shown = "\n".join(found.bad[:_SHOWN])
        more = f"\nand {len(found.bad) - _SHOWN} more" if len(found.bad) > _SHOWN else ""
        raise RequestError(
            f"nothing was delivered, for {len(found.bad)} of {len(told)} lines are wrong:\n{shown}{more}"
        )
    if not found.labels and until is None:
        raise RequestError(f"{name} holds no label")
    data = b"".join(line.rstrip(b"\n") + b"\n" for line in told if line.strip())
    return Deliveries(rollouts.stack.store).add(data, rollouts.ports.clock.now())


def status(rollouts: Rollouts) -> LabelStatus:
    """Say what has become of the labels. Raises JournalError, PortError."""
    deliveries, state = Deliveries(rollouts.stack.store), rollouts.state()
    delivery = deliveries.all(rule_of(rollouts))
    found = LabelStatus(files=len(deliveries.keys()), delivered=delivery.count, bad=delivery.bad)
    if state is None:
        return found
    policy = rollouts.judge.policy(state.policy)
    canary, stable = _joined(rollouts, state, policy)
    labels = None if state.labels is None else Labelled.of(state.labels)
    return LabelStatus(
        files=found.files,
        delivered=found.delivered,
        bad=found.bad,
        rollout=state.rollout,
        canary=canary,
        stable=stable,
        until=None if labels is None else labels.until,
        judged=0 if labels is None else labels.judged,
        late=0 if labels is None else labels.late,
        worse=labels is not None and labels.worse,
        text=_text(policy, labels),
    )


def show(found: LabelStatus, *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        print(json.dumps(asdict(found)))
        return
    print(f"{found.delivered} ratings in {found.files} files")
    for each in found.bad[:_SHOWN]:
        print(f"not counted: {each}")
    if found.rollout is None:
        print("no rollout: they wait")
        return
    elsewhere = max(0, found.delivered - found.canary - found.stable)
    print(
        f"{found.rollout}: {found.canary} of the canary's and {found.stable} of stable's answers; {elsewhere} of none "
        "(given outside of its steps, not captured, or with another number of ratings than the answer)"
    )
    judged = "none judged yet" if found.until is None else f"{found.judged} judged, of answers until {iso(found.until)}"
    print(f"{judged}; {found.late} came later than that and were dropped")
    print(found.text)


def rule_of(rollouts: Rollouts) -> LabelRule:
    """The scale that ratings lie on: the last rollout's policy, or the stack's own. Raises JournalError, PortError."""
    state = rollouts.state()
    policy = rollouts.stack.practice.policy if state is None else rollouts.judge.policy(state.policy)
    return policy.labels


def _joined(rollouts: Rollouts, state: State, policy: Policy) -> tuple[int, int]:
    """How many ratings belong to answers of the canary, and of stable, inside the rollout's steps."""
    outcomes, now = rollouts.ports.outcomes, rollouts.ports.clock.now()
    cut = windows(spans(state, now), policy.correlation_time)
    if outcomes is None or not cut:
        return 0, 0
    labels = outcomes.delivered(policy.labels).labels
    canary, stable = (outcomes.answers(each, cut[0].start, cut[-1].end) for each in (state.release, state.stable))
    seen = [each for each in intervals(cut, labels, canary, stable, policy.labels) if each.verified]
    return sum(_count(each.canary) for each in seen), sum(_count(each.stable) for each in seen)


def _count(track: TrackCounts | None) -> int:
    return 0 if track is None or track.labels is None else track.labels.n


def _text(policy: Policy, labels: Labelled | None) -> str:
    if Metric.LABELS not in policy.metrics:
        return f"the policy {policy.name} does not ask for labels"
    if labels is None or not labels.judged:
        hours = policy.labels.lateness / 3600
        return f"a label is judged {hours:g} hours after its answer, or as soon as a delivery says --until"
    return labels.text
