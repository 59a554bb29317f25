"""Whether configuration and journal agree on what is served. Pure; the program and `start` ask the same question.

While a rollout is under way the journal says the split. When it has ended its outcome belongs in the configuration;
until it is there, applying the configuration would undo the outcome silently, and that is refused.
"""

from rollout.control.state import State
from rollout.errors import AdoptionError
from settings import Settings


def check(settings: Settings, state: State | None) -> None:
    """Let pass what agrees.

    Raises:
        AdoptionError: with both facts, and the ways out.
    """
    if state is None:
        return
    canary = settings.canary
    if state.under_way:
        if canary is not None and canary.release not in {state.release, state.stable}:
            raise AdoptionError(
                f"the configuration puts {canary.release} on as a canary at {canary.percent:g} percent, and rollout "
                f"{state.rollout} is taking {state.release} through its steps (now {state.target}). "
                f"Take the canary out of the configuration, or end the rollout first: canary abort"
            )
        return
    if settings.rollout == state.rollout or settings.stable == state.target.stable:
        return  # with the current id, any stable is a person's decision
    outcome = state.ending.value if state.ending else "ended"
    raise AdoptionError(
        f"the configuration knows of {f'rollout {settings.rollout}' if settings.rollout else 'no rollout'} and says "
        f"that {settings.stable or 'nothing'} is stable; rollout {state.rollout} has ended since ({outcome}), and "
        f"{state.target.stable} serves. Take that over: canary adopt. Or take it back: canary undo, then canary adopt"
    )
