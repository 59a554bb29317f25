"""What `run` and `step` print of each tick, and what a dry tick would do."""

import json
import sys
from collections.abc import Callable

from rollout.adapters.dry import dry_ports
from rollout.control.controller import Controller, Tick
from rollout.control.entries import Choice, Phase
from rollout.control.state import State
from rollout.service import Rollouts
from rollout.stack import LOCAL
from rollout.status import due
from rollout.wiring import ports_for
from rollout.words import clock, lasting


def watcher(*, as_json: bool) -> Callable[[Tick], None]:
    """Return what prints a tick: a line where something is new, or a JSON object each."""
    before: list[str] = []

    def watch(tick: Tick) -> None:
        if as_json:
            print(json.dumps(plain(tick)), flush=True)
            return
        for trouble in tick.troubles:
            print(f"canary: {trouble}", file=sys.stderr, flush=True)
        text = line(tick)
        if text not in before:
            print(text, flush=True)
        before[:] = [text]

    return watch


def line(tick: Tick) -> str:
    """One tick in a line."""
    state, decided = tick.state, tick.decided
    if decided is None:
        return f"{state.rollout}: nothing is left to do"
    what = decided.choice.value if decided.choice is not Choice.HOLD else f"{state.phase.value}"
    return f"{clock(state.at if tick.at is None else tick.at)}  {what:<9} {decided.reason}"


def plain(tick: Tick) -> dict[str, object]:
    """One tick for machines."""
    state, decided = tick.state, tick.decided
    return {
        "rollout": state.rollout,
        "number": state.number,
        "phase": state.phase.value,
        "percent": state.target.percent,
        "verified": state.verified_at is not None,
        "choice": None if decided is None else decided.choice.value,
        "reason": None if decided is None else decided.reason,
        "ending": None if state.ending is None else state.ending.value,
        "canary_requests": state.canary_requests,
        "troubles": list(tick.troubles),
    }


def ended(state: State, options: str) -> str:
    """What a person wants to know when `run` returns; `options` name the stack on a command line."""
    words = f"{state.rollout}: {state.ending.value if state.ending else state.phase.value}: {state.ending_reason}"
    words += f"\nServed: {state.target}. The canary answered {state.canary_requests} requests."
    at = due(state)
    if at is not None:
        kept = state.target.warm[0]
        left = lasting(at - (state.verified_at or state.decided_at))
        words += (
            f"\n{kept} is kept until {clock(at)} UTC ({left}). To let it go then: canary step {options}; "
            f"to wait for it here: canary run --until-retired {options}"
        )
    words += f"\nTake the outcome over: canary adopt {options}"
    return f"{words}. Take it back: canary undo {options}" if state.phase is Phase.WARM else words


def dry(rollouts: Rollouts) -> Tick | None:
    """One tick whose journal entries, calls and notifications are only printed; on AWS every call, reads too."""
    if rollouts.stack.name == LOCAL:
        ports = dry_ports(rollouts.ports, print)
    else:
        ports = ports_for(rollouts.stack, show=print, dry=True)
    return Controller(ports, rollouts.judge).tick()
