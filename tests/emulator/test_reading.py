"""What is read from a recording, and what is refused, by resource, property and reason."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws
import pytest

from emulator.errors import EmulatorError, GraphError, UnsupportedError
from emulator.reading import graph_of
from emulator.recording import registered
from emulator.throttle import Throttle

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

API = "aws:apigateway/restApi:RestApi 'api'"


def refused(build: Callable[[], None], kind: type[EmulatorError] = UnsupportedError) -> str:
    with pytest.raises(kind) as caught:
        graph_of(registered(build))
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "http_proxy", "uri": "http://x"}, "integration.type: HTTP_PROXY: imitated are AWS and MOCK"),
        ({"type": "aws_proxy"}, "integration.type: AWS_PROXY: imitated are AWS and MOCK"),
        (
            {"type": "aws", "uri": "arn:aws:apigateway:r:sqs:path/x"},
            "integration.uri: 'arn:aws:apigateway:r:sqs:path/x': of AWS's services SageMaker runtime (",
        ),
        (
            {"requestParameters": {"integration.request.header.X": "method.request.body.a"}},
            "from 'method.request.body.a'",
        ),
        ({"tlsConfig": {}}, "integration.tlsConfig: not imitated"),
    ],
)
def test_integrations_that_cannot_be_imitated(bench: "Bench", change: dict[str, Any], message: str) -> None:
    text = refused(bench.stack(bench.document({"/a": {"get": bench.mock("{}", **change)}})))
    assert text.startswith("aws:apigateway/deployment:Deployment 'stable': body: GET /a: ")
    assert message in text


def test_other_than_post_towards_sagemaker(bench: "Bench") -> None:
    text = refused(bench.stack(bench.document({"/a": {"get": bench.model("{}", httpMethod="GET")}})))
    assert "httpMethod: 'GET': SageMaker runtime and Lambda's Invoke know POST only" in text


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ({"security": [{"key": ["scope"]}]}, "body: security: write it at each operation"),
        ({"x-amazon-apigateway-policy": {"Version": "1"}}, "policy: Statement[0] must be an object"),
        ({"x-amazon-apigateway-cors": {}}, "body: x-amazon-apigateway-cors: not imitated"),
        ({"swagger": "2.0"}, "body.swagger: version 2.0: write OpenAPI 3.0.1"),
    ],
)
def test_documents_that_cannot_be_imitated(bench: "Bench", top: dict[str, Any], message: str) -> None:
    assert message in refused(bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}, **top)))


@pytest.mark.parametrize(
    ("integration", "message"),
    [
        ({"responses": {"default": {"statusCode": "20"}}}, r"statusCode: must match [1-5]\d\d, is '20'"),
        (
            {"responses": {"4": {"statusCode": "400"}, "5": {"statusCode": "400"}}},
            "400 is taken: API Gateway keeps one response a status",
        ),
        ({"responses": {"(": {"statusCode": "400"}}}, "no regular expression"),
        ({"passthroughBehavior": "sometimes"}, "'sometimes' is none of WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER"),
    ],
)
def test_integrations_that_aws_would_refuse_too(bench: "Bench", integration: dict[str, Any], message: str) -> None:
    paths = {"/a": {"get": bench.mock("{}")}}
    paths["/a"]["get"]["x-amazon-apigateway-integration"] |= integration
    assert message in refused(bench.stack(bench.document(paths)), GraphError)


def test_documents_that_aws_would_refuse_too(bench: "Bench") -> None:
    for text in ("nothing", "- a", "a: [", '{"openapi": "4.0"}'):
        message = refused(bench.stack(text), GraphError)
        assert "Invalid OpenAPI input" in message or "must be 3.0.x" in message
    operation: dict[str, Any] = {"responses": {}}
    assert "AWS deploys no method without one" in refused(
        bench.stack(bench.document({"/a": {"get": operation}})), GraphError
    )
    unknown = bench.mock("{}") | {"x-amazon-apigateway-request-validator": "all"}
    assert "no validator is called 'all'" in refused(bench.stack(bench.document({"/a": {"get": unknown}})), GraphError)
    without_role = bench.model("{}", credentials="")
    message = refused(bench.stack(bench.document({"/a": {"get": without_role}})), GraphError)
    assert "Role ARN must be specified for AWS integrations" in message


def test_yaml_is_a_document_too(bench: "Bench") -> None:
    text = """
openapi: 3.0.1
info: {title: t, version: "1"}
paths:
  /a:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: mock
        responses: {default: {statusCode: 200, responseParameters: {b: true}}}
