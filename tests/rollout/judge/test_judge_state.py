"""A state is a few numbers per metric, goes through JSON, and belongs to its policy."""

# scipy and ville ship no types:
# pyright: basic

import json
import time
from dataclasses import replace
from typing import cast

import pytest

from rollout.judge.errors import StateError
from rollout.judge.judge import look, observe, start
from rollout.judge.observations import Interval, Labels, TrackCounts
from rollout.judge.policy import STANDARD, Limit, Metric
from rollout.judge.state import dump, load

FULL = replace(
    STANDARD,
    limits=tuple(Limit(metric=Metric.ERRORS, part=part, limit=0.05) for part in ("5xx", "4xx", "429", "502", "504")),
)


def interval(index: int, share: float = 0.25) -> Interval:
    def track(requests: int) -> TrackCounts:
        return TrackCounts(
            requests=requests,
            errors={"5xx": int(index % 7 == 0), "4xx": 1},
            slow={"p50": requests // 2, "p90": requests // 10, "p99": requests // 100},
            scores=(requests, 2 * requests, requests),
            labels=Labels(n=4, loss_sum=1.0 + index % 2, loss_square_sum=0.9 + index % 2),
        )

    return Interval(start=10.0 * index, seconds=10.0, share=share, canary=track(150), stable=track(450))


def test_a_state_survives_json_at_any_interval() -> None:
    kept = carried = start(FULL)
    for index in range(30):
        kept = observe(kept, interval(index + (index > 20)))
        carried = load(FULL, json.loads(json.dumps(dump(observe(carried, interval(index + (index > 20)))))))
        assert carried == kept
    assert look(carried) == look(kept)


def test_a_state_does_not_grow() -> None:
    state = start(FULL)
    sizes: list[int] = []
    for index in range(240):
        state = observe(state, interval(index))
        if index in {23, 239}:
            sizes.append(
                sum(
                    len(value)
                    for m in cast("list[dict[str, object]]", dump(state)["metrics"])
                    for value in m.values()
                    if isinstance(value, list)
                )
            )
    assert sizes[0] == sizes[1]


def test_a_state_belongs_to_its_policy_and_version() -> None:
    data = dump(observe(start(FULL), interval(0)))
    with pytest.raises(StateError, match="another policy"):
        load(replace(FULL, alpha=0.02), data)
    with pytest.raises(StateError, match="version 0"):
        load(FULL, {**data, "version": 0})
    with pytest.raises(StateError, match="not a state"):
        load(FULL, {**data, "metrics": [{"name": "errors"}]})
    short = json.loads(json.dumps(data))
    short["metrics"][0]["wealth"].pop()
    with pytest.raises(StateError, match="not a state"):
        load(FULL, short)


def test_a_look_at_ten_metrics_costs_about_a_millisecond_however_long_it_has_run() -> None:
    state = start(FULL)
    for index in range(120):
        state = observe(state, interval(index))
    assert len(state.metrics) == 10
    began = time.process_time()
    for _ in range(50):
        look(state)
    assert (time.process_time() - began) / 50 < 0.004
