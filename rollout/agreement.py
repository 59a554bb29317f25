"""Whether configuration and journal agree on what is served. Pure; the program, `lint`, `status` and `start` ask it.

While a rollout is under way the journal says the split. When it has ended its outcome belongs in the configuration,
also where it was taken back: until the configuration names the rollout nobody can tell whether whoever wrote it knew
how it ended, and applying it might undo the outcome silently. So it is refused.
"""

from rollout.control.entries import Phase
from rollout.control.state import State
from rollout.errors import AdoptionError
from settings import Settings


def check(settings: Settings, state: State | None) -> None:
    """Let pass what agrees. `state` is the journal's last rollout; None where there was none.

    With the rollout's own id in the configuration any stable is a person's decision. A controller's own update does
    not ask: it declares the journal's outcome (`CANARY_EXPECT`).

    Raises:
        AdoptionError: with both facts, and the ways out.
    """
    if state is None:
        return
    if state.under_way:
        _check_canary(settings, state)
    elif settings.rollout != state.rollout:
        raise _unadopted(settings, state)


def check_start(settings: Settings, state: State | None) -> None:
    """As `check`, for whoever begins the next rollout: that applies nothing of the configuration, so the outcome of
    one that was taken back may be adopted with the next one's.

    Raises:
        AdoptionError: the configuration does not know what is stable.
    """
    if state is None or state.under_way:
        check(settings, state)
    elif settings.rollout != state.rollout and settings.stable != state.target.stable:
        raise _unadopted(settings, state)


def _check_canary(settings: Settings, state: State) -> None:
    canary = settings.canary
    if canary is not None and canary.release != state.release:
        raise AdoptionError(
            f"the configuration puts {canary.release} on as a canary at {canary.percent:g} percent, and rollout "
            f"{state.rollout} is taking {state.release} through its steps (now {state.target}). "
            f"Take the canary out of the configuration, or end the rollout first: canary abort"
        )


def _unadopted(settings: Settings, state: State) -> AdoptionError:
    outcome = state.ending.value if state.ending else "ended"
    return AdoptionError(
        f"the configuration knows of {f'rollout {settings.rollout}' if settings.rollout else 'no rollout'} and says "
        f"that {settings.stable or 'nothing'} is stable; rollout {state.rollout} has ended since ({outcome}), and "
        f"{state.target.stable} serves. Take that over, for git: canary adopt. {_other_way(state)}"
    )


def _other_way(state: State) -> str:
    if state.phase is Phase.WARM:
        return "Or take it back: canary undo, then canary adopt"
    if state.target.stable == state.release:
        return (
            f"Its window for canary undo is over. Or serve another: canary adopt, then change stable; with "
            f"rollout {state.rollout} beside it that is your decision"
        )
    return "Or begin it anew: canary retry (canary undo takes back a promotion, and there was none)"
