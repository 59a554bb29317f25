"""A rollout on a stack with alarms and a dashboard: its own come and go with it, and what is there is counted."""

import json
from dataclasses import replace

import pytest

from rollout.control.entries import Phase
from rollout.control.yardstick import Yardstick
from rollout.errors import UnmeasuredError
from rollout.judge.policy import LatencyRule, Metric
from tests.engine.operations import watched
from tests.engine.rollouts import CONDUCT, POLICY, World

WATCHED = {
    "latencyThresholdsMilliseconds": [50, 1000],
    "alarms": {"enabled": True, "topic": True},
    "dashboard": True,
}
LATE = replace(
    POLICY,
    metrics=(Metric.ERRORS, Metric.LATENCY),
    latency=LatencyRule(thresholds=(("early", 50.0), ("late", 1000.0))),
)


def test_what_watches_a_release_is_the_rollouts_own_and_goes_with_it(world: World) -> None:
    dev = world.engine
    dev.configure(observability=WATCHED)
    made = dev.up()
    assert (made.code, made.broken) == (0, [])
    own = {"create MetricAlarm observed-r1-model-errors", "create MetricAlarm observed-r1-model-latency"}
    dropped = {f"delete LogMetricFilter observed-{track}" for track in named("slow-200ms")}
    assert set(made.operations) == watched("create") | own | dropped

    other = replace(LATE, latency=LatencyRule(thresholds=(("late", 200.0),)))
    with pytest.raises(UnmeasuredError, match=r"latency at late \(200 ms\), and of .* there are those of 50, 1000 ms"):
        world.service().start("r2", policy=other, conduct=CONDUCT)
    assert world.service().state() is None

    world.service().start("r2", policy=LATE, conduct=CONDUCT)
    state = world.until(lambda state: state.phase is Phase.STEPS and state.verified_at is not None)
    assert state.paused is None, "nothing of what watches it is taken for a colleague's change"
    assert {"observed-r2-model-errors", "observed-r2-model-latency"} <= names(world)
    assert shown(world) == ["r1", "r2"]

    world.clock.sleep(600)
    yardstick = Yardstick(stable="r1", canary="r2", thresholds=state.yardstick.thresholds)
    *_, last = world.service().ports.observations.since(world.clock.now() - 480, yardstick)
    assert last.canary is not None
    assert last.stable is not None
    assert (last.canary.requests, last.canary.slow) == (30, {"early": 0, "late": 0})
    assert (last.stable.requests, last.stable.errors) == (570, {"4xx": 0, "5xx": 0})

    world.service().abort("seen enough")
    over = world.until(lambda state: state.phase is Phase.COOLING and state.verified_at is not None)
    assert over.paused is None
    world.clock.sleep(600)
    ended = world.until(lambda state: state.over)
    assert ended.paused is None
    assert not {name for name in names(world) if "r2" in name}
    assert shown(world) == ["r1"]


def named(row: str) -> list[str]:
    return [f"stable-{row}", f"canary-{row}", f"canary-{row}-in-canary-group"]


def names(world: World) -> set[str]:
    return {each.name for each in world.engine.aws().resources.values()}


def shown(world: World) -> list[str]:
    """The releases whose endpoints the dashboard shows."""
    widgets = json.loads(world.engine.only("Dashboard")["dashboardBody"])["widgets"]
    (graph,) = (each for each in widgets if each["properties"].get("title") == "Invocations by release")
    return [line[-1]["label"] for line in graph["properties"]["metrics"]]
