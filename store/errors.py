"""What can go wrong with a store.

The first two are also Python's own errors for the same thing, so that a room below this one, which may not import it,
can tell them apart (`releases/registry.py`).

StoreError
├── NotThereError       nothing lies under the key
├── AlreadyThereError   the key is taken: what is written once is never written again
└── UnreachableError    the folder or bucket is missing, denied, or another account's
"""


class StoreError(Exception):
    """A store refused or could not be used; the message names the location, the key and what to do."""


class NotThereError(StoreError, FileNotFoundError):
    """Nothing lies under the key."""


class AlreadyThereError(StoreError, FileExistsError):
    """Something lies under the key already."""


class UnreachableError(StoreError):
    """The store itself cannot be used. This is never the same as an empty store."""
