"""Following a job to its end: its transitions and its log as they come, a bound, and the reason where it fails."""

from collections import deque
from collections.abc import Callable

from training.errors import JobFailedError, JobTimeoutError
from training.jobs.ports import Clock, Jobs, JobState, Logs

POLL_SECONDS = 10.0
LAST_LINES = 20
"""How much of a failed job's log its error shows."""


def follow(
    name: str, jobs: Jobs, logs: Logs, clock: Clock, say: Callable[[str], None], *, wait_seconds: float
) -> JobState:
    """Say what a job does until it has completed, and return its last state.

    Raises:
        JobFailedError: it failed or was stopped; with SageMaker's reason and the last lines of its log.
        JobTimeoutError: it had not ended after `wait_seconds`; it was asked to stop.
        PlaceError: AWS refused a call.
    """
    began, told = clock.now(), 0
    tail: deque[str] = deque(maxlen=LAST_LINES)
    while True:
        state = jobs.describe(name)
        for transition in state.transitions[told:]:
            say(f"{transition.status}: {transition.message}" if transition.message else transition.status)
        told = max(told, len(state.transitions))
        for line in logs.after(name):
            say(f"  {line}")
            tail.append(line)
        if state.status == "Completed":
            return state
        if state.ended:
            raise JobFailedError(_failed(name, jobs.kind, state, tuple(tail)))
        waited = clock.now() - began
        if waited >= wait_seconds:
            jobs.stop(name)
            raise JobTimeoutError(
                f"the {jobs.kind} job {name} is {state.status} ({state.secondary or 'no more is said'}) after "
                f"{waited / 60:.0f} minutes, and --max-wait is {wait_seconds / 60:.0f}: it was told to stop. Nothing "
                "is registered. A job that waits for instances may be out of quota; one that trains needs more time"
            )
        clock.sleep(min(POLL_SECONDS, wait_seconds - waited))


def _failed(name: str, kind: str, state: JobState, tail: tuple[str, ...]) -> str:
    if state.secondary == "MaxRuntimeExceeded":
        why = "it ran longer than it may: raise --max-runtime, or take a larger --instance-type"
    elif state.status == "Stopped":
        why = "it was stopped"
    else:
        why = state.reason or "SageMaker gives no reason"
    shown = "\n".join(f"  {line}" for line in tail)
    log = f"\nThe last lines of its log:\n{shown}" if shown else "\nIt wrote no log."
    return f"the {kind} job {name} ended {state.status}: {why}. Nothing is registered.{log}"
