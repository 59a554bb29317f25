"""One model endpoint, asked directly: on AWS through SageMaker's runtime, here through the emulator's container.

No gateway stands before it: no templates, no throttle, no key. The request is what the gateway's template makes.
"""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from cli.wiring import Stack
from releases.errors import ReleaseError
from releases.identity import endpoint_name
from releases.model import Release
from releases.registry import ids, load, manifest_key

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

    from emulator.graph import EndpointSpec

JSON = "application/json"
HEADERS = {"Content-Type": JSON, "Accept": JSON}
ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the endpoint answered: SageMaker's status, the body, and how long it took (milliseconds)."""

    endpoint: str
    status: int
    body: str
    milliseconds: float


def request_body(user: int, items: Sequence[int]) -> bytes:
    """Return the model's request for one user and several items, in their order."""
    return json.dumps({"instances": [{"in0": [user], "in1": [item]} for item in items]}).encode()


def target_of(name: str, stack: Stack) -> tuple[str, Release | None]:
    """Return the endpoint that `name` means, a release's or its own, and the release where the store has it.

    Raises:
        ReleaseError: it is neither a release nor an endpoint's name.
    """
    known = ids(stack.store)
    if name in known:
        release = load(stack.store, name)
        return endpoint_name(stack.settings.api.name, release), release
    for each in known:
        release = load(stack.store, each)
        if endpoint_name(stack.settings.api.name, release) == name:
            return name, release
    try:
        manifest_key(name)
    except ReleaseError:
        return name, None
    if name.startswith(stack.settings.api.name):
        return name, None
    there = ", ".join(known) or "none yet"
    raise ReleaseError(
        f"{name!r} is no release in {stack.store.uri} ({there}) and no endpoint of {stack.settings.api.name}"
    )


def invoke_here(endpoint: str, release: Release, body: bytes, folder: Path) -> Answer:
    """Start the release's container as the emulator does, ask it once, and stop it.

    Raises:
        EmulatorError: it cannot run here, or did not come into service.
    """
    from program.fit import environment_of

    return asyncio.run(_here(_spec(endpoint, release, dict(environment_of(release.framework))), body, folder))


async def _here(spec: "EndpointSpec", body: bytes, folder: Path) -> Answer:
    from emulator.computed import Place
    from emulator.sagemaker import SageMaker, in_service
    from emulator.worker import Worker

    worker = Worker(spec, folder / f"{spec.name}.log")
    await worker.start()
    try:
        endpoint = in_service(spec, worker, folder, random.Random(), time.time())  # noqa: S311 - nothing is captured
        place = Place(account=ACCOUNT, region=REGION)
        runtime = SageMaker(place=place, endpoints={spec.name: endpoint}, clock=time.time)
        began = time.perf_counter()
        uri = f"arn:aws:apigateway:{REGION}:runtime.sagemaker:path/endpoints/{spec.name}/invocations"
        result = await runtime.invoke(uri, HEADERS, body)
        return Answer(
            endpoint=spec.name,
            status=result.status,
            body=result.body.decode("utf-8", "replace"),
            milliseconds=(time.perf_counter() - began) * 1000,
        )
    finally:
        await worker.stop()


def _spec(endpoint: str, release: Release, environment: dict[str, str]) -> "EndpointSpec":
    from emulator.graph import EndpointSpec

    return EndpointSpec(
        name=endpoint,
        arn=f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{endpoint}",
        configuration=endpoint,
        variant="AllTraffic",
        model=endpoint,
        image=release.framework.image or release.framework.name,
        artifact=release.artifact.uri,
        sha256=release.artifact.sha256,
        environment=tuple(environment.items()),
        capture=None,
    )


def runtime_client(region: str | None) -> "SageMakerRuntimeClient":
    """Make the client of SageMaker's runtime.

    Raises:
        CommandError: no region is named.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    session: Any = boto3.Session(region_name=region)
    try:
        return session.client("sagemaker-runtime", config=Config(retries={"mode": "standard", "max_attempts": 2}))
    except BotoCoreError as error:
        raise CommandError(f"no client for SageMaker's runtime: {error}. Set aws:region, or AWS_REGION") from error


def invoke_on_aws(endpoint: str, body: bytes, client: "SageMakerRuntimeClient") -> Answer:
    """Ask an endpoint on AWS. An answer that is an error of SageMaker's is an answer too.

    Raises:
        CommandError: nothing came back: no credentials, no network.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    began = time.perf_counter()

    def answer(status: int, text: str) -> Answer:
        return Answer(endpoint=endpoint, status=status, body=text, milliseconds=(time.perf_counter() - began) * 1000)

    try:
        said = client.invoke_endpoint(EndpointName=endpoint, ContentType=JSON, Accept=JSON, Body=body)
        return answer(200, said["Body"].read().decode("utf-8", "replace"))
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        message = error.response.get("OriginalMessage") or error.response.get("Error", {}).get("Message", "")
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
        return answer(status, json.dumps({"error": code, "message": str(message)}))
    except BotoCoreError as error:
        raise CommandError(f"{endpoint} was not reached: {error}") from error
