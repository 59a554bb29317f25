"""What the reading commands print."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from releases.errors import ReleaseError
from releases.model import Serving
from releases.registry import load
from rollout import agreement
from rollout.control.entries import Ending
from rollout.control.errors import PortError
from rollout.control.journal import StoreJournal
from rollout.control.judging import TheJudge
from rollout.control.state import State
from rollout.errors import AdoptionError
from rollout.explain import ENDINGS, events, explained
from rollout.record import Record, find, records
from rollout.report.page import page
from rollout.stack import Stack
from rollout.status import Status, status_of
from rollout.view import tree
from rollout.words import clock, iso, lasting
from settings.errors import SettingsError, StackFileError

_REFRESH = 2.0
_UNFOLDED = 160


def show_status(stack: Stack, *, as_json: bool) -> None:
    """Print where the stack's rollout stands."""
    status = _status(stack, StoreJournal(stack.store))
    if as_json:
        print(json.dumps(None if status is None else asdict(status)))
        return
    _console().print(_shown(stack, status))


def watch_status(stack: Stack) -> None:
    """Show it again and again until interrupted; the journal's new entries are all that is read each time."""
    journal = StoreJournal(stack.store)
    with Live(_shown(stack, _status(stack, journal)), auto_refresh=False, screen=sys.stdout.isatty()) as live:
        while True:
            try:
                live.update(_shown(stack, _status(stack, journal)), refresh=True)
            except PortError as error:
                live.update(Text(str(error), "red"), refresh=True)
            time.sleep(_REFRESH)


def show_history(stack: Stack, last: int, *, as_json: bool) -> None:
    """Print the stack's last rollouts, the newest first."""
    there = records(StoreJournal(stack.store).read(whole=True))[-last:][::-1]
    if as_json:
        print(json.dumps([_summary(record) for record in there]))
        return
    if not there:
        print(f"the stack {stack.name} has had no rollout yet")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("rollout", "release", "beside", "begun (UTC)", "by", "took", "canary requests", "outcome"):
        table.add_column(name, header_style="dim")
    for record in there:
        state = record.state
        took = lasting((state.ended_at or state.decided_at) - state.started_at)
        outcome = _outcome(state)
        cells = (state.rollout, state.release, state.stable, clock(state.started_at), state.by, took)
        table.add_row(*cells, str(state.canary_requests), outcome)
    _console().print(table)


def show_explanation(stack: Stack, name: str, *, as_json: bool) -> None:
    """Print why a rollout went as it did."""
    record = find(StoreJournal(stack.store).read(whole=True), name)
    if as_json:
        story = [asdict(event) for event in events(record)]
        print(json.dumps({**_summary(record), "events": story}))
        return
    policy = TheJudge().policy(record.state.policy)
    for line in explained(record, policy):
        print(line)


def write_report(stack: Stack, name: str, output: Path | None) -> Path:
    """Write a rollout's report and return its path. Raises PortError where it cannot be written."""
    record = find(StoreJournal(stack.store).read(whole=True), name)
    policy = TheJudge().policy(record.state.policy)
    path = (output or Path(f"{record.state.rollout}.html")).absolute()
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(page(record, policy, stack.name), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise PortError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _console() -> Console:
    """The terminal; what goes into a file or a pipe is not folded at the width of a terminal that is not there."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _UNFOLDED)


def _status(stack: Stack, journal: StoreJournal) -> Status | None:
    state = journal.state()
    if state is None:
        return None
    now = max(time.time(), state.at)  # an accelerated rollout's clock may be ahead of this machine's
    policy = TheJudge().policy(state.policy)
    return status_of(state, policy, now, _servings(stack, state), _disagreement(stack, state))


def _disagreement(stack: Stack, state: State) -> str | None:
    """Why the configuration, as its file has it now, would be refused by the program; None where it would not."""
    try:
        agreement.check(stack.now(), state)
    except (AdoptionError, SettingsError, StackFileError) as error:
        return str(error)
    return None


def _servings(stack: Stack, state: State) -> Mapping[str, Serving]:
    found: dict[str, Serving] = {}
    for release in (state.release, state.stable):
        try:
            found[release] = load(stack.store, release).serving
        except ReleaseError:
            continue  # its instance-hours are not known; the rest is
    return found


def _shown(stack: Stack, status: Status | None) -> Tree | Text:
    if status is None:
        return Text(
            f"the stack {stack.name} has had no rollout yet: canary start RELEASE --stack {stack.name} begins one"
        )
    return tree(status)


def _outcome(state: State) -> str:
    return ENDINGS[state.ending] if state.ending is not None else f"under way: {state.phase.value}, {state.target}"


def _summary(record: Record) -> dict[str, object]:
    state = record.state
    promoted = state.ending is Ending.PROMOTED
    return {
        "rollout": state.rollout,
        "release": state.release,
        "stable": state.stable,
        "by": state.by,
        "started": iso(state.started_at),
        "ended": None if state.ended_at is None else iso(state.ended_at),
        "outcome": "under-way" if state.ending is None else "promoted" if promoted else "rolled-back",
        "ending": None if state.ending is None else state.ending.value,
        "reason": state.ending_reason,
        "canary_requests": state.canary_requests,
        "steps": state.step + 1,
    }
