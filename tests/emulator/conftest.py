"""A bench for the emulator's tests: documents, model archives, and a running emulator over loopback."""

import io
import json
import socket
import tarfile
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pulumi
import pulumi_aws as aws
import pytest

from emulator.emulation import Options
from emulator.recording import Recording, registered
from emulator.running import Running, start

ECHO = """
import json
def model_fn(folder): return open(folder + "/name").read()
def input_fn(body, content_type): return json.loads(body)
def predict_fn(data, model): return {"model": model, "data": data}
def output_fn(prediction, accept): return json.dumps(prediction), "application/json"
"""
URI = "arn:aws:apigateway:eu-central-1:runtime.sagemaker:path/endpoints/${stageVariables.endpoint}/invocations"
LOGS = "arn:aws:logs:eu-central-1:123456789012:log-group:access:*"  # as an ARN of a log group's streams ends


class Bench:
    """What a test composes an API from. `start` serves it and stops it after the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Running] = []
        self.clients: list[httpx.Client] = []

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def document(self, paths: Mapping[str, Any], **top: Any) -> str:
        extensions = {key.replace("_", "-"): value for key, value in top.items()}
        return json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths, **extensions})

    def operation(self, integration: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        return {"responses": {}, "x-amazon-apigateway-integration": dict(integration), **more}

    def mock(
        self,
        response: str | None = None,
        *,
        request: str = '{"statusCode": 200}',
        responses: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """One MOCK method: a request template, and one default response template (or `responses`)."""
        entry: dict[str, Any] = {"statusCode": "200"}
        if response is not None:
            entry["responseTemplates"] = {"application/json": response}
        integration = {
            "type": "mock",
            "requestTemplates": {"application/json": request},
            "responses": responses or {"default": entry},
        }
        return self.operation({**integration, **more})

    def model(self, response: str | None = None, *, request: str | None = None, **more: Any) -> dict[str, Any]:
        """One method in front of the SageMaker endpoint that the stage variable `endpoint` names."""
        entry: dict[str, Any] = {"statusCode": "200"}
        if response is not None:
            entry["responseTemplates"] = {"application/json": response}
        integration: dict[str, Any] = {
            "type": "aws",
            "httpMethod": "POST",
            "uri": URI,
            "credentials": "arn:aws:iam::123456789012:role/invoke",
            "passthroughBehavior": "when_no_match",
            "responses": {"default": entry},
        }
        if request is not None:
            integration["requestTemplates"] = {"application/json": request}
        return self.operation({**integration, **more})

    def archive(self, name: str, handler: str = ECHO) -> Path:
        """Write a model archive whose handler is `handler` and whose file `name` holds its name."""
        path = self.folder / f"{name}.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for member, text in {"code/inference.py": handler, "name": name}.items():
                info = tarfile.TarInfo(member)
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
        return path

    def stack(
        self,
        document: str,
        *,
        variables: Mapping[str, str] | None = None,
        canary: Mapping[str, Any] | None = None,
        canary_document: str | None = None,
        endpoints: Mapping[str, str | Path] | None = None,
        throttle: tuple[float, int] | None = None,
        log_format: str | None = None,
        capture: Mapping[str, Any] | None = None,
        api_args: Mapping[str, Any] | None = None,
        extra: Callable[[aws.apigateway.RestApi], object] | None = None,
        environment: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Callable[[], None]:
        """Return a program: one API, its stage, and an endpoint per archive."""

        def build() -> None:
            api = aws.apigateway.RestApi("api", body=canary_document or document, **dict(api_args or {}))
            stable = aws.apigateway.Deployment("stable", rest_api=api.id, triggers={"document": document})
            second = stable
            if canary_document is not None:
                second = aws.apigateway.Deployment("canary", rest_api=api.id, triggers={"document": canary_document})
            settings: dict[str, Any] | None = None
            if canary is not None:
                settings = {"deployment_id": second.id, **canary}
            log: dict[str, Any] | None = None
            if log_format is not None:
                log = {"destination_arn": LOGS, "format": log_format}
            aws.apigateway.Stage(
                "stage",
                rest_api=api.id,
                stage_name="v1",
                deployment=stable.id,
                variables=variables,
                canary_settings=settings,  # pyright: ignore[reportArgumentType] # a dictionary of its keys
                access_log_settings=log,  # pyright: ignore[reportArgumentType] # as above
            )
            if throttle is not None:
                aws.apigateway.MethodSettings(
                    "methods",
                    rest_api=api.id,
                    stage_name="v1",
                    method_path="*/*",
                    settings={"throttling_rate_limit": throttle[0], "throttling_burst_limit": throttle[1]},
                )
            for name, artifact in (endpoints or {}).items():
                self._endpoint(name, str(artifact), capture, environment, tags)
            if extra is not None:
                extra(api)
            pulumi.export("api", api.id)

        return build

    def _endpoint(
        self,
        name: str,
        artifact: str,
        capture: Mapping[str, Any] | None,
        environment: Mapping[str, str] | None,
        tags: Mapping[str, str] | None,
    ) -> None:
        model = aws.sagemaker.Model(
            name,
            name=name,
            execution_role_arn="arn:aws:iam::123456789012:role/model",
            primary_container={
                "image": "image",
                "model_data_url": artifact,
                "environment": dict(environment or {"SAGEMAKER_PROGRAM": "inference.py"}),
            },
            tags=dict(tags) if tags else None,
        )
        configuration = aws.sagemaker.EndpointConfiguration(
            name,
            name=name,
            production_variants=[{"variant_name": "AllTraffic", "model_name": model.name}],
            data_capture_config=capture,  # pyright: ignore[reportArgumentType] # a dictionary of its keys
        )
        aws.sagemaker.Endpoint(name, name=name, endpoint_config_name=configuration.name)

    def source(self, builds: Sequence[Callable[[], None]]) -> Callable[[Mapping[str, Any] | None], Recording]:
        """Return a source that runs the first program at the start and the next one at every reload."""
        left = list(builds)

        def run(config: Mapping[str, Any] | None) -> Recording:
            return registered(left.pop(0) if len(left) > 1 else left[0])

        return run

    def start(self, *builds: Callable[[], None], **options: Any) -> Running:
        emulator = start(self.source(builds), Options(store=self.store, **options))
        self.running.append(emulator)
        return emulator

    def serve(self, document: str, *, seed: int | None = None, **stack: Any) -> Running:
        """Serve one API."""
        return self.start(self.stack(document, **stack), seed=seed)

    def client(self, emulator: Running | None = None) -> httpx.Client:
        """Return a client whose paths begin below the stage."""
        made = httpx.Client(base_url=(emulator or self.running[-1]).url, timeout=30)
        self.clients.append(made)
        return made

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are, and return the whole answer; the request must close the connection."""
        host, port = self.running[-1].url.removeprefix("http://").split("/")[0].split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(request)
            parts: list[bytes] = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts)


def _bench(folder: Path) -> Generator[Bench]:
    made = Bench(folder)
    yield made
    for client in made.clients:
        client.close()
    for emulator in made.running:
        emulator.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Bench]:
    yield from _bench(tmp_path)


@pytest.fixture(scope="module")
def module_bench(tmp_path_factory: pytest.TempPathFactory) -> Generator[Bench]:
    """For the tests of a file that share one running emulator."""
    yield from _bench(tmp_path_factory.mktemp("bench"))
