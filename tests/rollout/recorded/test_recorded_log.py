"""An access log, judged: whose requests, what was slow, and which splits the requests show."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rollout.judge.errors import ObservationError
from rollout.judge.verdict import Label
from rollout.recorded.access_log import Cut, read_log
from rollout.recorded.replaying import Options, replayed
from rollout.recorded.splits import splits

BEGAN = 1_800_000_000


def line(at: float, *, canary: bool = False, status: int = 200, latency: int = 20) -> str:
    return json.dumps(
        {
            "path": "/v1/x",
            "isCanaryRequest": "true" if canary else "false",
            "status": str(status),
            "responseLatency": str(latency),
            "requestTimeEpoch": round(1000 * at) - latency,
        }
    )


def log(*stretches: tuple[float, float, float], seed: int = 1, per_second: int = 20) -> Iterator[str]:
    """Stretches of (minutes, the canary's share, its error rate); stable fails one request of a thousand."""
    rng = random.Random(seed)
    at = BEGAN + 0.001
    for minutes, share, failing in stretches:
        for _ in range(int(minutes * 60) * per_second):
            canary = rng.random() < share
            status = 500 if rng.random() < (failing if canary else 0.001) else 200
            yield line(at, canary=canary, status=status, latency=rng.choice((10, 20, 30, 200)))
            at += 1 / per_second


def test_splits_are_found_where_they_changed_and_nowhere_else() -> None:
    rng = np.random.default_rng(3)
    shares = np.repeat([0.0, 0.01, 0.05, 0.25, 0.0], [60, 90, 90, 180, 60])
    canary = rng.binomial(100, shares)
    found = splits(canary.tolist(), (100 - canary).tolist())
    assert [each.share > 0 for each in found] == [False, True, True, True, False]
    assert [abs(each.first - at) <= 3 for each, at in zip(found, (0, 60, 150, 240, 420), strict=True)] == [True] * 5
    assert [round(each.share, 2) for each in found[1:4]] == [0.01, 0.05, 0.25]
    assert [each.end for each in found[:-1]] == [each.first for each in found[1:]]
    same = rng.binomial(100, 0.05, size=5000)
    assert len(splits(same.tolist(), (100 - same).tolist())) == 1
    assert splits([], []) == ()


def test_a_log_is_cut_into_the_canarys_stretches() -> None:
    found = read_log(log((3, 0, 0), (5, 0.1, 0.001), (5, 0.5, 0.001), (4, 0, 0), (5, 0.2, 0.001)), Cut())
    assert list(found.series) == ["2027-01-15T08:03:00Z", "2027-01-15T08:17:00Z"]
    first, second = found.series.values()
    assert [round(each.share, 1) for each in first] == [0.1] * 30 + [0.5] * 30
    assert [each.verified for each in first] == [index != 29 for index in range(60)]
    assert len(second) == 30
    assert all(each.verified for each in second)
    assert [each.start for each in first] == [BEGAN + 180 + 10 * index for index in range(60)]
    total = sum(each.canary.requests + each.stable.requests for each in first if each.canary and each.stable)
    assert total == 10 * 60 * 20
    assert "the stable requests' own quantiles" in found.notes[0]


def test_quantiles_are_of_what_came_before_the_canary_where_that_is_enough() -> None:
    before = [line(BEGAN + index / 100, latency=10) for index in range(1000)]
    after = [line(BEGAN + 20 + index / 100, canary=index % 2 == 0, latency=50) for index in range(1000)]
    assert read_log([*before, *after], Cut()).notes[0].startswith("slower than: p50 10 ms (")
    assert read_log([*before[1:], *after], Cut()).notes[0].startswith("slower than: p50 10 ms, p90 50 ms (")
    given = read_log([*before, *after], Cut(thresholds={"high": 49.0, "low": 9.0}))
    (series,) = given.series.values()
    assert series[0].canary is not None
    assert series[0].canary.slow == {"low": series[0].canary.requests, "high": series[0].canary.requests}
    assert given.notes[0] == "slower than: low 9 ms, high 49 ms (given)"


def test_a_policys_own_thresholds_are_counted_unless_others_are_given(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("latency: {thresholds: {late: 40, early: 5}}\n")
    text = list(log((10, 0.2, 0.001)))
    (batch,) = replayed(text, Options(policy=str(file), metrics="latency"))
    assert batch.notes[0] == "slower than: early 5 ms, late 40 ms (given)"
    (batch,) = replayed(text, Options(policy=str(file), metrics="latency", cut=Cut(thresholds={"mine": 7.0})))
    assert batch.notes[0] == "slower than: mine 7 ms (given)"


def test_a_given_share_is_one_split_and_lets_the_ratio_be_judged() -> None:
    text = list(log((1, 0, 0), (30, 0.3, 0.001), (1, 0, 0), per_second=10))
    (batch,) = replayed(text, Options(metrics="errors,ratio", cut=Cut(share=0.05)))
    assert batch.replayed[0].verdict.label is Label.BROKEN
    assert "the split does not arrive" in batch.replayed[0].verdict.reasons[0].text
    (batch,) = replayed(text, Options(metrics="errors,ratio"))
    assert batch.replayed[0].verdict.label is Label.PASS
    assert batch.replayed[0].verdict.canary_requests == pytest.approx(0.3 * 30 * 60 * 10, rel=0.05)


def test_a_worse_canary_is_found_in_a_log() -> None:
    (batch,) = replayed(log((2, 0, 0), (30, 0.1, 0.05)), Options(metrics="errors,latency"))
    (found,) = batch.replayed
    assert (found.verdict.label, found.verdict.metric) == (Label.FAIL, "errors")
    assert found.began == BEGAN + 120
    assert found.ended is not None
    assert found.ended - BEGAN < 120 + 400


def test_a_bad_line_breaks_the_log_and_a_torn_last_one_does_not() -> None:
    text = list(log((10, 0.2, 0.001)))
    assert read_log([*text, '{"path": "/v1'], Cut()).series
    for bad in ("oops", '{"path": "/v1"}', "{"):
        (batch,) = replayed([text[0], bad, *text[1:]], Options(metrics="errors"))
        assert batch.replayed[0].verdict.label is Label.BROKEN
        assert "1 of 12001 lines are no requests (line 2)" in batch.replayed[0].verdict.reasons[0].text
        assert batch.replayed[0].bad_lines == 1
    with pytest.raises(ObservationError, match="none of 100 requests was the canary's"):
        read_log([line(BEGAN + index) for index in range(100)], Cut())


def test_what_an_export_puts_before_a_line_is_skipped() -> None:
    text = [f"2027-01-15T08:00:00.000Z {each}" for each in log((10, 0.2, 0.001))]
    (batch,) = replayed(text, Options(metrics="errors"))
    assert batch.replayed[0].verdict.look == 60
