"""What a journal says of the split, for whoever declares it: the Pulumi program, and the adapter that runs it. Pure.

A split's sequence is the number of the entry that asked for it. It stands still while a rollout is only observed, so
that a `pulumi up` between two decisions changes nothing, its own outputs included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollout.control.entries import Decided, Entry, Phase, Started
from rollout.control.state import State, fold
from rollout.control.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The last rollout's split, and all that declaring it needs.

    `release` and `stable` are the rollout's two releases, as it began; `sequence` is the number of the entry that
    asked for `target`. `under_way` says that the journal's word is the split in force; otherwise the outcome has been
    seen at the gateway, and belongs in the configuration. `over` says that nothing is left to do. `manifests` (JSON)
    and `documents` (OpenAPI) are by release id, `thresholds` (milliseconds) by key.
    """

    rollout: str
    sequence: int
    release: str
    stable: str
    target: Target
    phase: Phase
    under_way: bool
    over: bool
    manifests: Mapping[str, str]
    documents: Mapping[str, str]
    thresholds: Mapping[str, float]

    @property
    def idle(self) -> str | None:
        """The candidate while it is made, tried or cooling: on the stage, with no traffic."""
        return self.release if self.release in self.target.warm else None


def split_of(entries: Sequence[Entry]) -> Split | None:
    """Return the split of the last rollout in `entries`; None where there was none.

    Raises:
        JournalError: numbers with a gap, or a rollout that does not begin with its first entry.
    """
    state = fold(entries)
    if state is None:
        return None
    own = [entry for entry in entries if entry.number >= state.began]
    started = own[0].body
    if not isinstance(started, Started):
        raise TypeError(f"entry {own[0].number} begins rollout {state.rollout}, and says nothing of it")
    return Split(
        rollout=state.rollout,
        sequence=_sequence(own, state),
        release=state.release,
        stable=state.stable,
        target=state.target,
        phase=state.phase,
        under_way=state.under_way,
        over=state.over,
        manifests=started.manifests,
        documents=started.documents,
        thresholds=started.thresholds,
    )


def _sequence(own: Sequence[Entry], state: State) -> int:
    """The entry from which on the target is the present one: the rollout's first, or the last decision to change it."""
    found, target = own[0].number, Target(stable=state.stable, warm=(state.release,))
    for entry in own:
        if isinstance(entry.body, Decided) and entry.body.target != target:
            found, target = entry.number, entry.body.target
    return found
