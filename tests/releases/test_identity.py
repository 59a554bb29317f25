"""What makes a release another one, and the names that follow."""

import dataclasses
import hashlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from releases import Release, ReleaseError, ReusedIdError, check_reuse, endpoint_name, identity
from tests.releases.releases_made import R1, RELEASES


def changed(part: str, **changes: Any) -> Release:
    return dataclasses.replace(R1, **{part: dataclasses.replace(getattr(R1, part), **changes)})


CANONICAL = (
    '{"artifact":"' + "a" * 64 + '",'
    '"contract":{"hash":"' + "b" * 64 + '","name":"ratings"},'
    '"framework":{"image":null,"name":"sklearn","version":"1.2-1"},'
    '"serving":{"instance_count":2,"instance_type":"ml.m5.large","scaling":{"max_instances":4,"min_instances":1,'
    '"scale_in_cooldown_seconds":300,"scale_out_cooldown_seconds":60,"target_invocations_per_instance":600.0}}}'
)


def test_the_hash_is_of_one_text_and_so_the_same_on_every_machine() -> None:
    assert identity(R1) == hashlib.sha256(CANONICAL.encode()).hexdigest()[:8] == "f690e24c"


@pytest.mark.parametrize(
    "other",
    [
        changed("artifact", sha256="0" * 64),
        changed("framework", name="object2vec"),
        changed("framework", version="1.2-2"),
        changed("framework", image="it:1"),
        changed("contract", name="another"),
        changed("contract", hash="0" * 64),
        changed("serving", instance_type="ml.c5.large"),
        changed("serving", instance_count=1),
        changed("serving", scaling=None),
    ],
)
def test_artifact_image_contract_and_serving_are_the_identity(other: Release) -> None:
    assert identity(other) != identity(R1)


@pytest.mark.parametrize(
    "same",
    [
        dataclasses.replace(R1, id="r2"),
        changed("artifact", uri="/elsewhere/model.tar.gz"),
        changed("metrics", rmse=0.5),
        dataclasses.replace(R1, trained_at="2026-02-01T00:00:00Z"),
        dataclasses.replace(R1, data_sha256="0" * 64),
    ],
)
def test_nothing_else_is(same: Release) -> None:
    assert identity(same) == identity(R1)


def test_a_name_carries_prefix_id_and_hash() -> None:
    assert endpoint_name("ratings-prod", R1) == "ratings-prod-r1-f690e24c"


@hypothesis_settings(deadline=None, max_examples=100)
@given(RELEASES)
def test_a_name_is_one_that_sagemaker_takes(release: Release) -> None:
    name = endpoint_name("r" * 32, release)
    assert re.fullmatch(r"[a-z0-9](-*[a-z0-9]){0,62}", name)


def test_a_name_that_is_too_long_is_refused() -> None:
    release = dataclasses.replace(R1, id="r" * 20)
    assert len(endpoint_name("p" * 33, release)) == 63
    with pytest.raises(ReleaseError, match=r"64 characters long, SageMaker allows 63: shorten the API's name by 1"):
        endpoint_name("p" * 34, release)


def test_the_same_release_again_and_another_id_pass() -> None:
    check_reuse(R1, dataclasses.replace(R1))
    check_reuse(R1, dataclasses.replace(changed("serving", instance_count=1), id="r2"))


def test_an_id_that_is_used_again_says_what_has_changed() -> None:
    other = dataclasses.replace(changed("serving", instance_type="ml.c5.large", scaling=None), data_sha256="d" * 64)
    with pytest.raises(ReusedIdError) as caught:
        check_reuse(R1, other)
    message = str(caught.value)
    assert message.startswith("release 'r1' is there already and never changes: ")
    assert "serving.instance_type was 'ml.m5.large', is 'ml.c5.large'" in message
    assert "serving.scaling was Scaling(" in message
    assert f"data_sha256 was '{'c' * 64}', is '{'d' * 64}'" in message
    assert "artifact" not in message
