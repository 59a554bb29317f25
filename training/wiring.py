"""What the commands need from rooms that this one may not know: the contract, and a stack's settings.

Whoever mounts the commands gives it as Click's context object:
`app.command("train", context_settings={"obj": Wiring(...)})(train)`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from releases.model import ContractRef, Release, Serving
from store import Store
from training.jobs.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What a stack's settings say about its next release; `region` is None where the environment's counts."""

    store: Store
    serving: Serving
    stable: str | None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """`contract` returns the contract that trained models speak; `stack` reads a stack's settings.

    `stack` takes the stack's name and the address of a store to be used in place of the stack's own, or None. `place`
    takes a stack's name, account, region and partition and says where its jobs run; `region` reads a stack's region and
    opens no store; `check` takes a release, account and region and raises where image and contract cannot work there.
    """

    contract: Callable[[], ContractRef]
    stack: Callable[[str, str | None], StackFacts]
    place: Callable[[str, str, str, str], Place]
    region: Callable[[str], str | None]
    check: Callable[[Release, str, str], None]
