"""The document: exact where AWS reads it, the same text for the same API, no Output and no caller in a URI."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from mapping import Api, Route, document, document_hash, load_contract
from mapping.gateway_responses import gateway_responses

ROLE = "arn:aws:iam::123456789012:role/predicted-ratings-dev-eu-west-1-invoke"


def build(**changes: Any) -> dict[str, Any]:
    route: dict[str, Any] = {
        "contract": load_contract("ratings-v1"),
        "region": "eu-west-1",
        "role_arn": ROLE,
        "max_items": 100,
        **changes,
    }
    return json.loads(document(Api(name="predicted-ratings-dev"), [Route(**route)]))


def operation(body: dict[str, Any]) -> dict[str, Any]:
    return body["paths"]["/predicted-ratings/{user_id}"]["get"]


def test_it_is_valid_openapi_3_0() -> None:
    body = build()
    assert body["openapi"] == "3.0.1"
    validate(body)


def test_the_integration_is_what_api_gateway_needs_for_sagemaker() -> None:
    integration = operation(build())["x-amazon-apigateway-integration"]
    responses = integration.pop("responses")
    template = integration.pop("requestTemplates")
    assert integration == {
        "type": "aws",
        "httpMethod": "POST",
        "uri": "arn:aws:apigateway:eu-west-1:runtime.sagemaker:path/endpoints/"
        "${stageVariables.endpointRatings}/invocations",
        "credentials": ROLE,
        "passthroughBehavior": "never",
        "timeoutInMillis": 29000,
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/json'",
            "integration.request.header.Accept": "'application/json'",
        },
    }
    assert list(template) == ["application/json"]
    assert {pattern: entry["statusCode"] for pattern, entry in responses.items()} == {
        r"2\d{2}": "200",
        "400": "400",
        "424": "502",
        "429": "429",
        r"5\d{2}": "503",
        "default": "500",
    }


def test_a_backend_error_is_never_answered_200_by_selection() -> None:
    # The status of every integration response must be declared, and only 2xx leads to 200 (API Gateway developer
    # guide, "Set up an integration response").
    operation_ = operation(build())
    responses = operation_["x-amazon-apigateway-integration"]["responses"]
    assert [pattern for pattern, entry in responses.items() if entry["statusCode"] == "200"] == [r"2\d{2}"]
    assert {entry["statusCode"] for entry in responses.values()} <= set(operation_["responses"])


def test_both_parameters_are_required_and_validated() -> None:
    body = build()
    assert [(p["name"], p["in"], p["required"]) for p in operation(body)["parameters"]] == [
        ("user_id", "path", True),
        ("items", "query", True),
    ]
    assert operation(body)["x-amazon-apigateway-request-validator"] == "parameters"
    assert body["x-amazon-apigateway-request-validators"] == {
        "parameters": {"validateRequestParameters": True, "validateRequestBody": False}
    }


def test_the_same_api_gives_the_same_text_and_another_limit_another_hash() -> None:
    contract = load_contract("ratings-v1")
    one, again, other = (
        document(Api(name="a"), [Route(contract=contract, region="eu-west-1", role_arn=ROLE, max_items=n)])
        for n in (100, 100, 101)
    )
    assert one == again
    assert document_hash(one) == document_hash(again) != document_hash(other)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "404"),
        ("RESOURCE_NOT_FOUND", "404"),
        ("BAD_REQUEST_PARAMETERS", "400"),
        ("BAD_REQUEST_BODY", "400"),
        ("UNSUPPORTED_MEDIA_TYPE", "415"),
        ("ACCESS_DENIED", "403"),
        ("AUTHORIZER_FAILURE", "503"),
        ("AUTHORIZER_CONFIGURATION_ERROR", "503"),
        ("THROTTLED", "429"),
        ("QUOTA_EXCEEDED", "429"),
        ("INTEGRATION_FAILURE", "502"),
        ("INTEGRATION_TIMEOUT", "504"),
        ("DEFAULT_4XX", None),
        ("DEFAULT_5XX", None),
    ],
)
def test_gateway_responses_have_one_json_form(kind: str, status: str | None) -> None:
    entry = gateway_responses()[kind]
    assert entry.get("statusCode") == status
    template = entry["responseTemplates"]["application/json"]
    filled = template.replace("$context.error.messageString", '"why"').replace("$context.requestId", "r")
    assert set(json.loads(filled)) == {"message", "requestId"}


def test_a_refused_caller_is_not_told_the_apis_arn() -> None:
    entry = gateway_responses()["ACCESS_DENIED"]
    own = '{"message": "The caller may not do this", "requestId": "$context.requestId"}'
    assert entry["responseTemplates"]["application/json"] == own  # and not $context.error.messageString


def test_throttled_callers_are_told_when_to_come_back() -> None:
    entry = gateway_responses()["THROTTLED"]
    assert entry["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


def test_further_extensions_go_into_the_document_and_its_hash() -> None:
    plain = document(Api(name="a"), [])
    extended = document(Api(name="a", compression_bytes=1024), [])
    assert json.loads(extended)["x-amazon-apigateway-minimum-compression-size"] == 1024
    assert document_hash(plain) != document_hash(extended)
