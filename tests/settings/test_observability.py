"""`observability` of a stack: what is read, what is refused, and what the committed stacks say."""

from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

import settings
from settings import AlarmSettings, ObservabilitySettings, SettingsError, limits, parse
from settings.stackfile import load_stack

ROOT = Path(settings.__file__).parent.parent
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
BASE: dict[str, Any] = {
    "predicted-ratings:api": {"name": "ratings"},
    "predicted-ratings:serving": {"instanceType": "ml.m5.large"},
    "predicted-ratings:store": ".canary/local",
}


def read(observability: dict[str, Any]) -> ObservabilitySettings:
    return parse(BASE | {"predicted-ratings:observability": observability}, []).observability


def test_without_it_everything_is_watched_and_nobody_is_told() -> None:
    found = parse(BASE, []).observability
    assert found == ObservabilitySettings(
        latency_thresholds_milliseconds=(25, 50, 100, 250, 500, 1000),
        alarms=AlarmSettings(
            enabled=True,
            topic=False,
            actions=(),
            error_percent=5,
            slow_milliseconds=None,
            slow_percent=10,
            model_error_percent=5,
            model_latency_milliseconds=1000,
            minimum_requests=20,
            period_seconds=60,
            periods=5,
            breaching_periods=3,
        ),
        dashboard=True,
    )


def test_every_key_is_read() -> None:
    alarms: dict[str, Any] = {"enabled": False, "topic": True, "actions": [TOPIC], "errorPercent": 0.5}
    alarms |= {"slowMilliseconds": 50, "slowPercent": 1, "modelErrorPercent": 2, "modelLatencyMilliseconds": 99.5}
    alarms |= {"minimumRequests": 1, "periodSeconds": 300, "periods": 288, "breachingPeriods": 288}
    found = read({"latencyThresholdsMilliseconds": [50, 1.5], "alarms": alarms, "dashboard": False})
    assert found == ObservabilitySettings(
        latency_thresholds_milliseconds=(50.0, 1.5),
        alarms=AlarmSettings(
            enabled=False,
            topic=True,
            actions=(TOPIC,),
            error_percent=0.5,
            slow_milliseconds=50.0,
            slow_percent=1.0,
            model_error_percent=2.0,
            model_latency_milliseconds=99.5,
            minimum_requests=1,
            period_seconds=300,
            periods=288,
            breaching_periods=288,
        ),
        dashboard=False,
    )


@pytest.mark.parametrize(
    ("observability", "path", "said"),
    [
        ({"latencyThresholdsMilliseconds": [50, 50.0]}, "latencyThresholdsMilliseconds[1]", "again"),
        ({"latencyThresholdsMilliseconds": [0.5]}, "latencyThresholdsMilliseconds[0]", "a number from 1 to 300000"),
        ({"latencyThresholdsMilliseconds": ["50"]}, "latencyThresholdsMilliseconds[0]", "without quotes"),
        ({"latencyThresholdsMilliseconds": list(range(1, 22))}, "latencyThresholdsMilliseconds", "at most 20"),
        ({"alarms": {"slowMilliseconds": 60}}, "alarms.slowMilliseconds", "one of observability.latencyThresholds"),
        ({"alarms": {"breachingPeriods": 6}}, "alarms.breachingPeriods", "at most observability.alarms.periods, 5"),
        ({"alarms": {"periodSeconds": 3600, "periods": 25}}, "alarms.periods", "86400 seconds together"),
        ({"alarms": {"periodSeconds": 30}}, "alarms.periodSeconds", "one of 60, 300, 900, 3600"),
        ({"alarms": {"errorPercent": 101}}, "alarms.errorPercent", "at most 100"),
        ({"alarms": {"actions": ["ops@example.org"]}}, "alarms.actions[0]", "an ARN such as"),
        ({"alarms": {"actions": [f"{TOPIC}-{n}" for n in range(6)]}}, "alarms.actions", "at most 5"),
        (
            {"alarms": {"topic": True, "actions": [f"{TOPIC}-{n}" for n in range(5)]}},
            "alarms.actions",
            "at most 4 beside the stack's own topic",
        ),
    ],
)
def test_what_does_not_go_is_told_by_its_path(observability: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(observability)
    (fault,) = refused.value.faults
    assert fault.path == f"observability.{path}"
    assert said in str(fault)


def test_prod_is_watched_and_dev_is_cheap() -> None:
    stacks = {name: parse(load_stack(ROOT / f"Pulumi.{name}.yaml"), []) for name in ("dev", "prod", "local")}
    seen = {name: (each.observability.alarms.enabled, each.observability.dashboard) for name, each in stacks.items()}
    assert seen == {"dev": (False, False), "prod": (True, True), "local": (False, False)}
    prod = stacks["prod"].observability
    assert (prod.alarms.topic, prod.alarms.slow_milliseconds) == (True, 1000.0)
    assert len(stacks["dev"].observability.latency_thresholds_milliseconds) == 3


def test_the_bounds_are_the_models() -> None:
    session: Any = Session()
    model = session.get_service_model("cloudwatch")
    assert model.shape_for("ResourceList").metadata["max"] == limits.ALARM_ACTIONS_MAX
    assert model.shape_for("ResourceName").metadata["max"] == limits.ARN_LONGEST
