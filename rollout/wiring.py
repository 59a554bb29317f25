"""Which adapters a stack's ports are: the one place where they are chosen."""

import getpass
import os
from pathlib import Path

from releases.identity import endpoint_name
from releases.registry import load
from rollout.adapters.clock import Stamps, SystemClock
from rollout.adapters.local.emulator import Emulator
from rollout.adapters.local.gateway import LocalGateway
from rollout.adapters.local.observations import LocalObservations, Source
from rollout.control.journal import StoreJournal
from rollout.control.ports import Ports
from rollout.errors import NoAdapterError
from rollout.policies import notifier
from rollout.stack import LOCAL, Stack

LOOK = 10.0
"""Seconds of an interval, where nothing else is said: whole, for captures are stamped in whole seconds."""


def ports_for(stack: Stack, clock: Stamps | None = None, *, look: float = LOOK) -> Ports:
    """Return a stack's ports. `look` is the length of an interval in the clock's seconds.

    Raises:
        NoAdapterError: nothing here reaches the stack.
    """
    if stack.name != LOCAL:
        raise NoAdapterError(
            f"the stack {stack.name} is on AWS, and this checkout has no adapter for AWS (rollout/adapters/aws): "
            f"nothing here can read or set its split. --stack {LOCAL} works without an account"
        )
    return _local(stack, clock or SystemClock(), look)


def place(stack: Stack) -> str:
    """Name what a change would change on AWS: account, region and stack; empty where it is this machine only.

    Raises:
        NoAdapterError: nothing here reaches the stack.
    """
    if stack.name == LOCAL:
        return ""
    raise NoAdapterError(f"the stack {stack.name} is on AWS, and this checkout has no adapter for AWS")


def person() -> str:
    """Who acts: $CANARY_PERSON, or the login's name."""
    return os.environ.get("CANARY_PERSON") or getpass.getuser()


def _local(stack: Stack, clock: Stamps, look: float) -> Ports:
    emulator = Emulator(stack.store)
    api = stack.settings.api.name
    gateway = LocalGateway(emulator, stack.store, api, stack.configuration)
    source = Source(
        emulator=emulator,
        captures=Path(stack.store.uri) / "capture",
        endpoint=lambda release: endpoint_name(api, load(stack.store, release)),
        clock=clock,
        seconds=look,
    )
    return Ports(
        traffic=gateway,
        fleet=gateway,
        observations=LocalObservations(source),
        journal=StoreJournal(stack.store),
        clock=clock,
        notifier=notifier(stack.practice.notify),
    )
