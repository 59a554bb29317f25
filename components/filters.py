"""Metric filters: what of a log group's lines becomes a CloudWatch metric.

A filter counts from when it is made on, never backwards. Its metric's dimensions are taken out of the line, each
distinct value is a metric of its own, and a default value goes with none: so what is counted here has a name instead.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.errors import ArgumentError
from components.limits import (
    FILTER_DIMENSIONS,
    FILTER_NAME,
    FILTER_PATTERN,
    FILTERS_IN_A_GROUP,
    LOG_GROUP_NAME,
    METRIC_NAME,
    require,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFilterArgs:
    """Every line of `log_group` that matches `pattern` adds `value` to the metric, after which the filter is called.

    `dimensions` maps names to selectors (`$.status`); `default` is what a minute with lines and without a match counts.
    """

    log_group: str
    metric: str
    namespace: str
    pattern: str
    value: str = "1"
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])
    default: float | None = None

    def __post_init__(self) -> None:
        require("log group", self.log_group, LOG_GROUP_NAME)
        require("metric", self.metric, METRIC_NAME)
        require("metric filter", self.metric, FILTER_NAME)
        require("metric namespace", self.namespace, METRIC_NAME)
        require(f"pattern of the metric filter {self.metric}", self.pattern, FILTER_PATTERN)
        if len(self.dimensions) > FILTER_DIMENSIONS:
            raise ArgumentError(
                f"the metric filter {self.metric} has {len(self.dimensions)} dimensions, at most {FILTER_DIMENSIONS} "
                "are allowed: take some out, or make filters of their own"
            )
        if self.dimensions and self.default is not None:
            raise ArgumentError(
                f"the metric filter {self.metric} has a default value ({self.default:g}) beside dimensions "
                f"({', '.join(self.dimensions)}), and AWS takes one of the two: leave the default out"
            )


def require_room(filters: Sequence[MetricFilterArgs]) -> None:
    """Check that every log group has room for its filters, and that no two make the same one.

    Raises:
        ArgumentError: a group has too many, or one of them twice.
    """
    for group, count in Counter(each.log_group for each in filters).items():
        if count > FILTERS_IN_A_GROUP:
            raise ArgumentError(
                f"{count} metric filters on the log group {group}, at most {FILTERS_IN_A_GROUP} are allowed: count "
                "fewer latency thresholds"
            )
    for (group, metric), count in Counter((each.log_group, each.metric) for each in filters).items():
        if count > 1:
            raise ArgumentError(f"the log group {group} has {count} metric filters called {metric}: keep one")


def metric_filter(name: str, args: MetricFilterArgs, opts: pulumi.ResourceOptions) -> aws.cloudwatch.LogMetricFilter:
    """Register one filter."""
    return aws.cloudwatch.LogMetricFilter(
        name,
        name=args.metric,
        log_group_name=args.log_group,
        pattern=args.pattern,
        metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(
            name=args.metric,
            namespace=args.namespace,
            value=args.value,
            dimensions=dict(args.dimensions) or None,
            default_value=None if args.default is None else f"{args.default:g}",
        ),
        opts=opts,
    )
