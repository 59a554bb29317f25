"""What can go wrong with a store.

StoreError
├── NotThereError       nothing lies under the key
├── AlreadyThereError   the key is taken: what is written once is never written again
└── UnreachableError    the folder or bucket is missing, denied, or another account's
"""


class StoreError(Exception):
    """A store refused or could not be used; the message names the location, the key and what to do."""


class NotThereError(StoreError):
    """Nothing lies under the key."""


class AlreadyThereError(StoreError):
    """Something lies under the key already."""


class UnreachableError(StoreError):
    """The store itself cannot be used. This is never the same as an empty store."""
