"""A release with another contract: its own Deployment beside stable's, each cut from its own document."""

from collections.abc import Callable

from tests.engine.harness import Engine
from tests.engine.operations import release
from tests.engine.test_model_canary import filled


def deployments(engine: Engine) -> dict[str, str]:
    """Return the deployments in the account, logical name by id."""
    return {each.id: each.name for each in engine.aws().resources.values() if each.kind.endswith(":Deployment")}


def test_in_promoted_undone_and_taken_back(engine: Callable[[str], Engine]) -> None:
    with filled(engine("dev")) as dev:
        dev.configure(stable="r1")
        assert dev.up().code == 0
        (first,) = deployments(dev)

        dev.configure(canary={"release": "r3", "percent": 1})
        _, foreseen = dev.preview()
        assert foreseen["gateway-api"] == foreseen["gateway-stage"] == "update"
        canary = dev.up()
        (second,) = deployments(dev).keys() - {first}
        cut = f"create Deployment {deployments(dev)[second]}"
        assert (canary.code, canary.broken) == (0, [])
        assert set(canary.operations) == release("create", "r3") | {
            "update RestApi gateway-api",
            cut,
            "update Stage gateway-stage",
        }
        assert canary.before("update RestApi gateway-api", cut)
        assert canary.before(cut, "update Stage gateway-stage")
        stage = dev.only("Stage")
        assert (stage["deployment"], stage["canarySettings"]["deploymentId"]) == (first, second)

        dev.configure(canary=None, stable="r3", warm=["r1"])
        promoted = dev.up()
        assert (promoted.operations, promoted.broken) == (["update Stage gateway-stage"], [])
        assert dev.only("Stage")["deployment"] == second
        assert deployments(dev).keys() == {first, second}  # the previous one stays as long as its release is warm

        dev.configure(stable="r1", warm=["r3"])
        undone = dev.up()
        assert (set(undone.operations), undone.broken) == (
            {"update RestApi gateway-api", "update Stage gateway-stage"},
            [],
        )
        assert dev.only("Stage")["deployment"] == first

        dev.configure(warm=None)
        taken = dev.up()
        gone = f"delete Deployment {cut.rsplit(maxsplit=1)[-1]}"
        assert (set(taken.operations), taken.broken) == (release("delete", "r3") | {gone}, [])
        assert deployments(dev).keys() == {first}


def test_a_deployment_is_never_cut_from_another_releases_document(engine: Callable[[str], Engine]) -> None:
    with filled(engine("dev")) as dev:
        dev.configure(stable="r1", canary={"release": "r3", "percent": 1})
        said = "Deploy r1 alone first, without the canary, and then the canary beside it."

        preview, _ = dev.preview()
        assert preview.code != 0
        assert said in preview.text

        up = dev.up()
        assert up.code != 0
        assert said in up.text
        assert up.broken == []
        assert "create Stage gateway-stage" not in up.operations

        dev.configure(canary=None)  # what it said to do
        assert dev.up().code == 0
        dev.configure(canary={"release": "r3", "percent": 1})
        then = dev.up()
        assert (then.code, then.broken) == (0, [])

        dev.configure(canary=None, warm=["r3"])
        assert dev.up().code == 0  # r3's deployment is there already, so it may stay
