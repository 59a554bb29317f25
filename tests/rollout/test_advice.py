"""What `canary lint` says of settings that are allowed, and of what the program would refuse."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from rollout.advice import advice
from rollout.linting import faults
from rollout.stack import ROOT
from settings import parse
from settings.stackfile import load_stack, set_values
from tests.program.stacks import CONTRACTS, FEATURES, fill, release

KEY: dict[str, Any] = {"authorization": {"type": "API_KEY"}}


def said(stack: str, *, protect: bool = False, **api: Any) -> dict[str, str]:
    raw: dict[str, Any] = {
        "api": {"name": "p", **api},
        "serving": {"instanceType": "ml.m5.large"},
        "store": "s3://models/x",
        "protect": protect,
    }
    return dict(advice(stack, parse(raw)))


@pytest.mark.parametrize(("stack", "protect"), [("prod", False), ("prod-eu", False), ("live", True)])
def test_an_open_api_in_production_is_said_aloud(stack: str, protect: bool) -> None:
    (text,) = said(stack, protect=protect).values()
    assert f"is NONE on {stack}, which is a stack for production: whoever reaches it may call" in text
    assert list(said(stack, protect=protect)) == ["api.authorization.type"]


def test_who_can_reach_it_is_said_too() -> None:
    assert "reaches it from 203.0.113.0/24 may call" in str(said("prod", network={"cidrs": ["203.0.113.0/24"]}))
    private: dict[str, Any] = {"endpointType": "PRIVATE", "vpcEndpoints": ["vpce-12345678"]}
    assert "reaches it through its VPC endpoints may call" in str(said("prod", **private))


def test_elsewhere_and_with_a_key_nothing_is_said() -> None:
    assert said("dev") == {}
    assert said("prod", **KEY, plans={"a": {"rate": 50, "burst": 100, "keys": ["tv"]}}) == {}


@pytest.mark.parametrize("plan", [{"rate": 51, "burst": 1}, {"rate": 1, "burst": 101}])
def test_a_plan_above_the_stages_own_throttle_has_no_effect(plan: dict[str, Any]) -> None:
    found = said("prod", **KEY, plans={"a": {**plan, "keys": ["tv"]}})
    assert list(found) == ["api.plans.a"]
    assert "api.throttling lets through 50 and 100 of all keys together" in found["api.plans.a"]


def test_a_plan_of_nobodys_and_an_old_tls() -> None:
    assert list(said("prod", **KEY, plans={"a": {"rate": 1, "burst": 1}})) == ["api.plans.a.keys"]
    domain = {name: FEATURES["domain"][name] for name in ("name", "certificateArn")}
    assert list(said("dev", domain={**domain, "tls": "TLS_1_0"})) == ["api.domain.tls"]


def test_an_issuer_on_this_machine_is_for_the_emulator() -> None:
    jwt = {"issuer": "http://localhost:8080/a", "audience": ["x"], "keySet": "http://127.0.0.1/keys"}
    assert list(said("dev", authorization={"type": "JWT", "jwt": jwt})) == [
        "api.authorization.jwt.issuer",
        "api.authorization.jwt.keySet",
    ]
    assert said("dev", authorization=FEATURES["authorization"]) == {}


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_of_the_committed_stacks_nothing_is_said(stack: str) -> None:
    assert list(advice(stack, parse(load_stack(ROOT / f"Pulumi.{stack}.yaml")))) == []


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A stack's file whose store holds two releases."""
    (tmp_path / "store").mkdir()
    fill(tmp_path / "store", [release(name, CONTRACTS / "ratings-v1") for name in ("r1", "r2")])
    file = Path(shutil.copy(ROOT / "Pulumi.prod.yaml", tmp_path))
    set_values(file, {"store": str(tmp_path / "store"), "stable": "r1"})
    return file


def test_a_stack_without_fault_has_none(stack: Path) -> None:
    assert faults("prod", stack) == []


def test_settings_are_looked_at_where_their_store_is_out_of_reach(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(stack.parent / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(stack.parent / "none"))
    set_values(stack, {"store": "s3://models/x", "api": {"name": "p"}})
    assert [fault.text.split()[0] for fault in faults("prod", stack)][1:] == ["api.authorization.type"]
    set_values(stack, {"api": {"name": "P"}})
    assert "api.name is 'P'" in faults("prod", stack)[1].text


@pytest.mark.parametrize(
    ("changes", "said_of_it"),
    [
        (
            {"api": {"name": "p", **KEY, "plans": {"a": {"rate": 1, "burst": 1, "keys": ["tv"], "routes": {
                "GET /ratings": {"rate": 1, "burst": 1}}}}}},
            "api.plans.a.routes names the route 'GET /ratings', and the API has GET /predicted-ratings/{user_id}",
        ),
        ({"aws:region": "mars-north-1"}, "no region with sklearn images 'mars-north-1' is known"),
        ({"api": {"name": "p"}}, "api.authorization.type is NONE on prod"),
    ],
)  # fmt: skip
def test_what_the_program_would_refuse_is_found_without_aws(
    stack: Path, changes: dict[str, Any], said_of_it: str
) -> None:
    set_values(stack, changes)
    (fault,) = faults("prod", stack)
    assert said_of_it in fault.text
    assert fault.where == "Pulumi.prod.yaml"
