"""Capacity before traffic: what is asked of SageMaker and Application Auto Scaling, to the letter."""

from pathlib import Path
from typing import Any

import pytest

from mapping.contract import CONTRACTS
from releases.model import Release
from rollout.adapters.aws.capacity import Need, need
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.fleet import Capacity, Endpoints
from rollout.control.target import Target
from tests.program.stacks import SCALING, release
from tests.rollout.aws.conftest import Stubbed

API = "p"
NAMES = {"r1": "p-r1-0123abcd", "r2": "p-r2-4567abcd"}
CONTRACT: Path = CONTRACTS / "ratings-v1"
SCALED: dict[str, Release] = {name: release(name, CONTRACT, scaling=SCALING) for name in NAMES}  # 2 to 4 instances
FIXED: dict[str, Release] = {name: release(name, CONTRACT) for name in NAMES}  # 2 instances
FIVE = Target(stable="r1", canary="r2", percent=5)


def described(stubbed: Stubbed, name: str, *, status: str = "InService", current: int = 2, desired: int = 2) -> None:
    variant = {"VariantName": "AllTraffic", "CurrentInstanceCount": current, "DesiredInstanceCount": desired}
    answer: dict[str, Any] = {
        "EndpointName": name,
        "EndpointArn": "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/p",
        "EndpointStatus": status,
        "CreationTime": 1,
        "LastModifiedTime": 1,
        "ProductionVariants": [variant],
    }
    stubbed.answer("sagemaker", "describe_endpoint", answer, {"EndpointName": name})


def bounds(stubbed: Stubbed, name: str, fewest: int, most: int, *, suspended: bool = False) -> None:
    found = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "MinCapacity": fewest,
        "MaxCapacity": most,
        "RoleARN": "arn:aws:iam::123456789012:role/r",
        "CreationTime": 1,
        "SuspendedState": {"DynamicScalingInSuspended": suspended},
    }
    asked = {
        "ServiceNamespace": "sagemaker",
        "ResourceIds": [f"endpoint/{name}/variant/AllTraffic"],
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    stubbed.answer("scaling", "describe_scalable_targets", {"ScalableTargets": [found]}, asked)


def unscaled(stubbed: Stubbed, name: str) -> None:
    asked = {
        "ServiceNamespace": "sagemaker",
        "ResourceIds": [f"endpoint/{name}/variant/AllTraffic"],
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    stubbed.answer("scaling", "describe_scalable_targets", {"ScalableTargets": []}, asked)


def bound(stubbed: Stubbed, name: str, fewest: int, most: int, *, suspended: bool) -> None:
    asked = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "MinCapacity": fewest,
        "MaxCapacity": most,
        "SuspendedState": {
            "DynamicScalingInSuspended": suspended,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": False,
        },
    }
    stubbed.answer("scaling", "register_scalable_target", {}, asked)


def ready(stubbed: Stubbed, target: Target, manifests: dict[str, Release] = SCALED) -> bool:
    return Capacity(Endpoints(stubbed.clients, API)).ready(target, "r1", manifests, NAMES)


def test_the_minimum_is_raised_and_waited_for_and_stable_is_held(stubbed: Stubbed) -> None:
    described(stubbed, NAMES["r2"])
    described(stubbed, NAMES["r1"], current=4, desired=4)
    bounds(stubbed, NAMES["r2"], 2, 4)
    bound(stubbed, NAMES["r2"], 3, 4, suspended=False)  # 60 percent of 4 is 2.4
    bounds(stubbed, NAMES["r1"], 2, 4)
    bound(stubbed, NAMES["r1"], 2, 4, suspended=True)
    assert not ready(stubbed, Target(stable="r1", canary="r2", percent=60))


def test_what_is_as_it_should_be_is_not_asked_for_again(stubbed: Stubbed) -> None:
    described(stubbed, NAMES["r2"], current=3, desired=3)
    described(stubbed, NAMES["r1"], current=4, desired=4)
    bounds(stubbed, NAMES["r2"], 3, 4)
    bounds(stubbed, NAMES["r1"], 2, 4, suspended=True)
    assert ready(stubbed, Target(stable="r1", canary="r2", percent=60))


@pytest.mark.parametrize(
    ("status", "current", "desired"), [("Updating", 2, 2), ("InService", 1, 2), ("InService", 2, 1)]
)
def test_instances_on_their_way_are_not_in_service(stubbed: Stubbed, status: str, current: int, desired: int) -> None:
    described(stubbed, NAMES["r2"], status=status, current=current, desired=desired)
    described(stubbed, NAMES["r1"])
    unscaled(stubbed, NAMES["r2"])
    unscaled(stubbed, NAMES["r1"])
    assert not ready(stubbed, FIVE, FIXED)


def test_promotion_asks_for_as_many_as_stable_has_now(stubbed: Stubbed) -> None:
    described(stubbed, NAMES["r2"], current=3, desired=3)
    described(stubbed, NAMES["r1"], current=4, desired=4)
    bounds(stubbed, NAMES["r2"], 3, 4)
    bound(stubbed, NAMES["r2"], 4, 4, suspended=False)
    bounds(stubbed, NAMES["r1"], 2, 4, suspended=True)
    assert not ready(stubbed, Target(stable="r2", warm=("r1",)))


def test_more_than_a_release_can_have_is_refused_with_the_way_out(stubbed: Stubbed) -> None:
    described(stubbed, NAMES["r2"])
    described(stubbed, NAMES["r1"], current=9, desired=9)
    said = "50 percent of what 9 instances of r1 carry needs 5 of r2, which has 2 and no scaling: register"
    with pytest.raises(AwsError, match=said):
        ready(stubbed, Target(stable="r1", canary="r2", percent=50), FIXED)


def test_an_endpoint_that_is_not_there_is_named(stubbed: Stubbed) -> None:
    stubbed.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "x".')
    with pytest.raises(AwsError, match="there is no endpoint p-r2-4567abcd"):
        ready(stubbed, FIVE)


def test_nobody_grows_where_nothing_moves(stubbed: Stubbed) -> None:
    assert need(Target(stable="r1", warm=("r2",)), "r1") is None
    assert need(FIVE, "r1") == Need(release="r2", against="r1", percent=5)
    assert ready(stubbed, Target(stable="r1", warm=("r2",)))


def test_everything_is_put_back_to_the_manifest(stubbed: Stubbed) -> None:
    bounds(stubbed, NAMES["r1"], 4, 4, suspended=True)
    bound(stubbed, NAMES["r1"], 2, 4, suspended=False)
    Capacity(Endpoints(stubbed.clients, API)).restore(SCALED, {"r1": NAMES["r1"]})


def test_what_answers_is_in_service_whatever_else_is_going_on(stubbed: Stubbed) -> None:
    names = [NAMES["r1"], NAMES["r2"], "p-r3-00000000", "p-other"]
    listed = [
        {"EndpointName": name, "EndpointArn": "a" * 20, "CreationTime": 1, "LastModifiedTime": 1, "EndpointStatus": "x"}
        for name in names
    ]
    stubbed.answer("sagemaker", "list_endpoints", {"Endpoints": listed}, {"NameContains": "p-"})
    described(stubbed, NAMES["r1"], status="Updating")
    described(stubbed, NAMES["r2"], status="Creating")
    described(stubbed, "p-r3-00000000", status="Failed")
    assert Endpoints(stubbed.clients, API).in_service() == {"r1"}
