"""Argo, SageMaker and CodeDeploy on minutes that are written out."""

import numpy as np

from rollout.peers.argo import argo, shares
from rollout.peers.deployments import codedeploy, rate, sagemaker


def row(*values: int) -> np.ndarray:
    return np.array([values], dtype=np.int64)


def test_argo_measures_whole_intervals_and_adds_failures_up() -> None:
    requests = row(*[100] * 20)
    failed = row(*([2] * 5 + [0] * 5 + [2] * 5 + [0] * 5))
    assert argo(requests, failed, success=0.99, limit=0).minute[0] == 5.0
    done = argo(requests, failed, success=0.99, limit=1)
    assert done.aborted[0]
    assert (done.minute[0], done.requests[0], done.failed[0]) == (15.0, 1500, 20)
    assert not argo(requests, failed, success=0.99, limit=2).aborted[0]


def test_argo_passes_at_exactly_the_rate_and_without_requests() -> None:
    assert not argo(row(*[100] * 5), row(5, 5, 5, 5, 5), success=0.95, limit=0).aborted[0]
    assert not argo(row(0, 0, 0, 0, 0), row(0, 0, 0, 0, 0), success=0.95, limit=0).aborted[0]


def test_argo_steps() -> None:
    assert shares(42).tolist() == [0.2] * 10 + [0.4] * 10 + [0.6] * 10 + [0.8] * 12


def test_sagemaker_needs_m_of_n_minutes() -> None:
    requests, failed = row(100, 100, 100, 100, 100), row(2, 0, 2, 2, 2)
    assert sagemaker(requests, failed, m=1, n=1).minute[0] == 1.0
    assert sagemaker(requests, failed, m=2, n=3).minute[0] == 3.0
    assert sagemaker(requests, failed, m=3, n=3).minute[0] == 5.0
    assert not sagemaker(requests, row(1, 1, 1, 1, 1), m=1, n=1).aborted[0]


def test_codedeploy_alias_alarm_sees_stable_errors() -> None:
    requests, failed, stable = row(10, 10, 10), row(0, 0, 0), row(1, 1, 0)
    assert codedeploy(requests, failed, stable, alias=True).minute[0] == 2.0
    assert not codedeploy(requests, failed, stable, alias=False).aborted[0]


def test_rate_of_nothing_is_missing() -> None:
    assert np.isnan(rate(row(0, 2), row(0, 1))).tolist() == [[True, False]]
