"""Policies are read with all their faults at once."""

# scipy and ville ship no types:
# pyright: basic

import pytest

from rollout.judge.errors import PolicyError
from rollout.judge.parsing import metric_names, policy_of
from rollout.judge.policy import CAUTIOUS, PRESETS, STANDARD, Futility, Margin, Metric, Role, Step


def test_nothing_said_is_the_standard_policy() -> None:
    assert policy_of({}) == STANDARD
    assert policy_of({"preset": "cautious"}) == CAUTIOUS


def test_the_standard_plan_is_the_one_that_is_promised() -> None:
    assert [(step.percent, step.seconds / 60) for step in STANDARD.steps] == [(1, 15), (5, 15), (25, 30), (50, 60)]
    assert (STANDARD.alpha, STANDARD.confidence, STANDARD.deadline, STANDARD.broken_after) == (0.01, 0.95, 14400, 300)
    assert STANDARD.errors.margin == Margin(ratio=2.0, points=0.005)
    assert (STANDARD.scores.shift, STANDARD.scores.factor, STANDARD.correlation_time) == (0.15, 1.5, 60)


@pytest.mark.parametrize("policy", PRESETS.values(), ids=list(PRESETS))
def test_presets_rise_and_end_before_their_deadline(policy) -> None:
    percents = [step.percent for step in policy.steps]
    assert percents == sorted(set(percents))
    assert sum(step.seconds for step in policy.steps) <= policy.deadline


def test_what_is_said_replaces_the_presets() -> None:
    policy = policy_of(
        {
            "preset": "fast",
            "name": "ours",
            "alpha": 0.005,
            "futility": "pause",
            "metrics": ["errors", "latency"],
            "errors": {"tolerance": 1.5, "margin": {"points": 0.02}, "classes": {"5xx": 1}},
            "latency": {"role": "signal"},
            "steps": [
                {"percent": 5, "minutes": 1.5, "requests": 100},
                {"percent": 50, "minutes": 10, "approval": True},
            ],
            "limits": [{"metric": "errors", "part": "5xx", "limit": 0.05}],
        }
    )
    assert (policy.name, policy.alpha, policy.futility) == ("ours", 0.005, Futility.PAUSE)
    assert policy.metrics == (Metric.ERRORS, Metric.LATENCY)
    assert policy.errors.tolerance == 1.5
    assert policy.errors.margin == Margin(ratio=3.0, points=0.02)
    assert policy.errors.classes == (("5xx", 1.0),)
    assert policy.latency.role is Role.SIGNAL
    assert policy.steps == (
        Step(percent=5, seconds=90.0, requests=100),
        Step(percent=50, seconds=600.0, approval=True),
    )
    assert policy.limits[0].limit == 0.05


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        policy_of(
            {
                "preset": "brave",
                "alpha": 0.9,
                "confidence": "high",
                "wait": 3,
                "errors": {"tolerance": 0.5, "colour": 1, "role": "boss"},
                "latency": 3,
                "metrics": ["errors", "errors", "mood", "limits"],
                "steps": [{"percent": 50, "minutes": 1}, {"percent": 5, "minutes": 1}, {"percent": 9}],
                "limits": [{"metric": "scores", "part": "x", "limit": 0.1}],
                "scores": {"shift": 1.0},
                "futility": "shrug",
            }
        )
    text = str(caught.value)
    for words in (
        "preset is 'brave': one of cautious, standard, fast",
        "alpha is 0.9, not between 1e-06 and 0.5",
        "confidence is 'high', not a number",
        "wait is not a field",
        "errors.tolerance is 0.5, not between 1 and 100",
        "errors.colour is not a field",
        "errors.role is 'boss': one of guard, signal, dry",
        "latency is 3, not a mapping",
        "metrics names one twice",
        "metrics is 'mood'",
        "metrics names limits",
        "steps do not rise",
        "steps[2] is",
        "limits[0].metric is 'scores'",
        "scores.margin is 0.4, not above scores.shift (1)",
        "futility is 'shrug': one of rollback, pause",
    ):
        assert words in text
    assert caught.value.exit_code == 64


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, None])
def test_a_number_is_a_number(value: object) -> None:
    with pytest.raises(PolicyError, match="alpha is"):
        policy_of({"alpha": value})


def test_a_list_of_metrics() -> None:
    assert metric_names("errors, scores") == (Metric.ERRORS, Metric.SCORES)
    with pytest.raises(PolicyError, match="'error'"):
        metric_names("error")


def test_a_policys_own_thresholds_rise_whatever_their_order() -> None:
    policy = policy_of({"latency": {"thresholds": {"slow": 250, "p99.9": 1000, "80ms": 80.5}}})
    assert policy.latency.thresholds == (("80ms", 80.5), ("slow", 250.0), ("p99.9", 1000.0))
    assert policy_of({"latency": {"thresholds": {}}}) == STANDARD


def test_thresholds_that_cannot_be_counted_are_told_at_once() -> None:
    nine = {f"t{index}": 100 + index for index in range(9)}
    for table, words in (
        ([250], "latency.thresholds is [250], not a mapping of keys to milliseconds"),
        ({"slow": 0.5}, "latency.thresholds.slow is 0.5, not between 1 and 300000"),
        ({"slow": "fast"}, "latency.thresholds.slow is 'fast', not a number"),
        ({"slow": True}, "latency.thresholds.slow is True, not a number"),
        ({"so slow": 9}, "latency.thresholds has the key 'so slow': at most 20 letters, digits, dots and hyphens"),
        ({99: 9}, "latency.thresholds has the key 99:"),
        ({"a": 9, "b": 9}, "latency.thresholds.a and latency.thresholds.b are both 9 ms"),
        (nine, "latency.thresholds has 9 thresholds, more than 8"),
    ):
        with pytest.raises(PolicyError) as caught:
            policy_of({"latency": {"thresholds": table}, "alpha": 7})
        assert words in str(caught.value)
        assert "alpha is 7" in str(caught.value)
    assert len(policy_of({"latency": {"thresholds": dict(list(nine.items())[:8])}}).latency.thresholds) == 8


def test_a_latency_limit_names_one_of_the_policys_own_thresholds() -> None:
    data = {
        "latency": {"thresholds": {"slow": 250}},
        "limits": [{"metric": "latency", "part": "p99", "limit": 0.1}, {"metric": "errors", "part": "p99", "limit": 1}],
    }
    with pytest.raises(PolicyError) as caught:
        policy_of(data)
    assert "limits[0].part is 'p99', not one of latency.thresholds: slow" in str(caught.value)
    assert "limits[1].part" not in str(caught.value)
    assert policy_of({"limits": [{"metric": "latency", "part": "p99", "limit": 0.1}]}).limits[0].part == "p99"
