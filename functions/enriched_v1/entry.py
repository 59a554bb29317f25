"""The module that Lambda loads: `handle`, made once for each instance of the function, with its connections.

The environment has ENDPOINT, MOVIES_TABLE, SEEN_TABLE, and TIMEOUT_SECONDS: how long the function may take.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from .data import Names
from .handler import Handler

if TYPE_CHECKING:
    from .data import Tables
    from .model import Runtime

CONNECT_SECONDS = 1.0
TABLE_SECONDS = 2.0
SHORTEST_SECONDS = 0.5


def made(environment: Mapping[str, str]) -> Handler:
    """Make the handler that an environment describes.

    The model is asked once, for a second try is its caller's to decide; tables are read again where that helps.
    """
    client = cast("Any", boto3).client  # its types are not on Lambda
    patience = max(SHORTEST_SECONDS, float(environment["TIMEOUT_SECONDS"]) - CONNECT_SECONDS)
    once = Config(connect_timeout=CONNECT_SECONDS, read_timeout=patience, retries={"total_max_attempts": 1})
    again = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=TABLE_SECONDS,
        retries={"total_max_attempts": 3, "mode": "standard"},
    )
    return Handler(
        runtime=cast("Runtime", client("sagemaker-runtime", config=once)),
        tables=cast("Tables", client("dynamodb", config=again)),
        endpoint=environment["ENDPOINT"],
        names=Names(movies=environment["MOVIES_TABLE"], seen=environment["SEEN_TABLE"]),
    )


handle = made(os.environ)
