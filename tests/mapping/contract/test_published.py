"""The document for callers: plain OpenAPI 3.0 whatever the API has, and nothing of how it is served."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from components.cloud import Cloud
from mapping import load_contract
from mapping.published import own_address, published
from program.documents import document_for
from settings import parse
from tests.program.stacks import FEATURES

POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123"
PLANS = {"a": {"rate": 1, "burst": 1, "keys": ["tv"]}}
CLOUD = Cloud(account_id="123456789012", region="us-east-1")
TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def build(*, enriched: bool = False, server: dict[str, Any] | None = None, **api: Any) -> dict[str, Any]:
    raw = {"api": {"name": "p", **api}, "serving": {"instanceType": "ml.m5.large"}, "store": "s3://models/x"}
    settings = parse({**raw, "enriched": {"enabled": enriched}})
    contracts = [load_contract("ratings-v1"), load_contract("enriched-v1")]
    cached = "r1" if "cache" in api else None
    text = document_for(contracts[0], settings, CLOUD, cache_release=cached)
    return json.loads(published(text, contracts, server or {"url": "https://api.example.com"}))


def operation(body: dict[str, Any]) -> dict[str, Any]:
    return body["paths"]["/predicted-ratings/{user_id}"]["get"]


KINDS: list[dict[str, Any]] = [
    {},
    {"authorization": {"type": "API_KEY"}, "plans": PLANS},
    {"authorization": {"type": "IAM"}},
    {"authorization": {"type": "COGNITO", "cognito": {"userPools": [POOL], "scopes": ["b", "a"]}}},
    {"authorization": FEATURES["authorization"], "plans": PLANS},
    dict(FEATURES),
]


@pytest.mark.parametrize("api", KINDS, ids=lambda api: str(api.get("authorization", {}).get("type")))
@pytest.mark.parametrize("enriched", [True, False])
def test_it_is_valid_openapi_without_a_word_of_awss(api: dict[str, Any], enriched: bool) -> None:
    body = build(enriched=enriched, **api)
    validate(body)
    assert body["openapi"] == "3.0.1"
    text = json.dumps(body)
    for word in ("x-amazon", "arn:", "sagemaker", "123456789012", "#set", "Templates and function", "vpce"):
        assert word not in text, word
    assert [sorted(methods) for methods in body["paths"].values()] == [["get"]] * (2 if enriched else 1)


def test_parameters_say_what_the_templates_check() -> None:
    (user, items) = operation(build())["parameters"]
    assert user["schema"] == {"type": "string", "pattern": "^[0-9]{1,9}$"}
    assert items["schema"] == {"type": "string", "pattern": "^[0-9]{1,9}(,[0-9]{1,9})*$"}
    assert (user["example"], items["required"]) == ("321", True)


def test_keys_and_tokens_are_asked_for_together() -> None:
    body = build(**KINDS[4])
    assert operation(body)["security"] == [{"bearer": [], "api_key": []}]
    assert body["components"]["securitySchemes"] == {
        "bearer": TOKEN,
        "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }


def test_scopes_are_said_in_words() -> None:
    body = build(**KINDS[3])
    assert operation(body)["security"] == [{"cognito": []}]
    assert operation(body)["description"] == "The token needs one of the scopes a, b"
    assert body["components"]["securitySchemes"] == {"cognito": TOKEN}


def test_a_signature_is_said_to_be_awss() -> None:
    scheme = build(**KINDS[2])["components"]["securitySchemes"]["sigv4"]
    assert scheme["description"] == "AWS Signature Version 4 for the service execute-api"


def test_where_it_is_called() -> None:
    assert build()["servers"] == [{"url": "https://api.example.com"}]
    body = build(server=own_address(region="eu-west-1", stage="v1"))
    validate(body)
    (server,) = body["servers"]
    assert server["url"] == "https://{api}.execute-api.{region}.amazonaws.com/{stage}"
    assert {name: each["default"] for name, each in server["variables"].items()} == {
        "api": "api-id",
        "region": "eu-west-1",
        "stage": "v1",
    }
