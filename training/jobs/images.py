"""The image that a job runs in, as SageMaker's own SDK names it. The only file that loads the SDK.

It is loaded late: it weighs half a gigabyte, takes seconds, and nothing but training on SageMaker needs it.
"""

import importlib
import warnings
from typing import Any

from releases.model import Framework
from training.errors import PlaceError

HOW_TO_INSTALL = "Add it with ./canary setup --with sagemaker (half a gigabyte); everything else works without it"


def training_image(framework: Framework, region: str, instance_type: str) -> str:
    """Return the URI of the image that trains in `region`.

    Raises:
        PlaceError: the SDK is not installed, or knows no such image there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the SDK's own sources warn when Python reads them for the first time
            image_uris: Any = importlib.import_module("sagemaker.core.image_uris")
    except ImportError as error:
        raise PlaceError(f"SageMaker's SDK is not installed ({error}). {HOW_TO_INSTALL}") from error
    try:
        return image_uris.retrieve(
            framework.name,
            region,
            version=framework.version,
            instance_type=instance_type,
            image_scope="training",
        )
    except (ValueError, KeyError) as error:  # of what is no region, no version, or no instance type
        raise PlaceError(
            f"no image of {framework.name} {framework.version} for {instance_type} in {region!r}: {error} Choose "
            "another region (aws:region in the stack's file) or --instance-type"
        ) from error
