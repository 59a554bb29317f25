"""`canary registry` over stores in folders, and over a bucket in moto; `canary invoke` here and on a stubbed AWS."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws
from typer.testing import CliRunner

from cli.main import app
from cli.registry import commands, invoking
from cli.registry.invoking import invoke_on_aws, request_body
from cli.wiring import WIRING, Stack, contract, read_stack, stack_file
from emulator.errors import UnsupportedError
from program.errors import FitError
from releases.errors import DamagedError, ReleaseError, ReusedIdError, UnknownReleaseError
from releases.identity import endpoint_name
from releases.model import Framework, Metrics, Release, Serving
from releases.registry import load
from releases.registry import publish as put_manifest
from store import Store, UnreachableError, open_store
from store.s3 import connect
from training.archive import build_archive
from training.errors import WorseReleaseError
from training.fitting import train
from training.hyperparameters import Hyperparameters
from training.ratings import ratings_of
from training.registration import register
from training.release import make_release

ARCHIVE = build_archive(
    train(ratings_of([(1, 7, 5, 0), (1, 8, 3, 0), (2, 7, 4, 0)]), Hyperparameters(rank=1, burn_in=0, sweeps=1))
)
METRICS = Metrics(protocol="ua.test", rmse=0.9, mae=0.7, coverage=1.0, ratings=10)


def made(store: Store, name: str, **changes: Any) -> Release:
    release = make_release(
        name,
        archive=ARCHIVE,
        store_uri=store.uri,
        contract=contract(),
        serving=Serving(instance_type="ml.m5.large", instance_count=1),
        metrics=METRICS,
        trained_at="2026-07-01T00:00:00Z",
        data_sha256="0" * 64,
    )
    return register(store, replace(release, **changes), ARCHIVE)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"), tmp_path)


def canary(*arguments: str, answer: str | None = None, status: int = 0) -> str:
    result = CliRunner().invoke(app, arguments, input=answer)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout


def test_releases_are_listed_with_their_place_in_the_stack(store: Store) -> None:
    for asked in ("list", "verify"):
        assert canary("registry", asked, "--store", store.uri).startswith(f"no release in {store.uri} yet")
    made(store, "r1")
    made(store, "r2", job="ratings-dev-r2-6b0dc1d9")
    head, first, second = canary("registry", "list", "--store", store.uri).splitlines()
    assert head.split() == ["release", "place", "framework", "RMSE", "MAE", "trained", "sha256", "job"]
    sha = load(store, "r1").artifact.sha256[:8]
    assert first.split() == ["r1", "sklearn", "1.2-1", "0.9000", "0.7000", "2026-07-01T00:00:00Z", sha]
    assert second.split()[-1] == "ratings-dev-r2-6b0dc1d9"
    rows = json.loads(canary("registry", "list", "--store", store.uri, "--json"))
    assert [(row["id"], row["place"], row.get("job")) for row in rows] == [
        ("r1", "", None),
        ("r2", "", "ratings-dev-r2-6b0dc1d9"),
    ]


def test_one_is_shown_with_the_endpoint_that_serves_it(store: Store) -> None:
    release = made(store, "r1")
    shown = dict(line.split(maxsplit=1) for line in canary("registry", "show", "r1", "--store", store.uri).splitlines())
    assert shown["endpoint"] == endpoint_name("predicted-ratings-local", release)
    assert shown["SHA-256"] == release.artifact.sha256
    assert shown["place"] == "not served in local"
    assert json.loads(canary("registry", "show", "r1", "--store", store.uri, "--json"))["id"] == "r1"
    with pytest.raises(UnknownReleaseError):
        canary("registry", "show", "r9", "--store", store.uri)


def test_artifacts_are_compared_with_their_manifests(store: Store, tmp_path: Path) -> None:
    made(store, "r1")
    elsewhere = tmp_path / "elsewhere.tar.gz"
    elsewhere.write_bytes(ARCHIVE)
    artifact = load(store, "r1").artifact
    put_manifest(store, replace(load(store, "r1"), id="r2", artifact=replace(artifact, uri=elsewhere.as_uri())))
    assert canary("registry", "verify", "--store", store.uri).splitlines() == [
        f"r1: whole, {len(ARCHIVE)} bytes at {artifact.uri}",
        f"r2: whole, {len(ARCHIVE)} bytes at {elsewhere.as_uri()}",
    ]
    elsewhere.write_bytes(ARCHIVE[:-1])
    assert "r2: damaged, " in canary("registry", "verify", "r2", "--store", store.uri, status=1)
    canary("registry", "verify", "r1", "--store", store.uri)
    elsewhere.unlink()
    found = json.loads(canary("registry", "verify", "--store", store.uri, "--json", status=1))
    assert [(each["release"], each["condition"]) for each in found] == [("r1", "whole"), ("r2", "missing")]
    put_manifest(store, replace(load(store, "r1"), id="r3", artifact=replace(artifact, uri=str(tmp_path))))
    assert "r3: unreachable" in canary("registry", "verify", "r3", "--store", store.uri, status=2)


@pytest.fixture
def bucket() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }.items():
            patch.setenv(name, value)
        session: Any = boto3.Session()
        session.client("s3").create_bucket(Bucket="releases")
        yield session


@pytest.fixture
def two(store: Store, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Stack]:
    """Two stacks: local in a folder, dev in a bucket."""
    remote = connect("s3://releases/dev", bucket.client("s3"), bucket.client("sts"))
    dev = read_stack(stack_file("dev"), store.uri)
    stacks = {"local": read_stack(stack_file("local"), store.uri), "dev": replace(dev, store=remote)}

    def opened(stack: str, _store: str | None) -> Stack:
        return stacks[stack]

    monkeypatch.setattr(commands, "_open", opened)
    return stacks


def test_a_release_trained_here_is_uploaded_to_a_stacks_bucket(store: Store, two: dict[str, Stack]) -> None:
    local = made(store, "r1")
    said = canary("registry", "publish", "r1", "--stack", "dev", answer="y\n")
    assert f"This uploads r1 ({len(ARCHIVE)} bytes) to s3://releases/dev (account 123456789012). Go on?" in said
    assert said.splitlines()[-1] == "Serve it: pulumi config set --stack dev stable r1 && pulumi up --stack dev"
    remote = load(two["dev"].store, "r1")
    assert remote.artifact.uri == f"s3://releases/dev/artifacts/{local.artifact.sha256}/model.tar.gz"
    assert remote.serving.instance_type == "ml.t2.medium"  # as the stack's settings say
    assert two["dev"].store.read(remote.artifact.uri.removeprefix("s3://releases/dev/")) == ARCHIVE
    canary("registry", "publish", "r1", "--stack", "dev", "--yes")  # again changes nothing
    assert "r1: whole" in canary("registry", "verify", "--stack", "dev")


def test_a_no_uploads_nothing(store: Store, two: dict[str, Stack]) -> None:
    made(store, "r1")
    canary("registry", "publish", "r1", "--stack", "dev", answer="n\n", status=1)
    assert list(two["dev"].store.keys()) == []


def test_another_release_of_the_same_id_stays(store: Store, two: dict[str, Stack]) -> None:
    made(store, "r1")
    canary("registry", "publish", "r1", "--stack", "dev", "--yes")
    other = replace(load(store, "r1"), data_sha256="1" * 64)
    store.delete("releases/r1.json")
    put_manifest(store, other)
    with pytest.raises(ReusedIdError, match="release 'r1' is there already and never changes: data_sha256"):
        canary("registry", "publish", "r1", "--stack", "dev", "--yes")
    assert load(two["dev"].store, "r1").data_sha256 == "0" * 64


def test_what_fails_on_the_way_leaves_no_release(
    store: Store, two: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    made(store, "r1")
    remote: Any = two["dev"].store

    class Cut:
        uri, account = remote.uri, remote.account
        read, keys, delete = remote.read, remote.keys, remote.delete

        def write(self, key: str, data: bytes, *, once: bool = False) -> None:
            if key.startswith("releases/"):
                raise UnreachableError("the network went")
            remote.write(key, data, once=once)

    cut: Any = Cut()
    monkeypatch.setitem(two, "dev", replace(two["dev"], store=cut))
    with pytest.raises(UnreachableError):
        canary("registry", "publish", "r1", "--stack", "dev", "--yes")
    assert list(remote.keys("releases/")) == []
    assert len(remote.keys("artifacts/")) == 1  # under its own hash, so the next attempt finds it


def test_what_is_damaged_worse_or_unfit_is_not_uploaded(
    store: Store, two: dict[str, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    release = made(store, "r1")
    image = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    made(store, "r2", framework=Framework(name="mine", version="1", image=image))
    with pytest.raises(FitError, match="release 'r2' names the image"):
        canary("registry", "publish", "r2", "--stack", "dev", "--yes")
    canary("registry", "publish", "r1", "--stack", "dev", "--yes")
    made(store, "r3", metrics=replace(METRICS, rmse=0.95))
    served = replace(two["dev"], settings=replace(two["dev"].settings, stable="r1"))
    monkeypatch.setitem(two, "dev", served)
    with pytest.raises(WorseReleaseError, match="'r3' has RMSE"):
        canary("registry", "publish", "r3", "--stack", "dev", "--yes")
    assert "Roll it out beside r1: ./canary start r3 --stack dev" in canary(
        "registry", "publish", "r3", "--stack", "dev", "--yes", "--allow-worse"
    )
    Path(release.artifact.uri).write_bytes(b"other")
    with pytest.raises(DamagedError):
        canary("registry", "publish", "r1", "--stack", "dev", "--yes")
    assert sorted(two["dev"].store.keys("releases/")) == ["releases/r1.json", "releases/r3.json"]


def test_a_bucket_that_is_anothers_is_named(bucket: Any) -> None:
    s3, sts = bucket.client("s3"), bucket.client("sts")
    asked = {"Bucket": "releases", "ExpectedBucketOwner": "123456789012"}
    with Stubber(s3) as stub:
        stub.add_client_error("head_bucket", "403", "Forbidden", 403, expected_params=asked)
        with pytest.raises(UnreachableError, match="asked for by account 123456789012: access denied: not yours"):
            connect("s3://releases/dev", s3, sts)


def test_a_release_is_asked_directly_here(store: Store) -> None:
    release = made(store, "r1")
    lines = canary("invoke", "r1", "--user", "1", "--items", "7,8", "--store", store.uri).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["7", "8"]
    assert all(1 <= float(line.split("\t")[1]) <= 5 for line in lines)
    name = endpoint_name("predicted-ratings-local", release)
    answer = json.loads(canary("invoke", name, "--user", "1", "--items", "7", "--store", store.uri, "--json"))
    assert (answer["endpoint"], answer["status"]) == (name, 200)
    assert json.loads(answer["body"])["predictions"][0]["scores"] == [float(lines[0].split("\t")[1])]


def test_a_name_that_is_neither_and_a_built_in_image_are_refused_by_name(store: Store) -> None:
    made(store, "r1", framework=Framework(name="object2vec", version="1"))
    with pytest.raises(UnsupportedError, match="SAGEMAKER_PROGRAM: the image brings its own server"):
        canary("invoke", "r1", "--user", "1", "--items", "7", "--store", store.uri)
    with pytest.raises(
        ReleaseError, match=r"'r9' is no release in .* \(r1\) and no endpoint of predicted-ratings-local"
    ):
        canary("invoke", "r9", "--user", "1", "--items", "7", "--store", store.uri)


@pytest.mark.parametrize("items", ["", "7,", "x", "7,-1", "1000000000", "٣"])
def test_items_that_are_no_ids_are_refused(store: Store, items: str) -> None:
    result = CliRunner().invoke(app, ["invoke", "r1", "--user", "1", "--items", items, "--store", store.uri])
    assert result.exit_code == 2
    assert "ids of at most nine digits" in " ".join(result.output.replace("│", "").split())


BODY = b'{"instances": [{"in0": [321], "in1": [101]}, {"in0": [321], "in1": [131]}]}'


@pytest.fixture
def runtime(bucket: Any) -> Iterator[tuple[Any, Stubber]]:
    client = bucket.client("sagemaker-runtime")
    with Stubber(client) as stub:
        yield client, stub


def test_an_endpoint_on_aws_is_asked_as_the_gateway_would(runtime: tuple[Any, Stubber]) -> None:
    client, stub = runtime
    assert request_body(321, [101, 131]) == BODY
    text = b'{"predictions": [{"scores": [3.5]}, {"scores": [4.25]}]}'
    stub.add_response(
        "invoke_endpoint",
        {"Body": StreamingBody(io.BytesIO(text), len(text)), "ContentType": "application/json"},
        {"EndpointName": "e-1", "ContentType": "application/json", "Accept": "application/json", "Body": BODY},
    )
    answer = invoke_on_aws("e-1", BODY, client)
    assert (answer.endpoint, answer.status, answer.body) == ("e-1", 200, text.decode())


def test_sagemakers_errors_are_answers_with_their_status(runtime: tuple[Any, Stubber]) -> None:
    client, stub = runtime
    stub.add_client_error("invoke_endpoint", "ValidationError", "Endpoint e-1 of account 1 not found.", 400)
    answer = invoke_on_aws("e-1", BODY, client)
    assert (answer.status, json.loads(answer.body)) == (
        400,
        {"error": "ValidationError", "message": "Endpoint e-1 of account 1 not found."},
    )


def test_a_stack_on_s3_is_asked_on_aws(two: dict[str, Stack], monkeypatch: pytest.MonkeyPatch) -> None:
    made(two["dev"].store, "r1")
    asked: list[tuple[str, bytes]] = []

    def answered(endpoint: str, body: bytes, _client: object) -> invoking.Answer:
        asked.append((endpoint, body))
        return invoking.Answer(endpoint=endpoint, status=424, body="no", milliseconds=1.0)

    def read(_file: Path, _store: str | None) -> Stack:
        return two["dev"]

    monkeypatch.setattr("cli.wiring.read_stack", read)
    monkeypatch.setattr(invoking, "invoke_on_aws", answered)
    assert canary("invoke", "r1", "--user", "321", "--items", "101,131", "--stack", "dev", status=1) == "no\n"
    assert asked == [(endpoint_name("predicted-ratings-dev", load(two["dev"].store, "r1")), BODY)]


@pytest.mark.parametrize(
    "body",
    [
        "body",
        "[]",
        "{}",
        '{"predictions": [{"scores": []}, {"scores": [4]}]}',
        '{"predictions": [{"scores": [3.5]}]}',
        '{"predictions": [{"scores": [3.5]}, {"scores": [null]}]}',
        '{"predictions": [{"scores": [3.5]}, {"scores": ["4"]}]}',
    ],
)
def test_a_success_without_a_score_for_each_item_is_none(
    two: dict[str, Stack], monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    made(two["dev"].store, "r1")

    def answered(endpoint: str, _body: bytes, _client: object) -> invoking.Answer:
        return invoking.Answer(endpoint=endpoint, status=200, body=body, milliseconds=1.0)

    def read(_file: Path, _store: str | None) -> Stack:
        return two["dev"]

    monkeypatch.setattr("cli.wiring.read_stack", read)
    monkeypatch.setattr(invoking, "invoke_on_aws", answered)
    result = CliRunner().invoke(app, ["invoke", "r1", "--user", "321", "--items", "101,131", "--stack", "dev"])
    assert (result.exit_code, result.stdout) == (1, f"{body}\n")
    assert result.stderr.endswith("canary: its answer has not one score for each of 2 items\n")


def test_the_place_of_a_stacks_jobs_is_what_its_program_declares() -> None:
    place = WIRING.place("dev", "123456789012", "us-east-1", "aws")
    assert place.bucket == "predicted-ratings-dev-123456789012-us-east-1"
    assert place.role_arn == "arn:aws:iam::123456789012:role/predicted-ratings-dev-training-us-east-1"
    assert (place.prefix, place.api, place.tags["stack"]) == ("jobs", "predicted-ratings-dev", "dev")
