"""What a rollout lays over a stack's configuration, key by key."""

import pytest

from rollout.adapters.local.configuration import laid_over
from rollout.control.ports import Order
from rollout.control.target import Target

RAW = {
    "aws:region": "eu-central-1",
    "predicted-ratings:stable": "r1",
    "predicted-ratings:warm": ["r0", "r2"],
    "predicted-ratings:canary": {"release": "r9", "percent": 3},
}


@pytest.mark.parametrize(
    ("target", "stable", "canary", "warm"),
    [
        (Target(stable="r1", warm=("r2",)), "r1", {"release": "r2", "percent": 0.0}, ["r0"]),
        (Target(stable="r1", canary="r2", percent=0.5), "r1", {"release": "r2", "percent": 0.5}, ["r0"]),
        (Target(stable="r2", warm=("r1",)), "r2", {}, ["r1", "r0"]),
        (Target(stable="r2"), "r2", {}, ["r0"]),
        (Target(stable="r1"), "r1", {}, ["r0"]),
    ],
)
def test_the_split_is_laid_over_and_the_rest_stays(
    target: Target, stable: str, canary: dict[str, object], warm: list[str]
) -> None:
    order = Order(rollout="r2-7", number=9, target=target, releases=("r1", "r2"))
    assert laid_over(RAW, order) == {
        "aws:region": "eu-central-1",
        "predicted-ratings:stable": stable,
        "predicted-ratings:canary": canary,
        "predicted-ratings:warm": warm,
        "predicted-ratings:rollout": "r2-7",
    }
    assert RAW["predicted-ratings:stable"] == "r1"
