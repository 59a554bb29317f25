"""`Observations` from CloudWatch: the counts of the metric filters, scores from data capture, the stage's history.

The filters are named by `rollout/metrics.py`; whether one exists is asked, for CloudWatch answers a metric that was
never there as it answers one that was quiet.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rollout.adapters.aws.captures import SETTLED as CAPTURES_SETTLED
from rollout.adapters.aws.captures import S3Captures
from rollout.adapters.aws.clients import told
from rollout.adapters.aws.counting import MINUTE, SETTLED, Counts, Query, countable, histogram, minutes, queries
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.history import History
from rollout.control.ports import Clock, Counted
from rollout.control.yardstick import Baseline, Yardstick
from rollout.judge.observations import TrackCounts
from rollout.metrics import REQUESTS, Group, Track, namespace, nearest, rows

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef
    from mypy_boto3_logs import CloudWatchLogsClient

_MOST = 500
"""Metrics in one GetMetricData (CloudWatch API reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the numbers lie: the API's name, its access log group, the endpoint's name of a release, the time.

    `captures` is None where data capture is off; then there are no scores.
    """

    cloudwatch: "CloudWatchClient"
    logs: "CloudWatchLogsClient"
    api: str
    log_group: str
    endpoint: Callable[[str], str]
    clock: Clock
    history: History
    captures: S3Captures | None = None


class CloudWatchObservations:
    """Counts by closed minutes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._filters: Mapping[str, str] | None = None

    def since(self, start: float, yardstick: Yardstick) -> Sequence[Counted]:
        """See `Observations.since`.

        Raises:
            AwsError: AWS refused, or nothing counts requests: the stack has no filters.
        """
        scored = bool(yardstick.edges) and self._source.captures is not None
        within = minutes(start, self._source.clock.now(), CAPTURES_SETTLED if scored else SETTLED)
        if not within:
            return []
        asked = rows(yardstick.thresholds)
        counts = Counts(rows=asked, values=self._values(queries(asked), within), filters=self._existing())
        found = [
            Counted(
                start=float(minute),
                seconds=float(MINUTE),
                canary=counts.of(Track.CANARY, minute),
                stable=counts.of(Track.STABLE, minute),
            )
            for minute in within
        ]
        return self._scored(found, within, yardstick) if scored else found

    def baseline(self, release: str, start: float) -> Baseline:
        """See `Observations.baseline`. Of thresholds, only those that filters count: the nearest to the quantiles.

        Raises:
            AwsError: AWS refused, or nothing counts requests: the stack has no filters.
        """
        limits = countable(self._existing())
        found = self._source.history.baseline(self._source.endpoint(release), start)
        return replace(found, thresholds=nearest(found.thresholds, limits), limits=limits)

    def _existing(self) -> Mapping[str, str]:
        """The patterns of the filters that there are, by metric name; kept once requests are counted."""
        if self._filters is None:
            found: dict[str, str] = {}
            for group in (self._source.log_group, f"{self._source.log_group}/Canary"):
                with told(f"logs DescribeMetricFilters {group}"):
                    pages = self._source.logs.get_paginator("describe_metric_filters").paginate(logGroupName=group)
                    for each in (each for page in pages for each in page["metricFilters"]):
                        pattern = each.get("filterPattern", "")
                        found.update({made["metricName"]: pattern for made in each.get("metricTransformations", [])})
            if found.get(name := REQUESTS.metric(Track.STABLE, Group.ACCESS)) != REQUESTS.pattern(Track.STABLE):
                raise AwsError(
                    f"no metric filter of {self._source.log_group} counts {name}: nothing can be observed. "
                    "Apply the stack, which makes the filters"
                )
            self._filters = found
        return self._filters

    def _values(self, asked: Sequence[Query], within: range) -> dict[str, dict[int, float]]:
        values: dict[str, dict[int, float]] = defaultdict(dict)
        names = {each.id: each.metric for each in asked}
        for first in range(0, len(asked), _MOST):
            with told("cloudwatch GetMetricData"):
                pages = self._source.cloudwatch.get_paginator("get_metric_data").paginate(
                    MetricDataQueries=[self._query(each) for each in asked[first : first + _MOST]],
                    StartTime=datetime.fromtimestamp(within.start, tz=UTC),
                    EndTime=datetime.fromtimestamp(within.stop, tz=UTC),
                    ScanBy="TimestampAscending",
                )
                for result in (each for page in pages for each in page["MetricDataResults"]):
                    series = zip(result.get("Timestamps", []), result.get("Values", []), strict=True)
                    values[names[result.get("Id", "")]].update({int(at.timestamp()): value for at, value in series})
        return values

    def _query(self, asked: Query) -> "MetricDataQueryTypeDef":
        metric = {"Namespace": namespace(self._source.api), "MetricName": asked.metric}
        return {"Id": asked.id, "MetricStat": {"Metric": metric, "Period": MINUTE, "Stat": "Sum"}}  # pyright: ignore[reportReturnType] # a plain dict of the shape that the stubs name

    def _scored(self, found: Sequence[Counted], within: range, yardstick: Yardstick) -> list[Counted]:
        canary = self._histograms(yardstick.canary, within, yardstick)
        stable = self._histograms(yardstick.stable, within, yardstick)
        return [
            replace(each, canary=_with(each.canary, canary[each.start]), stable=_with(each.stable, stable[each.start]))
            for each in found
        ]

    def _histograms(self, release: str, within: range, yardstick: Yardstick) -> Mapping[float, tuple[int, ...]]:
        scores: dict[float, list[float]] = {float(minute): [] for minute in within}
        if self._source.captures is not None:
            endpoint = self._source.endpoint(release)
            for each in self._source.captures.between(endpoint, within.start, within.stop):
                scores[each.at // MINUTE * MINUTE].extend(each.scores)
        return {minute: histogram(found, yardstick.edges) for minute, found in scores.items()}


def _with(counts: TrackCounts | None, scores: tuple[int, ...]) -> TrackCounts | None:
    return None if counts is None else replace(counts, scores=scores)
