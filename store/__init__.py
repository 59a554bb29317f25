"""Where a stack keeps what outlives a deployment: release manifests, artifacts, and a rollout's journal.

A store is a folder or an S3 prefix, made before the stack and outside it. The port is four methods; what lies
under which key is the business of the rooms that use it (`releases/<id>.json` for manifests).
"""

from store.errors import AlreadyThereError, NotThereError, StoreError, UnreachableError
from store.location import make_store, open_store
from store.port import Owned, Store

__all__ = [
    "AlreadyThereError",
    "NotThereError",
    "Owned",
    "Store",
    "StoreError",
    "UnreachableError",
    "make_store",
    "open_store",
]
