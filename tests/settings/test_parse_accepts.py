"""What `parse` makes of configurations that have no fault."""

import dataclasses
import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from settings import (
    ApiSettings,
    AutoscalingSettings,
    CanarySettings,
    DataCaptureSettings,
    EndpointType,
    LoggingSettings,
    LogLevel,
    ServingSettings,
    Settings,
    ThrottlingSettings,
    parse,
    store_uri,
)

SMALLEST: dict[str, Any] = {
    "predicted-ratings:api": {"name": "ratings"},
    "predicted-ratings:serving": {"instanceType": "ml.m5.large"},
    "predicted-ratings:store": ".canary/local",
}
LARGEST: dict[str, Any] = {
    "aws:region": "eu-central-1",
    "predicted-ratings:api": {
        "name": "ratings-prod",
        "endpointType": "PRIVATE",
        "vpcEndpoints": ["vpce-0123456789abcdef0"],
        "stageName": "live",
        "throttling": {"rate": 12.5, "burst": 30},
        "logging": {"level": "INFO", "retentionDays": 365, "dataTrace": True, "accountRole": True},
        "tracing": True,
        "maxItems": 1000,
        "timeoutMilliseconds": 50,
    },
    "predicted-ratings:serving": {
        "instanceType": "ml.c5.xlarge",
        "instanceCount": 3,
        "autoscaling": {
            "minInstances": 2,
            "maxInstances": 4,
            "targetInvocationsPerInstance": 60,
            "scaleInCooldownSeconds": 0,
            "scaleOutCooldownSeconds": 1,
        },
        "dataCapture": {"enabled": True, "percent": 7},
    },
    "predicted-ratings:store": "s3://a-bucket/with/prefix",
    "predicted-ratings:stable": "r1",
    "predicted-ratings:canary": {"release": "r2", "percent": 0.5},
    "predicted-ratings:warm": ["r0", "r3-b"],
    "predicted-ratings:rollout": "2026-01-31.r2",
    "predicted-ratings:protect": True,
    "predicted-ratings:tags": {"team": "ratings", "cost center": ""},
}
FULL = Settings(
    api=ApiSettings(
        name="ratings-prod",
        endpoint_type=EndpointType.PRIVATE,
        vpc_endpoints=("vpce-0123456789abcdef0",),
        stage_name="live",
        throttling=ThrottlingSettings(rate=12.5, burst=30),
        logging=LoggingSettings(level=LogLevel.INFO, retention_days=365, data_trace=True, account_role=True),
        tracing=True,
        max_items=1000,
        timeout_milliseconds=50,
    ),
    serving=ServingSettings(
        instance_type="ml.c5.xlarge",
        instance_count=3,
        autoscaling=AutoscalingSettings(
            min_instances=2,
            max_instances=4,
            target_invocations_per_instance=60.0,
            scale_in_cooldown_seconds=0,
            scale_out_cooldown_seconds=1,
        ),
        data_capture=DataCaptureSettings(enabled=True, percent=7),
    ),
    store="s3://a-bucket/with/prefix",
    stable="r1",
    canary=CanarySettings(release="r2", percent=0.5),
    warm=("r0", "r3-b"),
    rollout="2026-01-31.r2",
    protect=True,
    tags=MappingProxyType({"team": "ratings", "cost center": ""}),
    region="eu-central-1",
)
IDS = ["r0", "r1", "r2", "r3-b"]


def as_the_engine_says_it(raw: dict[str, Any]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in raw.items()}


def test_the_smallest_configuration_gets_every_default() -> None:
    assert parse(SMALLEST, []) == Settings(
        api=ApiSettings(
            name="ratings",
            endpoint_type=EndpointType.REGIONAL,
            vpc_endpoints=(),
            stage_name="v1",
            throttling=ThrottlingSettings(rate=50.0, burst=100),
            logging=LoggingSettings(level=LogLevel.ERROR, retention_days=14, data_trace=False, account_role=False),
            tracing=False,
            max_items=100,
            timeout_milliseconds=29_000,
        ),
        serving=ServingSettings(
            instance_type="ml.m5.large",
            instance_count=1,
            autoscaling=None,
            data_capture=DataCaptureSettings(enabled=False, percent=100),
        ),
        store=".canary/local",
        stable=None,
        canary=None,
        warm=(),
        rollout=None,
        protect=False,
        tags=MappingProxyType({}),
        region=None,
    )


def test_every_key_arrives_where_it_belongs() -> None:
    assert parse(LARGEST, IDS) == FULL


