"""All ports of one stack on AWS, put together. `rollout/wiring.py` chooses them for every stack but `local`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi.automation import PulumiCommand

from components.cloud import Cloud
from releases.identity import endpoint_name
from releases.registry import load
from rollout.adapters.aws.calls import Show, watch
from rollout.adapters.aws.captures import S3Captures
from rollout.adapters.aws.clients import Clients, Identity, clients, dns_suffix, whoami
from rollout.adapters.aws.command import KnownCommand
from rollout.adapters.aws.engine import Engine, Project
from rollout.adapters.aws.fleet import Endpoints
from rollout.adapters.aws.history import History
from rollout.adapters.aws.locks import Updates
from rollout.adapters.aws.observations import CloudWatchObservations, Source
from rollout.adapters.aws.outcomes import AwsOutcomes
from rollout.adapters.aws.stage import Stage
from rollout.adapters.aws.traffic import AwsTraffic
from rollout.adapters.deliveries import Deliveries
from rollout.adapters.dry import DryJournal, DryNotifier
from rollout.control.journal import StoreJournal
from rollout.control.ports import Clock, Journal, Notifier, Ports
from settings import Settings
from store import Store

CAPTURES = "captures"
"""Where data capture writes, below the store (`program/arguments.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One stack on AWS: its name, settings and store, the checkout's folder, and what acts for the outside.

    `environment` is added to that of every `pulumi` command; `wait` is how many seconds another's update is waited
    for within one tick. With `dry`, nothing is changed: neither on AWS, nor by the engine, nor in the journal; `show`
    takes a line for every call.
    """

    stack: str
    settings: Settings
    store: Store
    project: Path
    clock: Clock
    notifier: Notifier
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    wait: float = 60.0
    show: Show | None = None
    dry: bool = False


def aws_ports(
    there: There, *, using: Clients | None = None, command: Callable[[Updates], PulumiCommand] = KnownCommand
) -> Ports:
    """Return the ports of a stack on AWS; clients and Pulumi's command can be given.

    Raises:
        AwsError: there is no region, or no credentials.
    """
    api, stage_name = there.settings.api.name, there.settings.api.stage_name
    made = using or clients(there.settings.region)
    if there.show is not None or there.dry:
        watch(made, there.show or _unseen, dry=there.dry)
    journal: Journal = StoreJournal(there.store)
    notifier = there.notifier
    if there.dry:
        show: Show = there.show or _unseen
        journal, notifier = DryJournal(journal, show), DryNotifier(show)
    updates = Updates(there.store)
    endpoints = Endpoints(made, api)
    project = Project(
        folder=there.project,
        stack=there.stack,
        command=lambda: command(updates),
        environment=there.environment,
    )
    engine = Engine(
        project,
        clients=made,
        updates=updates,
        clock=there.clock,
        wait=there.wait,
        show=there.show,
        dry=there.dry,
    )
    captures = (
        S3Captures(made.s3, f"{there.store.uri}/{CAPTURES}") if there.settings.serving.data_capture.enabled else None
    )
    traffic = AwsTraffic(
        Stage(made.apigateway, api=api, name=stage_name, stack=there.stack), endpoints, engine, journal, api
    )
    history = History(
        cloudwatch=made.cloudwatch,
        endpoints=endpoints,
        api=api,
        stage=stage_name,
        clock=there.clock,
        captures=captures,
    )
    source = Source(
        cloudwatch=made.cloudwatch,
        logs=made.logs,
        api=api,
        log_group=f"/aws/apigateway/{api}/access",
        endpoint=lambda release: endpoint_name(api, load(there.store, release)),
        clock=there.clock,
        history=history,
        captures=captures,
    )
    outcomes = None if captures is None else AwsOutcomes(Deliveries(there.store), captures, source.endpoint)
    return Ports(
        outcomes=outcomes,
        traffic=traffic,
        fleet=traffic,
        observations=CloudWatchObservations(source),
        journal=journal,
        clock=there.clock,
        notifier=notifier,
    )


def _unseen(_line: str) -> None:
    """Nobody looks."""


def identity(settings: Settings) -> Identity:
    """Say on whose account and in which region a stack's commands act. Raises AwsError."""
    return whoami(clients(settings.region))


def cloud(settings: Settings) -> Cloud:
    """Say where a stack's resources live, as the program reads it from its provider. Raises AwsError."""
    who = identity(settings)
    partition = who.arn.split(":")[1]
    return Cloud(account_id=who.account, region=who.region, partition=partition, dns_suffix=dns_suffix(who.region))
