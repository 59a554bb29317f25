"""Registered metric filters count the access log from when they are there on; the second port shows their sums."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pulumi_aws as aws
import pytest

from emulator.errors import GraphError
from emulator.filter_pattern import filter_pattern
from emulator.metric_filters import MetricFilter, Metrics, metric_filters
from emulator.recording import registered

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

LOG = '{"id": "$context.requestId", "isCanaryRequest": "$context.isCanaryRequest", "status": $context.status}'
CANARY = '{ $.isCanaryRequest = "true" }'


def made(name: str, pattern: str, group: str = "access", **transformation: Any) -> None:
    told: dict[str, Any] = {"name": name, "namespace": "N", "value": "1"}
    aws.cloudwatch.LogMetricFilter(
        name,
        name=name,
        log_group_name=group,
        pattern=pattern,
        metric_transformation=aws.cloudwatch.LogMetricFilterMetricTransformationArgs(**told | transformation),
    )


def test_every_request_is_counted_by_the_filters_that_were_there(bench: "Bench") -> None:
    document = bench.document({"/": {"get": bench.mock("{}")}})

    def stack(*filters: Callable[[], None]) -> Callable[[], None]:
        return bench.stack(
            document,
            canary={"percent_traffic": 40},
            log_format=LOG,
            extra=lambda _api: [each() for each in filters],
        )

    first = (
        lambda: made("canary", CANARY),
        lambda: made("canarys-own", CANARY, "access/Canary"),
        lambda: made("stable", '{ $.isCanaryRequest != "true" }', value="2"),
    )
    emulator = bench.start(stack(*first), stack(*first, lambda: made("late", "{ $.status = 2* }")), seed=7)

    def sums() -> dict[str, float]:
        shown = httpx.get(f"{emulator.admin_url}/metrics").json()["metrics"]
        return {each["metric"]: each["sum"] for each in shown}

    client = bench.client()
    assert sums() == {"canary": 0.0, "canarys-own": 0.0, "stable": 0.0}
    for _ in range(30):
        assert client.get("/").status_code == 200
    found = sums()
    assert found["canary"] == found["canarys-own"] > 0
    assert found["stable"] == 2 * (30 - found["canary"])
    for _ in range(5):
        client.get("/")
    assert httpx.post(f"{emulator.admin_url}/reload", timeout=60).status_code == 200
    for _ in range(10):
        client.get("/")
    then = sums()
    assert then["late"] == 10.0, "it counts from when it is there on"
    assert then["canary"] * 2 + then["stable"] == 2 * 45


def test_what_a_file_holds_already_and_a_torn_line_are_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_bytes(b'{"a": 1}\n')
    pattern = filter_pattern("{ $.a = 1 }")
    one = MetricFilter(name="n", group="access", namespace="N", metric="m", value=1.0, pattern=pattern)
    metrics = Metrics(lambda group: tmp_path / f"{group}.log")
    metrics.follow([one])
    with log.open("ab") as file:
        file.write(b'{"a": 1}\nno JSON\n{"a": 2}\n{"a"')
        file.flush()
        assert [each["sum"] for each in metrics.read()] == [1.0]
        file.write(b": 1}\n")
    assert metrics.read() == [
        {"namespace": "N", "metric": "m", "sum": 2.0, "filter": "n", "logGroup": "access", "pattern": "{ $.a = 1 }"}
    ]
    metrics.follow([])
    assert metrics.read() == []


def test_text_patterns_values_out_of_a_line_and_dimensions_have_no_effect() -> None:
    def build() -> None:
        made("text", "ERROR -Exiting")
        made("value", "{ $.latency = * }", value="$.latency")
        made("dimensions", "{ $.a = 1 }", dimensions={"Status": "$.status"})
        made("counted", " { $.a = 1 } ")

    assert [each.name for each in metric_filters(registered(build))] == ["counted"]


def test_a_pattern_that_aws_would_refuse_is_refused() -> None:
    with pytest.raises(GraphError, match=r"LogMetricFilter 'bad': pattern: .*> compares with a number"):
        metric_filters(registered(lambda: made("bad", '{ $.a > "1" }')))
