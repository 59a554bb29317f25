"""Asks the release's endpoint for ratings, in the form that the contract `ratings-v1` has with models."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from .errors import (
    FunctionError,
    LateError,
    ModelRefusedError,
    ModelThrottledError,
    ModelUnknownError,
    ModelUnusableError,
    UnavailableError,
)

BAD_REQUEST, NOT_FOUND, FAILED_DEPENDENCY, TOO_MANY, SERVER_ERROR = 400, 404, 424, 429, 500


class Runtime(Protocol):
    """boto3's client `sagemaker-runtime`, as far as it is asked."""

    def invoke_endpoint(self, **asked: Any) -> Mapping[str, Any]:  # noqa: ANN401 - boto3's own
        """Invoke an endpoint, or raise botocore's errors."""
        ...


def ratings(runtime: Runtime, endpoint: str, user: int, items: Sequence[int], request: str) -> list[float]:
    """Return one rating for every item, in order. `request` (none: empty) is what a captured answer is found by.

    Raises:
        FunctionError: see `errors.py`.
    """
    body = json.dumps({"instances": [{"in0": [user], "in1": [item]} for item in items]})
    named = {"InferenceId": request} if request else {}
    try:
        said = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body, **named
        )
        text = said["Body"].read()
    except ClientError as error:
        raise _failure(cast("Mapping[str, Any]", error.response)) from error
    except ReadTimeoutError as error:
        raise LateError(f"{endpoint} did not answer in time") from error
    except BotoCoreError as error:
        raise UnavailableError(f"{endpoint} could not be reached: {error}") from error
    return _scores(text, len(items))


def _scores(text: bytes, many: int) -> list[float]:
    try:
        scores = [prediction["scores"][0] for prediction in json.loads(text)["predictions"]]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelUnusableError(f"the answer is no list of predictions: {text[:80]!r}") from error
    if len(scores) != many:
        raise ModelUnusableError(f"{len(scores)} predictions for {many} items")
    if not all(type(score) in (int, float) and math.isfinite(score) for score in scores):
        raise ModelUnusableError("a score is no number")
    return scores


def _failure(said: Mapping[str, Any]) -> FunctionError:
    """Sort an answer of SageMaker's as `ratings-v1/error.vtl` does."""
    status = int(said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    error = said.get("Error", {})
    code, message = str(error.get("Code") or ""), str(error.get("Message") or "")
    told = f"{status} {code}"
    if status == FAILED_DEPENDENCY:
        original = said.get("OriginalStatusCode")
        if original == BAD_REQUEST:
            return ModelRefusedError(told)
        return ModelUnknownError(told) if original == NOT_FOUND else ModelUnusableError(f"{told} {original}")
    if status == BAD_REQUEST and (not message or code == "ThrottlingException"):
        return ModelThrottledError(told)
    if (status == BAD_REQUEST and "not found" in message) or status == TOO_MANY or status >= SERVER_ERROR:
        return UnavailableError(told)
    return ModelUnusableError(told)
