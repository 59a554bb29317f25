"""From the settings of the API's features to its document and to what stands in front of it."""

import json
from typing import Any

import pytest

from components.cloud import Cloud
from program.arguments import arguments
from program.documents import documents_of
from program.errors import AuthorizerError, RouteError
from program.front import authorizer_of, curl_of, front_of, methods_of
from program.journal import Carried
from releases.model import Canary, Lineup
from settings import Settings, parse
from tests.program.stacks import CONTRACTS, FEATURES, ROUTE, release

CLOUD = Cloud(account_id="123456789012", region="us-east-1")
R1, R2 = (release(name, CONTRACTS / "ratings-v1") for name in ("r1", "r2"))
STORE = "s3://models/prod"
JWT = FEATURES["authorization"]
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123"
OTHER = "arn:aws:lambda:us-east-1:123456789012:function:mine"


def settings(**api: Any) -> Settings:
    return parse(
        {"api": {"name": "p", **api}, "serving": {"instanceType": "ml.m5.large"}, "store": STORE, "stable": "r1"}
    )


def documented(**api: Any) -> dict[str, Any]:
    return json.loads(documents_of([R1], settings(**api), CLOUD)["r1"])


def schemes(**api: Any) -> list[str]:
    (operations,) = documented(**api)["paths"].values()
    return [name for entry in operations["get"].get("security", []) for name in entry]


def plans(**changes: Any) -> dict[str, Any]:
    return {"basic": {"rate": 1, "burst": 2, "keys": ["tv"], **changes}}


def test_who_may_call() -> None:
    assert schemes() == []
    assert schemes(authorization={"type": "API_KEY"}, plans=plans()) == ["api_key"]
    assert schemes(authorization={"type": "IAM"}) == ["sigv4"]
    assert schemes(authorization={"type": "IAM"}, plans=plans()) == ["sigv4", "api_key"]
    assert schemes(authorization={"type": "COGNITO", "cognito": {"userPools": [POOL]}}) == ["cognito"]
    assert schemes(authorization=JWT) == ["bearer"]


def test_the_authorizer_is_this_projects_own_or_another() -> None:
    def asked(**jwt: Any) -> dict[str, Any]:
        found = documented(authorization={"type": "JWT", "jwt": jwt})
        return found["components"]["securitySchemes"]["bearer"]["x-amazon-apigateway-authorizer"]

    own = asked(**JWT["jwt"], ttlSeconds=0)
    assert ":function:p-authorizer/invocations" in own["authorizerUri"]
    assert own["authorizerCredentials"] == "arn:aws:iam::123456789012:role/p-authorizer-us-east-1"
    assert own["authorizerResultTtlInSeconds"] == 0
    assert own["identityValidationExpression"]
    other = asked(functionArn=OTHER)
    assert f"/functions/{OTHER}/invocations" in other["authorizerUri"]
    assert "identityValidationExpression" not in other


def test_the_authorizers_function_is_told_whose_tokens_are_taken() -> None:
    args = authorizer_of(settings(authorization=JWT), CLOUD, {})
    assert args is not None
    assert args.function is not None
    assert args.function.environment == {
        "ISSUER": "https://login.example.com/",
        "AUDIENCE": "ratings",
        "SCOPES": "",
        "KEY_SET": "https://login.example.com/.well-known/jwks.json",
    }
    assert sorted(args.function.code) == [
        f"authorizer/{name}.py" for name in ("__init__", "errors", "handler", "keys", "tokens")
    ]
    assert authorizer_of(settings(), CLOUD, {}) is None
    other = authorizer_of(settings(authorization={"type": "JWT", "jwt": {"functionArn": OTHER}}), CLOUD, {})
    assert other is not None
    assert (other.function, other.function_arn) == (None, OTHER)


def test_the_rest_of_the_document() -> None:
    body = documented(
        network={"cidrs": ["203.0.113.0/24"]},
        cors={"origin": "*"},
        cache={},
        compressionBytes=0,
        validateRequests=False,
        domain={**FEATURES["domain"], "basePath": "v1"},
    )
    (operations,) = body["paths"].values()
    assert set(operations) == {"get", "options"}
    assert operations["get"]["x-amazon-apigateway-integration"]["cacheNamespace"] == "predictedRatings-r1"
    assert body["x-amazon-apigateway-minimum-compression-size"] == 0
    assert len(body["x-amazon-apigateway-policy"]["Statement"]) == 2
    assert body["servers"][0]["url"] == "https://api.example.com/v1"
    assert "x-amazon-apigateway-request-validators" not in body
    open_too = {**FEATURES["domain"], "mutualTls": None, "only": False}
    open_too.pop("mutualTls")
    assert "servers" not in documented(domain=open_too)


