"""What is measured: the program with so many releases, and its components with so many routes."""

import hashlib
import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.cloud import Cloud
from components.endpoint import ModelEndpoint
from components.route import GatewayRoute
from components.stage import CanaryStage
from emulator.program import engine_config
from emulator.recording import Recording, registered
from mapping.contract import Contract, load_contract
from mapping.openapi import Api, Route, document
from program.arguments import arguments
from releases.model import Artifact, ContractRef, Framework, Lineup, Metrics, Release, Serving
from releases.registry import publish
from settings import PROJECT, parse
from settings.stackfile import load_stack
from store import open_store
from tests.program.stacks import with_features

if TYPE_CHECKING:
    import pulumi

ROOT = Path(__file__).resolve().parents[2]
STACK = "prod"
CONTRACT = "ratings-v1"


def release(number: int) -> Release:
    """Make a release of its own for each number."""
    text = f"r{number}"
    return Release(
        id=text,
        artifact=Artifact(uri=f"s3://models/{text}.tar.gz", sha256=hashlib.sha256(text.encode()).hexdigest()),
        framework=Framework(name="sklearn", version="1.2-1"),
        contract=ContractRef(name=CONTRACT, hash=load_contract(CONTRACT).hash),
        serving=Serving(instance_type="ml.m5.large", instance_count=2),
        metrics=Metrics(protocol="ua.test", rmse=0.925, mae=0.73, coverage=1.0, ratings=9430),
        trained_at="2026-07-01T00:00:00Z",
        data_sha256="0" * 64,
    )


def releases(size: int, folder: Path) -> Callable[[], Recording]:
    """The program itself with `size` releases: one stable, the others warm."""
    made = [release(number) for number in range(size)]
    store = open_store(str(folder), folder)
    for each in made:
        publish(store, each)
    first, *others = (each.id for each in made)
    changes = {"store": str(folder), "stable": first, "warm": others}
    ours = {f"{PROJECT}:{key}": value for key, value in changes.items()}
    config = engine_config(PROJECT, {}, {**load_stack(ROOT / f"Pulumi.{STACK}.yaml"), **ours})

    def run() -> Recording:
        build = lambda: runpy.run_path(str(ROOT), run_name="__main__")  # noqa: E731 - one expression, used once
        return registered(build, project=PROJECT, stack=STACK, config=config)

    return run


def stack(name: str, folder: Path, *, everything: bool) -> Callable[[], Recording]:
    """The program itself for a stack with a canary: as its file says, or with every feature of the API's on."""
    made = [release(number) for number in range(2)]
    store = open_store(str(folder), folder)
    for each in made:
        publish(store, each)
    own = load_stack(ROOT / f"Pulumi.{name}.yaml")
    changes: dict[str, Any] = {
        "store": str(folder),
        "stable": made[0].id,
        "canary": {"release": made[1].id, "percent": 10},
    }
    if everything:
        changes |= {"api": with_features(name), "enriched": {"enabled": True}}
    config = engine_config(PROJECT, {}, {**own, **{f"{PROJECT}:{key}": value for key, value in changes.items()}})

    def run() -> Recording:
        build = lambda: runpy.run_path(str(ROOT), run_name="__main__")  # noqa: E731 - one expression, used once
        return registered(build, project=PROJECT, stack=name, config=config, region=config["aws:region"])

    return run


def routes(size: int, folder: Path) -> Callable[[], Recording]:
    """The program's components with `size` routes, each with one release, under one API."""
    raw = {**load_stack(ROOT / f"Pulumi.{STACK}.yaml"), f"{PROJECT}:store": str(folder)}
    settings, cloud = parse(raw), Cloud(account_id="123456789012", region="us-east-1")
    contracts = [renamed(load_contract(CONTRACT), number) for number in range(size)]

    def build() -> None:
        before: list[pulumi.Resource] = []
        variables: dict[str, str] = {}
        for number, contract in enumerate(contracts):
            one = arguments(settings, Lineup(stable=release(number)), cloud, stack=STACK, store=str(folder))
            for name, args in one.endpoints.items():
                before.append(ModelEndpoint(f"model-{name}", args).endpoint)
                variables[contract.stage_variable] = args.endpoint_name
            if one.backing.route is not None:
                role = replace(one.backing.route, role_name=f"{one.backing.route.role_name}-{number}")
                before.extend(GatewayRoute(f"route{number}", role).policies)
        stage = arguments(settings, Lineup(stable=release(0)), cloud, stack=STACK, store=str(folder)).stage
        if stage is not None:
            paths = [Route(contract=each, region=cloud.region, role_arn="arn", max_items=100) for each in contracts]
            text = document(Api(name=settings.api.name), paths)
            track = replace(stage.stable, document=text, variables=variables)
            CanaryStage("gateway", replace(stage, stable=track, before_stage=before))

    return lambda: registered(build, project=PROJECT, stack=STACK)


def renamed(contract: Contract, number: int) -> Contract:
    """Give a contract a path, an operation and a stage variable of its own."""
    head = json.loads(contract.files["contract.json"])
    head |= {"path": f"/{number}{head['path']}", "operation": f"{head['operation']}{number}"}
    head["stageVariable"] += str(number)
    return Contract(name=f"{contract.name}-{number}", files={**contract.files, "contract.json": json.dumps(head)})
