"""A stack's store: made, or adopted where it is there. It lies outside the stack, and is made before it."""

from pathlib import Path

from releases.registry import ids
from rollout.control.errors import PortError
from rollout.control.journal import StoreJournal
from rollout.record import records
from rollout.stack import Stack


def initialise(stack: Stack) -> str:
    """Make the folder of a local store, or look into the store that is there; returns what was found, in words.

    An S3 store was opened, and so checked, when the stack was: a bucket that is missing, denied or another account's
    has stopped the command by then.

    Raises:
        PortError: the folder cannot be made.
        JournalError: what lies there is a damaged journal.
    """
    uri = stack.store.uri
    if not uri.startswith("s3://"):
        try:
            Path(uri).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PortError(f"{uri} cannot be made: {error.strerror}") from error
    releases = list(ids(stack.store))
    rollouts = records(StoreJournal(stack.store).read(whole=True))
    if not releases and not rollouts:
        return f"{uri}: an empty store, no release and no rollout yet. Next: canary train --id r1 --stack {stack.name}"
    last = f", the last {rollouts[-1].state.rollout}" if rollouts else ""
    return f"{uri}: adopted, with {len(releases)} releases ({', '.join(releases)}) and {len(rollouts)} rollouts{last}"