def test_text_from_the_engine_gives_the_same_as_decoded_values() -> None:
    assert parse(as_the_engine_says_it(LARGEST), IDS) == FULL
    assert parse(as_the_engine_says_it(SMALLEST), []) == parse(SMALLEST, [])


def test_a_key_without_a_namespace_is_the_projects() -> None:
    assert parse({key.rpartition(":")[2]: value for key, value in SMALLEST.items()}, []) == parse(SMALLEST, [])


def test_keys_of_other_namespaces_are_passed_over() -> None:
    others = {"aws:profile": "x", "pulumi:tags": {"a": 1}, "other:api": {"name": 3}, "aws:token": {"secure": "v1:x"}}
    assert parse(SMALLEST | others, []) == parse(SMALLEST, [])


@pytest.mark.parametrize(
    "empty",
    [
        {"stable": "", "canary": {}, "warm": [], "rollout": "", "protect": False, "tags": {}},
        {"stable": "", "canary": "{}", "warm": "[]", "rollout": "", "protect": "false", "tags": "{}"},
        {"stable": None, "canary": None, "warm": None, "rollout": None, "protect": None, "tags": None},
        {"stable": "", "canary": "", "warm": "", "rollout": "", "protect": "", "tags": ""},
    ],
)
def test_a_key_that_stands_there_empty_is_not_set(empty: dict[str, Any]) -> None:
    ours = {f"predicted-ratings:{key}": value for key, value in empty.items()}
    assert parse(SMALLEST | ours, []) == parse(SMALLEST, [])


def test_sections_with_defaults_may_be_empty() -> None:
    api: dict[str, Any] = {"name": "ratings", "throttling": {}, "logging": {}}
    serving: dict[str, Any] = {"instanceType": "ml.m5.large", "dataCapture": {}}
    raw = SMALLEST | {"predicted-ratings:api": api, "predicted-ratings:serving": serving}
    assert parse(raw, []) == parse(SMALLEST, [])


@pytest.mark.parametrize(("given", "read"), [(0, 0.0), (1, 1.0), (0.5, 0.5), (100, 100.0), (1e-3, 0.001)])
def test_a_percent_may_be_an_integer_and_is_read_as_a_float(given: float, read: float) -> None:
    raw = LARGEST | {"predicted-ratings:canary": {"release": "r2", "percent": given}}
    canary = parse(raw, IDS).canary
    assert canary is not None
    assert (canary.percent, type(canary.percent)) == (read, float)


def test_without_the_releases_nobody_says_that_one_is_missing() -> None:
    assert parse(LARGEST, None) == FULL


def test_the_result_cannot_be_changed() -> None:
    parsed: Any = parse(LARGEST, IDS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        parsed.stable = "r2"
    with pytest.raises(TypeError):
        parsed.tags["team"] = "x"


def test_tags_are_a_copy() -> None:
    tags = {"team": "ratings"}
    parsed = parse(SMALLEST | {"predicted-ratings:tags": tags}, [])
    tags["team"] = "another"
    assert parsed.tags == {"team": "ratings"}


@hypothesis_settings(deadline=None, max_examples=100)
@given(
    percent=st.floats(0, 100) | st.integers(0, 100),
    rate=st.floats(0, 10_000, exclude_min=True),
    burst=st.integers(1, 5_000),
    least=st.integers(1, 5),
    more=st.integers(0, 5),
)
def test_whatever_is_within_the_bounds_is_read_as_it_stands(
    percent: float, rate: float, burst: int, least: int, more: int
) -> None:
    serving = {
        "instanceType": "ml.m5.large",
        "instanceCount": least,
        "autoscaling": {"minInstances": least, "maxInstances": least + more},
    }
    raw = SMALLEST | {
        "predicted-ratings:api": {"name": "ratings", "throttling": {"rate": rate, "burst": burst}},
        "predicted-ratings:serving": serving,
        "predicted-ratings:stable": "r1",
        "predicted-ratings:canary": {"release": "r2", "percent": percent},
    }
    parsed = parse(as_the_engine_says_it(raw), IDS)
    assert parsed.canary == CanarySettings(release="r2", percent=float(percent))
    assert parsed.api.throttling == ThrottlingSettings(rate=rate, burst=burst)
    scaling = parsed.serving.autoscaling
    assert scaling is not None
    assert (scaling.min_instances, scaling.max_instances) == (least, least + more)


def test_the_stores_address_is_read_though_all_else_is_at_fault() -> None:
    raw = {"predicted-ratings:store": "s3://a-bucket/x", "predicted-ratings:stable": 3, "predicted-ratings:oops": 1}
    assert store_uri(raw) == "s3://a-bucket/x"
    assert store_uri({"store": "here"}) == "here"
