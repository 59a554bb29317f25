"""The plan's arithmetic against figures that were computed elsewhere."""

import pytest

from releases.model import Serving
from rollout.control.conduct import Conduct
from rollout.control.plan import OVERHEAD, detectable, error_alpha, instances_for, plan, requests_needed
from rollout.judge.policy import STANDARD, Metric, Policy, Step

SERVING = Serving(instance_type="ml.m5.large", instance_count=1)


@pytest.mark.parametrize(
    ("base", "canary", "share", "expected"),
    # The two-sample bound at alpha 5 %, canary requests: published beside the peers' rules (docs/judge.md).
    [(0.001, 0.01, 0.05, 244), (0.001, 0.005, 0.05, 814), (0.01, 0.02, 0.1, 875), (0.001, 0.01, 0.5, 698)],
)
def test_the_bound_is_the_published_one(base: float, canary: float, share: float, expected: int) -> None:
    assert requests_needed(base, canary, share, 0.05) / OVERHEAD == pytest.approx(expected, rel=0.005)


def test_what_is_detectable_needs_exactly_the_requests_that_there_are() -> None:
    rate = detectable(0.001, 0.05, 0.01, 900)
    assert rate is not None
    assert requests_needed(0.001, rate, 0.05, 0.01) == pytest.approx(900)
    assert detectable(0.001, 0.05, 0.01, 1) is None


def test_alpha_is_shared_by_the_guards_that_are_selected() -> None:
    assert error_alpha(STANDARD.select((Metric.ERRORS,))) == STANDARD.alpha
    assert error_alpha(STANDARD) == pytest.approx(0.01 * 0.5 / 0.9)  # labels are a signal and spend none of it


def test_a_plan_adds_up() -> None:
    policy = Policy(name="p", steps=(Step(percent=1, seconds=900), Step(percent=50, seconds=1800, requests=120_000)))
    made = plan(policy, Conduct(undo_window=7200), SERVING, per_minute=600, error_rate=0.001, stable_instances=4)
    assert [(s.starts, s.seconds, s.canary_requests, s.instances) for s in made.steps] == [
        (0.0, 900.0, 90, 1),
        (900.0, 24_000.0, 120_090, 2),  # 120,000 requests at 5 a second take longer than the half hour asked for
    ]
    assert made.seconds == 24_900
    assert made.instances == 8
    assert made.instance_hours == pytest.approx(0.25 + 2 * 24_000 / 3600 + 4 * 2)
    assert made.quota == "ml.m5.large for endpoint usage"


@pytest.mark.parametrize(
    ("stable", "percent", "expected"), [(1, 50, 1), (4, 1, 1), (4, 50, 2), (5, 50, 3), (10, 100, 10)]
)
def test_the_fleet_carries_its_share(stable: int, percent: float, expected: int) -> None:
    assert instances_for(SERVING, stable, percent) == expected