"""
    graph = graph_of(registered(bench.stack(text)))
    (api,) = graph.apis.values()
    assert list(api.resources["/a"]) == ["ANY"]
    assert api.resources["/a"]["ANY"].integration.responses[0].parameters == {}  # a value that is no text is dropped


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": {"basepath": "prepend"}}, f"{API}: parameters: import parameters (basepath) are not imitated"),
    ],
)
def test_properties_that_cannot_be_imitated(bench: "Bench", arguments: dict[str, Any], message: str) -> None:
    text = refused(bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}), api_args=arguments))
    assert text.startswith(message)


def test_a_property_that_changes_nothing_is_passed_over(bench: "Bench") -> None:
    document = bench.document({"/a": {"get": bench.mock("{}")}})
    build = bench.stack(
        document, api_args={"description": "d", "tags": {"a": "b"}, "disable_execute_api_endpoint": False}
    )
    assert set(graph_of(registered(build)).stages) == {"v1"}


def method(api: aws.apigateway.RestApi) -> None:
    aws.apigateway.Method("m", rest_api=api.id, resource_id="r", http_method="GET", authorization="NONE")


def policy(api: aws.apigateway.RestApi) -> None:
    aws.apigateway.RestApiPolicy("beside", rest_api_id=api.id, policy="{}")


def http_api(api: aws.apigateway.RestApi) -> None:
    aws.apigatewayv2.Api("other", protocol_type="HTTP")


def cached(api: aws.apigateway.RestApi) -> None:
    settings = aws.apigateway.MethodSettingsSettingsArgs(caching_enabled=True)
    aws.apigateway.MethodSettings("cached", rest_api=api.id, stage_name="v1", method_path="*/*", settings=settings)


def second(api: aws.apigateway.RestApi) -> None:
    aws.apigateway.RestApi("second", body="{}")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (method, "aws:apigateway/method:Method 'm': type: the API must be one OpenAPI document"),
        (policy, "aws:apigateway/restApiPolicy:RestApiPolicy 'beside': type: put the policy into the document"),
        (http_api, "aws:apigatewayv2/api:Api 'other': type: not imitated"),
        (cached, "settings.cachingEnabled: the stage's cache is not imitated; --ignore-unsupported serves"),
        (second, "one API is served at a time, here are api, second"),
    ],
)
def test_resources_that_cannot_be_imitated(bench: "Bench", extra: Callable[..., object], message: str) -> None:
    assert message in refused(bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}), extra=extra))


def test_no_api_is_nothing_to_serve() -> None:
    assert "there is nothing to serve" in refused(lambda: None, GraphError)


@pytest.mark.parametrize(
    ("canary", "message"),
    [
        (
            {"deployment_id": "zzz", "percent_traffic": 1},
            "canarySettings.deploymentId: 'zzz': Deployment id does not exist",
        ),
        ({"percent_traffic": 101}, "canarySettings.percentTraffic: must be 0 to 100, is 101"),
    ],
)
def test_canaries_that_cannot_be(bench: "Bench", canary: dict[str, Any], message: str) -> None:
    build = bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}), canary=canary)
    assert message in refused(build, GraphError)


def test_method_settings_of_one_path_begin_as_a_copy_of_the_stages(bench: "Bench") -> None:
    def own(api: aws.apigateway.RestApi) -> None:
        aws.apigateway.MethodSettings(
            "own", rest_api=api.id, stage_name="v1", method_path="a/GET", settings={"throttling_burst_limit": 3}
        )
        aws.apigateway.MethodSettings(
            "all",
            rest_api=api.id,
            stage_name="v1",
            method_path="*/*",
            settings={"throttling_rate_limit": 7.5, "throttling_burst_limit": -1},
        )

    graph = graph_of(registered(bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}), extra=own)))
    assert graph.stages["v1"].throttles == {
        "*/*": Throttle(rate=7.5, burst=5000),
        "/a/GET": Throttle(rate=7.5, burst=3),
    }


def test_without_method_settings_the_stages_own_measures_hold(bench: "Bench") -> None:
    graph = graph_of(registered(bench.stack(bench.document({"/a": {"get": bench.mock("{}")}}))))
    assert graph.stages["v1"].throttles == {"*/*": Throttle(rate=10_000.0, burst=5_000)}


def test_a_deployment_without_the_document_is_cut_from_the_apis_body(bench: "Bench") -> None:
    document = bench.document({"/a": {"get": bench.mock("{}")}})

    def build() -> None:
        api = aws.apigateway.RestApi("api", body=document, binary_media_types=["image/png"])
        deployment = aws.apigateway.Deployment("d", rest_api=api.id, triggers={"hash": "1"})
        aws.apigateway.Stage("stage", rest_api=api.id, stage_name="v1", deployment=deployment.id)

    (api,) = graph_of(registered(build)).apis.values()
    assert (set(api.resources), api.binary_media_types) == ({"/a"}, ("image/png",))


def test_an_api_without_a_document_is_refused() -> None:
    def build() -> None:
        api = aws.apigateway.RestApi("api")
        deployment = aws.apigateway.Deployment("d", rest_api=api.id)
        aws.apigateway.Stage("stage", rest_api=api.id, stage_name="v1", deployment=deployment.id)

    assert refused(build).startswith(f"{API}: body: the API must be one OpenAPI document")
