"""Whole rollouts on real traffic: a good release, one that fails now and then, one whose ratings are off.

The clock runs `FACTOR` times as fast for controller, judge and log alike, so a minute of the policy is a second
here and holds the requests that came in that second: the statistics are the policy's own.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cli.demo.traffic import Ask, Sender

if TYPE_CHECKING:
    from rollout.adapters.clock import AcceleratedClock
    from rollout.control.controller import Tick
    from rollout.control.state import State
    from rollout.service import Rollouts

FACTOR = 60.0
LOOK = 60.0  # one second here: data capture's times are whole seconds
PATIENCE = 60.0
RATE = 300  # requests a second at the most: the machine has other work to do
BATCH = 30  # requests between two looks at whether the traffic is to stop
PRACTICE = """\
# How this demonstration's rollouts go about it: the preset `fast`. Two processes on one busy machine differ in latency
# although they run the same code, so latency is told and decides nothing; and a rollout may be kept waiting by the
# machine, whose seconds count sixty times here.
policy: {preset: fast, deadline: 86400, broken_after: 3600, latency: {role: dry}}
conduct: {interval: 60, trials: 5, provision_within: 36000, try_within: 36000, verify_within: 36000, lease: 36000}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One rollout's outcome: what `--json` lists."""

    release: str
    outcome: str
    reason: str
    canary_requests: int
    steps: tuple[float, ...]
    report: str


@dataclass
class Traffic:
    """Users who go on asking, in a thread, until told to stop."""

    url: str
    requests: Sequence[Ask]
    sent: int = 0
    failed: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        endless = cycle(self.requests)
        with Sender(self.url) as sender:
            while not self._stop.is_set():
                due = time.monotonic() + BATCH / RATE
                replies = sender.send([next(endless) for _ in range(BATCH)], lambda _done, _total: None)
                self.sent += len(replies)
                self.failed += sum(reply.ratings is None for reply in replies)
                self._stop.wait(max(0.0, due - time.monotonic()))


def practise(config: Path) -> None:
    """Write beside a stack's file how its rollouts go about it."""
    (config.parent / f"rollout.{config.name.split('.')[1]}.yaml").write_text(PRACTICE)


def faster() -> "AcceleratedClock":
    """The faster clock. There is one for all rollouts of a journal: another would begin in the first one's past."""
    from rollout.adapters.clock import AcceleratedClock

    return AcceleratedClock(factor=FACTOR)


def rollouts_of(config: Path, clock: "AcceleratedClock") -> "Rollouts":
    """The rollouts of a served stack, on the faster clock."""
    from rollout.service import Rollouts
    from rollout.stack import open_stack

    return Rollouts(open_stack(file=config), clock=clock, who="demo", look=LOOK)


def begin(rollouts: "Rollouts", release: str) -> None:
    """Start a rollout as soon as the stable release has answered enough to be compared with.

    Raises:
        UnmeasuredError: it has not within `PATIENCE` seconds.
    """
    from rollout.errors import UnmeasuredError

    until = time.monotonic() + PATIENCE
    while True:
        try:
            rollouts.start(release)
        except UnmeasuredError:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)
        else:
            return


def steps_of(rollouts: "Rollouts") -> tuple[float, ...]:
    """The percents that the last rollout's canary was given, in order."""
    from rollout.control.entries import Choice, Decided

    bodies = [entry.body for entry in rollouts.ports.journal.read()]
    decided = [body for body in bodies if isinstance(body, Decided) and body.choice is Choice.ADVANCE]
    return tuple(body.target.percent for body in decided if body.target.percent)


def line(tick: "Tick") -> str | None:
    """What is worth a line of a tick: whatever is not merely waiting."""
    from rollout.control.entries import Choice

    if tick.decided is None or tick.decided.choice is Choice.HOLD:
        return None
    return f"{tick.decided.choice.value:<9} {tick.state.target}: {tick.decided.reason}"


def told(state: "State", steps: tuple[float, ...], report: Path) -> Told:
    """What came of a rollout."""
    return Told(
        release=state.release,
        outcome="promoted" if state.target.stable == state.release else "rolled-back",
        reason=state.ending_reason,
        canary_requests=state.canary_requests,
        steps=steps,
        report=str(report),
    )
