"""AWS's control planes over the stand-in's account: what an adapter asks is answered from what was really deployed.

Answers have the shape of botocore's. API Gateway's patch changes the account behind the engine's back, as it does on
AWS; CloudWatch counts a steady traffic, split as the stage was in each minute.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from rollout.adapters.aws.clients import Clients
from rollout.control.fakes import FakeClock
from rollout.metrics import Group, Track, rows
from tests.engine.stand_in.account import Account, Resource

API, STAGE = "aws:apigateway/restApi:RestApi", "aws:apigateway/stage:Stage"
DEPLOYMENT, ENDPOINT = "aws:apigateway/deployment:Deployment", "aws:sagemaker/endpoint:Endpoint"
FUNCTION = "aws:lambda/function:Function"
PER_MINUTE = 600


@dataclass
class MinuteClock(FakeClock):
    """Time that passes when it is told to; `each` is called for every minute that begins."""

    each: Callable[[float], None] = lambda _at: None

    def sleep(self, seconds: float) -> None:
        end = self.at + seconds
        while self.at < end:
            self.each(self.at)
            self.at = min(end, self.at + 60)


@dataclass
class FakeAws:
    """One account's control planes. `percents` has the canary's share in each minute that has passed.

    `flushed` counts FlushStageCache, `tried` has the path and query of every TestInvokeMethod.
    """

    folder: Path
    percents: dict[int, float] = field(default_factory=dict[int, float])
    patches: list[list[dict[str, str]]] = field(default_factory=list[list[dict[str, str]]])
    flushed: int = 0
    tried: list[str] = field(default_factory=list[str])

    def clients(self) -> Clients:
        one: Any = self
        return Clients(
            apigateway=one, sagemaker=one, scaling=one, cloudwatch=one, logs=one, s3=one, sns=one, sts=one, iam=one
        )

    def minute(self, at: float) -> None:
        """Remember how the stage splits in the minute of `at`."""
        self.percents[int(at) // 60 * 60] = self.percent()

    def percent(self) -> float:
        """How much of the traffic the canary gets now."""
        canary = cast("dict[str, Any]", self._stage().inputs.get("canarySettings") or {})
        return float(canary.get("percentTraffic", 0))

    def get_paginator(self, name: str) -> Any:
        page = getattr(self, f"_{name}")

        class Pages:
            def paginate(self, **asked: Any) -> Iterator[Mapping[str, Any]]:
                yield page(**asked)

        return Pages()

    def get_stage(self, *, restApiId: str, stageName: str) -> Mapping[str, Any]:  # noqa: N803 - botocore's names
        del restApiId, stageName
        inputs = self._stage().inputs
        shown = ("variables", "canarySettings", "cacheClusterEnabled")
        return {key: inputs[key] for key in shown if inputs.get(key)}

    def flush_stage_cache(self, *, restApiId: str, stageName: str) -> None:  # noqa: N803 - botocore's names
        del restApiId, stageName
        self.flushed += 1

    def update_stage(self, *, restApiId: str, stageName: str, patchOperations: list[dict[str, str]]) -> None:  # noqa: N803
        del restApiId, stageName
        self.patches.append(patchOperations)
        (patch,) = patchOperations
        assert (patch["op"], patch["path"]) == ("replace", "/canarySettings/percentTraffic")
        account = Account.load(self.folder)
        (stage,) = account.of(STAGE)
        for values in (stage.inputs, stage.outputs):
            values["canarySettings"] = {**values["canarySettings"], "percentTraffic": float(patch["value"])}
        account.save()

    def test_invoke_method(self, *, stageVariables: Mapping[str, str], **asked: str) -> Mapping[str, Any]:  # noqa: N803
        self.tried.append(asked["pathWithQueryString"])
        there = self._endpoint(stageVariables["endpointRatings"]) is not None
        function = stageVariables.get("functionEnriched")
        there = there and (function is None or any(each.inputs["name"] == function for each in self._of(FUNCTION)))
        return {"status": 200 if there else 503, "body": "{}"}

    def describe_endpoint(self, *, EndpointName: str) -> Mapping[str, Any]:  # noqa: N803
        if self._endpoint(EndpointName) is None:
            said: Any = {"Code": "ValidationException", "Message": f'Could not find endpoint "{EndpointName}".'}
            raise ClientError({"Error": said}, "DescribeEndpoint")
        variant = {"CurrentInstanceCount": 2, "DesiredInstanceCount": 2}
        return {"EndpointStatus": "InService", "ProductionVariants": [variant]}

    def describe_scalable_targets(self, **asked: Any) -> Mapping[str, Any]:
        del asked
        return {"ScalableTargets": []}

    def _get_rest_apis(self, **asked: Any) -> Mapping[str, Any]:
        del asked
        items = [{"id": each.id, "name": each.inputs["name"], "tags": each.inputs["tags"]} for each in self._of(API)]
        return {"items": items}

    def _get_resources(self, **asked: Any) -> Mapping[str, Any]:
        del asked
        return {"items": [{"id": name, "path": f"/{name}-ratings/{{user_id}}"} for name in ("predicted", "enriched")]}

    def _list_endpoints(self, **asked: Any) -> Mapping[str, Any]:
        del asked
        return {"Endpoints": [{"EndpointName": each.inputs["name"]} for each in self._of(ENDPOINT)]}

    def _describe_metric_filters(self, *, logGroupName: str) -> Mapping[str, Any]:  # noqa: N803
        group = Group.CANARY if logGroupName.endswith("/Canary") else Group.ACCESS
        found = [
            {"filterPattern": row.pattern(track), "metricTransformations": [{"metricName": row.metric(track, group)}]}
            for row in rows({})
            for track in Track
        ]
        return {"metricFilters": found}

    def _get_metric_data(self, **asked: Any) -> Mapping[str, Any]:
        results = [self._series(each, asked["StartTime"], asked["EndTime"]) for each in asked["MetricDataQueries"]]
        return {"MetricDataResults": results}

    def _series(self, query: Mapping[str, Any], start: datetime, end: datetime) -> Mapping[str, Any]:
        name, period = query["MetricStat"]["Metric"]["MetricName"], query["MetricStat"]["Period"]
        times = range(int(start.timestamp()), int(end.timestamp()), period)
        values = {at: self._value(name, at, period) for at in times}
        kept = {at: value for at, value in values.items() if value is not None}
        return {
            "Id": query["Id"],
            "Timestamps": [datetime.fromtimestamp(at, tz=UTC) for at in kept],
            "Values": list(kept.values()),
        }

    def _value(self, name: str, at: int, period: int) -> float | None:
        if period > 60:
            return {"Count": 36_000.0, "Latency": 20.0}.get(name)
        percent = self.percents.get(at, 0.0)
        canary = round(PER_MINUTE * percent / 100)
        return {"canary-requests": float(canary), "stable-requests": float(PER_MINUTE - canary)}.get(name)

    def _of(self, kind: str) -> Iterator[Resource]:
        return Account.load(self.folder).of(kind)

    def _stage(self) -> Resource:
        (stage,) = self._of(STAGE)
        return stage

    def _endpoint(self, name: str) -> Resource | None:
        return next((each for each in self._of(ENDPOINT) if each.inputs["name"] == name), None)
