"""What the program registers, to the last input, for dev and prod and every kind of line-up (files in `golden/`)."""

import importlib
import inspect
from pathlib import Path

import pytest

from tests.program.golden import FOLDER, LINEUPS, STACKS, World


@pytest.mark.parametrize("stack", STACKS)
def test_every_line_up_registers_exactly_this(stack: str, tmp_path: Path) -> None:
    world = World(tmp_path / "world", stack)
    for name, changes in LINEUPS.items():
        expected = (FOLDER / f"{stack}-{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert world.lines(world.run(**changes)) == expected, f"{stack}, {name}"


@pytest.mark.parametrize("lineup", ["contract-canary", "everything"])
def test_everything_that_takes_tags_has_them(lineup: str, tmp_path: Path) -> None:
    world = World(tmp_path / "world", "prod")
    for each in world.run(**LINEUPS[lineup], tags={"team": "ratings"}).registrations:
        if takes_tags(each.type):
            expected = {"team": "ratings", "project": "predicted-ratings", "stack": "prod", "managed-by": "pulumi"}
            assert expected.items() <= each.inputs["tags"].items(), each.name


def takes_tags(token: str) -> bool:
    """Look up in the SDK whether a type has an argument `tags`: `aws:s3/bucket:Bucket` is `pulumi_aws.s3.Bucket`."""
    package, module, kind = token.split(":")
    if package != "aws":
        return False
    name = {"lambda": "lambda_"}.get(module.split("/")[0], module.split("/")[0])  # a word of Python's
    found = getattr(importlib.import_module(f"pulumi_aws.{name}"), kind)
    return "tags" in inspect.signature(found._internal_init).parameters
