"""An account for the probe: moto and recorded answers are the control plane, the emulator serves the traffic."""

import json
import socket
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from emulator.emulation import Options
from emulator.probe.clients import Clients, clients, whoami
from emulator.probe.document import document
from emulator.probe.errand import Clock, Errand, Release
from emulator.probe.functions import CODE, FILE, HANDLER, RUNTIME, TIMEOUT_SECONDS
from emulator.probe.ledger import Ledger
from emulator.probe.site import LOG_FORMAT, STAGE
from emulator.recording import Recording, registered
from emulator.running import Running, start
from tests.emulator.conftest import Bench
from tests.emulator.probe.recorded_stage import RecordedStage, Refusal

REGION = "eu-central-1"
STEM = "canary-probe-0011aabb"
METRICS_AFTER = 90.0
"""Seconds after a minute's end when its count is there, in this account."""
PREDICTS = """
import json, time
def model_fn(folder): return None
def input_fn(body, content_type):
    asked = json.loads(body)
    if "instances" not in asked: raise ValueError("no instances")
    return asked
def predict_fn(data, model):
    time.sleep(0.2)
    return [{"scores": [3.5]} for each in data["instances"]]
def output_fn(prediction, accept): return json.dumps({"predictions": prediction}), "application/json"
"""


class Time:
    """A clock that passes by its pauses, and a little by being looked at."""

    def __init__(self, start: float) -> None:
        self.at = start

    def now(self) -> float:
        self.at += 0.05
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Account:
    """`port` is the emulator's, which starts with the stage and follows its patches. `log_role` says whether API
    Gateway may write logs; `documents` are those that were imported.
    """

    there: Clients
    bench: Bench
    port: int
    time: Time
    log_role: bool = True
    stage: RecordedStage | None = None
    running: Running | None = None
    documents: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def errand(self, folder: Path, *, release: Release | None = None) -> Errand:
        return Errand(
            there=self.there,
            caller=whoami(self.there),
            ledger=Ledger(folder / f"{STEM}.jsonl"),
            stem=STEM,
            release=release,
            clock=Clock(now=self.time.now, sleep=self.time.sleep),
            address=lambda _api, _region: f"http://127.0.0.1:{self.port}",
        )

    def put_rest_api(self, path: str, query: Mapping[str, str], body: Any) -> Any:
        """Moto imports no MOCK integration without a URI. One method lets it make deployments."""
        api = path.rpartition("/")[2]
        assert query == {"mode": "overwrite", "failonwarnings": "true"}
        self.documents.append(json.loads(body))
        gateway: Any = self.there.apigateway
        if len(self.documents) == 1:
            (root,) = (each["id"] for each in gateway.get_resources(restApiId=api)["items"] if each["path"] == "/")
            track = gateway.create_resource(restApiId=api, parentId=root, pathPart="track")["id"]
            method = {"restApiId": api, "resourceId": track, "httpMethod": "GET"}
            gateway.put_method(**method, authorizationType="NONE")
            gateway.put_integration(**method, type="MOCK", uri="", integrationHttpMethod="POST")
        return {"id": api}

    def create_stage(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        asked = json.loads(body)
        self.stage = RecordedStage(deployment=asked["deploymentId"], variables=asked["variables"])
        self._follow()
        return {"deploymentId": asked["deploymentId"]}

    def update_stage(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        assert self.stage is not None
        operations = json.loads(body)["patchOperations"]
        if not self.log_role and any(each["path"].startswith("/accessLogSettings") for each in operations):
            return "BadRequestException", "CloudWatch Logs role ARN must be set in account settings to enable logging"
        refusal = self.stage.patch(operations)
        if refusal is None:
            self._follow()
        return refusal or self.stage.shown()

    def get_stage(self, *_: object) -> Any:
        return {} if self.stage is None else self.stage.shown()

    def delete_deployment(self, path: str, *_: object) -> Any:
        assert self.stage is not None
        return self.stage.delete(path.rpartition("/")[2]) or {}

    def tried(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        asked = json.loads(body)
        return {"status": 200, "body": f'{{"canary": "", "mark": "second", "x": "{asked["stageVariables"]["x"]}"}}'}

    def list_service_quotas(self, *_: object) -> Any:
        found = {"ml.m5.large for endpoint usage": 0.0, "Number of endpoints": 100.0, "ml.m5.large for training": 4.0}
        return {"Quotas": [{"QuotaName": name, "Value": value} for name, value in found.items()]}

    def filter_log_events(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        assert self.running is not None
        canary = json.loads(body)["logGroupName"].endswith("/Canary")
        file = self.running.canary_access_log if canary else self.running.access_log
        lines = file.read_text().splitlines() if file is not None and file.exists() else []
        return {"events": [{"message": line} for line in lines]}

    def describe_log_groups(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        assert self.stage is not None
        base = f"{json.loads(body)['logGroupNamePrefix']}/{STAGE}"
        return {"logGroups": [{"logGroupName": base}, {"logGroupName": f"{base}/Canary"}]}

    def get_metric_statistics(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        end = float(json.loads(body)["EndTime"])
        return {"Datapoints": [{"Sum": 20.0}] if self.time.at >= end + METRICS_AFTER else []}

    def get_metric_data(self, _path: str, _query: Mapping[str, str], body: Any) -> Any:
        """As the page of metric math has it: a point that is missing is 0 in arithmetic, and left out of MAX."""
        queries = {each["Id"]: each for each in json.loads(body)["MetricDataQueries"]}
        assert queries["part"]["MetricStat"]["Metric"]["MetricName"] == f"{STEM}-requests-never"
        values = {"whole": [20.0], "largest": [20.0], "share": [0.0]}
        assert {key for key, each in queries.items() if each.get("ReturnData", True)} == set(values)
        return {"MetricDataResults": [{"Id": key, "Values": each} for key, each in values.items()]}

    def list_metrics(self, *_: object) -> Any:
        pairs = ({"Name": "ApiName", "Value": STEM}, {"Name": "Stage", "Value": f"{STAGE}/Canary"})
        return {"Metrics": [{"MetricName": "Count", "Dimensions": list(pairs)}]}

    def _follow(self) -> None:
        """Serve what the stage says now."""
        if self.running is None:
            self.running = start(self._recording, Options(store=self.bench.store, port=self.port, seed=1))
        else:
            self.running.reload()

    def _recording(self, _config: Mapping[str, Any] | None) -> Recording:
        assert self.stage is not None
        stage = self.stage
        gateway: Any = self.there.apigateway
        (api,) = (each["id"] for each in gateway.get_rest_apis()["items"] if each["name"] == STEM)
        made = gateway.get_deployments(restApiId=api)["items"]
        marks = {each["id"]: each["description"] for each in made}
        endpoints = [each["EndpointName"] for each in self.there.sagemaker.list_endpoints()["Endpoints"]]
        role = "arn:aws:iam::123456789012:role/invoke" if endpoints else ""
        calls = "arn:aws:iam::123456789012:role/call"
        texts = {mark: document(STEM, mark, region=REGION, role=role, call_role=calls) for mark in ("first", "second")}
        functions = [each["FunctionName"] for each in self.there.functions.list_functions()["Functions"]]

        def build() -> None:
            made = aws.apigateway.RestApi("api", body=texts["second"])
            deployments = {
                mark: aws.apigateway.Deployment(mark, rest_api=made.id, triggers={"document": text})
                for mark, text in texts.items()
            }
            canary: dict[str, Any] | None = stage.canary and {
                "deployment_id": deployments[marks[stage.canary["deploymentId"]]].id,
                "percent_traffic": stage.canary["percentTraffic"],
                "stage_variable_overrides": stage.canary.get("stageVariableOverrides", {}),
            }
            aws.apigateway.Stage(
                "stage",
                rest_api=made.id,
                stage_name=STAGE,
                deployment=deployments[marks[stage.deployment]].id,
                variables=stage.variables,
                canary_settings=canary,  # pyright: ignore[reportArgumentType] # a dictionary of its keys
                access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
                    destination_arn=f"arn:aws:logs:{REGION}:123456789012:log-group:access", format=LOG_FORMAT
                ),
            )
            aws.apigateway.MethodSettings(
                "throttle",
                rest_api=made.id,
                stage_name=STAGE,
                method_path="throttled/GET",
                settings=aws.apigateway.MethodSettingsSettingsArgs(throttling_rate_limit=1, throttling_burst_limit=1),
            )
            for name in functions:
                code = pulumi.AssetArchive({FILE: pulumi.StringAsset(CODE)})
                aws.lambda_.Function(
                    name, name=name, runtime=RUNTIME, handler=HANDLER, role=calls, timeout=TIMEOUT_SECONDS, code=code
                )
            for name in endpoints:
                self.bench._endpoint(name, str(self.bench.archive("model", PREDICTS)), None, None, None)

        return registered(build, region=REGION)


GATEWAY = ("PutRestApi", "CreateStage", "UpdateStage", "GetStage", "DeleteDeployment", "TestInvokeMethod")
"""The calls that are answered here and not by moto, which lacks them or has no traffic to count; others below."""


def first(client: Any, call: str, answer: Any) -> None:
    """Let `answer` answer one call of a client's, before anything else does."""
    client.meta.events.register_first(event(client, call), answer)


def event(client: Any, call: str) -> str:
    """The moment in which a call would go out."""
    return f"before-call.{client.meta.service_model.service_id.hyphenize()}.{call}"


def _answer(made: Account, call: str) -> Any:
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in call).strip("_")
    method = made.tried if call == "TestInvokeMethod" else getattr(made, name)  # pytest would take its name for a test

    def answer(params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        said: dict[str, Any] | Refusal = method(params["url_path"], params["query_string"], params["body"])
        if isinstance(said, tuple):
            return AWSResponse("", 400, {}, None), {"Error": {"Code": said[0], "Message": said[1]}}  # pyright: ignore[reportArgumentType] # nobody reads its body
        return AWSResponse("", 200, {}, None), said  # pyright: ignore[reportArgumentType] # as above

    return answer


@pytest.fixture
def account(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Generator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with mock_aws():
        there = clients(REGION)
        made = Account(there=there, bench=bench, port=port, time=Time(1_780_000_000.0))
        answered: tuple[tuple[Any, tuple[str, ...]], ...] = (
            (there.apigateway, GATEWAY),
            (there.quotas, ("ListServiceQuotas",)),
            (there.logs, ("FilterLogEvents", "DescribeLogGroups")),
            (there.cloudwatch, ("GetMetricData", "GetMetricStatistics", "ListMetrics")),
        )
        for client, calls in answered:
            for call in calls:
                client.meta.events.register(event(client, call), _answer(made, call))
        yield made
        if made.running is not None:
            made.running.stop()
