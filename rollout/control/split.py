"""What a journal says of the split, for whoever declares it: the Pulumi program, and the adapter that runs it. Pure.

A split's sequence is the number of the entry that asked for it. It stands still while a rollout is only observed, so
that a `pulumi up` between two decisions changes nothing, its own outputs included.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rollout.control.entries import Phase
from rollout.control.state import State
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


def split_of(state: State | None) -> Split | None:
    """Return the split of a journal's last rollout; None where there was none."""
    if state is None:
        return None
    return Split(
        rollout=state.rollout,
        sequence=state.sequence,
        release=state.release,
        stable=state.stable,
        target=state.target,
        phase=state.phase,
        under_way=state.under_way,
        over=state.over,
        manifests=state.started.manifests,
        documents=state.started.documents,
        thresholds=state.started.thresholds,
    )
