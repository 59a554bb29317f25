"""`canary openapi` as a person types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from cli import openapi as command
from cli.errors import CommandError
from cli.openapi import openapi
from settings.stackfile import set_values
from tests.program.stacks import CONTRACTS, FEATURES, ROOT, fill, release


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of prod's file, whose store has one release."""
    (tmp_path / "store").mkdir()
    fill(tmp_path / "store", [release("r1", CONTRACTS / "ratings-v1")])
    found = tmp_path / "Pulumi.prod.yaml"
    found.write_text((ROOT / "Pulumi.prod.yaml").read_text())
    set_values(found, {"store": str(tmp_path / "store")})
    monkeypatch.setattr(command, "stack_file", lambda _stack: found)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # a stand-in
    return found


def printed(capsys: pytest.CaptureFixture[str], **asked: Any) -> dict[str, Any]:
    openapi(**asked)
    body = json.loads(capsys.readouterr().out)
    validate(body)
    return body


def test_prods_callers_are_told_of_the_key(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = printed(capsys)
    (operations,) = body["paths"].values()
    assert operations["get"]["security"] == [{"api_key": []}]
    assert body["servers"][0]["variables"]["region"]["default"] == "us-east-1"


@pytest.mark.parametrize("asked", [{"release": "r1"}, {}])
def test_the_contract_is_the_releases(file: Path, capsys: pytest.CaptureFixture[str], asked: dict[str, str]) -> None:
    set_values(file, {"stable": "r1"})
    assert list(printed(capsys, **asked)["paths"]) == ["/predicted-ratings/{user_id}"]
    with pytest.raises(Exception, match="r9"):
        openapi(release="r9")


def test_where_it_is_called(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, url="http://127.0.0.1:8080/v1")["servers"] == [{"url": "http://127.0.0.1:8080/v1"}]
    set_values(file, {"api": {"name": "p", **FEATURES}})
    assert printed(capsys)["servers"] == [{"url": "https://api.example.com/ratings"}]


def test_it_is_written_into_a_file(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "openapi.json"
    openapi(output=target)
    assert capsys.readouterr().out == f"{target}: {target.stat().st_size} bytes\n"
    validate(json.loads(target.read_text()))
    with pytest.raises(CommandError, match=r"No such file or directory\. Name another file"):
        openapi(output=tmp_path / "nowhere" / "openapi.json")
