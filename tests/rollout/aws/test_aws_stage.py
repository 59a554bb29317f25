"""What is asked of API Gateway: the stage's split, the emergency's one patch, a try without public traffic."""

import pytest

from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.naming import release_in, release_of
from rollout.adapters.aws.stage import Served, Stage
from tests.rollout.aws.conftest import Stubbed

API = "predicted-ratings-dev"
R1, R2 = f"{API}-r1-0123abcd", f"{API}-r2-4567abcd"
SPLIT = {
    "stageName": "v1",
    "variables": {"endpointRatings": R1},
    "canarySettings": {
        "deploymentId": "d1",
        "percentTraffic": 5.0,
        "stageVariableOverrides": {"endpointRatings": R2},
        "useStageCache": False,
    },
}
WHERE = {"restApiId": "abc123", "stageName": "v1"}
PATCH = {
    **WHERE,
    "patchOperations": [{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}],
}


def stage(stubbed: Stubbed) -> Stage:
    return Stage(stubbed.clients.apigateway, api=API, name="v1", stack="dev")


def found(stubbed: Stubbed, *items: dict[str, object]) -> None:
    own = {"id": "abc123", "name": API, "tags": {"stack": "dev"}}
    stubbed.answer("apigateway", "get_rest_apis", {"items": [*items, own]}, {"limit": 500})


def test_the_split_is_read_as_getstage_shows_it(stubbed: Stubbed) -> None:
    found(stubbed, {"id": "other", "name": f"{API}-2"})
    stubbed.answer("apigateway", "get_stage", SPLIT, WHERE)
    assert stage(stubbed).read() == Served(
        variables={"endpointRatings": R1}, overrides={"endpointRatings": R2}, percent=5.0
    )


def test_a_stage_without_a_canary_has_none(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_stage", {"stageName": "v1", "variables": {"endpointRatings": R1}}, WHERE)
    assert stage(stubbed).read() == Served(variables={"endpointRatings": R1}, overrides={}, percent=0.0)


def test_withdraw_is_one_patch(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_stage", SPLIT, WHERE)
    stubbed.answer("apigateway", "update_stage", SPLIT, PATCH)
    stage(stubbed).withdraw()


def test_withdraw_leaves_a_stage_without_a_canary_alone(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_stage", {"stageName": "v1"}, WHERE)
    stage(stubbed).withdraw()  # no patch: it would make a canary of the stage's own deployment


def test_withdraw_does_not_wait_for_a_stage_that_cannot_be_read(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.refuse("apigateway", "get_stage", "TooManyRequestsException", "Too Many Requests")
    stubbed.answer("apigateway", "update_stage", SPLIT, PATCH)
    stage(stubbed).withdraw()


@pytest.mark.parametrize("cached", [True, False])
def test_a_cache_is_flushed_where_there_is_one(stubbed: Stubbed, cached: bool) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_stage", {**SPLIT, "cacheClusterEnabled": cached}, WHERE)
    if cached:
        stubbed.answer("apigateway", "flush_stage_cache", {}, WHERE)
    stage(stubbed).flush()


def test_a_patch_that_fails_is_told_with_aws_own_words(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_stage", SPLIT, WHERE)
    stubbed.refuse("apigateway", "update_stage", "NotFoundException", "Invalid stage identifier specified")
    with pytest.raises(AwsError, match=r"UpdateStage predicted-ratings-dev/v1: Invalid stage identifier.*NotFound"):
        stage(stubbed).withdraw()


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "and there are: none"),
        ([{"id": "a", "name": API}, {"id": "b", "name": API}], "and there are: a, b"),
    ],
)
def test_there_must_be_one_api_of_the_name(stubbed: Stubbed, items: list[dict[str, object]], said: str) -> None:
    stubbed.answer("apigateway", "get_rest_apis", {"items": items}, {"limit": 500})
    with pytest.raises(AwsError, match=said):
        stage(stubbed).read()


def test_of_two_apis_of_the_name_the_stacks_own_is_taken(stubbed: Stubbed) -> None:
    found(stubbed, {"id": "elder", "name": API, "tags": {"stack": "prod"}})
    assert stage(stubbed).api_id() == "abc123"


TRY = {
    "restApiId": "abc123",
    "resourceId": "r",
    "httpMethod": "GET",
    "pathWithQueryString": "/predicted-ratings/321?items=101",
    "stageVariables": {"endpointRatings": R2},
}


def tried(stubbed: Stubbed, answer: dict[str, object]) -> None:
    found(stubbed)
    paths = [{"id": "root", "path": "/"}, {"id": "r", "path": "/predicted-ratings/{user_id}"}]
    stubbed.answer("apigateway", "get_resources", {"items": paths}, {"restApiId": "abc123", "limit": 500})
    stubbed.answer("apigateway", "test_invoke_method", answer, TRY)
    stage(stubbed).answer(
        path="/predicted-ratings/{user_id}",
        method="GET",
        request="/predicted-ratings/321?items=101",
        variables={"endpointRatings": R2},
    )


def test_a_try_sends_the_canarys_variables(stubbed: Stubbed) -> None:
    tried(stubbed, {"status": 200, "body": '{"ratings": [4.1]}'})


def test_a_try_that_is_not_answered_well_is_told_with_its_body(stubbed: Stubbed) -> None:
    with pytest.raises(AwsError, match=r"was answered 503: \{\"message\": \"not in service\"\}"):
        tried(stubbed, {"status": 503, "body": '{"message": "not in service"}'})


def test_a_route_that_the_api_lacks_is_told(stubbed: Stubbed) -> None:
    found(stubbed)
    stubbed.answer("apigateway", "get_resources", {"items": []}, {"restApiId": "abc123", "limit": 500})
    with pytest.raises(AwsError, match="has no route /x"):
        stage(stubbed).answer(path="/x", method="GET", request="/x", variables={})


@pytest.mark.parametrize(
    ("endpoint", "release"),
    [
        (f"{API}-r2-4567abcd", "r2"),
        (f"{API}-2026-11-23-a-4567abcd", "2026-11-23-a"),
        (f"{API}-4567abcd", None),
        (f"{API}-r2-4567abcx", None),
        ("another-r2-4567abcd", None),
        (f"{API}-r2-4567abc", None),
    ],
)
def test_the_release_is_read_out_of_the_endpoints_name(endpoint: str, release: str | None) -> None:
    assert release_of(API, endpoint) == release
    assert release_in(API, {"other": "x", "endpointRatings": endpoint}) == release
