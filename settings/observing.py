"""`observability`: what is counted of the access log, and who is told. Pure."""

from settings import limits
from settings.field import section, setting
from settings.numeric import Integer, Number, OneOf
from settings.rules import Flag, Listing, matching


@section
class AlarmSettings:
    """`observability.alarms`: alarms on each track's answers and on each release's endpoint."""

    enabled: bool = setting(Flag(), "Whether there are any; each is billed by the month", default=True)
    topic: bool = setting(
        Flag(),
        "Whether the stack makes an SNS topic that its alarms are sent to. Subscribe to it yourself",
        default=False,
    )
    actions: tuple[str, ...] = setting(
        Listing(matching(limits.ARN_PATTERN, "an ARN such as a topic's, arn:aws:sns:...", longest=limits.ARN_LONGEST)),
        "What else is told when an alarm goes off or is over: topics of SNS and the like",
        default=(),
    )
    error_percent: float = setting(
        Number(*limits.SHARE_PERCENT, above=True),
        "The share of a track's answers that may be 5xx",
        unit="percent of requests",
        default=5.0,
    )
    slow_milliseconds: float | None = setting(
        Number(*limits.LATENCY_MILLISECONDS),
        "The time above which an answer is slow; one of latencyThresholdsMilliseconds, without it the highest of them",
        unit="milliseconds",
        default=None,
    )
    slow_percent: float = setting(
        Number(*limits.SHARE_PERCENT, above=True),
        "The share of a track's answers that may be slow",
        unit="percent of requests",
        default=10.0,
    )
    model_error_percent: float = setting(
        Number(*limits.SHARE_PERCENT, above=True),
        "The share of an endpoint's invocations that the model may fail on",
        unit="percent of invocations",
        default=5.0,
    )
    model_latency_milliseconds: float = setting(
        Number(*limits.MODEL_LATENCY_MILLISECONDS, above=True),
        "How long an endpoint's model may take on average. SageMaker measures it in microseconds",
        unit="milliseconds",
        default=1_000.0,
    )
    minimum_requests: int = setting(
        Integer(1),
        "With fewer in a period, shares say nothing and count as none",
        unit="requests",
        default=20,
    )
    period_seconds: int = setting(
        OneOf(limits.ALARM_PERIODS), "How long each look of an alarm is", unit="seconds", default=60
    )
    periods: int = setting(Integer(1), "How many of the last looks an alarm weighs", default=5)
    breaching_periods: int = setting(
        Integer(1), "How many of them must be bad for it to go off. Fewer than all: a look may be late", default=3
    )


@section
class ObservabilitySettings:
    """`observability`: what metric filters count of the access log; alarms and a dashboard made of the same counts."""

    latency_thresholds_milliseconds: tuple[float, ...] = setting(
        Listing(Number(*limits.LATENCY_MILLISECONDS)),
        "How many answers took longer than each of these is counted, from when the filter is made on. On AWS a "
        "rollout compares latency by them, and a policy's own thresholds must be among them",
        unit="milliseconds",
        default=(25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0),
    )
    alarms: AlarmSettings = setting(
        AlarmSettings, "Alarms on each track's answers and on each release's endpoint", default=AlarmSettings()
    )
    dashboard: bool = setting(
        Flag(), "Whether there is a CloudWatch dashboard that shows stable beside canary", default=True
    )
