"""One decision from what is known. Pure, in one ordered list: the first rule that speaks decides.

Towards less traffic comes first, a person's word before the judge's, and nothing promotes without the judge's
pass at the last step unless a person's word says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rollout.control.conduct import Conduct
from rollout.control.entries import Choice, Decided, Ending, Phase, Request
from rollout.control.labelling import Labelled
from rollout.control.state import State
from rollout.control.target import Target
from rollout.control.yardstick import Tally
from rollout.judge.policy import Futility, Late, Metric, Policy, Role
from rollout.judge.verdict import Cause, Label, Reason, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a tick has found out beside the verdict.

    `failure` says why what the release needs can never be made, `foreign` which changes of others a whole update waits
    for. `tries` counts the canary's answers in a row. `judge`, `observed_until`, `canary_requests`, `seen`, `counted`
    and `labels` (None: nothing new of them) go into the journal with the decision.
    """

    now: float
    verdict: Verdict | None = None
    verdict_mapping: Mapping[str, object] | None = None
    judge: Mapping[str, object] | None = None
    observed_until: float | None = None
    canary_requests: int = 0
    seen: Tally | None = None
    counted: Sequence[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])
    failure: str | None = None
    foreign: str | None = None
    tries: int = 0
    broken_since: float | None = None
    labels: Labelled | None = None


Rule = Callable[[Policy, Conduct, State, Facts], Decided | None]


def decide(policy: Policy, conduct: Conduct, state: State, facts: Facts) -> Decided:
    """Return the decision, complete for the journal."""
    for rule in _RULES[state.phase]:
        decided = rule(policy, conduct, state, facts)
        if decided is not None:
            break
    else:
        decided = _stay(state, Choice.HOLD, "nothing to do")
    return replace(
        decided,
        verdict=facts.verdict_mapping,
        judge=facts.judge,
        observed_until=facts.observed_until,
        canary_requests=max(facts.canary_requests, state.canary_requests),
        seen=facts.seen,
        counted=facts.counted,
        broken_since=facts.broken_since,
        tries=facts.tries if decided.phase is Phase.TRY else 0,
        labels=None if facts.labels is None else facts.labels.to_mapping(),
    )


def _stay(state: State, choice: Choice, reason: str) -> Decided:
    return Decided(choice=choice, reason=reason, phase=state.phase, step=state.step, target=state.target)


def paused(why: str) -> str:
    """Say that nothing moves and why; a person's pause says it already."""
    return why if why.startswith("paused ") else f"paused: {why}"


def rollback(state: State, ending: Ending, reason: str) -> Decided:
    """The previous stable release gets everything back; the failed one is kept for a look at it.

    What was made of a release that was never seen whole goes at once: it could not be seen in service to cool, either.
    """
    made = state.phase is not Phase.PROVISION
    return Decided(
        choice=Choice.ROLLBACK,
        reason=reason,
        phase=Phase.COOLING if made else Phase.ENDED,
        step=state.step,
        target=Target(stable=state.stable, warm=(state.release,) if made else ()),
        ending=ending,
    )


def promote(state: State, reason: str) -> Decided:
    """The canary becomes the stable release; the previous one is kept for the way back."""
    return Decided(
        choice=Choice.PROMOTE,
        reason=reason,
        phase=Phase.WARM,
        step=state.step,
        target=Target(stable=state.release, warm=(state.stable,)),
        ending=Ending.PROMOTED,
    )


def _to_step(policy: Policy, state: State, index: int, reason: str) -> Decided:
    target = Target(stable=state.stable, canary=state.release, percent=policy.steps[index].percent)
    return Decided(choice=Choice.ADVANCE, reason=reason, phase=Phase.STEPS, step=index, target=target)


def _aborted(_policy: Policy, _conduct: Conduct, state: State, _facts: Facts) -> Decided | None:
    if state.asked is None or state.asked.request is not Request.ABORT:
        return None
    return rollback(state, Ending.ABORTED, _said(state, "aborted"))


def _said(state: State, what: str) -> str:
    why = f": {state.asked.reason}" if state.asked and state.asked.reason else ""
    return f"{what} by {state.asked_by}{why}"


