"""CloudWatch alarms: on a share of two counts, and on the level of one metric.

A share is metric math. CloudWatch user guide, "Using math expressions with CloudWatch metrics": in arithmetic a missing
value is 0, a division by zero gives no data, and `IF(TS, TS, S)` has a value wherever its condition has one. So no data
of the part is 0 where the whole has data, and where the whole has none there is none. FILL is not used: the guide warns
that with it an alarm can be stuck at the newest minute. For the same reason an alarm weighs M of N looks, and data that
are missing stay missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.errors import ArgumentError
from components.limits import ALARM_NAME, ALARM_WINDOW_SECONDS, METRIC_NAME, require, require_between

MICROSECONDS = 1000.0
"""Of a millisecond. SageMaker's ModelLatency and OverheadLatency are in microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One metric and the statistic that makes numbers of it."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])
    statistic: str = "Sum"

    def __post_init__(self) -> None:
        require("metric", self.metric, METRIC_NAME)
        require("metric namespace", self.namespace, METRIC_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookArgs:
    """An alarm goes off when `breaching` of the last `periods` looks of `seconds` each were bad."""

    seconds: int = 60
    periods: int = 5
    breaching: int = 3

    def __post_init__(self) -> None:
        require_between("an alarm's breaching periods", self.breaching, 1, self.periods)
        if self.seconds < 1 or self.seconds % 60:
            raise ArgumentError(f"an alarm's period is {self.seconds} seconds, it must be a multiple of 60")
        require_between(
            "an alarm's periods together, in seconds,", self.seconds * self.periods, 60, ALARM_WINDOW_SECONDS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareAlarmArgs:
    """More than `percent` of `whole` are `part`. With fewer than `minimum` of the whole a look is good."""

    name: str
    description: str
    part: Series
    whole: Series
    percent: float
    minimum: int = 1

    def __post_init__(self) -> None:
        require("alarm", self.name, ALARM_NAME)
        require_between(f"the percent of the alarm {self.name}", self.percent, 0, 100)
        require_between(f"the minimum of the alarm {self.name}", self.minimum, 1)

    @property
    def expression(self) -> str:
        """The share in percent, by the ids `part` and `whole`."""
        return f"IF(whole >= {self.minimum}, 100 * part / whole, 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAlarmArgs:
    """`series` is above `threshold`, in the metric's own unit."""

    name: str
    description: str
    series: Series
    threshold: float

    def __post_init__(self) -> None:
        require("alarm", self.name, ALARM_NAME)
        require_between(f"the threshold of the alarm {self.name}", self.threshold, 0)


AlarmArgs = ShareAlarmArgs | LevelAlarmArgs


def alarm(
    name: str,
    args: AlarmArgs,
    look: LookArgs,
    *,
    actions: Sequence[pulumi.Input[str]],
    tags: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> aws.cloudwatch.MetricAlarm:
    """Register one alarm. `actions` are told when it goes off and when it is over."""
    share = isinstance(args, ShareAlarmArgs)
    series = None if share else args.series
    return aws.cloudwatch.MetricAlarm(
        name,
        name=args.name,
        alarm_description=args.description,
        comparison_operator="GreaterThanThreshold",
        threshold=args.percent if share else args.threshold,
        evaluation_periods=look.periods,
        datapoints_to_alarm=look.breaching,
        treat_missing_data="missing",
        metric_queries=_queries(args, look.seconds) if share else None,
        namespace=series and series.namespace,
        metric_name=series and series.metric,
        dimensions=series and dict(series.dimensions),
        statistic=series and series.statistic,
        period=None if share else look.seconds,
        alarm_actions=list(actions),
        ok_actions=list(actions),
        tags=dict(tags),
        opts=opts,
    )


def _queries(args: ShareAlarmArgs, seconds: int) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    counted = [
        aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=name,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=series.namespace,
                metric_name=series.metric,
                dimensions=dict(series.dimensions) or None,
                period=seconds,
                stat=series.statistic,
            ),
        )
        for name, series in (("part", args.part), ("whole", args.whole))
    ]
    label = f"percent of {args.whole.metric}"
    share = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="share", expression=args.expression, label=label, return_data=True
    )
    return [share, *counted]
