"""Releases as JSON: the exact text, the law that it reads back, and every fault of a text that is none."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from releases import ManifestError, Release, parse, to_json
from releases.schema import MANIFEST_SCHEMA
from tests.releases.releases_made import R1, RELEASES

TEXT = """\
{
  "schema_version": 1,
  "id": "r1",
  "artifact": {
    "uri": "s3://bucket/artifacts/model.tar.gz",
    "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  },
  "framework": {
    "name": "sklearn",
    "version": "1.2-1",
    "image": null
  },
  "contract": {
    "name": "ratings",
    "hash": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  },
  "serving": {
    "instance_type": "ml.m5.large",
    "instance_count": 2,
    "scaling": {
      "min_instances": 1,
      "max_instances": 4,
      "target_invocations_per_instance": 600.0,
      "scale_in_cooldown_seconds": 300,
      "scale_out_cooldown_seconds": 60
    }
  },
  "metrics": {
    "protocol": "ua.test",
    "rmse": 0.925,
    "mae": 0.73,
    "coverage": 0.998,
    "ratings": 9430
  },
  "trained_at": "2026-01-31T12:00:00Z",
  "data_sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
}
"""


def changed(path: str, value: Any) -> str:
    """Return R1's manifest with one value set; `...` takes the key away."""
    document: Any = json.loads(TEXT)
    *parents, last = path.split(".")
    held = document
    for name in parents:
        held = held[name]
    if value is ...:
        del held[last]
    else:
        held[last] = value
    return json.dumps(document)


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(ManifestError) as caught:
        parse(text)
    return caught.value.faults


def test_a_release_has_one_text() -> None:
    assert to_json(R1) == TEXT
    assert parse(TEXT) == R1


@hypothesis_settings(deadline=None, max_examples=100)
@given(RELEASES)
def test_what_is_written_reads_back(release: Release) -> None:
    read = parse(to_json(release))
    assert read == release
    assert to_json(read) == to_json(release)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(MANIFEST_SCHEMA)


@pytest.mark.parametrize("path", ["framework.image", "serving.scaling"])
def test_what_may_be_null_may_be_left_out(path: str) -> None:
    assert parse(changed(path, ...)) == parse(changed(path, None))


@pytest.mark.parametrize(
    "path", ["metrics.rmse", "metrics.coverage", "serving.scaling.target_invocations_per_instance"]
)
def test_an_integer_stands_for_a_float(path: str) -> None:
    release: Any = parse(changed(path, 1))
    for name in path.split("."):
        release = getattr(release, name)
    assert (release, type(release)) == (1.0, float)


def test_a_whole_float_stands_for_an_integer() -> None:
    count = parse(changed("serving.instance_count", 2.0)).serving.instance_count
    assert (count, type(count)) == (2, int)


ONE_FAULT: list[tuple[str, Any, str]] = [
    ("schema_version", 2, "schema_version is 2; allowed: the manifest's schema version, 1"),
    ("schema_version", ..., "schema_version is missing"),
    ("id", "on", "id is 'on', which is a word that YAML"),
    ("id", "R1", "id is 'R1'; allowed: a release id"),
    ("id", "r1\n", "id is 'r1\\n'; allowed: a release id"),
    ("id", "r" * 21, "id is 'rrrrrrrrrrrrrrrrrrrrr'; allowed: a release id"),
    ("id", 1, "id is 1; allowed: a release id"),
    ("artifact", ..., "artifact is missing; allowed: the model archive: an object with uri, sha256"),
    ("artifact", "x", "artifact is 'x'"),
    ("artifact.uri", "model.tar.gz", "artifact.uri is 'model.tar.gz'; allowed: an absolute path"),
    ("artifact.uri", "https://x/y", "artifact.uri is 'https://x/y'"),
    ("artifact.sha256", "A" * 64, "artifact.sha256 is 'AAAA"),
    ("artifact.sha256", "a" * 63, "artifact.sha256 is 'aaaa"),
    ("artifact.size", 3, "artifact.size is unknown; allowed: uri, sha256"),
    ("framework.name", "", "framework.name is ''"),
    ("framework.version", 1.2, "framework.version is 1.2; allowed: a version such as 1.2-1, in quotes"),
    ("framework.image", "", "framework.image is ''"),
    ("contract.name", "../x", "contract.name is '../x'"),
    ("contract.hash", None, "contract.hash is null"),
    ("serving", None, "serving is null"),
    ("serving.instance_type", "m5.large", "serving.instance_type is 'm5.large'"),
    ("serving.instance_type", "ml.t2.medium", "serving.instance_type is 'ml.t2.medium'; allowed: any but ml.t2.*"),
    ("serving.instance_count", 0, "serving.instance_count is 0; allowed: how many instances to start with, at least 1"),
    ("serving.instance_count", True, "serving.instance_count is True"),
    ("serving.instance_count", 1.5, "serving.instance_count is 1.5"),
    ("serving.instance_count", 2**31, "serving.instance_count is 2147483648"),
    ("serving.instance_count", 5, "serving.instance_count is 5; allowed: from 1 to 4, as serving.scaling says"),
    ("serving.scaling.min_instances", 5, "serving.scaling.min_instances is 5; allowed: at most max_instances, 4"),
    ("serving.scaling.target_invocations_per_instance", 0, "serving.scaling.target_invocations_per_instance is 0"),
    ("serving.scaling.scale_in_cooldown_seconds", -1, "serving.scaling.scale_in_cooldown_seconds is -1"),
    ("metrics.protocol", "", "metrics.protocol is ''"),
    ("metrics.rmse", -0.1, "metrics.rmse is -0.1; allowed: a root mean square error, at least 0"),
    ("metrics.mae", "0.7", "metrics.mae is '0.7'"),
    ("metrics.coverage", 1.1, "metrics.coverage is 1.1; allowed: a share from 0 to 1"),
    ("metrics.ratings", -1, "metrics.ratings is -1"),
    ("trained_at", "2026-01-31", "trained_at is '2026-01-31'; allowed: a time in UTC such as"),
    ("trained_at", "2026-02-30T00:00:00Z", "trained_at is '2026-02-30T00:00:00Z', which is no time"),
    ("trained_at", "2026-01-31T12:00:00+01:00", "trained_at is '2026-01-31T12:00:00+01:00'; allowed"),
    ("data_sha256", ..., "data_sha256 is missing; allowed: a SHA-256"),
    ("oops", 1, "oops is unknown; allowed: schema_version, id"),
]


@pytest.mark.parametrize(("path", "value", "words"), ONE_FAULT, ids=lambda value: str(value)[:40])
def test_one_fault_is_named_by_its_path(path: str, value: Any, words: str) -> None:
    (fault,) = faults(changed(path, value))
    assert fault.startswith(words)


def test_all_faults_are_reported_together() -> None:
    document: Any = json.loads(TEXT)
    document |= {"id": "null", "oops": 1, "trained_at": "2026-13-01T00:00:00Z"}
    document["artifact"] = {"uri": "x"}
    document["serving"]["scaling"]["min_instances"] = 9
    with pytest.raises(ManifestError) as caught:
        parse(json.dumps(document), "releases/r1.json")
    assert [fault.split(" ")[0] for fault in caught.value.faults] == [
        "artifact.sha256",
        "artifact.uri",
        "id",
        "oops",
        "serving.scaling.min_instances",
        "trained_at",
    ]
    assert str(caught.value).startswith("releases/r1.json is not a release manifest:\n  artifact.sha256 is missing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is no JSON"),
        (TEXT[:-20], "it is no JSON"),
        ('{"id": NaN}', "NaN is no JSON"),
        ('{"id": -Infinity}', "-Infinity is no JSON"),
        ('{"id": 1e999}', "1e999 is too large"),
        ('{"id": 1' + "0" * 400 + "}", "is too large"),
        ('{"id": 1, "id": 2}', "the key 'id' stands twice"),
        ("[" * 100_000, "it is no JSON"),
    ],
)
def test_what_is_no_json_is_said_to_be_none(text: str, words: str) -> None:
    (fault,) = faults(text)
    assert words in fault


@pytest.mark.parametrize("text", ["[]", "null", "1", '"r1"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith("the manifest is ")


def test_nan_is_not_written() -> None:
    metrics = dataclasses.replace(R1.metrics, rmse=float("nan"))
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(dataclasses.replace(R1, metrics=metrics))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@hypothesis_settings(deadline=None, max_examples=100)
@given(st.sampled_from([path for path, _, _ in ONE_FAULT]), JSON)
def test_whatever_stands_in_a_manifest_is_read_or_refused(path: str, value: Any) -> None:
    try:
        release = parse(changed(path, value))
    except ManifestError:
        return
    assert parse(to_json(release)) == release


def test_a_training_job_is_named_where_there_was_one_and_nothing_is_said_where_there_was_none() -> None:
    trained = dataclasses.replace(R1, job="ratings-r1-6a8b0c1d")
    text = to_json(trained)
    assert text == to_json(R1).replace("\n}\n", ',\n  "job": "ratings-r1-6a8b0c1d"\n}\n')
    assert parse(text) == trained
    assert parse(changed("job", None)) == R1
    with pytest.raises(ManifestError, match="job is 'a--'; allowed: the name of a training job"):
        parse(changed("job", "a--"))
