"""The rollouts that a journal holds, each with its entries and where it stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rollout.control.entries import Entry, Started
from rollout.control.errors import NothingUnderWayError
from rollout.control.state import State, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One rollout: its entries in order, and the state after the last of them."""

    entries: Sequence[Entry]
    state: State

    @property
    def started(self) -> Started:
        """The first entry's body."""
        body = self.entries[0].body
        assert isinstance(body, Started)  # noqa: S101 - `records` cuts at these
        return body


def records(entries: Sequence[Entry]) -> list[Record]:
    """Cut a whole journal into its rollouts, the oldest first. Raises JournalError."""
    cuts = [index for index, entry in enumerate(entries) if isinstance(entry.body, Started)]
    found: list[Record] = []
    for begin, end in pairwise([*cuts, len(entries)]):
        state = fold(entries[begin:end])
        assert state is not None  # noqa: S101 - it begins with its first entry
        found.append(Record(entries=entries[begin:end], state=state))
    return found


def find(entries: Sequence[Entry], name: str) -> Record:
    """The rollout of that id, the last one of that release, or the last of all (`last`).

    Raises:
        NothingUnderWayError: there is none; the message names those that there are.
        JournalError: the journal is damaged.
    """
    there = records(entries)
    named = [record for record in there if name in {record.state.rollout, record.state.release, "last"}]
    if not named:
        known = ", ".join(record.state.rollout for record in there[-10:]) or "none yet"
        raise NothingUnderWayError(f"no rollout {name!r} in the journal. There: {known}")
    return named[-1]
