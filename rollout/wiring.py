"""Which adapters a stack's ports are: the one place where they are chosen."""

import getpass
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from releases.identity import endpoint_name
from releases.model import Release
from releases.registry import load
from rollout.adapters.clock import Stamps, SystemClock
from rollout.adapters.deliveries import Deliveries
from rollout.adapters.local.emulator import Emulator
from rollout.adapters.local.gateway import LocalGateway
from rollout.adapters.local.observations import LocalObservations, Source
from rollout.adapters.local.outcomes import LocalOutcomes
from rollout.control.journal import StoreJournal
from rollout.control.ports import Ports
from rollout.policies import notifier
from rollout.stack import LOCAL, Stack

LOOK = 10.0
"""Seconds of an interval, where nothing else is said: whole, for captures are stamped in whole seconds."""


def ports_for(
    stack: Stack,
    clock: Stamps | None = None,
    *,
    look: float = LOOK,
    show: Callable[[str], None] | None = None,
    dry: bool = False,
) -> Ports:
    """Return a stack's ports. `look` is the length of an interval in the clock's seconds, on this machine only.

    On AWS `show` takes a line for every call, and with `dry` none that would change anything is made.

    Raises:
        PortError: AWS cannot be used from here.
    """
    if stack.name != LOCAL:
        return _aws(stack, clock or SystemClock(), show=show, dry=dry)
    return _local(stack, clock or SystemClock(), look)


def place(stack: Stack) -> str:
    """Name what a change would change on AWS: account, region and stack; empty where it is this machine only.

    Raises:
        PortError: AWS cannot be asked.
    """
    if stack.name == LOCAL:
        return ""
    from rollout.adapters.aws.ports import identity  # noqa: PLC0415 - boto3 and Pulumi are loaded only where AWS is meant

    who = identity(stack.settings)
    return f"account {who.account}, region {who.region}, stack {stack.name}, as {who.arn}"


def documents_for(stack: Stack, releases: Sequence[Release]) -> Mapping[str, str]:
    """The API's document of each release, for a rollout's first entry; none on this machine, where all is in place.

    Raises:
        PortError: AWS cannot be asked for its account.
    """
    if stack.name == LOCAL:
        return {}
    from program.documents import documents_of  # noqa: PLC0415 - as in `place`
    from rollout.adapters.aws.ports import cloud  # noqa: PLC0415

    return documents_of(releases, stack.settings, cloud(stack.settings))


def person() -> str:
    """Who acts: $CANARY_PERSON, or the login's name."""
    return os.environ.get("CANARY_PERSON") or getpass.getuser()


def _aws(stack: Stack, clock: Stamps, *, show: Callable[[str], None] | None, dry: bool) -> Ports:
    from rollout.adapters.aws.ports import There, aws_ports  # noqa: PLC0415 - as in `place`

    return aws_ports(
        There(
            stack=stack.name,
            settings=stack.settings,
            store=stack.store,
            project=stack.root,
            clock=clock,
            notifier=notifier(stack.practice.notify),
            show=show,
            dry=dry,
        )
    )


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
    outcomes = LocalOutcomes(Deliveries(stack.store), source.captures, source.endpoint, clock)
    return Ports(
        outcomes=outcomes,
        traffic=gateway,
        fleet=gateway,
        observations=LocalObservations(source),
        journal=StoreJournal(stack.store),
        clock=clock,
        notifier=notifier(stack.practice.notify),
    )
