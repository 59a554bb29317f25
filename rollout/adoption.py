"""A rollout's outcome, written into the stack's file: the one change of configuration that a rollout leads to."""

from rollout.errors import AdoptionError
from rollout.service import Rollouts
from settings.stackfile import set_values


def adopt(rollouts: Rollouts) -> str:
    """Write `stable` and `rollout`; everything else in the file stays. Returns what was done, in words.

    Raises:
        AdoptionError: there is no outcome to take over; the message says why.
        StackFileError: the file cannot be changed.
    """
    state, stack = rollouts.state(), rollouts.stack
    if state is None:
        raise AdoptionError(f"the stack {stack.name} has had no rollout: there is nothing to take over")
    if state.under_way:
        raise AdoptionError(
            f"{state.rollout} is under way ({state.phase.value}, {state.target}): its outcome is not known yet. "
            "Wait for it (canary run), or end it (canary abort, canary promote --full)"
        )
    settings, stable = stack.now(), state.target.stable
    if settings.rollout == state.rollout:
        kept = (
            "" if settings.stable == stable else f" (the gateway serves {stable}: with this id that is a person's word)"
        )
        return f"{stack.file.name} knows of {state.rollout} already; stable is {settings.stable}{kept}"
    if settings.canary is not None and settings.canary.release not in {state.release, state.stable}:
        raise AdoptionError(
            f"{stack.file.name} puts {settings.canary.release} on as a canary, which rollout {state.rollout} knows "
            "nothing of. Take it out of the file first, or keep the file as it is and set stable and rollout yourself"
        )
    values: dict[str, object] = {"stable": stable, "rollout": state.rollout}
    if settings.canary is not None:
        values["canary"] = {}
    if warm := [each for each in settings.warm if each != stable]:
        values["warm"] = warm
    elif settings.warm:
        values["warm"] = []
    set_values(stack.file, values)
    outcome = state.ending.value if state.ending else state.phase.value
    return f"{stack.file.name}: stable {stable}, rollout {state.rollout} ({outcome}). Commit it"
