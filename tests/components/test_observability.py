"""Metric filters, alarms and the dashboard: what is registered, to the last input, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.alarms import LevelAlarmArgs, LookArgs, Series, ShareAlarmArgs
from components.dashboard import DashboardArgs, GraphArgs, LineArgs, NoteArgs
from components.errors import ArgumentError
from components.filters import MetricFilterArgs
from components.observability import Observability, ObservabilityArgs
from emulator.recording import Recording, registered

GROUP, SPACE = "/aws/apigateway/p/access", "PredictedRatings/p"
ERRORS = MetricFilterArgs(log_group=GROUP, metric="stable-errors-5xx", namespace=SPACE, pattern="{ $.status >= 500 }")
SLOW = LevelAlarmArgs(
    name="p-slow",
    description="slow",
    series=Series(
        namespace="AWS/SageMaker", metric="ModelLatency", dimensions={"EndpointName": "e"}, statistic="Average"
    ),
    threshold=250_000,
)
FAILING = ShareAlarmArgs(
    name="p-5xx",
    description="failing",
    part=Series(namespace=SPACE, metric="stable-errors-5xx"),
    whole=Series(namespace=SPACE, metric="stable-requests"),
    percent=2.5,
    minimum=20,
)


def recorded(args: ObservabilityArgs) -> Recording:
    return registered(lambda: Observability("observed", args))


def inputs(recording: Recording) -> dict[str, dict[str, Any]]:
    return {each.name: dict(each.inputs) for each in recording.registrations if each.custom}


def test_a_filter_counts_its_lines_by_one() -> None:
    assert inputs(recorded(ObservabilityArgs(filters={"errors": ERRORS}))) == {
        "observed-errors": {
            "name": "stable-errors-5xx",
            "logGroupName": GROUP,
            "pattern": "{ $.status >= 500 }",
            "metricTransformation": {"name": "stable-errors-5xx", "namespace": SPACE, "value": "1"},
        }
    }


def test_a_filter_with_dimensions_and_one_with_a_default() -> None:
    by_status = MetricFilterArgs(
        log_group=GROUP, metric="a", namespace=SPACE, pattern="{ $.a = 1 }", dimensions={"Status": "$.status"}
    )
    latency = MetricFilterArgs(
        log_group=GROUP, metric="b", namespace=SPACE, pattern="{ $.a = 1 }", value="$.responseLatency", default=0.0
    )
    made = inputs(recorded(ObservabilityArgs(filters={"a": by_status, "b": latency})))
    assert made["observed-a"]["metricTransformation"] == {
        "name": "a",
        "namespace": SPACE,
        "value": "1",
        "dimensions": {"Status": "$.status"},
    }
    assert made["observed-b"]["metricTransformation"] == {
        "name": "b",
        "namespace": SPACE,
        "value": "$.responseLatency",
        "defaultValue": "0",
    }


def test_a_share_is_metric_math_in_which_no_errors_are_none_and_no_requests_are_no_data() -> None:
    args = ObservabilityArgs(
        filters={}, alarms={"failing": FAILING}, look=LookArgs(seconds=300, periods=4, breaching=2), tags={"team": "r"}
    )
    assert inputs(recorded(args)) == {
        "observed-failing": {
            "name": "p-5xx",
            "alarmDescription": "failing",
            "comparisonOperator": "GreaterThanThreshold",
            "threshold": 2.5,
            "evaluationPeriods": 4,
            "datapointsToAlarm": 2,
            "treatMissingData": "missing",
            "metricQueries": [
                {
                    "id": "share",
                    "expression": "IF(whole >= 20, 100 * part / whole, 0)",
                    "label": "percent of stable-requests",
                    "returnData": True,
                },
                {
                    "id": "part",
                    "metric": {"namespace": SPACE, "metricName": "stable-errors-5xx", "period": 300, "stat": "Sum"},
                },
                {
                    "id": "whole",
                    "metric": {"namespace": SPACE, "metricName": "stable-requests", "period": 300, "stat": "Sum"},
                },
            ],
            "alarmActions": [],
            "okActions": [],
            "tags": {"team": "r"},
        }
    }


def test_a_level_is_in_the_metrics_own_unit_and_the_topic_is_told_before_others() -> None:
    other = "arn:aws:sns:eu-central-1:123456789012:other"
    made = inputs(recorded(ObservabilityArgs(filters={}, alarms={"slow": SLOW}, topic="p-alarms", actions=[other])))
    topic = "arn:aws:sns:eu-central-1:123456789012:p-alarms"
    assert made["observed-topic"] == {"name": "p-alarms", "tags": {}}
    assert made["observed-slow"] == {
        "name": "p-slow",
        "alarmDescription": "slow",
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 250_000,
        "evaluationPeriods": 5,
        "datapointsToAlarm": 3,
        "treatMissingData": "missing",
        "namespace": "AWS/SageMaker",
        "metricName": "ModelLatency",
        "dimensions": {"EndpointName": "e"},
        "statistic": "Average",
        "period": 60,
        "alarmActions": [topic, other],
        "okActions": [topic, other],
        "tags": {},
    }


def test_a_dashboard_is_text() -> None:
    line = LineArgs(label="stable", series=Series(namespace=SPACE, metric="stable-requests"), id="n", hidden=True)
    share = LineArgs(label="percent", expression="100 * n", right=True)
    model = LineArgs(
        label="r1", series=Series(namespace="AWS/SageMaker", metric="Invocations", dimensions={"E": "e", "V": "v"})
    )
    shown = DashboardArgs(
        name="p-eu",
        region="eu-central-1",
        widgets=(
            NoteArgs(text="# p", height=1),
            GraphArgs(title="left", lines=[line, share], unit="percent", marks={"alarm": 5.0}),
            GraphArgs(title="right", lines=[model]),
            GraphArgs(title="wide", lines=[model], width=24),
        ),
    )
    recording = recorded(ObservabilityArgs(filters={}, dashboard=shown))
    body = inputs(recording)["observed-dashboard"]["dashboardBody"]
    assert inputs(recording)["observed-dashboard"]["dashboardName"] == "p-eu"
    plain = {"view": "timeSeries", "region": "eu-central-1", "period": 60}
    invocations = ["AWS/SageMaker", "Invocations", "E", "e", "V", "v", {"label": "r1", "stat": "Sum"}]
    assert json.loads(body) == {
        "start": "-PT3H",
        "periodOverride": "inherit",
        "widgets": [
            {"type": "text", "x": 0, "y": 0, "width": 24, "height": 1, "properties": {"markdown": "# p"}},
            {
                "type": "metric",
                "x": 0,
                "y": 1,
                "width": 12,
                "height": 6,
                "properties": {
                    **plain,
                    "title": "left",
                    "yAxis": {"left": {"min": 0, "label": "percent", "showUnits": False}},
                    "annotations": {"horizontal": [{"label": "alarm", "value": 5.0}]},
                    "metrics": [
                        [SPACE, "stable-requests", {"label": "stable", "id": "n", "visible": False, "stat": "Sum"}],
                        [{"expression": "100 * n", "label": "percent", "yAxis": "right"}],
                    ],
                },
            },
            {
                "type": "metric",
                "x": 12,
                "y": 1,
                "width": 12,
                "height": 6,
                "properties": {**plain, "title": "right", "yAxis": {"left": {"min": 0}}, "metrics": [invocations]},
            },
            {
                "type": "metric",
                "x": 0,
                "y": 7,
                "width": 24,
                "height": 6,
                "properties": {**plain, "title": "wide", "yAxis": {"left": {"min": 0}}, "metrics": [invocations]},
            },
        ],
    }
    assert body == shown.body, "the same widgets give the same text"


def filters(count: int, group: str = GROUP) -> dict[str, MetricFilterArgs]:
    names = [f"m{number}" for number in range(count)]
    return {
        name: MetricFilterArgs(log_group=group, metric=name, namespace=SPACE, pattern="{ $.a = 1 }") for name in names
    }


def a_filter(**changes: Any) -> MetricFilterArgs:
    plain: dict[str, Any] = {"log_group": GROUP, "metric": "m", "namespace": SPACE, "pattern": "{ $.a = 1 }"}
    return MetricFilterArgs(**plain | changes)


def test_a_log_group_takes_a_hundred_filters() -> None:
    assert len(ObservabilityArgs(filters=filters(100)).filters) == 100
    two = {**filters(100), **{f"c-{end}": each for end, each in filters(100, f"{GROUP}/Canary").items()}}
    assert len(ObservabilityArgs(filters=two).filters) == 200


REFUSED: list[tuple[Callable[[], object], str]] = [
    (
        lambda: ObservabilityArgs(filters=filters(101)),
        f"101 metric filters on the log group {GROUP}, at most 100 are allowed: count fewer latency thresholds",
    ),
    (lambda: ObservabilityArgs(filters={"a": ERRORS, "b": ERRORS}), "2 metric filters called stable-errors-5xx"),
    (
        lambda: a_filter(dimensions=dict.fromkeys("abcd", "$.a")),
        "the metric filter m has 4 dimensions, at most 3 are allowed",
    ),
    (
        lambda: a_filter(dimensions={"Status": "$.status"}, default=0.0),
        r"a default value \(0\) beside dimensions \(Status\), and AWS takes one of the two: leave the default out",
    ),
    (lambda: a_filter(pattern=f"{{ $.a = {'1' * 1024} }}"), "pattern of the metric filter m .* at most 1024"),
    (lambda: a_filter(metric="a:b"), "metric 'a:b' does not match"),
    (lambda: a_filter(namespace=""), "metric namespace '' does not match"),
    (lambda: a_filter(log_group="a b"), "log group 'a b' does not match"),
    (
        lambda: ObservabilityArgs(filters={}, alarms={"a": SLOW, "b": SLOW}),
        "alarms are called alike, and one would overwrite the other: p-slow",
    ),
    (lambda: ObservabilityArgs(filters={}, topic="t", actions=list("abcde")), "an alarm tells 6, at most 5"),
    (lambda: ObservabilityArgs(filters={}, topic="a b"), "topic 'a b' does not match"),
    (lambda: LookArgs(seconds=90), "an alarm's period is 90 seconds, it must be a multiple of 60"),
    (lambda: LookArgs(periods=2, breaching=3), "breaching periods is 3, it must be from 1 to 2"),
    (lambda: LookArgs(seconds=3600, periods=25), "in seconds, is 90000, it must be from 60 to 86400"),
    (lambda: LineArgs(label="x"), "the line 'x' must have a metric or an expression"),
    (lambda: LineArgs(label="x", series=SLOW.series, expression="n"), "one of the two"),
    (lambda: GraphArgs(title="g", lines=[]), "the graph 'g' has 0 lines, from 1 to 500"),
    (
        lambda: GraphArgs(title="g", lines=[LineArgs(label=name, expression="n", id="i") for name in "ab"]),
        "the graph 'g' has ids twice: i, i",
    ),
    (lambda: DashboardArgs(name="a b", region="r", widgets=()), "dashboard 'a b' does not match"),
]


@pytest.mark.parametrize(("made", "said"), REFUSED)
def test_what_aws_would_refuse_is_refused_by_name(made: Callable[[], object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        made()
