"""From a model to a release in a store, and what is refused there."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from releases.errors import ManifestError, ReusedIdError
from releases.model import ContractRef, Metrics, Release, Serving
from releases.registry import load, verify
from store import open_store
from store.folder import FolderStore
from training.archive import build_archive
from training.errors import ArchiveError, IncomparableError, WorseReleaseError
from training.hyperparameters import Hyperparameters
from training.pipeline import produce
from training.ratings import Ratings
from training.registration import archive_of, register
from training.release import MARGIN, check_not_worse, make_release
from training.split import earliest, ua_split

CONTRACT = ContractRef(name="ratings-v1", hash="c" * 64)
SERVING = Serving(instance_type="ml.m5.large", instance_count=1)
METRICS = Metrics(protocol="a protocol", rmse=0.9, mae=0.7, coverage=0.5, ratings=10)
ARCHIVE = b"an archive"
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()


def release(store_uri: str = "/store", archive: bytes = ARCHIVE, **changes: object) -> Release:
    made = make_release(
        "r1",
        archive=archive,
        store_uri=store_uri,
        contract=CONTRACT,
        serving=SERVING,
        metrics=METRICS,
        trained_at="2026-01-31T12:00:00Z",
        data_sha256="d" * 64,
    )
    return replace(made, **changes)


def measured(rmse: float, release_id: str = "r2") -> Release:
    return release(id=release_id, metrics=replace(METRICS, rmse=rmse))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    opened = open_store(str(tmp_path / "store"), tmp_path)
    assert isinstance(opened, FolderStore)
    return opened


@pytest.mark.parametrize("uri", ["/store", "/store/", "s3://bucket/prefix"])
def test_a_release_names_its_archive_by_content(uri: str) -> None:
    made = release(uri)
    assert made.artifact.uri == f"{uri.rstrip('/')}/artifacts/{SHA256}/model.tar.gz"
    assert made.artifact.sha256 == SHA256
    assert (made.framework.name, made.framework.version, made.framework.image) == ("sklearn", "1.2-1", None)
    assert (made.contract, made.serving, made.metrics) == (CONTRACT, SERVING, METRICS)
    assert (made.trained_at, made.data_sha256) == ("2026-01-31T12:00:00Z", "d" * 64)


def test_a_worse_release_is_refused_beyond_the_margin_only() -> None:
    stable = measured(0.9, "r1")
    check_not_worse(measured(0.8), stable)
    check_not_worse(measured(0.9 + MARGIN - 1e-9), stable)
    with pytest.raises(
        WorseReleaseError,
        match=r"'r2' has RMSE 0\.9101, 0\.0101 above the stable 'r1' \(0\.9000\); at most 0\.01 .*--allow-worse",
    ):
        check_not_worse(measured(0.9101), stable)
    check_not_worse(measured(1.1), stable, margin=0.3)


def test_other_protocols_are_not_compared() -> None:
    other = replace(measured(0.1), metrics=replace(METRICS, protocol="another", rmse=0.1))
    with pytest.raises(IncomparableError, match="measured on 'another' and the stable 'r1' on 'a protocol'"):
        check_not_worse(other, measured(0.9, "r1"))


def test_archive_and_manifest_are_registered(store: FolderStore) -> None:
    made = release(store.uri)
    assert register(store, made, ARCHIVE) == made
    assert load(store, "r1") == made
    assert store.keys() == [f"artifacts/{SHA256}/model.tar.gz", "releases/r1.json"]
    assert Path(made.artifact.uri).read_bytes() == ARCHIVE
    assert archive_of(store, made) == ARCHIVE


def test_a_repetition_changes_nothing(store: FolderStore) -> None:
    first = register(store, release(store.uri), ARCHIVE)
    later = release(store.uri, trained_at="2026-02-01T00:00:00Z")
    assert register(store, later, ARCHIVE) == first
    assert load(store, "r1") == first


def test_an_id_is_not_used_again(store: FolderStore) -> None:
    first = register(store, release(store.uri), ARCHIVE)
    with pytest.raises(ReusedIdError, match="r1"):
        register(store, release(store.uri, archive=b"another"), b"another")
    assert load(store, "r1") == first
    assert len(store.keys("artifacts/")) == 1


def test_an_archive_that_was_damaged_is_put_right(store: FolderStore) -> None:
    made = register(store, release(store.uri), ARCHIVE)
    Path(made.artifact.uri).write_bytes(ARCHIVE[:-2])
    register(store, made, ARCHIVE)
    assert archive_of(store, made) == ARCHIVE


def test_a_missing_archive_is_said(store: FolderStore) -> None:
    with pytest.raises(ArchiveError, match="the archive of release 'r1' is not in its store"):
        archive_of(store, release(store.uri))


def test_a_release_that_is_none_is_not_registered(store: FolderStore) -> None:
    with pytest.raises(ManifestError):
        register(store, release(store.uri, trained_at="yesterday"), ARCHIVE)
    assert store.keys("releases/") == []


def test_the_whole_line_from_rows_to_release(made: Ratings, quick: Hyperparameters, store: FolderStore) -> None:
    split = ua_split(made)
    seen: list[int] = []
    part = earliest(split.train, 0.6)
    first, second = (
        produce(
            name,
            rows=rows,
            split=split,
            store_uri=store.uri,
            contract=CONTRACT,
            serving=SERVING,
            trained_at="2026-01-31T12:00:00Z",
            seed=1,
            settings=quick,
            progress=lambda done, _total: seen.append(done),
        )
        for name, rows in (("r1", part), ("r2", split.train))
    )
    assert seen == list(range(1, 26)) * 2
    assert first.release.data_sha256 == part.sha256() != second.release.data_sha256
    assert second.release.metrics.rmse < first.release.metrics.rmse
    assert second.release.metrics.coverage == 1.0
    assert build_archive(second.model) == second.archive
    register(store, second.release, second.archive)
    verify(load(store, "r2"), archive_of(store, second.release))
