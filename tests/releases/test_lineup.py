"""From named ids to a line-up."""

import dataclasses

import pytest

from releases import Canary, Lineup, LineupError, Release, UnknownReleaseError, line_up
from tests.releases.releases_made import R1

R2, R3 = (dataclasses.replace(R1, id=name) for name in ("r2", "r3"))
ALL: dict[str, Release] = {"r1": R1, "r2": R2, "r3": R3}


def test_nothing_is_served_before_the_first_release() -> None:
    assert line_up({}, stable=None) == Lineup(stable=None, canary=None, warm=())


def test_every_release_comes_to_its_place() -> None:
    assert line_up(ALL, stable="r1", canary="r2", percent=5, warm=["r3"]) == Lineup(
        stable=R1, canary=Canary(release=R2, percent=5.0), warm=(R3,)
    )


def test_warm_releases_need_no_stable_one() -> None:
    assert line_up(ALL, stable=None, warm=("r3", "r1")).warm == (R3, R1)


def test_all_that_are_unknown_are_named_with_those_that_are_there() -> None:
    with pytest.raises(UnknownReleaseError) as caught:
        line_up({"r1": R1}, stable="r9", canary="r8", warm=["r1"], known=["r3", "r1"])
    assert caught.value.known == ("r1", "r3")
    assert str(caught.value) == (
        "no such release in the store: r8, r9. There: r1, r3. Name one of them, or train it first"
    )


def test_an_empty_store_is_said_to_be_empty() -> None:
    with pytest.raises(UnknownReleaseError, match="There: none yet"):
        line_up({}, stable="r1")


@pytest.mark.parametrize(
    ("stable", "canary", "warm"),
    [("r1", "r1", []), ("r1", None, ["r1"]), ("r1", "r2", ["r2"]), ("r1", None, ["r2", "r2"])],
)
def test_a_release_has_one_place(stable: str, canary: str | None, warm: list[str]) -> None:
    with pytest.raises(LineupError, match="is named more than once"):
        line_up(ALL, stable=stable, canary=canary, warm=warm)


def test_a_canary_of_nothing_is_refused() -> None:
    with pytest.raises(LineupError, match="r2 is the canary of nothing"):
        line_up(ALL, stable=None, canary="r2")


@pytest.mark.parametrize("percent", [-0.1, 100.1, float("nan"), float("inf")])
def test_a_percent_is_one(percent: float) -> None:
    with pytest.raises(LineupError, match="from 0 to 100"):
        line_up(ALL, stable="r1", canary="r2", percent=percent)
