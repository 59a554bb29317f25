"""What the rollouts' journal says of the split, beside what the configuration says. Reads the store; decides purely.

While a rollout is under way its journal is in force, with the manifests and documents of its first entry: whoever runs
`pulumi up` in the middle keeps the split, from an older checkout or one with other templates, too. When it has ended
the configuration is, once it knows how. What is imported of `rollout` has no clock, no chance and no AWS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from program.errors import AccountError, SequenceError
from rollout.agreement import check
from rollout.control.journal import StoreJournal
from rollout.control.split import Split, split_of
from settings import Settings
from store import Owned, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a rollout's journal carries for the program: documents by release id, thresholds (milliseconds) by key."""

    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    thresholds: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Journalled:
    """The last rollout's split, where there was one, and whether it is `in_force`."""

    split: Split | None = None
    in_force: bool = False

    @property
    def carried(self) -> Carried:
        """What is not computed anew.

        Documents: all of a rollout under way, later the kept releases'. Thresholds: those that its answers are counted
        by, until nothing of it is left, so that none of its updates makes or drops a filter.
        """
        if self.split is None or self.split.over:
            return Carried()
        kept = self.split.documents if self.in_force else self.split.target.warm
        return Carried(
            documents={release: text for release, text in self.split.documents.items() if release in kept},
            thresholds=self.split.thresholds,
        )

    @property
    def exports(self) -> Mapping[str, object]:
        """What an update is verified by: whose split this is, and by which of the journal's words."""
        if self.split is None:
            return {}
        decided_by = "journal" if self.in_force else "configuration"
        return {
            "rolloutId": self.split.rollout,
            "journalSequence": self.split.sequence,
            "splitDecidedBy": decided_by,
        }


def read_journal(store: Store, settings: Settings, expected: int | None) -> Journalled:
    """Read the journal and compare it with the configuration. An empty store has had no rollout.

    `expected` is the sequence that a controller previewed and decided by; None where a person runs the update.

    Raises:
        RolloutError: the journal is damaged or out of reach, or the configuration does not agree with it.
        SequenceError: the journal has moved on since.
    """
    state = StoreJournal(store).state()
    split = split_of(state)
    if expected is not None and (split is None or split.sequence != expected):
        now = "there is no rollout" if split is None else f"{split.rollout} is at {split.sequence} ({split.target})"
        raise SequenceError(
            f"this update was decided by the journal's entry {expected}, and {now}: nothing is declared. Read the "
            "journal again (canary status), and decide anew"
        )
    if split is None:
        return Journalled()
    in_force = _in_force(split, settings, expected)
    if split.under_way or not in_force:
        check(settings, state)
    return Journalled(split=split, in_force=in_force)


def _in_force(split: Split, settings: Settings, expected: int | None) -> bool:
    """Whether the journal says the split: while under way, and for its own controller until nothing is left to do.

    A configuration that knows how the rollout ended is a person's word, and stands while what was kept is cleared.
    """
    ended = split.target.canary is None and not split.target.warm
    if settings.rollout == split.rollout and (ended or not split.under_way):
        return False
    return split.under_way or (expected is not None and not split.over)


def check_account(store: Store, account: str) -> None:
    """Let pass a store that belongs to the account that the provider deploys to, or to none.

    Raises:
        AccountError: it is another account's: its journal is of another stack's stage.
    """
    if isinstance(store, Owned) and store.account != account:
        raise AccountError(
            f"the store {store.uri} belongs to the account {store.account}, and the provider deploys to {account}: "
            "use one account's credentials for both, or correct the store"
        )
