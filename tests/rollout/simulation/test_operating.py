"""The plan, what is summed up, and the command, on the judge as it is."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from rollout.judge.arrays import Arrays, BatchVerdicts
from rollout.judge.policy import STANDARD, Metric, Policy
from rollout.simulation import judged
from rollout.simulation.commands import simulate
from rollout.simulation.errors import SimulationRefused
from rollout.simulation.judged import as_arrays, judge, measurable, plan, rollouts
from rollout.simulation.operating import characteristics, operate
from rollout.simulation.outcome import Rollouts, stopped
from rollout.simulation.plots import plot
from rollout.simulation.scene import Scene
from rollout.simulation.summary import proportion, spread
from rollout.simulation.worlds import Fault, Gap, Latency, Scores, World

ERRORS = STANDARD.select((Metric.ERRORS,))
QUIET = World(name="quiet", minutes=60.0)
BAD = replace(QUIET, name="bad", fault=Fault(errors={"5xx": 0.2}))


def test_stopped_at_the_first_crossing() -> None:
    crossed = np.array([[False, True, True], [False, False, False]])
    n = np.array([[5, 6, 7], [1, 1, 1]])
    done = stopped(crossed, n, n - 1, minutes=2.0)
    assert done.aborted.tolist() == [True, False]
    assert done.minute.tolist() == [4.0, 6.0]
    assert done.requests.tolist() == [11, 3]
    assert done.failed.tolist() == [9, 0]


def test_plan_follows_the_policy() -> None:
    world = plan(STANDARD, QUIET)
    assert world.minutes == 240.0
    assert world.steps == ((0.01, 15.0), (0.05, 15.0), (0.25, 30.0), (0.5, 60.0))


def test_promotion_waits_for_the_plan_and_for_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Scene(plan(STANDARD, QUIET), 5, np.random.default_rng(1)).draw(np.random.default_rng(2))
    verdicts = BatchVerdicts(
        abort_look=np.array([-1, -1, 10, 900, -1]),
        abort_metric=np.array(["", "", "errors", "errors", ""]),
        canary_requests=np.zeros(5, dtype=np.int64),
        canary_errors=np.zeros(5, dtype=np.int64),
        pass_look=np.array([5, 800, -1, 5, -1]),
        split_look=np.full(5, -1),
        evidence={},
    )

    def told(_policy: Policy, _arrays: Arrays) -> BatchVerdicts:
        return verdicts

    monkeypatch.setattr(judged, "judge_batch", told)
    done = rollouts(STANDARD, streams)
    assert done.promoted.tolist() == [True, True, False, True, False]
    assert done.aborted.tolist() == [False, False, True, False, False]
    assert done.minute.tolist() == [120.0, 800 / 6, 10 / 6, 120.0, 240.0]
    assert done.requests[2] == streams.canary.requests[2, :10].sum()


def test_intervals_without_measurement_are_not_verified() -> None:
    world = replace(QUIET, gaps=(Gap(at_minute=0.0, minutes=1.0),))
    rng = np.random.default_rng(1)
    arrays = as_arrays(Scene(world, 2, rng).draw(rng))
    assert np.flatnonzero(~np.asarray(arrays.verified)).tolist() == list(range(6))
    assert as_arrays(Scene(QUIET, 2, rng).draw(rng)).verified is True


def test_the_judge_sees_a_bad_canary_and_not_a_good_one() -> None:
    rng = np.random.default_rng(1)
    bad = judge(ERRORS, Scene(BAD, 50, rng).draw(rng))
    assert bad.aborted.all()
    assert (bad.minute <= 10.0).all()
    assert judge(ERRORS, Scene(QUIET, 50, rng).draw(rng)).aborted.sum() <= 4


def test_characteristics_are_reproducible_and_do_not_depend_on_progress() -> None:
    told: list[int] = []
    one = operate(ERRORS, BAD, 30, np.random.default_rng(5), progress=told.append, chunk=20)
    two = operate(ERRORS, BAD, 30, np.random.default_rng(5), chunk=20)
    assert told == [20, 10]
    assert np.array_equal(one.minute, two.minute)
    found = characteristics(ERRORS, BAD, one)
    assert found.aborted.share == 1.0
    assert found.aborted.lower == pytest.approx(0.01 ** (1 / 30))
    assert found.minutes_to_promote is None
    assert not found.identical
    assert found.aborted.count + found.promoted.count + found.held.count == 30
    with pytest.raises(SimulationRefused, match="--runs must be at least 1, not 0"):
        operate(ERRORS, BAD, 0, np.random.default_rng(5))


def test_what_the_world_does_not_measure_is_left_out() -> None:
    assert measurable(STANDARD, QUIET).metrics == (Metric.ERRORS, Metric.RATIO)
    everything = replace(QUIET, latency=Latency(), scores=Scores())
    kept = measurable(STANDARD, everything).metrics
    assert kept == (Metric.ERRORS, Metric.LATENCY, Metric.SCORES, Metric.RATIO)
    with pytest.raises(SimulationRefused, match="world quiet measures none of them"):
        measurable(STANDARD, replace(QUIET, errors={}))
    done = operate(STANDARD, BAD, 5, np.random.default_rng(5))
    assert characteristics(STANDARD, BAD, done).metrics == ("errors", "ratio")


def test_spread_and_proportion() -> None:
    flags = np.array([True] * 11 + [False] * 9)
    points = spread(np.arange(20), flags)
    assert points is not None
    assert (points.low, points.median, points.high) == (1.0, 5.0, 9.0)
    assert spread(np.arange(20), np.zeros(20, dtype=np.bool_)) is None
    assert (proportion(flags).count, proportion(flags).runs) == (11, 20)


def test_plot_is_a_png_and_nothing_half_written(tmp_path: Path) -> None:
    flags = np.array([True, False, False])
    done = Rollouts(
        aborted=flags,
        promoted=np.array([False, True, False]),
        minute=np.array([3.0, 120.0, 240.0]),
        requests=np.array([30, 900, 2000]),
        failed=np.array([3, 1, 2]),
    )
    plot(done, "three runs", tmp_path / "deep" / "three.png")
    assert (tmp_path / "deep" / "three.png").read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["three.png"]


def test_command_prints_json_and_plots(tmp_path: Path) -> None:
    app = Typer()
    app.command()(simulate)
    world = tmp_path / "bad.yaml"
    world.write_text("fault: {errors: {5xx: 0.3}}\n")
    picture = tmp_path / "bad.png"
    args = ["--policy", "fast", "--world", str(world), "--runs", "10", "--json", "--plot", str(picture)]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["policy"], told["world"], told["aborted"]["count"]) == ("fast", "bad", 10)
    assert told["minutes_to_abort"]["median"] < 10.0
    assert picture.exists()
    plain = CliRunner().invoke(app, ["--policy", "fast", "--world", str(world), "--runs", "10"])
    assert "aborted (right)" in plain.stdout
    assert "100.00 %" in plain.stdout
    listed = CliRunner().invoke(app, ["--worlds"])
    assert "honest-retrain" in listed.stdout


def test_what_is_aborted_before_the_fault_began_is_no_find() -> None:
    late = replace(BAD, fault=Fault(at_minute=30.0, errors={"5xx": 0.2}))
    done = Rollouts(
        aborted=np.array([True, True, True, False]),
        promoted=np.array([False, False, False, True]),
        minute=np.array([30.0, 31.0, 35.0, 120.0]),
        requests=np.array([10, 20, 30, 40]),
        failed=np.array([1, 2, 3, 4]),
    )
    found = characteristics(ERRORS, late, done)
    assert (found.early.count, found.aborted.count, found.promoted.count, found.held.count) == (1, 2, 1, 0)
    assert found.minutes_from_fault == spread(np.array([1.0, 5.0]), np.array([True, True]))
    assert found.requests_to_abort == spread(np.array([20, 30]), np.array([True, True]))
    same = characteristics(ERRORS, QUIET, done)
    assert (same.early.count, same.aborted.count, same.minutes_from_fault) == (0, 3, None)
