"""What the stable release did lately: the stage's own metrics while it serves alone, and what was captured of it.

API Gateway's metrics need no filters and have percentiles: Count, 5XXError and Latency in `AWS/ApiGateway`, with the
dimensions ApiName and Stage (developer guide, "Amazon API Gateway dimensions and metrics").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor
from typing import TYPE_CHECKING

from rollout.adapters.aws.captures import S3Captures
from rollout.adapters.aws.clients import told
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.fleet import Endpoints
from rollout.control.ports import Clock
from rollout.control.yardstick import Baseline
from rollout.metrics import QUANTILES, edges, once

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

REACH = 86_400
"""How many seconds a baseline reaches back at most."""
SCORED = 10_800
"""The same for scores, of which there are many."""
_PERIOD = 3_600
_MINUTES = _PERIOD / 60
_COUNT, _ERRORS = "count", "errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The stage `stage` of the API called `api`."""

    cloudwatch: "CloudWatchClient"
    endpoints: Endpoints
    api: str
    stage: str
    clock: Clock
    captures: S3Captures | None = None

    def baseline(self, endpoint: str, start: float) -> Baseline:
        """Sum up the whole hours since `start` (at most `REACH`) in which `endpoint` served alone.

        The thresholds are the quantiles of the hour with the most requests: percentiles cannot be added up.

        Raises:
            AwsError: AWS refused, or the endpoint is not there.
        """
        now = self.clock.now()
        begin = ceil(max(start, now - REACH) / _PERIOD) * _PERIOD
        end = max(floor(now / _PERIOD) * _PERIOD, begin)
        fleet = self.endpoints.fleet(endpoint)
        if fleet is None:
            raise AwsError(f"there is no endpoint {endpoint}, which should be the stable one")
        hours = self._hours(begin, end)
        counts = {hour: round(values[_COUNT]) for hour, values in hours.items() if values.get(_COUNT)}
        requests = sum(counts.values())
        if not requests:
            return Baseline(requests=0, per_minute=0.0, error_rate=0.0, instances=fleet.current)
        busiest = hours[max(counts, key=lambda hour: counts[hour])]
        scores = [
            score
            for each in (self.captures.between(endpoint, max(begin, end - SCORED), end) if self.captures else ())
            for score in each.scores
        ]
        return Baseline(
            requests=requests,
            per_minute=requests / (len(counts) * _MINUTES),
            error_rate=sum(values.get(_ERRORS, 0.0) for values in hours.values()) / requests,
            thresholds=once({key: busiest[key] for key in QUANTILES if key in busiest}),
            edges=edges(scores),
            instances=fleet.current,
        )

    def _hours(self, begin: int, end: int) -> Mapping[float, Mapping[str, float]]:
        """Each hour's numbers by name: count, errors, and each quantile of the latency in milliseconds."""
        if begin == end:
            return {}
        keys = [_COUNT, _ERRORS, *QUANTILES]
        stats = [("Count", "SampleCount"), ("5XXError", "Sum")]
        stats += [("Latency", f"p{quantile * 100:g}") for quantile in QUANTILES.values()]
        hours: dict[float, dict[str, float]] = {}
        with told("cloudwatch GetMetricData AWS/ApiGateway"):
            pages = self.cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[self._query(index, *stat) for index, stat in enumerate(stats)],
                StartTime=datetime.fromtimestamp(begin, tz=UTC),
                EndTime=datetime.fromtimestamp(end, tz=UTC),
                ScanBy="TimestampAscending",
            )
            for result in (each for page in pages for each in page["MetricDataResults"]):
                key = keys[int(result.get("Id", "h0")[1:])]
                for at, value in zip(result.get("Timestamps", []), result.get("Values", []), strict=True):
                    hours.setdefault(at.timestamp(), {})[key] = value
        return hours

    def _query(self, index: int, metric: str, stat: str) -> "MetricDataQueryTypeDef":
        dimensions = [{"Name": "ApiName", "Value": self.api}, {"Name": "Stage", "Value": self.stage}]
        what = {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": dimensions}
        return {"Id": f"h{index}", "MetricStat": {"Metric": what, "Period": _PERIOD, "Stat": stat}}  # pyright: ignore[reportReturnType] # a plain dict of the shape that the stubs name