def _not_created(_policy: Policy, conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if facts.failure is not None:
        return rollback(state, Ending.NOT_CREATED, facts.failure)
    late = facts.now - state.decided_at - state.held > conduct.provision_within
    if state.verified_at is None and state.paused is None and late:
        reason = f"what {state.release} needs was not in service within {conduct.provision_within:g} s"
        return rollback(state, Ending.NOT_CREATED, reason)
    return None


def _foreign(_policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    """What others have changed and nobody has deployed is theirs: a whole update waits for a person's word."""
    if facts.foreign is None or state.paused is not None:
        return None
    return _stay(state, Choice.PAUSE, facts.foreign)


def _created(_policy: Policy, _conduct: Conduct, state: State, _facts: Facts) -> Decided:
    if state.verified_at is None:
        return _stay(state, Choice.HOLD, f"waiting until {state.release} is in service")
    reason = f"{state.release} is in service; it is tried without public traffic"
    return Decided(choice=Choice.ADVANCE, reason=reason, phase=Phase.TRY, step=-1, target=state.target)


def _tried(policy: Policy, conduct: Conduct, state: State, facts: Facts) -> Decided:
    if facts.tries >= conduct.trials:
        return _to_step(policy, state, 0, f"{state.release} answered {facts.tries} times in a row")
    if facts.now - state.since > conduct.try_within:
        why = f": {facts.failure}" if facts.failure else ""
        reason = f"{state.release} did not answer {conduct.trials} times in a row within {conduct.try_within:g} s{why}"
        return rollback(state, Ending.NOT_ANSWERING, reason)
    said = f"{facts.failure}; " if facts.failure else ""
    return _stay(state, Choice.HOLD, f"{said}{facts.tries} of {conduct.trials} answers in a row")


def _unverified(_policy: Policy, conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if state.verified_at is None and facts.now - state.decided_at > conduct.verify_within:
        reason = f"{state.target} could not be verified within {conduct.verify_within:g} s"
        return rollback(state, Ending.UNVERIFIED, reason)
    return None


def _worse(_policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if facts.verdict is None or facts.verdict.label is not Label.FAIL:
        return None
    return rollback(state, Ending.WORSE, _words(facts.verdict))


def _labels(state: State, facts: Facts) -> Labelled | None:
    """The last word on the labels where it is that the release is worse, and nobody has let it go on with that."""
    found = facts.labels or (None if state.labels is None else Labelled.of(state.labels))
    return None if found is None or not found.worse or Metric.LABELS in state.heard else found


def _worse_by_labels(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    labels = _labels(state, facts)
    if labels is None or policy.labels.role is not Role.GUARD:
        return None
    return rollback(state, Ending.WORSE, labels.text)


def _late_labels(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    """Labels after the promotion: the way back at once, or kept open until a person says so; or told, by the event."""
    labels = _labels(state, facts)
    if labels is None or policy.labels.role is Role.DRY:
        return None
    if policy.labels.after_promotion is Late.UNDO:
        return rollback(state, Ending.UNDONE, labels.text)
    if policy.labels.after_promotion is Late.PAUSE and state.paused is None:
        return _stay(state, Choice.PAUSE, labels.text)
    return None


def _passed(verdict: Verdict) -> str:
    """Every metric whose evidence a promotion asked for, one part of each."""
    asked = [each for each in verdict.reasons if each.cause is Cause.EVIDENCE and each.role == Role.GUARD]
    told = {reason.metric: reason.text for reason in reversed(asked)}
    return "; ".join(reversed(told.values())) or _words(verdict)


def _words(verdict: Verdict) -> str:
    """The part that decided: of a metric's rates, which share one evidence, the one that differs most."""
    of_metric = [each for each in verdict.reasons if verdict.metric is None or each.metric == verdict.metric]
    of_metric = [each for each in of_metric if each.cause in {Cause.WORSE, Cause.LIMIT}] or of_metric
    if not of_metric:
        return verdict.label.value
    rates = verdict.metric in {Metric.ERRORS, Metric.LATENCY}
    return max(of_metric, key=_excess).text if rates else of_metric[0].text


def _excess(reason: Reason) -> float:
    return 0.0 if reason.canary is None or reason.stable is None else reason.canary - reason.stable


def _broken(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if facts.broken_since is None or facts.now - facts.broken_since <= policy.broken_after:
        return None
    words = _words(facts.verdict) if facts.verdict is not None else "no observation could be read"
    return rollback(state, Ending.BROKEN, f"broken for more than {policy.broken_after:g} s: {words}")


def _late(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if state.paused is not None or facts.now - state.started_at - state.held <= policy.deadline:
        return None  # the time that a person keeps a rollout paused is not the plan's
    return rollback(state, Ending.DEADLINE, f"not decided within the deadline of {policy.deadline:g} s")


def _futile(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if facts.verdict is None or not facts.verdict.futile or state.paused is not None:
        return None
    reason = "at this traffic it will not be known within the plan"
    if policy.futility is Futility.PAUSE:
        return _stay(state, Choice.PAUSE, reason)
    return rollback(state, Ending.FUTILE, reason)


def _promoted_by_a_person(_policy: Policy, _conduct: Conduct, state: State, _facts: Facts) -> Decided | None:
    if state.asked is None or state.asked.request is not Request.PROMOTE or state.verified_at is None:
        return None
    return promote(state, _said(state, "promoted"))


def _paused(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided | None:
    if state.asked is not None and state.asked.request is Request.PAUSE:
        return _stay(state, Choice.PAUSE, _said(state, "paused"))
    if state.paused is not None:
        return _stay(state, Choice.HOLD, paused(state.paused))
    unheard = [name for name in (facts.verdict.pause if facts.verdict is not None else ()) if name not in state.heard]
    if unheard:
        return _stay(state, Choice.PAUSE, f"signals: {', '.join(unheard)}")
    labels = _labels(state, facts)
    if labels is not None and policy.labels.role is Role.SIGNAL:
        return _stay(state, Choice.PAUSE, f"signals: {labels.text}")
    return None


def _in_steps(policy: Policy, _conduct: Conduct, state: State, facts: Facts) -> Decided:
    if state.verified_at is None:
        return _stay(state, Choice.HOLD, f"waiting until {state.target} is seen")
    here, last = policy.steps[state.step], state.step == len(policy.steps) - 1
    requests = state.step_requests + (0 if facts.seen is None else facts.seen.canary.requests)
    passed = facts.now - state.since
    if facts.verdict is None or facts.verdict.label not in {Label.PASS, Label.HOLD}:
        label = "no verdict" if facts.verdict is None else facts.verdict.label.value
        return _stay(state, Choice.HOLD, f"{label}: nothing moves on it")
    if passed < here.seconds:
        return _stay(state, Choice.HOLD, f"{here.seconds - passed:.0f} s of this step's {here.seconds:g} s are left")
    if requests < here.requests:
        return _stay(state, Choice.HOLD, f"{requests} of the {here.requests} canary requests that this step asks for")
    if here.approval and not state.approved:
        return _stay(state, Choice.HOLD, "waiting for approval")
    if not last:
        after = policy.steps[state.step + 1].percent
        return _to_step(policy, state, state.step + 1, f"from {here.percent:g} to {after:g} percent")
    if facts.verdict.label is Label.PASS or (facts.verdict.ready and set(facts.verdict.pause) <= set(state.heard)):
        return promote(state, _passed(facts.verdict))
    return _stay(state, Choice.HOLD, "the last step: waiting for the evidence that a promotion asks for")


def _undone(_policy: Policy, _conduct: Conduct, state: State, _facts: Facts) -> Decided | None:
    if state.asked is None or state.asked.request is not Request.UNDO:
        return None
    return rollback(state, Ending.UNDONE, _said(state, "undone"))


def _kept(_policy: Policy, conduct: Conduct, state: State, facts: Facts) -> Decided:
    if state.verified_at is None:
        return _stay(state, Choice.HOLD, f"waiting until {state.target} is seen")
    window = conduct.undo_window if state.phase is Phase.WARM else conduct.keep_failed
    kept, asked = state.target.warm[0], state.asked is not None and state.asked.request is Request.RETIRE
    if state.paused is not None and not asked:
        return _stay(state, Choice.HOLD, f"{kept} is kept until a person says undo, resume or retire: {state.paused}")
    if facts.now - state.since < window and not asked:
        return _stay(state, Choice.HOLD, f"{kept} is kept for another {window - (facts.now - state.since):.0f} s")
    return Decided(
        choice=Choice.RETIRE,
        reason=_said(state, f"{kept} was let go") if asked else f"{kept} was kept for {window:g} s",
        phase=Phase.ENDED,
        step=state.step,
        target=Target(stable=state.target.stable),
    )


def _waiting(_policy: Policy, _conduct: Conduct, state: State, _facts: Facts) -> Decided:
    return _stay(state, Choice.HOLD, paused(state.paused) if state.paused else "waiting until it is cleaned up")


_RULES: Mapping[Phase, tuple[Rule, ...]] = {
    Phase.PROVISION: (_aborted, _not_created, _late, _foreign, _paused, _created),
    Phase.TRY: (_aborted, _late, _paused, _tried),
    Phase.STEPS: (
        _aborted,
        _unverified,
        _worse,
        _worse_by_labels,
        _broken,
        _late,
        _promoted_by_a_person,
        _futile,
        _paused,
        _in_steps,
    ),
    Phase.WARM: (_undone, _late_labels, _kept),
    Phase.COOLING: (_kept,),
    Phase.ENDED: (_foreign, _waiting),
}
