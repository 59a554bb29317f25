"""What the API's features put into the document: AWS's own forms, to the letter, and valid OpenAPI all the same."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from mapping import Api, Route, document, load_contract
from mapping.cors import Cors
from mapping.lint.documents import lint_openapi
from mapping.resource_policy import resource_policy
from mapping.security import BEARER_EXPRESSION, api_key, cognito, iam, lambda_authorizer

PATH = "/predicted-ratings/{user_id}"
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEf123"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ratings-authorizer"
CORS = Cors(origin="https://tv.example.com", headers=("Authorization", "X-Api-Key"), max_age_seconds=600)
INTEGRATION = "x-amazon-apigateway-integration"


def bearer() -> Any:
    return lambda_authorizer(
        FUNCTION,
        role_arn="arn:aws:iam::123456789012:role/ask",
        region="eu-west-1",
        partition="aws",
        ttl_seconds=60,
        expression=BEARER_EXPRESSION,
    )


EVERYTHING: dict[str, Any] = {
    "schemes": (bearer(), api_key()),
    "cors": CORS,
    "cache_release": "r1",
    "policy": resource_policy(cidrs=["203.0.113.0/24"], accounts=[], vpc_endpoints=[], partition="aws"),
    "compression_bytes": 1024,
    "address": "https://api.example.com/v1",
}


def build(**features: Any) -> dict[str, Any]:
    contract = load_contract("ratings-v1")
    route = Route(contract=contract, region="eu-west-1", role_arn="arn:aws:iam::123456789012:role/r", max_items=100)
    return json.loads(document(Api(name="ratings", **features), [route]))


def get(body: dict[str, Any]) -> dict[str, Any]:
    return body["paths"][PATH]["get"]


@pytest.mark.parametrize("features", [{}, *({key: value} for key, value in EVERYTHING.items()), EVERYTHING], ids=str)
def test_it_is_valid_openapi_and_the_linter_finds_nothing(features: dict[str, Any]) -> None:
    body = build(**features)
    validate(body)
    assert lint_openapi(body) == lint_openapi(build())


def test_an_api_without_features_has_none_of_their_words() -> None:
    body = build()
    assert {key for key in body if key.startswith("x-")} == {
        "x-amazon-apigateway-request-validators",
        "x-amazon-apigateway-gateway-responses",
    }
    assert "securitySchemes" not in body["components"]
    assert set(body["paths"][PATH]) == {"get"}
    assert "security" not in get(body)
    assert "cacheKeyParameters" not in get(body)[INTEGRATION]


def test_an_api_key() -> None:
    body = build(schemes=[api_key()])
    assert body["components"]["securitySchemes"] == {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
    assert body["x-amazon-apigateway-api-key-source"] == "HEADER"
    assert get(body)["security"] == [{"api_key": []}]
    assert get(body)["responses"]["403"]["description"] == "The API key is missing or not known"
    assert build(schemes=[bearer(), api_key()], key_source="AUTHORIZER")["x-amazon-apigateway-api-key-source"] == (
        "AUTHORIZER"
    )


def test_iam_and_what_an_unsigned_call_is_answered() -> None:
    body = build(schemes=[iam()])
    assert body["components"]["securitySchemes"] == {
        "sigv4": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
        }
    }
    assert get(body)["security"] == [{"sigv4": []}]
    assert "MISSING_AUTHENTICATION_TOKEN" not in body["x-amazon-apigateway-gateway-responses"]


@pytest.mark.parametrize("schemes", [[], [api_key()], [bearer()], [cognito([POOL], [])]], ids=len)
def test_an_unknown_route_is_a_404_for_every_other_api(schemes: list[Any]) -> None:
    responses = build(schemes=schemes)["x-amazon-apigateway-gateway-responses"]
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"


def test_a_user_pool() -> None:
    body = build(schemes=[cognito([POOL], ["ratings/read", "ratings/all"])])
    assert body["components"]["securitySchemes"] == {
        "cognito": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
        }
    }
    assert get(body)["security"] == [{"cognito": ["ratings/read", "ratings/all"]}]
    assert {"401", "403"} <= set(get(body)["responses"])


def test_a_lambda_authorizer_beside_a_key() -> None:
    body = build(schemes=[bearer(), api_key()])
    assert body["components"]["securitySchemes"]["bearer"] == {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
            "authorizerCredentials": "arn:aws:iam::123456789012:role/ask",
            "authorizerResultTtlInSeconds": 60,
            "identityValidationExpression": r"^Bearer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$",
        },
    }
    assert get(body)["security"] == [{"bearer": []}, {"api_key": []}]
    assert get(body)["responses"]["403"]["description"] == "The caller may not do this"


@pytest.mark.parametrize("kind", ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"])
def test_an_authorizer_that_is_down_is_not_the_callers_fault(kind: str) -> None:
    entry = build()["x-amazon-apigateway-gateway-responses"][kind]
    assert entry["statusCode"] == "503"
    assert entry["responseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}


def test_a_preflight_is_answered_by_the_gateway_itself_and_to_everybody() -> None:
    preflight = build(**EVERYTHING)["paths"][PATH]["options"]
    assert preflight[INTEGRATION] == {
        "type": "mock",
        "passthroughBehavior": "never",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {
            "default": {
                "statusCode": "204",
                "responseParameters": {
                    "method.response.header.Access-Control-Allow-Origin": "'https://tv.example.com'",
                    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
                    "method.response.header.Access-Control-Allow-Headers": "'Authorization,X-Api-Key'",
                    "method.response.header.Access-Control-Max-Age": "'600'",
                },
            }
        },
    }
    assert set(preflight["responses"]["204"]["headers"]) == {
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",
        "Access-Control-Max-Age",
    }
    assert "security" not in preflight
    assert "x-amazon-apigateway-request-validator" not in preflight


def test_every_answer_names_the_origin_errors_of_the_gateways_own_too() -> None:
    body = build(cors=CORS)
    named = {
        "Access-Control-Allow-Origin": "'https://tv.example.com'",
        "Access-Control-Expose-Headers": "'Retry-After'",
    }
    operation = get(body)
    for response in operation[INTEGRATION]["responses"].values():
        assert response["responseParameters"] == {f"method.response.header.{k}": v for k, v in named.items()}
        assert set(named) <= set(operation["responses"][response["statusCode"]]["headers"])
    for kind, entry in body["x-amazon-apigateway-gateway-responses"].items():
        own = {"gatewayresponse.header.Retry-After"} if "Retry-After" in str(entry) else set[str]()
        expected = {f"gatewayresponse.header.{k}": v for k, v in named.items()}
        assert expected.items() <= entry["responseParameters"].items(), kind
        assert set(entry["responseParameters"]) - own == set(expected), kind


def test_the_contracts_templates_are_the_same_with_every_feature() -> None:
    plain, full = get(build())[INTEGRATION], get(build(**EVERYTHING))[INTEGRATION]
    assert full["requestTemplates"] == plain["requestTemplates"]
    assert {name: each["responseTemplates"] for name, each in full["responses"].items()} == {
        name: each["responseTemplates"] for name, each in plain["responses"].items()
    }


def test_answers_are_cached_by_every_parameter_and_apart_for_each_release() -> None:
    one, other = (build(cache_release=release) for release in ("r1", "r2"))
    assert get(one)[INTEGRATION]["cacheKeyParameters"] == [
        "method.request.path.user_id",
        "method.request.querystring.items",
    ]
    assert get(one)[INTEGRATION]["cacheNamespace"] == "predictedRatings-r1"
    assert get(other)[INTEGRATION]["cacheNamespace"] == "predictedRatings-r2"


def test_compression_and_an_address_of_its_own() -> None:
    body = build(compression_bytes=0, address="https://api.example.com")
    assert body["x-amazon-apigateway-minimum-compression-size"] == 0
    assert body["servers"] == [
        {
            "url": "https://api.example.com",
            "x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True},
        }
    ]


def test_requests_may_be_left_to_the_templates() -> None:
    body = build(validate=False)
    assert "x-amazon-apigateway-request-validators" not in body
    assert "x-amazon-apigateway-request-validator" not in get(body)


INVOKE = {"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}


def test_networks_are_a_deny_that_iam_cannot_overrule() -> None:
    policy = resource_policy(cidrs=["203.0.113.0/24"], accounts=[], vpc_endpoints=[], partition="aws")
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", **INVOKE},
            {
                "Effect": "Deny",
                "Principal": "*",
                **INVOKE,
                "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}},
            },
        ],
    }
    assert build(policy=policy)["x-amazon-apigateway-policy"] == policy


def test_accounts_are_the_only_ones_allowed() -> None:
    policy = resource_policy(cidrs=[], accounts=["210987654321"], vpc_endpoints=[], partition="aws-cn")
    assert policy is not None
    assert policy["Statement"] == [
        {"Effect": "Allow", "Principal": {"AWS": ["arn:aws-cn:iam::210987654321:root"]}, **INVOKE}
    ]


def test_a_private_apis_callers_come_through_its_endpoints_and_from_addresses_of_their_vpc() -> None:
    policy = resource_policy(cidrs=["10.0.0.0/8"], accounts=[], vpc_endpoints=["vpce-12345678"], partition="aws")
    assert policy is not None
    assert [each["Condition"] for each in policy["Statement"] if each["Effect"] == "Deny"] == [  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType] # JSON
        {"StringNotEquals": {"aws:SourceVpce": ["vpce-12345678"]}},
        {"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}},
    ]


def test_nothing_asked_for_is_no_policy() -> None:
    assert resource_policy(cidrs=[], accounts=[], vpc_endpoints=[], partition="aws") is None
