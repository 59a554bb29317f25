"""The tables of AWS's limits against AWS's own service models, which ship with botocore."""

import re
from typing import Any

import pytest
from botocore.session import Session

from settings import limits


@pytest.fixture(scope="module")
def shape_of() -> Any:
    session: Any = Session()

    def shape(service: str, name: str) -> Any:
        return session.get_service_model(service).shape_for(name)

    return shape


def test_every_instance_type_matches(shape_of: Any) -> None:
    types = shape_of("sagemaker", "ProductionVariantInstanceType").enum
    assert len(types) > 200
    assert [name for name in types if not re.fullmatch(limits.INSTANCE_TYPE_PATTERN, name)] == []


def test_the_burstable_types_are_those_that_cannot_be_scaled(shape_of: Any) -> None:
    types = shape_of("sagemaker", "ProductionVariantInstanceType").enum
    unscalable = {name for name in types if re.match(limits.UNSCALABLE_INSTANCE_PATTERN, name)}
    assert unscalable == {"ml.t2.medium", "ml.t2.large", "ml.t2.xlarge", "ml.t2.2xlarge"}


def test_the_days_of_retention_are_those_that_are_documented(shape_of: Any) -> None:
    documented = shape_of("logs", "Days").documentation
    (days,) = re.findall(r"Possible values are: ([0-9, and]+)\.", documented)
    assert tuple(int(day) for day in re.findall(r"[0-9]+", days)) == limits.LOG_RETENTION_DAYS


def test_counts_and_percents_are_the_models(shape_of: Any) -> None:
    assert shape_of("sagemaker", "InitialTaskCount").metadata["min"] == limits.INSTANCE_COUNT_MIN
    percent = shape_of("sagemaker", "SamplingPercentage").metadata
    assert (percent["min"], percent["max"]) == limits.CAPTURE_PERCENT


def test_stage_names_are_as_documented(shape_of: Any) -> None:
    documented = shape_of("apigateway", "CreateStageRequest").members["stageName"].documentation
    assert "alphanumeric characters, hyphens, and underscores. Maximum length is 128 characters" in documented
    assert re.fullmatch(limits.STAGE_NAME_PATTERN, "a-B_9" + "x" * 123)
    assert not re.fullmatch(limits.STAGE_NAME_PATTERN, "a-B_9" + "x" * 124)


def test_tags_are_within_the_models_lengths(shape_of: Any) -> None:
    key, value = (shape_of("sagemaker", name).metadata for name in ("TagKey", "TagValue"))
    assert re.fullmatch(limits.TAG_KEY_PATTERN, "k" * key["max"])
    assert not re.fullmatch(limits.TAG_KEY_PATTERN, "k" * (key["max"] + 1))
    assert re.fullmatch(limits.TAG_VALUE_PATTERN, "v" * value["max"])
    assert not re.fullmatch(limits.TAG_VALUE_PATTERN, "v" * (value["max"] + 1))


def test_the_longest_name_of_an_endpoint_fits(shape_of: Any) -> None:
    longest = limits.API_NAME_MAX_LENGTH + len("-") + 20 + len("-") + 8
    assert longest <= shape_of("sagemaker", "EndpointName").metadata["max"]


def test_every_region_matches() -> None:
    session: Any = Session()
    partitions = session.get_available_partitions()
    regions = {name for one in partitions for name in session.get_available_regions("s3", one)}
    plain = {name for name in regions if "-" in name and not name.startswith(("fips", "s3", "aws"))}
    assert len(plain) > 30
    assert [name for name in plain if not re.fullmatch(limits.REGION_PATTERN, name)] == []
