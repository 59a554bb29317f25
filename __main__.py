"""The Pulumi program: settings, journal -> line-up -> components -> exports. It decides nothing itself."""

from dataclasses import replace
from pathlib import Path

import pulumi

from components.backing import backing
from components.endpoint import ModelEndpoint
from components.front import Front
from components.logs import AccessLogs
from components.observability import Observability
from components.stage import CanaryStage
from components.training import declare_training
from program.arguments import arguments
from program.configuration import read_cloud, read_configuration, read_expected, told_plainly
from program.documents import example_path
from program.exports import next_step
from program.journal import check_account, read_journal
from program.lineup import read_lineup
from releases.registry import ids
from settings import parse, store_uri
from store import open_store

with told_plainly():
    here = read_configuration()
    store = open_store(store_uri(here.raw), base=Path(__file__).resolve().parent)
    known = ids(store)
    settings = parse(here.raw, releases=known, secret_keys=here.secret_keys)
    cloud = read_cloud()
    check_account(store, cloud.account_id)
    journal = read_journal(store, settings, read_expected())
    lineup = read_lineup(settings, store, known, journal)
    declared = arguments(settings, lineup, cloud, stack=here.stack, store=store.uri, carried=journal.carried)

training = declare_training(declared.training)
logs = AccessLogs("access", declared.logs)
observed = Observability("observed", replace(declared.observability, after=logs.groups))
endpoints = {release: ModelEndpoint(f"model-{release}", args) for release, args in declared.endpoints.items()}
before = [*logs.groups, *backing(declared.backing)]
if declared.stage is not None:
    before.extend(endpoints[track.release].endpoint for track in declared.stage.split)
    front = Front("front", declared.front, CanaryStage("gateway", replace(declared.stage, before_stage=before)))
    example = example_path(declared.stage.stable.document)
    pulumi.export("url", front.url)
    pulumi.export("curl", pulumi.Output.concat(declared.curl, " '", front.url, example, "'"))
    for name, value in front.exports.items():
        pulumi.export(name, value)

pulumi.export("endpoints", {release: endpoint.endpoint_name for release, endpoint in endpoints.items()})
pulumi.export("accessLog", declared.logs.log_group)
pulumi.export("next", next_step(lineup, known, here.stack, journal.split if journal.in_force else None))
for name, value in {**training, **observed.exports, **journal.exports}.items():
    pulumi.export(name, value)