def test_with_a_cache_each_release_has_a_deployment_of_its_own() -> None:
    lineup = Lineup(stable=R1, canary=Canary(release=R2, percent=5))
    shared = arguments(settings(), lineup, CLOUD, stack="prod", store=STORE).stage
    own = arguments(settings(cache={}), lineup, CLOUD, stack="prod", store=STORE).stage
    assert shared is not None
    assert own is not None
    assert (len(shared.documents), len(own.documents)) == (1, 2)


def test_a_cache_that_is_put_on_in_the_middle_of_a_rollout_is_refused() -> None:
    carried = documents_of([R1, R2], settings(), CLOUD)
    lineup = Lineup(stable=R1, canary=Canary(release=R2, percent=5))
    with pytest.raises(Exception, match="with a cache a canary needs a Deployment of its own"):
        arguments(settings(cache={}), lineup, CLOUD, stack="prod", store=STORE, carried=Carried(documents=carried))


def test_an_authorizer_that_is_taken_away_in_the_middle_of_a_rollout_is_refused() -> None:
    carried = documents_of([R1], settings(authorization=JWT), CLOUD)
    with pytest.raises(AuthorizerError, match=r"function:p-authorizer, and the settings declare none: leave"):
        arguments(settings(), Lineup(stable=R1), CLOUD, stack="prod", store=STORE, carried=Carried(documents=carried))
    other = settings(authorization={"type": "JWT", "jwt": {"functionArn": OTHER}})
    with pytest.raises(AuthorizerError, match=f"declare {OTHER}"):
        arguments(other, Lineup(stable=R1), CLOUD, stack="prod", store=STORE, carried=Carried(documents=carried))


@pytest.mark.parametrize(
    ("api", "where"),
    [
        ({"throttling": {"routes": {"GET /ratings": {"rate": 1, "burst": 1}}}}, "api.throttling.routes"),
        (
            {
                "authorization": {"type": "API_KEY"},
                "plans": plans(routes={"POST /predicted-ratings/{user_id}": {"rate": 1, "burst": 1}}),
            },
            "api.plans.basic.routes",
        ),
    ],
)
def test_a_route_that_the_api_does_not_have_is_named(api: dict[str, Any], where: str) -> None:
    with pytest.raises(RouteError, match=rf"{where} names the route .* and the API has GET /predicted-ratings"):
        arguments(settings(**api), Lineup(stable=R1), CLOUD, stack="prod", store=STORE)


def test_throttles_of_routes_are_named_as_the_gateway_names_methods() -> None:
    throttle = {"rate": 1, "burst": 2}
    found = settings(
        authorization={"type": "API_KEY"},
        plans=plans(routes={ROUTE: throttle}),
        throttling={"routes": {ROUTE: throttle}},
    )
    assert list(methods_of(found).routes) == ["predicted-ratings/{user_id}/GET"]
    front = front_of(found, CLOUD, {})
    assert front.plans is not None
    assert list(front.plans.plans["basic"].routes) == ["/predicted-ratings/{user_id}/GET"]
    assert dict(front.plans.plans["basic"].keys) == {"tv": "p-tv"}


@pytest.mark.parametrize(("items", "is_long"), [(100, False), (204, False), (205, True), (1000, True)])
def test_long_queries_are_known_from_how_many_items_may_be_asked_for(items: int, is_long: bool) -> None:
    firewall = front_of(settings(firewall={}, maxItems=items), CLOUD, {}).firewall
    assert firewall is not None
    assert firewall.long_queries is is_long


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ({}, "curl"),
        ({"authorization": {"type": "API_KEY"}, "plans": plans()}, 'curl -H "x-api-key: $API_KEY"'),
        ({"authorization": JWT}, 'curl -H "Authorization: Bearer $TOKEN"'),
        (
            {"authorization": {"type": "IAM"}},
            (
                'curl --aws-sigv4 aws:amz:us-east-1:execute-api --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" '
                '-H "X-Amz-Security-Token: $AWS_SESSION_TOKEN"'
            ),
        ),
    ],
)
def test_the_example_call_asks_for_what_the_caller_has_to_bring(api: dict[str, Any], said: str) -> None:
    assert curl_of(settings(**api), CLOUD) == said
