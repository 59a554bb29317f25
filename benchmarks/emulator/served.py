"""The measured process: `python -m benchmarks.emulator.served FOLDER`, an emulator and constant servers beside it.

The API is contract ratings-v1 (its templates, 1000 items allowed), the model this project's own handler with random
factors of the trained model's size. For each number of items the emulator is asked once; a server of the same kind
then answers those bytes, whatever it is asked. Prints one line of JSON with the addresses, and ends with its input.
"""

import asyncio
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.emulator.load import path, sizes
from emulator.emulation import Emulation, Options
from emulator.exchange import HttpRequest, HttpResponse
from emulator.http_server import Handler, HttpServer
from emulator.recording import Recording, registered
from mapping.contract import load_contract
from mapping.openapi import Api, Route, document
from mapping.security import api_key
from training.archive import build_archive
from training.model import Model

USERS, ITEMS, FACTORS = 943, 1682, 32
REGION = "eu-central-1"
ROLE = "arn:aws:iam::123456789012:role/invoke"
UNLIMITED = 1_000_000.0
KEY = "measured-" * 4


def model() -> bytes:
    """Return an archive with random factors: what a request costs does not depend on their values."""
    random = np.random.default_rng(1)
    return build_archive(
        Model(
            mean=3.5,
            users=np.arange(1, USERS + 1),
            items=np.arange(1, ITEMS + 1),
            user_bias=random.integers(-900, 900, USERS, np.int16),
            item_bias=random.integers(-900, 900, ITEMS, np.int16),
            user_factors=random.integers(-900, 900, (USERS, FACTORS), np.int16),
            item_factors=random.integers(-900, 900, (ITEMS, FACTORS), np.int16),
        )
    )


def program(archive: Path, *, guarded: bool | None = None) -> None:
    """Register the API and the endpoint, as any Pulumi program might.

    `guarded`: every request needs an API key of a plan with throttle and quota, and is validated; False: none of it;
    None: validated alone, as the stacks' API is.
    """
    import pulumi_aws as aws  # noqa: PLC0415 - a second to import, and only the measured process needs it

    route = Route(contract=load_contract("ratings-v1"), region=REGION, role_arn=ROLE, max_items=1000)
    described = Api(name="measured", schemes=[api_key()] if guarded else (), validate=guarded is not False)
    api = aws.apigateway.RestApi("api", body=document(described, [route]))
    deployment = aws.apigateway.Deployment("deployment", rest_api=api.id)
    aws.apigateway.Stage(
        "stage",
        rest_api=api.id,
        deployment=deployment.id,
        stage_name="v1",
        variables={route.contract.stage_variable: "measured"},
        access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=f"arn:aws:logs:{REGION}:123456789012:log-group:access",
            format='{"id": "$context.requestId", "status": "$context.status", "ms": "$context.responseLatency"}',
        ),
    )
    aws.apigateway.MethodSettings(
        "methods",
        rest_api=api.id,
        stage_name="v1",
        method_path="*/*",
        settings=aws.apigateway.MethodSettingsSettingsArgs(
            throttling_rate_limit=UNLIMITED, throttling_burst_limit=int(UNLIMITED)
        ),
    )
    if guarded:
        plan = aws.apigateway.UsagePlan(
            "plan",
            api_stages=[aws.apigateway.UsagePlanApiStageArgs(api_id=api.id, stage="v1")],
            quota_settings=aws.apigateway.UsagePlanQuotaSettingsArgs(limit=int(UNLIMITED) * 1000, period="DAY"),
            throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(
                rate_limit=UNLIMITED, burst_limit=int(UNLIMITED)
            ),
        )
        key = aws.apigateway.ApiKey("key", value=KEY)
        aws.apigateway.UsagePlanKey("key", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id)
    container = aws.sagemaker.ModelPrimaryContainerArgs(
        image="unused", model_data_url=str(archive), environment={"SAGEMAKER_PROGRAM": "inference.py"}
    )
    made = aws.sagemaker.Model("model", name="measured", execution_role_arn=ROLE, primary_container=container)
    variant = aws.sagemaker.EndpointConfigurationProductionVariantArgs(variant_name="AllTraffic", model_name=made.name)
    configuration = aws.sagemaker.EndpointConfiguration("configuration", name="measured", production_variants=[variant])
    aws.sagemaker.Endpoint("endpoint", name="measured", endpoint_config_name=configuration.name)


def constant(answer: HttpResponse) -> Handler:
    """Return a handler that answers the same, whatever it is asked."""

    async def handle(_request: HttpRequest) -> HttpResponse:
        return answer

    return handle


async def main(folder: Path) -> None:
    archive = folder / "model.tar.gz"
    archive.write_bytes(await asyncio.to_thread(model))

    def source(_config: object) -> Recording:
        return registered(lambda: program(archive))

    emulation = Emulation(source, Options(store=folder))
    await emulation.start()
    port = emulation.gateway_server.port
    addresses: dict[str, dict[str, int]] = {"api": dict.fromkeys(map(str, sizes()), port), "constant": {}}
    answers: dict[str, int] = {}
    for items in sizes():
        answer = await emulation.handle(HttpRequest(method="GET", target=path(items)))
        if answer.status != 200:
            raise SystemExit(f"{items} items are answered {answer.status}: {answer.body.decode()}")
        server = HttpServer(constant(answer))
        await server.start("127.0.0.1", 0)
        addresses["constant"][str(items)] = server.port
        answers[str(items)] = len(answer.body)
    beside = {name: await access(archive, folder / name, guarded=name == "guarded") for name in ("open", "guarded")}
    access_ports = {name: each.gateway_server.port for name, each in beside.items()}
    print(json.dumps({"ports": addresses, "bytes": answers, "access": access_ports}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for each in (emulation, *beside.values()):
        await each.stop()


async def access(archive: Path, folder: Path, *, guarded: bool) -> Emulation:
    """Start an emulator whose requests are held against key, plan and validator, or against nothing."""
    emulation = Emulation(lambda _config: registered(lambda: program(archive, guarded=guarded)), Options(store=folder))
    await emulation.start()
    return emulation


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
