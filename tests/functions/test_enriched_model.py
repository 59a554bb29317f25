"""What the function asks SageMaker, and how each of its answers becomes one word. Calls are checked by botocore."""

import io
import json
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from functions.enriched_v1.errors import FunctionError
from functions.enriched_v1.model import ratings
from mapping import load_contract
from mapping.variables import Variables
from mapping.vtl.gateway import render


@pytest.fixture
def runtime() -> Any:
    return cast("Any", boto3).client(
        "sagemaker-runtime", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def said(body: bytes) -> dict[str, object]:
    return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ContentType": "application/json"}


def scores(*values: object) -> bytes:
    return json.dumps({"predictions": [{"scores": [value]} for value in values]}).encode()


def asked(user: int, items: list[int], **more: str) -> dict[str, str]:
    body = json.dumps({"instances": [{"in0": [user], "in1": [item]} for item in items]})
    kind = "application/json"
    return {"EndpointName": "api-r1-0a1b2c3d", "ContentType": kind, "Accept": kind, "Body": body, **more}


def test_the_model_is_asked_as_the_gateways_own_template_asks_it(runtime: Any) -> None:
    contract = load_contract("ratings-v1")
    variables = Variables(path={"user_id": "321"}, querystring={"items": "101,131"})
    gateway = json.loads(render(contract.request_template(max_items=9), variables).text)
    with Stubber(runtime) as stub:
        expected = asked(321, [101, 131], InferenceId="r-1")
        stub.add_response("invoke_endpoint", said(scores(3.5, 4)), expected)
        assert ratings(runtime, "api-r1-0a1b2c3d", 321, [101, 131], "r-1") == [3.5, 4]
    assert json.loads(expected["Body"]) == gateway


def test_without_a_request_id_none_is_sent(runtime: Any) -> None:
    with Stubber(runtime) as stub:
        stub.add_response("invoke_endpoint", said(scores(3.5)), asked(1, [2]))
        assert ratings(runtime, "api-r1-0a1b2c3d", 1, [2], "") == [3.5]


@pytest.mark.parametrize(
    ("status", "code", "message", "more", "word"),
    [
        (424, "ModelError", "no", {"OriginalStatusCode": 400}, "ModelRefused"),
        (424, "ModelError", "no", {"OriginalStatusCode": 404}, "ModelUnknown"),
        (424, "ModelError", "no", {"OriginalStatusCode": 500}, "ModelUnusable"),
        (424, "ModelError", "no", {"OriginalStatusCode": 0}, "ModelUnusable"),
        (400, "ThrottlingException", "Rate exceeded", {}, "ModelThrottled"),
        (400, "400", "", {}, "ModelThrottled"),
        (400, "ValidationError", "Endpoint x of account 123456789012 not found.", {}, "Unavailable"),
        (400, "ValidationError", "1 validation error detected", {}, "ModelUnusable"),
        (429, "ModelNotReadyException", "not ready", {}, "Unavailable"),
        (500, "InternalFailure", "", {}, "Unavailable"),
        (503, "ServiceUnavailable", "", {}, "Unavailable"),
        (530, "InternalDependencyException", "", {}, "Unavailable"),
        (403, "AccessDeniedException", "User is not authorized", {}, "ModelUnusable"),
    ],
)
def test_an_error_becomes_one_word(  # noqa: PLR0917 - pytest passes them by name
    runtime: Any, status: int, code: str, message: str, more: dict[str, object], word: str
) -> None:
    with Stubber(runtime) as stub:
        stub.add_client_error("invoke_endpoint", code, message, status, modeled_fields=more)
        with pytest.raises(FunctionError, match=f"^{word}: {status}"):
            ratings(runtime, "api-r1-0a1b2c3d", 1, [2], "")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ReadTimeoutError(endpoint_url="https://x"), "Late"),
        (EndpointConnectionError(endpoint_url="https://x"), "Unavailable"),
    ],
)
def test_no_answer_is_late_or_unavailable(error: Exception, word: str) -> None:
    class Gone:
        def invoke_endpoint(self, **_: object) -> Any:
            raise error

    with pytest.raises(FunctionError, match=f"^{word}: "):
        ratings(Gone(), "e", 1, [2], "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"predictions": 1}',
        scores(),
        scores(3.5),
        scores(3.5, 4, 5),
        scores(3.5, "4"),
        scores(3.5, None),
        scores(3.5, True),
        b'{"predictions": [{"scores": [3.5]}, {"scores": [NaN]}]}',
        b'{"predictions": [{"scores": [3.5]}, {"scores": []}]}',
        b'{"predictions": [{"scores": [3.5]}, {}]}',
    ],
)
def test_an_answer_that_is_not_one_number_an_item_is_unusable(runtime: Any, body: bytes) -> None:
    with Stubber(runtime) as stub:
        stub.add_response("invoke_endpoint", said(body))
        with pytest.raises(FunctionError, match=r"^ModelUnusable: "):
            ratings(runtime, "e", 1, [2, 3], "")
