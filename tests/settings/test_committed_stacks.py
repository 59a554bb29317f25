"""The stacks that are committed, and the project file that declares their keys."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import settings
from settings import AuthorizationType, LogLevel, parse, store_uri
from settings.field import settings_of
from settings.model import PROJECT, Settings
from settings.stackfile import load_stack

ROOT = Path(settings.__file__).parent.parent
KINDS = {"string", "integer", "boolean", "array", "object"}


def project() -> Any:
    yaml: Any = YAML(typ="safe", pure=True)
    return yaml.load(ROOT / "Pulumi.yaml")


def stack(name: str) -> Settings:
    return parse(load_stack(ROOT / f"Pulumi.{name}.yaml"), [])


@pytest.mark.parametrize("name", ["dev", "prod", "local"])
def test_a_stack_has_no_fault_and_no_release_yet(name: str) -> None:
    parsed = stack(name)
    assert (parsed.stable, parsed.canary, parsed.warm, parsed.rollout) == (None, None, (), None)
    assert parsed.api.name == f"predicted-ratings-{name}"
    assert parsed.tags == {"project": "predicted-ratings", "stack": name}


@pytest.mark.parametrize("name", ["dev", "prod", "local"])
def test_a_stack_holds_every_key_that_the_project_declares(name: str) -> None:
    """Pulumi refuses one that does not: "missing configuration values"."""
    assert set(load_stack(ROOT / f"Pulumi.{name}.yaml")) == {f"{PROJECT}:{key}" for key in project()["config"]} | {
        "aws:region"
    }


def test_dev_is_small_and_cheap() -> None:
    dev = stack("dev")
    assert (dev.serving.instance_count, dev.serving.autoscaling, dev.protect) == (1, None, False)


def test_prod_is_more_than_one_scaled_throttled_traced_logged_and_protected() -> None:
    prod = stack("prod")
    scaling = prod.serving.autoscaling
    assert scaling is not None
    assert prod.serving.instance_count >= 2
    assert scaling.min_instances >= 2
    assert scaling.max_instances > scaling.min_instances
    assert (prod.api.tracing, prod.protect, prod.api.logging.data_trace) == (True, True, False)
    assert (prod.api.logging.level, prod.api.logging.retention_days) == (LogLevel.ERROR, 365)
    assert prod.api.throttling.rate == 100


def test_prod_asks_its_callers_for_a_key_of_a_plan_with_a_quota_and_the_others_for_nothing() -> None:
    api = stack("prod").api
    assert api.authorization.type is AuthorizationType.API_KEY
    (plan,) = api.plans.values()
    assert (plan.keys, plan.quota is not None) == (("default",), True)
    assert plan.rate <= api.throttling.rate
    assert plan.burst <= api.throttling.burst
    for name in ("dev", "local"):
        assert (stack(name).api.authorization.type, dict(stack(name).api.plans)) == (AuthorizationType.NONE, {})


def test_stores_are_a_placeholder_on_aws_and_an_ignored_folder_here() -> None:
    stores = {name: store_uri(load_stack(ROOT / f"Pulumi.{name}.yaml")) for name in ("dev", "prod", "local")}
    assert stores == {
        "dev": "s3://replace-with-your-bucket/predicted-ratings/dev",
        "prod": "s3://replace-with-your-bucket/predicted-ratings/prod",
        "local": ".canary/local",
    }
    assert ".canary/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "replace-with-your-bucket" in (ROOT / "docs" / "settings.md").read_text()


def test_the_project_declares_every_top_level_key_with_type_and_description_only() -> None:
    document = project()
    assert document["name"] == PROJECT
    ours = {one.key: one.rule.kind for one in settings_of(Settings) if ":" not in one.key}
    assert {key: held["type"] for key, held in document["config"].items()} == ours
    assert set(ours.values()) <= KINDS
    assert all(held["description"] for held in document["config"].values())
    assert all(set(held) <= {"type", "description", "items"} for held in document["config"].values())
    assert "main" not in document


def test_the_environment_that_the_project_names_is_the_wrappers() -> None:
    document = project()
    assert document["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert '".venv"' in (ROOT / "canary").read_text()
