"""From settings to what is watched: which filters, alarms and graphs there are, and when there are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.alarms import LevelAlarmArgs, LookArgs, ShareAlarmArgs
from components.cloud import Cloud
from components.errors import ArgumentError
from components.observability import ObservabilityArgs
from program.observed import observed
from rollout.metrics import Track, rows, sources
from settings import Settings, parse
from tests.program.stacks import ROOT, stack_config

CLOUD = Cloud(account_id="123456789012", region="us-east-1")
GROUP = "/aws/apigateway/p/access"
ENDPOINTS = {"r1": "p-r1-00000000", "r2": "p-r2-00000000"}


def settings(**observability: Any) -> Settings:
    return parse(stack_config("prod", {"api": {"name": "p"}, "observability": observability}))


def watched(
    given: Settings, endpoints: dict[str, str] = ENDPOINTS, thresholds: dict[str, float] | None = None
) -> ObservabilityArgs:
    return observed(given, CLOUD, log_group=GROUP, endpoints=endpoints, thresholds=thresholds or {}, tags={"a": "b"})


def test_what_the_adapter_asks_for_is_what_is_made() -> None:
    made = watched(settings(latencyThresholdsMilliseconds=[100, 2.5]))
    asked = {
        (GROUP if "group" not in row.metric(track, group) else f"{GROUP}/Canary", row.metric(track, group)): (
            row.pattern(track)
        )
        for row in rows({"a": 100.0, "b": 2.5})
        for track in Track
        for group in sources(track)
    }
    assert {(each.log_group, each.metric): each.pattern for each in made.filters.values()} == asked
    assert {each.namespace for each in made.filters.values()} == {"PredictedRatings/p"}
    assert len(asked) == 15


def test_a_rollout_under_way_brings_its_thresholds_whatever_the_settings_say() -> None:
    made = watched(settings(latencyThresholdsMilliseconds=[100]), thresholds={"p50": 100.0, "early": 80.0})
    slow = sorted(name for name in made.filters if name.startswith("stable-slow"))
    assert slow == ["stable-slow-100ms", "stable-slow-80ms"]
    titles = [widget["properties"].get("title", "") for widget in body(made)["widgets"]]
    assert [title for title in titles if title.startswith("Slower")] == ["Slower than 80 ms", "Slower than 100 ms"]


def body(made: ObservabilityArgs) -> dict[str, Any]:
    assert made.dashboard is not None
    return json.loads(made.dashboard.body)


def test_more_than_a_log_group_counts_is_refused() -> None:
    many = {f"t{number}": float(number) for number in range(1, 49)}
    with pytest.raises(ArgumentError, match="metric filters on the log group /aws/apigateway/p/access, at most 100"):
        watched(settings(latencyThresholdsMilliseconds=[]), thresholds=many)


def test_alarms_are_set_as_the_settings_say() -> None:
    alarms = {"errorPercent": 2, "slowMilliseconds": 50, "slowPercent": 3, "modelErrorPercent": 4}
    alarms |= {"modelLatencyMilliseconds": 250, "minimumRequests": 7, "periodSeconds": 300, "periods": 4}
    made = watched(settings(latencyThresholdsMilliseconds=[50, 100], alarms={**alarms, "breachingPeriods": 2}))
    assert made.look == LookArgs(seconds=300, periods=4, breaching=2)
    shares = {end: each for end, each in made.alarms.items() if isinstance(each, ShareAlarmArgs)}
    said = {end: (each.name, each.part.metric, each.whole.metric, each.percent) for end, each in shares.items()}
    expected = {
        f"{track}-{row}{where}-alarm": (
            f"p-{track}-{row}{where}",
            f"{track}-{row}{where}",
            f"{track}-requests{where}",
            percent,
        )
        for track, where in (("stable", ""), ("canary", ""), ("canary", "-in-canary-group"))
        for row, percent in (("errors-5xx", 2.0), ("slow-50ms", 3.0))
    }
    for release in ("r1", "r2"):
        name = f"p-{release}-model-errors"
        expected[f"{release}-model-errors"] = (name, "InvocationModelErrors", "Invocations", 4.0)
    assert said == expected
    assert {each.minimum for each in shares.values()} == {7}
    levels = [each for each in made.alarms.values() if isinstance(each, LevelAlarmArgs)]
    assert [(each.name, each.threshold, each.series.statistic) for each in levels] == [
        ("p-r1-model-latency", 250_000.0, "Average"),  # microseconds
        ("p-r2-model-latency", 250_000.0, "Average"),
    ]
    dimensions = {"EndpointName": "p-r1-00000000", "VariantName": "AllTraffic"}
    assert levels[0].series.dimensions == shares["r1-model-errors"].part.dimensions == dimensions


def test_without_a_threshold_named_the_highest_is_slow_and_without_any_nothing_is() -> None:
    named = watched(settings(latencyThresholdsMilliseconds=[50, 1000, 100]))
    assert {end for end in named.alarms if "stable-slow" in end} == {"stable-slow-1000ms-alarm"}
    assert not [end for end in watched(settings(latencyThresholdsMilliseconds=[])).alarms if "slow" in end]


def test_who_is_told() -> None:
    other = "arn:aws:sns:us-east-1:123456789012:ops"
    told = watched(settings(alarms={"topic": True, "actions": [other]}))
    assert (told.topic, list(told.actions), told.tags) == ("p-alarms", [other], {"a": "b"})
    assert (watched(settings()).topic, list(watched(settings()).actions)) == ("", [])


@pytest.mark.parametrize(
    ("given", "endpoints"),
    [(settings(alarms={"enabled": False, "topic": True}, dashboard=False), ENDPOINTS), (settings(), {})],
    ids=["off", "nothing is served"],
)
def test_filters_are_there_all_the_same(given: Settings, endpoints: dict[str, str]) -> None:
    made = watched(given, endpoints)
    assert (made.alarms, made.topic, made.dashboard) == ({}, "", None)
    assert len(made.filters) == 27


def test_the_dashboard_shows_both_tracks_by_the_larger_of_two_groups() -> None:
    shown = body(watched(settings(latencyThresholdsMilliseconds=[100])))["widgets"]
    graphs = {each["properties"]["title"]: each["properties"] for each in shown if each["type"] == "metric"}
    assert list(graphs) == [
        "Requests, and the canary's part",
        "Answered 4xx",
        "Answered 5xx",
        "Slower than 100 ms",
        "Invocations by release",
        "Model errors by release",
        "Model latency by release",
        "Overhead by release",
    ]
    assert graphs["Answered 5xx"]["annotations"] == {"horizontal": [{"label": "alarm", "value": 5.0}]}
    space = "PredictedRatings/p"

    def hidden(metric: str, name: str) -> list[Any]:
        return [space, metric, {"label": metric, "id": name, "visible": False, "stat": "Sum"}]

    def larger(label: str, name: str) -> list[Any]:
        return [{"expression": f"MAX([{name}_0, {name}_1])", "label": label, "id": name, "visible": False}]

    def share(track: str) -> list[Any]:
        counted = f"IF(n_{track} > 0, 100 * k_{track} / n_{track}, 0)"
        return [{"expression": counted, "label": track, "id": f"share_{track}"}]

    assert graphs["Slower than 100 ms"]["metrics"] == [
        hidden("canary-requests", "n_canary_0"),
        hidden("canary-requests-in-canary-group", "n_canary_1"),
        larger("canary-requests", "n_canary"),
        hidden("stable-requests", "n_stable"),
        hidden("canary-slow-100ms", "k_canary_0"),
        hidden("canary-slow-100ms-in-canary-group", "k_canary_1"),
        larger("canary-slow-100ms", "k_canary"),
        hidden("stable-slow-100ms", "k_stable"),
        share("stable"),
        share("canary"),
    ]
    assert graphs["Requests, and the canary's part"]["metrics"][4:] == [
        [{"expression": "n_stable", "label": "stable", "id": "shown_stable"}],
        [{"expression": "n_canary", "label": "canary", "id": "shown_canary"}],
        [
            {
                "expression": "100 * n_canary / (n_canary + n_stable)",
                "label": "canary, percent",
                "id": "split",
                "yAxis": "right",
            }
        ],
    ]
    where = ["EndpointName", "p-r1-00000000", "VariantName", "AllTraffic", {"label": "r1", "stat": "Average"}]
    assert graphs["Model latency by release"]["metrics"][0] == ["AWS/SageMaker", "ModelLatency", *where]


def test_every_alarm_of_prod_has_a_row_in_the_runbook_and_the_page_counts_right() -> None:
    prod = parse(stack_config("prod", {}))
    rules = (ROOT / "docs" / "runbooks" / "alarms.md").read_text()
    for each in watched(prod).alarms.values():
        name = each.name.removeprefix("predicted-ratings-prod-")
        for release in ENDPOINTS:
            name = name.replace(f"{release}-model", "<release>-model")
        kind = name if "slow" not in name else name.partition("slow-")[0] + "slow-..."
        assert f"`{kind.replace('-in-canary-group', '') if 'slow' in kind else kind}`" in rules, name
    page = (ROOT / "docs" / "observability.md").read_text()
    counts = {stack: len(watched(parse(stack_config(stack, {}))).filters) for stack in ("prod", "dev")}
    assert f"{counts['prod']} in prod as committed, {counts['dev']} in dev" in page
    tracks = [name for name in watched(prod).alarms if name.endswith("-alarm")]
    assert f"prod has {len(tracks)} alarms and 2 more for each release" in page


def test_the_local_stack_has_the_same_keys_and_nobody_is_told(tmp_path: Path) -> None:
    local = parse(stack_config("local", {"store": str(tmp_path)}))
    assert (local.observability.alarms.enabled, local.observability.dashboard) == (False, False)
