"""The main job, whole, as a newcomer runs it; skipped only where MovieLens-100K cannot be had."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from training.errors import TrainingError
from training.source import load_ratings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    try:
        load_ratings()
    except TrainingError as error:
        pytest.skip(f"MovieLens-100K cannot be had: {error}")
    file = tmp_path_factory.mktemp("demo") / "figures.json"
    before = _status()
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    assert _status() == before, "the checkout is as clean as it was"
    return done.stdout, json.loads(file.read_text())


def _status() -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_retrained_release_is_better(told: tuple[str, dict[str, Any]]) -> None:
    releases = told[1]["releases"]
    assert releases["r2"]["rmse"] < releases["r1"]["rmse"] - 0.01
    assert releases["r2"]["rmse"] <= 0.927
    assert releases["r2"]["ratings"] == 9430


def test_every_request_of_the_first_round_is_answered_by_the_stable_release(told: tuple[str, dict[str, Any]]) -> None:
    stable = told[1]["stable"]
    assert list(stable) == ["stable"]
    assert (stable["stable"]["requests"], stable["stable"]["failed"]) == (943, 0)
    assert stable["stable"]["rmse"] == pytest.approx(told[1]["releases"]["r1"]["rmse"], abs=1e-4)


def test_the_canary_gets_its_tenth(told: tuple[str, dict[str, Any]]) -> None:
    tracks = told[1]["canary"]["tracks"]
    assert tracks["stable"]["requests"] + tracks["canary"]["requests"] == 2 * 943
    assert 146 <= tracks["canary"]["requests"] <= 233  # the 99.9 percent interval of Binomial(1886, 0.1)
    assert tracks["stable"]["failed"] == tracks["canary"]["failed"] == 0


def test_promotion_moves_all_traffic_and_rebuilds_nothing(told: tuple[str, dict[str, Any]]) -> None:
    promoted = told[1]["promoted"]
    by_release = {name.rsplit("-", 2)[1]: count for name, count in promoted["requests"].items()}
    assert by_release == {"r1": 0, "r2": 943}
    assert promoted["rebuilt"] == []
    assert promoted["tracks"]["stable"]["rmse"] == pytest.approx(told[1]["releases"]["r2"]["rmse"], abs=1e-4)


def test_it_ends_with_the_url_a_curl_line_and_how_to_keep_it_running(told: tuple[str, dict[str, Any]]) -> None:
    lines = told[0].splitlines()
    assert any(line.strip().startswith("curl 'http://127.0.0.1:") for line in lines)
    assert any(line.strip().startswith('{"ratings": [') for line in lines)
    assert any(line.strip().startswith("./canary serve --config .canary/demo/Pulumi.local.yaml") for line in lines)


def test_the_good_release_goes_through_every_step_and_the_bad_ones_are_taken_back(
    told: tuple[str, dict[str, Any]],
) -> None:
    good, failing, shifted = told[1]["rollouts"]
    assert (good["release"], good["outcome"], good["steps"]) == ("r3", "promoted", [5.0, 25.0, 50.0])
    assert (failing["release"], failing["outcome"]) == ("r4-fails", "rolled-back")
    assert (shifted["release"], shifted["outcome"]) == ("r5-shifted", "rolled-back")
    assert "5xx" in failing["reason"]
    assert "score" in shifted["reason"]


def test_every_rollout_says_how_many_requests_it_touched_and_where_its_report_is(
    told: tuple[str, dict[str, Any]],
) -> None:
    for rollout in told[1]["rollouts"]:
        assert rollout["canary_requests"] > 0
        assert f"report: {rollout['report']}" in told[0]
        assert Path(rollout["report"]).read_text().startswith("<!doctype html>")
