"""One line of data capture, the same in a folder and on S3. Pure.

A line has the invocation's time in whole seconds, as SageMaker's has; so intervals that scores are counted in begin
and end at whole seconds of whatever wrote it.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

INVALID = "invalid-"
"""How the contracts mark the inference id of a request that was refused and sent one fixed instance instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """The scores of one invocation, when it began (seconds since 1970 of its host, whole), and the request's id."""

    at: float
    scores: tuple[float, ...]
    id: str = ""


def read_capture(line: bytes) -> Predicted | None:
    """Read one line; None where it is torn, was a refused request's, or holds no scores."""
    try:
        raw = cast("dict[str, Any]", json.loads(line))
        told = raw["eventMetadata"]
        request = str(told.get("inferenceId", ""))
        if request.startswith(INVALID):
            return None
        output = raw["captureData"]["endpointOutput"]
        text = base64.b64decode(output["data"]) if output["encoding"] == "BASE64" else output["data"]
        predictions = cast("list[dict[str, Any]]", json.loads(text)["predictions"])
        scores = tuple(float(score) for each in predictions for score in each["scores"])
        return Predicted(at=datetime.fromisoformat(told["inferenceTime"]).timestamp(), scores=scores, id=request)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
