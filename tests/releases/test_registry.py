"""Manifests in a store: written once, read back, never mixed up."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from releases import (
    DamagedError,
    ManifestError,
    ReleaseError,
    ReusedIdError,
    UnknownReleaseError,
    ids,
    load,
    load_all,
    manifest_key,
    publish,
    to_json,
    verify,
)
from store import Store, UnreachableError, open_store
from tests.releases.releases_made import R1

R2 = dataclasses.replace(R1, id="r2")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("it", tmp_path)


def test_a_release_is_published_once(store: Store) -> None:
    publish(store, R1)
    publish(store, R1)
    assert store.read("releases/r1.json") == to_json(R1).encode()
    assert load(store, "r1") == R1


def test_an_id_that_is_taken_stays_what_it_was(store: Store) -> None:
    publish(store, R1)
    with pytest.raises(ReusedIdError, match=r"data_sha256 was 'c+', is 'd+'"):
        publish(store, dataclasses.replace(R1, data_sha256="d" * 64))
    assert load(store, "r1") == R1


def test_a_release_that_is_none_is_not_written(store: Store) -> None:
    with pytest.raises(ManifestError, match=r"releases/\.\./x\.json is not a release manifest"):
        publish(store, dataclasses.replace(R1, id="../x"))
    assert store.keys() == []


def test_the_ids_are_those_of_manifests_only(store: Store) -> None:
    publish(store, R2)
    publish(store, R1)
    for key in ("releases/r1/model.tar.gz", "releases/Bad.json", "releases/on.json", "releases/r3.txt", "r4.json"):
        store.write(key, b"x")
    assert ids(store) == ["r1", "r2"]


def test_a_release_that_is_not_there_is_answered_with_those_that_are(store: Store) -> None:
    publish(store, R2)
    with pytest.raises(UnknownReleaseError, match=r"no such release in the store: r1\. There: r2\.") as caught:
        load(store, "r1")
    assert caught.value.known == ("r2",)


def test_several_are_read_by_id(store: Store) -> None:
    publish(store, R1)
    publish(store, R2)
    assert load_all(store, ["r2", "r1", "r2"]) == {"r1": R1, "r2": R2}


@pytest.mark.parametrize("name", ["../r1", "on", "", "R1", "r1/x"])
def test_what_is_no_id_is_no_key(store: Store, name: str) -> None:
    with pytest.raises(ReleaseError, match="allowed: a release id"):
        manifest_key(name)
    with pytest.raises(ReleaseError, match="allowed: a release id"):
        load(store, name)


def test_a_manifest_under_another_id_is_refused(store: Store) -> None:
    store.write("releases/r2.json", to_json(R1).encode())
    with pytest.raises(ManifestError, match=r"releases/r2\.json is not .*\n  id is 'r1'; allowed: 'r2'"):
        load(store, "r2")


@pytest.mark.parametrize("data", [b"", b"\xff", b"{}", to_json(R1).encode()[:-30]])
def test_a_damaged_manifest_is_named(store: Store, data: bytes) -> None:
    store.write("releases/r1.json", data)
    with pytest.raises(ManifestError, match=r"^releases/r1\.json is not a release manifest"):
        load(store, "r1")


def test_a_store_that_cannot_be_used_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("a file where the folder should be")
    with pytest.raises(UnreachableError):
        ids(open_store("it", tmp_path))


def test_an_artifact_is_what_its_manifest_says() -> None:
    data = b"a model"
    artifact = dataclasses.replace(R1.artifact, sha256=hashlib.sha256(data).hexdigest())
    release = dataclasses.replace(R1, artifact=artifact)
    verify(release, data)
    with pytest.raises(DamagedError) as caught:
        verify(release, data[:-1])
    message = str(caught.value)
    assert message.startswith("s3://bucket/artifacts/model.tar.gz is not the artifact of release 'r1': 6 bytes")
    assert artifact.sha256 in message
    assert hashlib.sha256(data[:-1]).hexdigest() in message
