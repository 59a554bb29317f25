"""A stack's store: made, or adopted where it is there. It lies outside the stack, and is made before it."""

from releases.registry import ids
from rollout.control.journal import StoreJournal
from rollout.record import records
from rollout.stack import Stack


def initialise(stack: Stack, *, made: bool) -> str:
    """Look into a stack's store, which was `made` or was there; returns what was found, in words.

    Raises:
        JournalError: what lies there is a damaged journal.
    """
    uri = stack.store.uri
    releases = list(ids(stack.store))
    rollouts = records(StoreJournal(stack.store).read(whole=True))
    if not releases and not rollouts:
        what = "made" if made else "an empty store"
        return f"{uri}: {what}, no release and no rollout yet. Next: canary train --id r1 --stack {stack.name}"
    last = f", the last {rollouts[-1].state.rollout}" if rollouts else ""
    return f"{uri}: adopted, with {len(releases)} releases ({', '.join(releases)}) and {len(rollouts)} rollouts{last}"
