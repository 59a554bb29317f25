"""AWS's control planes over the stand-in's account: what an adapter asks is answered from what was really deployed.

Answers have the shape of botocore's. API Gateway's patch changes the account behind the engine's back, as it does on
AWS; CloudWatch counts a steady traffic, split as the stage was in each minute, by the stack's own metric filters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from emulator.filter_pattern import filter_pattern
from rollout.adapters.aws.clients import Clients
from rollout.control.fakes import FakeClock
from tests.engine.stand_in.account import Account, Resource

API, STAGE = "aws:apigateway/restApi:RestApi", "aws:apigateway/stage:Stage"
DEPLOYMENT, ENDPOINT = "aws:apigateway/deployment:Deployment", "aws:sagemaker/endpoint:Endpoint"
FUNCTION, FILTER = "aws:lambda/function:Function", "aws:cloudwatch/logMetricFilter:LogMetricFilter"
MODEL, CONFIGURATION = "aws:sagemaker/model:Model", "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
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


@dataclass(frozen=True)
class Filter:
    """A registered metric filter, at work on the access log's lines."""

    inputs: Mapping[str, Any]

    def makes(self, metric: Mapping[str, Any]) -> bool:
        """Whether the metric is the one that it counts into."""
        made = self.inputs["metricTransformation"]
        return (made["name"], made["namespace"]) == (metric["MetricName"], metric["Namespace"])

    def counts(self, track: str) -> bool:
        """Whether its group gets a good answer of this track, and it counts it. The canary's are in both groups."""
        line = {"isCanaryRequest": track, "status": 200, "responseLatency": 20}
        there = track == "true" or not self.inputs["logGroupName"].endswith("/Canary")
        return there and filter_pattern(self.inputs["pattern"]).matches(line)


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
            apigateway=one,
            sagemaker=one,
            scaling=one,
            cloudwatch=one,
            logs=one,
            s3=one,
            sns=one,
            sts=one,
            iam=one,
            functions=one,
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

    def get_function_configuration(self, *, FunctionName: str) -> Mapping[str, Any]:  # noqa: N803
        return self._there(FUNCTION, FunctionName, "GetFunctionConfiguration")

    def describe_endpoint_config(self, *, EndpointConfigName: str) -> Mapping[str, Any]:  # noqa: N803
        return self._there(CONFIGURATION, EndpointConfigName, "DescribeEndpointConfig")

    def describe_model(self, *, ModelName: str) -> Mapping[str, Any]:  # noqa: N803
        return self._there(MODEL, ModelName, "DescribeModel")

    def _there(self, kind: str, name: str, call: str) -> Mapping[str, Any]:
        """Answer nothing of a resource but that it is there; what is not there is refused in one word for all."""
        if not any(each.inputs["name"] == name for each in self._of(kind)):
            said: Any = {"Code": "ResourceNotFoundException", "Message": f"not found: {name}"}
            raise ClientError({"Error": said}, call)
        return {}

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
        found = [
            {
                "filterPattern": each.inputs["pattern"],
                "metricTransformations": [{"metricName": each.inputs["metricTransformation"]["name"]}],
            }
            for each in self._of(FILTER)
            if each.inputs["logGroupName"] == logGroupName
        ]
        return {"metricFilters": found}

    def _get_metric_data(self, **asked: Any) -> Mapping[str, Any]:
        filters = [Filter(each.inputs) for each in self._of(FILTER)]
        queries, start, end = (asked[key] for key in ("MetricDataQueries", "StartTime", "EndTime"))
        results = [self._series(each, start, end, filters) for each in queries]
        return {"MetricDataResults": results}

    def _series(
        self, query: Mapping[str, Any], start: datetime, end: datetime, filters: Sequence[Filter]
    ) -> Mapping[str, Any]:
        metric, period = query["MetricStat"]["Metric"], query["MetricStat"]["Period"]
        times = range(int(start.timestamp()), int(end.timestamp()), period)
        if metric["Namespace"] == "AWS/ApiGateway":
            hourly = {"Count": 36_000.0, "Latency": 20.0}.get(metric["MetricName"])
            values = dict.fromkeys(times, hourly)
        else:
            filters = [each for each in filters if each.makes(metric)]
            values = {at: self._counted(filters, at) for at in times}
        kept = {at: value for at, value in values.items() if value is not None}
        return {
            "Id": query["Id"],
            "Timestamps": [datetime.fromtimestamp(at, tz=UTC) for at in kept],
            "Values": list(kept.values()),
        }

    def _counted(self, filters: Iterable[Filter], at: int) -> float | None:
        """The sum over a minute; where nothing matched there is no datapoint."""
        canary = round(PER_MINUTE * self.percents.get(at, 0.0) / 100)
        lines = (("true", canary), ("false", PER_MINUTE - canary))
        found = sum(count for each in filters for track, count in lines if each.counts(track))
        return float(found) or None

    def _of(self, kind: str) -> Iterator[Resource]:
        return Account.load(self.folder).of(kind)

    def _stage(self) -> Resource:
        (stage,) = self._of(STAGE)
        return stage

    def _endpoint(self, name: str) -> Resource | None:
        return next((each for each in self._of(ENDPOINT) if each.inputs["name"] == name), None)
