"""The canary: which requests are its, and what they see. Source: recorded on AWS 2025-05-30 (docs/fidelity.md)."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from scipy import stats

from emulator.arrival import Split
from emulator.graph import Canary, StageState
from emulator.throttle import Throttle

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

SEEN = (
    '{"canary": "$context.isCanaryRequest", "testVar": "$stageVariables.testVar", '
    '"defaultVar": "$stageVariables.defaultVar", "noStageVar": "$stageVariables.noStageVar"}'
)
STAGE = {"testVar": "default", "defaultVar": "default"}
OVERRIDES = {"testVar": "canary", "noStageVar": "canary"}
LOG = '{"id": "$context.requestId", "canary": "$context.isCanaryRequest", "status": "$context.status"}'


def stage(percent: float | None) -> StageState:
    canary = None if percent is None else Canary(deployment="d2", percent=percent, overrides={})
    throttles = {"*/*": Throttle(rate=1, burst=1)}
    return StageState(
        name="v1", api_id="a", deployment="d", variables={}, canary=canary, throttles=throttles, access_log=None
    )


def bounds(requests: int, share: float) -> tuple[float, float]:
    """Return the 99.9 percent bounds of a binomial count."""
    distribution: Any = stats.binom
    return distribution.interval(0.999, requests, share)


@pytest.mark.parametrize("percent", [0.5, 10.0, 50.0, 99.5])
def test_the_share_lies_within_its_binomial_bounds(percent: float) -> None:
    requests, split = 20_000, Split(seed=20261123)
    canary = sum(split.canary(stage(percent)) is True for _ in range(requests))
    low, high = bounds(requests, percent / 100)
    assert low <= canary <= high


@pytest.mark.parametrize(("percent", "answer"), [(0.0, False), (100.0, True), (None, None)])
def test_the_ends_are_exact(percent: float | None, answer: bool | None) -> None:
    split = Split(seed=1)
    assert {split.canary(stage(percent)) for _ in range(2_000)} == {answer}


def test_the_same_seed_gives_the_same_split_and_another_another() -> None:
    def sequence(seed: int | None) -> list[bool | None]:
        split = Split(seed=seed)
        return [split.canary(stage(50)) for _ in range(200)]

    assert sequence(7) == sequence(7) != sequence(8)
    assert sequence(None) != sequence(None)


def serve(bench: "Bench", seed: int | None = None, **canary: Any) -> httpx.Client:
    settings: dict[str, Any] = {"percent_traffic": 0, "stage_variable_overrides": OVERRIDES, **canary}
    document = bench.document({"/": {"get": bench.mock(SEEN)}})
    bench.serve(document, variables=STAGE, canary=settings, log_format=LOG, seed=seed)
    return bench.client()


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        (0, {"canary": "false", "testVar": "default", "defaultVar": "default", "noStageVar": ""}),
        (100, {"canary": "true", "testVar": "canary", "defaultVar": "default", "noStageVar": "canary"}),
    ],
)
def test_overrides_are_laid_over_the_stages_variables(bench: "Bench", percent: float, expected: dict[str, str]) -> None:
    served = serve(bench, percent_traffic=percent)
    for _ in range(5):
        assert served.get("/").json().items() >= expected.items()


def test_over_http_the_same_seed_gives_the_same_split_and_the_log_agrees(bench: "Bench") -> None:
    def answers() -> list[str]:
        served = serve(bench, seed=42, percent_traffic=30)
        return [served.get("/").json()["canary"] for _ in range(120)]

    first = answers()
    assert first == answers()
    counts = Counter(first)
    low, high = bounds(120, 0.3)
    assert low <= counts["true"] <= high
    log = bench.running[-1].access_log
    canary_log = bench.running[-1].canary_access_log
    assert log is not None
    assert canary_log is not None
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert Counter(line["canary"] for line in lines) == {key: 2 * count for key, count in counts.items()}
    only = [json.loads(line) for line in canary_log.read_text().splitlines()]
    assert only == [line for line in lines if line["canary"] == "true"]  # in both files, as AWS documents
    assert (log.name, canary_log.relative_to(log.parent)) == ("access.log", Path("access/Canary.log"))


def test_a_canary_with_a_contract_of_its_own_has_its_own_snapshot(bench: "Bench") -> None:
    stable = bench.document({"/old": {"get": bench.mock('{"d": "$context.deploymentId"}')}})
    canary = bench.document({"/new": {"get": bench.mock('{"d": "$context.deploymentId"}')}})
    build = bench.stack(stable, canary_document=canary, canary={"percent_traffic": 100})
    bench.start(build)
    served = bench.client()
    assert (served.get("/old").status_code, served.get("/new").status_code) == (403, 200)
    graph = bench.running[-1].emulation.served.graph
    state = graph.stages["v1"]
    assert state.canary is not None
    assert served.get("/new").json() == {"d": state.canary.deployment}
    assert state.canary.deployment != state.deployment
    assert set(graph.apis[state.deployment].resources) == {"/old"}


def test_a_stage_shows_its_canary_as_getstage_does(bench: "Bench") -> None:
    serve(bench, percent_traffic=50)
    shown = httpx.get(bench.running[-1].admin_url + "/stage").json()
    assert shown["variables"] == STAGE
    assert shown["canarySettings"] == {
        "deploymentId": shown["deploymentId"],
        "percentTraffic": 50.0,
        "useStageCache": False,
        "stageVariableOverrides": OVERRIDES,
    }
    assert isinstance(shown["canarySettings"]["percentTraffic"], float)


def test_what_is_not_set_is_not_shown(bench: "Bench") -> None:
    document = bench.document({"/": {"get": bench.mock("{}")}})
    bench.serve(document, canary={"percent_traffic": 1})
    shown = httpx.get(bench.running[-1].admin_url + "/stage").json()
    assert set(shown) == {
        "deploymentId", "stageName", "cacheClusterEnabled", "cacheClusterStatus", "methodSettings", "tracingEnabled",
        "createdDate", "lastUpdatedDate", "canarySettings",
    }  # fmt: skip
    assert "stageVariableOverrides" not in shown["canarySettings"]
    assert shown["methodSettings"] == {}
    bench.serve(document)
    assert "canarySettings" not in httpx.get(bench.running[-1].admin_url + "/stage").json()
