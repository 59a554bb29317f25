"""Whether a release's image, framework and contract fit together, before anything is made of them. Pure.

What a framework's container speaks by itself stands here as one request and one answer; the contract's own schemas
say whether that is what its templates send and read. A container of our own handler speaks what the handler does, and
a framework that is in no table speaks what its maker says.
"""

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator

from components.cloud import Cloud
from mapping.contract import Contract
from program.errors import FitError
from program.images import IMAGES
from releases.model import Framework, Release

SCRIPT_ENVIRONMENT = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""Where a framework's container finds the handler: the archive's `code/inference.py`, unpacked below /opt/ml/model
(sagemaker-python-sdk, "Using Scikit-learn with the SageMaker Python SDK", model directory structure)."""

SPOKEN: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "object2vec": (
        {"instances": [{"in0": [321], "in1": [101]}, {"in0": [321], "in1": [131]}]},
        {"predictions": [{"scores": [3.5]}, {"scores": [4.25]}]},
    )
}
"""A request and its answer for each algorithm that brings its own server; SageMaker developer guide, "Data formats for
Object2Vec inference" (object2vec-inference-formats)."""

_ECR = re.compile(r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)(?:[:@].+)?")


def environment_of(framework: Framework) -> Mapping[str, str]:
    """Return the variables of the release's container: an algorithm that brings its own server gets none."""
    return {} if framework.name in SPOKEN else SCRIPT_ENVIRONMENT


def check_fit(release: Release, contract: Contract | None, cloud: Cloud) -> None:
    """Let a release pass whose image, framework and contract can work together in this region.

    Without a contract (a rollout's journal carries its document instead) the image is looked at alone.

    Raises:
        FitError: they cannot; the message names release, image and contract.
    """
    framework = release.framework
    if framework.image is not None:
        _check_image(release.id, framework, framework.image, cloud)
    spoken = SPOKEN.get(framework.name)
    if spoken is None or contract is None:
        return
    for schema, example in zip(("model-request", "model-response"), spoken, strict=True):
        validator: Any = Draft4Validator(contract.schema(schema))  # Any: its stubs leave the instance's type unknown
        for error in validator.iter_errors(example):
            raise FitError(
                f"release {release.id!r} runs in the image of {framework.name!r}, which speaks {example}, and names "
                f"the contract {contract.name!r}, whose {schema} does not take that: {error.message}. Register it with "
                "the contract that it speaks, or with an image whose container speaks this one"
            )


def _check_image(release_id: str, framework: Framework, image: str, cloud: Cloud) -> None:
    match = _ECR.fullmatch(image)
    if match is None:
        return  # components.policies refuses what is no image of ECR's
    if match["region"] != cloud.region:
        raise FitError(
            f"release {release_id!r} names the image {image!r}, which lies in {match['region']}; SageMaker pulls in "
            f"its own region alone, here {cloud.region}: register it with an image of that region"
        )
    owners = {images.repository: name for name, images in IMAGES.items()}
    owner = owners.get(match["repository"], framework.name)
    if owner != framework.name:
        raise FitError(
            f"release {release_id!r} says framework {framework.name!r} and names the image {image!r}, which is "
            f"{owner}'s: register it with framework {owner!r}, or with an image of {framework.name}"
        )
