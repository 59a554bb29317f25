"""A retrained model's way to the users, by configuration alone, on the real engine."""

from collections.abc import Callable

from tests.engine.harness import Engine
from tests.engine.operations import always, api, release
from tests.program.stacks import fill, second_contract
from tests.program.stacks import release as made


def filled(engine: Engine) -> Engine:
    """Put three releases into the stack's store: r1 and r2 speak the first contract, r3 a second one."""
    first, second = engine.contracts / "ratings-v1", second_contract(engine.contracts)
    fill(engine.store, [made("r1", first), made("r2", first), made("r3", second)])
    return engine


def deployment(engine: Engine) -> str:
    """Return the logical name of the one deployment in the account."""
    (found,) = (each for each in engine.aws().resources.values() if each.kind.endswith(":Deployment"))
    return found.name


def test_from_nothing_to_a_promotion_and_back_to_nothing(engine: Callable[[str], Engine]) -> None:
    with filled(engine("dev")) as dev:
        dev.configure()
        nothing = dev.up()
        assert (nothing.code, nothing.broken) == (0, [])
        assert set(nothing.operations) == always("create")
        assert dev.outputs()["next"].startswith("Nothing is served yet. In the store: r1, r2, r3.")

        dev.configure(stable="r1")
        first = dev.up()
        assert (first.code, first.broken) == (0, [])
        cut = deployment(dev)
        assert set(first.operations) == release("create", "r1") | api("create") | {f"create Deployment {cut}"}
        for needed in ("Endpoint model-r1-endpoint", "RolePolicy ratings-invoke-r1", "LogGroup gateway-execution"):
            assert first.before(f"create {needed}", "create Stage gateway-stage")
        assert first.before("create LogGroup model-r1-logs", "create Endpoint model-r1-endpoint")
        assert first.before("create RolePolicy model-r1-access", "create Model model-r1-model")
        assert "canarySettings" not in dev.only("Stage")
        outputs = dev.outputs()
        assert outputs["curl"] == f"curl '{outputs['url']}/predicted-ratings/321?items=101,131,162'"

        again = dev.up()
        assert (again.code, again.operations) == (0, [])

        dev.configure(canary={"release": "r2", "percent": 0.5})
        canary = dev.up()
        assert (canary.code, canary.broken) == (0, [])
        assert set(canary.operations) == release("create", "r2") | {"update Stage gateway-stage"}
        for needed in ("Endpoint model-r2-endpoint", "RolePolicy ratings-invoke-r2"):
            assert canary.before(f"create {needed}", "update Stage gateway-stage")
        stage = dev.only("Stage")
        assert stage["canarySettings"] == {
            "deploymentId": stage["deployment"],
            "percentTraffic": 0.5,
            "stageVariableOverrides": {"endpointRatings": dev.outputs()["endpoints"]["r2"]},
            "useStageCache": False,
        }

        dev.configure(canary={"release": "r2", "percent": 10})
        raised = dev.up()
        assert (raised.operations, raised.broken) == (["update Stage gateway-stage"], [])
        assert dev.only("Stage")["canarySettings"] == {**stage["canarySettings"], "percentTraffic": 10}

        endpoints = dev.outputs()["endpoints"]
        said = dev.outputs()["next"].split("kept for an undo: ")[1].split(". Take it back: ")[0]
        dev.shell(said.removesuffix(" && pulumi up --stack dev"))
        promoted = dev.up()
        assert (promoted.operations, promoted.broken) == (["update Stage gateway-stage"], [])
        assert dev.outputs()["endpoints"] == endpoints
        assert dev.only("Stage")["variables"] == {"endpointRatings": endpoints["r2"]}
        assert "canarySettings" not in dev.only("Stage")

        dev.configure(warm=None)
        retired = dev.up()
        assert (set(retired.operations), retired.broken) == (release("delete", "r1"), [])

        gone = dev.destroy()
        assert (gone.code, gone.broken) == (0, [])
        everything = always("delete") | api("delete") | release("delete", "r2") | {f"delete Deployment {cut}"}
        assert set(gone.operations) == everything
        assert gone.before("delete Stage gateway-stage", f"delete Deployment {cut}")
        assert gone.before("delete Stage gateway-stage", "delete RolePolicy ratings-invoke-r2")
        assert dev.aws().resources == {}


def test_a_canary_is_taken_back_with_nothing_left_of_it(engine: Callable[[str], Engine]) -> None:
    with filled(engine("dev")) as dev:
        dev.configure(stable="r1", canary={"release": "r2", "percent": 5})
        assert dev.up().code == 0  # both at once on a fresh stack: one contract, so one deployment
        before = dev.only("Stage")["variables"]

        dev.configure(canary=None)
        back = dev.up()
        assert (set(back.operations), back.broken) == (release("delete", "r2") | {"update Stage gateway-stage"}, [])
        assert back.before("update Stage gateway-stage", "delete Endpoint model-r2-endpoint")
        assert back.before("update Stage gateway-stage", "delete RolePolicy ratings-invoke-r2")
        assert dev.only("Stage")["variables"] == before
