"""Everything in front of prod's API, and behind it, on the real engine: in which order it comes and goes."""

import json
from collections.abc import Callable
from typing import Any

from tests.engine.harness import Engine, Run
from tests.engine.stand_in.account import PLACE
from tests.program.stacks import FEATURES, SCALING, fill, with_features
from tests.program.stacks import release as made

FRONT = {
    "DomainName domain-name",
    "BasePathMapping domain-mapping",
    "UsagePlan plans-partners",
    "UsagePlan plans-trial",
    "ApiKey plans-key-radio",
    "ApiKey plans-key-tv",
    "ApiKey plans-key-trial",
    "UsagePlanKey plans-partners-radio",
    "UsagePlanKey plans-partners-tv",
    "UsagePlanKey plans-trial-trial",
    "LogGroup firewall-logs",
    "WebAcl firewall-acl",
    "WebAclLoggingConfiguration firewall-logging",
    "WebAclAssociation firewall-association",
    "MethodSettings gateway-methods-predicted-ratings-user-id-get",
}
AUTHORIZER = {
    "Role authorizer-ask",
    "RolePolicy authorizer-ask-policy",
    "LogGroup authorizer-logs",
    "Role authorizer-role",
    "RolePolicy authorizer-access",
    "Function authorizer-function",
}


def deployments(prod: Engine) -> dict[str, str]:
    """Return whose answers each Deployment caches, by its name."""
    found: dict[str, str] = {}
    for each in prod.aws().of("aws:apigateway/deployment:Deployment"):
        (operations,) = json.loads(each.snapshot or "{}")["paths"].values()
        found[each.name] = operations["get"]["x-amazon-apigateway-integration"]["cacheNamespace"]
    return found


def served(run: Run) -> set[str]:
    """Return what was done to the API and what is in front of it; a Deployment's name is left out."""
    parts = [each.split(" ", 2) for each in run.operations]
    return {
        f"{op} {kind}" if kind == "Deployment" else f"{op} {kind} {name}"
        for op, kind, name in parts
        if name.startswith(("gateway-", "domain-", "plans-", "firewall-", "authorizer-"))
    }


def everything(stack: str) -> dict[str, Any]:
    """Every feature, with a certificate of the stand-in's region."""
    there = FEATURES["domain"]["certificateArn"].replace("us-east-1", PLACE.region)
    return with_features(stack, {**FEATURES, "domain": {**FEATURES["domain"], "certificateArn": there}})


def test_dev_with_everything_on_leaves_nothing(engine: Callable[[str], Engine]) -> None:
    dev = engine("dev")
    fill(dev.store, [made(name, dev.contracts / "ratings-v1") for name in ("r1", "r2")])
    watched = {"latencyThresholdsMilliseconds": [50], "alarms": {"enabled": True}, "dashboard": True}
    on = {"api": everything("dev"), "enriched": {"enabled": True}, "observability": watched}
    dev.configure(**{"aws:region": PLACE.region, "stable": "r1", **on})
    with dev:
        up = dev.up()
        assert (up.code, up.broken) == (0, []), up.text
        assert {f"create {each}" for each in FRONT | AUTHORIZER} <= set(up.operations)
        assert {"create Table enriched-seen", "create Dashboard observed-dashboard"} <= set(up.operations)
        assert dev.only("Bucket")["forceDestroy"] is True  # what jobs have left in it does not keep it
        dev.configure(canary={"release": "r2", "percent": 10})
        canary = dev.up()
        assert (canary.code, canary.broken) == (0, []), canary.text

        gone = dev.destroy(previewed=True)
        assert (gone.code, gone.broken) == (0, []), gone.text
        created = [each for each in up.operations + canary.operations if each.startswith("create ")]
        assert sorted(gone.operations) == sorted(each.replace("create", "delete", 1) for each in created)
        assert dev.aws().resources == {}


def test_made_promoted_and_taken_down(engine: Callable[[str], Engine]) -> None:
    prod = engine("prod")
    fill(prod.store, [made(name, prod.contracts / "ratings-v1", scaling=SCALING) for name in ("r1", "r2")])
    api = everything("prod")
    prod.configure(**{"stable": "r1", "api": api, "aws:region": PLACE.region})
    with prod:
        up = prod.up()
        assert (up.code, up.broken) == (0, []), up.text
        assert {f"create {each}" for each in FRONT | AUTHORIZER} <= set(up.operations)
        for part in AUTHORIZER:
            assert up.before(f"create {part}", "create Stage gateway-stage")
        for part in FRONT - {
            name for name in FRONT if name.startswith(("DomainName", "ApiKey", "LogGroup", "WebAcl "))
        }:
            if not part.startswith("WebAclLogging"):
                assert up.before("create Stage gateway-stage", f"create {part}")
        assert set(deployments(prod).values()) == {"predictedRatings-r1"}

        again = prod.up()
        assert (again.code, again.operations) == (0, [])

        prod.configure(stable="r1", canary={"release": "r2", "percent": 10}, api=api)
        canary = prod.up()
        assert (canary.code, canary.broken) == (0, [])
        assert set(deployments(prod).values()) == {"predictedRatings-r1", "predictedRatings-r2"}
        assert served(canary) - {"create Deployment"} == {"update RestApi gateway-api", "update Stage gateway-stage"}

        prod.configure(stable="r2", canary=None, warm=["r1"], api=api)
        promoted = prod.up()
        assert (promoted.code, promoted.broken, served(promoted)) == (0, [], {"update Stage gateway-stage"})
        prod.configure(stable="r1", canary=None, warm=["r2"], api=api)
        undone = prod.up()
        assert (undone.code, undone.broken) == (0, [])
        assert served(undone) - {"update RestApi gateway-api"} == {"update Stage gateway-stage"}

        prod.configure(stable="r1", warm=["r2"], api={key: each for key, each in api.items() if key != "cors"})
        kept = prod.up()  # another document for r2 too, whose Deployment is of the old one
        assert kept.code != 0
        assert "take it out of the warm ones" in kept.text

        refused = prod.destroy(previewed=True)
        assert refused.code != 0
        assert "protect" in refused.text
        assert refused.operations == []
        assert prod.unprotect().code == 0
        gone = prod.destroy()
        assert (gone.code, gone.broken) == (0, [])
        assert prod.aws().resources == {}
        assert gone.before("delete WebAclAssociation firewall-association", "delete WebAcl firewall-acl")
        for part in ("UsagePlan plans-partners", "BasePathMapping domain-mapping"):
            assert gone.before(f"delete {part}", "delete Stage gateway-stage")
