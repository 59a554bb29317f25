"""Which image runs a framework."""

import importlib
import re
import warnings
from typing import Any

import pytest

from components.cloud import Cloud
from program.errors import ImageError
from program.images import IMAGES, image_of, images_in
from releases.model import Framework


def cloud(region: str, suffix: str = "amazonaws.com") -> Cloud:
    return Cloud(account_id="123456789012", region=region, dns_suffix=suffix)


@pytest.mark.parametrize(
    ("framework", "where", "image"),
    [
        (
            Framework(name="sklearn", version="1.2-1"),
            cloud("us-east-1"),
            "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
        ),
        (
            Framework(name="sklearn", version="0.23-1"),
            cloud("cn-north-1", "amazonaws.com.cn"),
            "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-scikit-learn:0.23-1-cpu-py3",
        ),
        (
            Framework(name="object2vec", version="1"),
            cloud("eu-central-1"),
            "664544806723.dkr.ecr.eu-central-1.amazonaws.com/object2vec:1",
        ),
        (Framework(name="mine", version="7", image="given"), cloud("mars-1"), "given"),
    ],
)
def test_the_image_is_the_given_one_or_the_regions(framework: Framework, where: Cloud, image: str) -> None:
    assert image_of(framework, where) == image


@pytest.mark.parametrize(
    ("framework", "region", "message"),
    [
        (
            Framework(name="torch", version="1"),
            "us-east-1",
            "no framework 'torch' is known; there are: sklearn, object2vec",
        ),
        (
            Framework(name="sklearn", version="9"),
            "us-east-1",
            "no sklearn version '9' is known; there are: 0.20.0, 0.23-1, 1.0-1, 1.2-1",
        ),
        (
            Framework(name="object2vec", version="1"),
            "mars-1",
            "no region with object2vec images 'mars-1' is known; there are: af-south-1, ap-east-1",
        ),
    ],
)
def test_what_is_in_no_table_is_refused_with_what_is(framework: Framework, region: str, message: str) -> None:
    with pytest.raises(ImageError, match=f"^{re.escape(message)}.*register the release with an image$"):
        image_of(framework, cloud(region))


def test_accounts_and_regions_look_like_accounts_and_regions() -> None:
    for images in IMAGES.values():
        for region, account in images.accounts.items():
            assert re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region)
            assert re.fullmatch(r"\d{12}", account)


def test_jobs_may_pull_what_the_region_has() -> None:
    assert [image.partition("/")[2] for image in images_in(cloud("eu-west-1"))] == [
        "sagemaker-scikit-learn:1.4-2-py312-cpu-py3",
        "object2vec:1",
    ]
    assert images_in(cloud("mars-1")) == ()


@pytest.mark.parametrize("name", IMAGES)
def test_every_image_is_the_one_that_sagemakers_sdk_names(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK's own sources warn when Python reads them for the first time
        image_uris: Any = importlib.import_module("sagemaker.core.image_uris")  # four seconds, for this test alone
    config = image_uris.config_for_framework(name)
    scopes = [config["inference"], config["training"]] if "inference" in config else [config]
    for scope in scopes:
        for version in IMAGES[name].versions:
            assert IMAGES[name].accounts == scope["versions"][version]["registries"]
    for version in IMAGES[name].versions:
        found = image_uris.retrieve(name, "us-gov-west-1", version=version, instance_type="ml.m5.large")
        assert image_of(Framework(name=name, version=version), cloud("us-gov-west-1")) == found
