"""The table of what is counted: names, patterns, and which thresholds a rollout takes."""

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from components.access_log import FIELDS, NUMBERS
from emulator.filter_pattern import filter_pattern
from rollout.metrics import ERRORS, REQUESTS, Group, Track, limit_of, nearest, rows, slow, sources, thresholds

LIMITS = st.floats(0.001, 300_000, allow_nan=False)


def test_every_row_has_its_name_and_pattern_for_each_track() -> None:
    found = {(row.key, row.metric(Track.CANARY), row.pattern(Track.CANARY)) for row in rows({"p99": 250.0, "p50": 0.5})}
    canary = '($.isCanaryRequest = "true")'
    assert found == {
        ("", "canary-requests", '{ $.isCanaryRequest = "true" }'),
        ("4xx", "canary-errors-4xx", f"{{ {canary} && (($.status >= 400) && ($.status <= 499)) }}"),
        ("5xx", "canary-errors-5xx", f"{{ {canary} && (($.status >= 500) && ($.status <= 599)) }}"),
        ("p50", "canary-slow-0.5ms", f"{{ {canary} && ($.responseLatency > 0.5) }}"),
        ("p99", "canary-slow-250ms", f"{{ {canary} && ($.responseLatency > 250) }}"),
    }
    assert REQUESTS.pattern(Track.STABLE) == '{ $.isCanaryRequest != "true" }'
    assert REQUESTS.metric(Track.CANARY, Group.CANARY) == "canary-requests-in-canary-group"
    assert [row.key for row in rows({"p99": 250.0, "p50": 0.5})][3:] == ["p50", "p99"], "from the lowest up"


def test_only_the_canary_is_looked_for_in_both_groups() -> None:
    assert {track: sources(track) for track in Track} == {
        Track.CANARY: (Group.ACCESS, Group.CANARY),
        Track.STABLE: (Group.ACCESS,),
    }


def test_patterns_name_fields_of_the_format_and_compare_only_what_has_no_quotes() -> None:
    compared = {"isCanaryRequest": FIELDS, "status": NUMBERS, "responseLatency": NUMBERS}
    for row in rows({"p99": 1.0}):
        named = {part.split()[0] for part in row.pattern(Track.CANARY).split("$.")[1:]}
        assert all(name in compared[name] for name in named)


@pytest.mark.parametrize(("track", "told"), [(Track.CANARY, "true"), (Track.STABLE, "false"), (Track.STABLE, "-")])
def test_a_line_is_one_tracks_and_no_others(track: Track, told: str) -> None:
    line = {"isCanaryRequest": told, "status": 502, "responseLatency": 9}
    counted = {
        (each, row.name)
        for each in Track
        for row in rows({"p50": 8.0, "p99": 9.0})
        if filter_pattern(row.pattern(each)).matches(line)
    }
    assert counted == {(track, "requests"), (track, "errors-5xx"), (track, "slow-8ms")}


@bounds(deadline=None)
@given(status=st.integers(100, 599), latency=st.floats(0, 1e6), limit=LIMITS)
def test_what_a_pattern_counts_is_what_it_says(status: int, latency: float, limit: float) -> None:
    line = {"isCanaryRequest": "true", "status": status, "responseLatency": latency}
    for key, low in (("4xx", 400), ("5xx", 500)):
        assert filter_pattern(ERRORS[key].pattern(Track.CANARY)).matches(line) is (low <= status < low + 100)
    exact = float(f"{limit:.15g}")
    assert filter_pattern(slow("", limit).pattern(Track.CANARY)).matches(line) is (latency > exact)


@given(limit=LIMITS, track=st.sampled_from(Track), group=st.sampled_from(Group))
def test_a_metric_says_its_threshold(limit: float, track: Track, group: Group) -> None:
    exact = float(f"{limit:.15g}")
    if "e" not in f"{limit:.15g}":
        assert limit_of(slow("x", limit).metric(track, group)) == exact
    assert limit_of(ERRORS["5xx"].metric(track, group)) is None


@pytest.mark.parametrize(
    ("wanted", "limits", "expected"),
    [
        ({"p50": 20.0, "p90": 40.0, "p99": 900.0}, (25.0, 50.0, 1000.0), {"p50": 25.0, "p90": 50.0, "p99": 1000.0}),
        ({"p50": 20.0, "p90": 26.0}, (25.0, 50.0), {"p50": 25.0}),  # once, under the first that it is nearest to
        ({"p50": 69.0, "p90": 72.0}, (50.0, 100.0), {"p50": 50.0, "p90": 100.0}),  # by ratio: the middle is 70.7
        ({"p50": 0.0}, (0.5, 10.0), {"p50": 0.5}),
        ({"p50": 20.0}, (), {}),
        ({}, (25.0,), {}),
    ],
)
def test_the_nearest_of_what_is_counted_is_taken(
    wanted: dict[str, float], limits: tuple[float, ...], expected: dict[str, float]
) -> None:
    assert nearest(wanted, limits) == expected


def test_quantiles_are_those_of_the_nearest_rank_and_each_once() -> None:
    assert thresholds([float(value) for value in range(1000)]) == {
        "p50": 500.0,
        "p90": 900.0,
        "p99": 990.0,
        "p99.9": 999.0,
    }
    assert thresholds([7.0] * 10) == {"p50": 7.0}
    assert thresholds([]) == {}
