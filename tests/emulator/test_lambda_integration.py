"""An integration of type AWS in front of a Lambda function: event, selection by `errorMessage`, stage variables."""

import json
from typing import TYPE_CHECKING, Any

import httpx
import pulumi
import pulumi_aws as aws
import pytest

from emulator.errors import UnsupportedError
from emulator.lambda_uri import function_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Bench

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:"
URI = f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{ARN}${{stageVariables.enrich}}/invocations"
HANDLER = """
import os, time
def handler(event, context):
    match event.get("do"):
        case "raise":
            raise RuntimeError(event["message"])
        case "sleep":
            time.sleep(30)
        case "text":
            return b"no JSON"
        case "errorMessage":
            return {"errorMessage": event["message"]}
    return {"event": event, "release": os.environ["RELEASE"]}
"""
REQUEST = '{"do": "$input.params(\'do\')", "message": "$input.params(\'message\')"}'
BROKEN = b'{"message": "Internal server error"}'


def function(name: str, **more: Any) -> aws.lambda_.Function:
    arguments: dict[str, Any] = {
        "name": name,
        "role": "arn:aws:iam::123456789012:role/enrich",
        "runtime": "python3.12",
        "handler": "app.handler",
        "timeout": 30,
        "memory_size": 512,
        "code": pulumi.AssetArchive({"app.py": pulumi.StringAsset(HANDLER)}),
        "environment": {"variables": {"RELEASE": name}},
        **more,
    }
    return aws.lambda_.Function(name, **arguments)


def functions(*names: str, **more: Any) -> "Callable[[aws.apigateway.RestApi], object]":
    def registered(_api: aws.apigateway.RestApi) -> None:
        for name in names:
            function(name, **more)

    return registered


def operation(bench: "Bench", request: str | None = REQUEST, **more: Any) -> dict[str, Any]:
    integration: dict[str, Any] = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": URI,
        "passthroughBehavior": "when_no_match",
        "responses": {
            "default": {"statusCode": "200"},
            ".*Task timed out.*": {
                "statusCode": "504",
                "responseTemplates": {"application/json": '{"late": "$input.path(\'$.errorType\')"}'},
            },
            "no such .*": {"statusCode": "404", "responseTemplates": {"application/json": "{}"}},
            "200": {"statusCode": "599"},
        },
        **more,
    }
    if request is not None:
        integration["requestTemplates"] = {"application/json": request}
    return bench.operation(integration)


def serve(bench: "Bench", entry: dict[str, Any], *names: str, **stack: Any) -> httpx.Client:
    document = bench.document({"/": {"get": entry, "post": entry}})
    variables = stack.pop("variables", {"enrich": "enrich-r1"})
    bench.serve(document, variables=variables, extra=functions(*names), **stack)
    return bench.client()


def test_a_success_goes_out_through_the_default(bench: "Bench") -> None:
    response = serve(bench, operation(bench), "enrich-r1").get("/", params={"do": "nothing"})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.content == b'{"event": {"do": "nothing", "message": ""}, "release": "enrich-r1"}'
    assert {name.lower() for name in response.headers} == {
        "connection",
        "content-length",
        "content-type",
        "date",
        "x-amz-apigw-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
    }


def test_an_error_is_matched_against_the_patterns_as_a_whole(bench: "Bench") -> None:
    served = serve(bench, operation(bench), "enrich-r1")
    found = served.get("/", params={"do": "raise", "message": "no such user"})
    assert (found.status_code, found.content) == (404, b"{}")
    other = served.get("/", params={"do": "raise", "message": "there is no such user"})
    assert other.status_code == 200  # recorded: without a match the default, error or not
    assert (other.json()["errorMessage"], other.json()["errorType"]) == ("there is no such user", "RuntimeError")
    named = served.get("/", params={"do": "errorMessage", "message": "no such user"})
    assert named.status_code == 404


def test_a_function_that_times_out(bench: "Bench") -> None:
    document = bench.document({"/": {"get": operation(bench)}})
    bench.serve(document, variables={"enrich": "f"}, extra=functions("f", timeout=1))
    response = bench.client().get("/", params={"do": "sleep"})
    assert (response.status_code, response.content) == (504, b'{"late": "Sandbox.Timedout"}')


def test_the_gateway_does_not_wait_longer_than_its_own_timeout(bench: "Bench") -> None:
    entry = operation(bench, timeoutInMillis=300)
    document = bench.document({"/": {"get": entry}})
    bench.serve(document, variables={"enrich": "f"}, extra=functions("f", timeout=20))
    response = bench.client().get("/", params={"do": "sleep"})
    assert (response.status_code, response.content) == (504, b'{"message": "Endpoint request timed out"}')


def test_a_function_that_returns_no_json(bench: "Bench") -> None:
    entry = operation(bench)
    default = entry["x-amazon-apigateway-integration"]["responses"]["default"]
    served = serve(bench, entry, "enrich-r1")
    assert served.get("/", params={"do": "text"}).content == b"no JSON"
    default["responseTemplates"] = {
        "application/json": (
            "#set($release = $input.path('$.release'))"
            '#if($release == \'\')#set($context.responseOverride.status = 502){}#else{"release": "$release"}#end'
        )
    }
    served = serve(bench, entry, "enrich-r1")
    assert served.get("/", params={"do": "text"}).status_code == 502
    assert served.get("/", params={"do": "nothing"}).json() == {"release": "enrich-r1"}


def test_the_canary_has_its_own_function(bench: "Bench") -> None:
    canary = {"percent_traffic": 100, "stage_variable_overrides": {"enrich": "enrich-r2"}}
    served = serve(bench, operation(bench), "enrich-r1", "enrich-r2", canary=canary)
    assert served.get("/").json()["release"] == "enrich-r2"
    admin = bench.running[-1].admin_url
    tried = {track: httpx.post(f"{admin}/try", json={"path": "/", "canary": track}).json() for track in (True, False)}
    assert [json.loads(tried[track]["body"])["release"] for track in (True, False)] == ["enrich-r2", "enrich-r1"]
    uri = f"https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/{ARN}enrich-r1/invocations"
    assert any(line.endswith(f"Endpoint request URI: {uri}") for line in tried[False]["log"])


def test_a_function_that_is_not_there(bench: "Bench", capfd: pytest.CaptureFixture[str]) -> None:
    served = serve(bench, operation(bench), "enrich-r1", variables={"enrich": "enrich-r2"})
    reason = "no aws:lambda/function:Function is called 'enrich-r2'"
    assert capfd.readouterr().err == f"emulator: every request will be answered 500: {reason}\n"
    response = served.get("/")
    assert (response.status_code, response.content) == (500, BROKEN)
    assert response.headers["x-amzn-ErrorType"] == "InternalServerErrorException"
    served = serve(bench, operation(bench), "enrich-r1", variables={})
    assert served.get("/").content == BROKEN


def test_what_goes_in_without_a_template(bench: "Bench") -> None:
    served = serve(bench, operation(bench, None), "enrich-r1")
    assert served.post("/", json={"user": 321}).json()["event"] == {"user": 321}
    assert served.get("/").json()["event"] == {}
    broken = served.post("/", content=b"{", headers={"Content-Type": "text/plain"})
    assert (broken.status_code, broken.json()["Type"]) == (200, "User")  # Lambda's own 400, through the default


def test_the_invocations_and_the_log(bench: "Bench") -> None:
    served = serve(bench, operation(bench), "enrich-r1", log_format="$context.status $context.integration.status")
    served.get("/", params={"do": "raise", "message": "no such user"})
    log = bench.running[-1].access_log
    assert log is not None
    assert log.read_text() == "404 200\n"
    lineup = httpx.get(bench.running[-1].admin_url + "/lineup").json()
    assert lineup["functions"] == [
        {"name": "enrich-r1", "arn": f"{ARN}enrich-r1", "handler": "app.handler", "invocations": 1}
    ]
    assert "no such user" in (bench.store / "logs/aws/lambda/enrich-r1.log").read_text()


def test_only_invoked_functions_are_read(bench: "Bench") -> None:
    document = bench.document({"/": {"get": operation(bench)}})

    def both(api: aws.apigateway.RestApi) -> None:
        functions("e")(api)
        functions("other", runtime="nodejs22.x")(api)

    bench.serve(document, variables={"enrich": "e"}, extra=both)
    assert bench.client().get("/").status_code == 200


@pytest.mark.parametrize(
    ("change", "prop", "reason"),
    [
        ({"runtime": "nodejs22.x"}, "runtime", "functions of Python"),
        ({"layers": ["arn:aws:lambda:eu-central-1:123456789012:layer:x:1"]}, "layers", "layers are not fetched"),
        ({"code": None, "s3_bucket": "b", "s3_key": "k"}, "s3Bucket", "code in a bucket is not fetched"),
        ({"code": None}, "code", "give an archive of this machine"),
        ({"code": None, "image_uri": "x", "package_type": "Image"}, "imageUri", "images are not run here"),
        ({"code": pulumi.RemoteArchive("https://x/y.zip")}, "code", "behind an address"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(bench: "Bench", change: dict[str, Any], prop: str, reason: str) -> None:
    document = bench.document({"/": {"get": operation(bench)}})
    with pytest.raises(UnsupportedError, match=reason) as raised:
        bench.serve(document, variables={"enrich": "e"}, extra=functions("e", **change))
    assert (raised.value.resource, raised.value.property) == ("aws:lambda/function:Function 'e'", prop)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"httpMethod": "GET"}, "know POST only"),
        (
            {"requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}},
            "only synchronous calls are made",
        ),
    ],
)
def test_what_the_integration_cannot_be(bench: "Bench", more: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        serve(bench, operation(bench, **more), "enrich-r1")


@pytest.mark.parametrize(
    ("named", "name"),
    [
        (f"{ARN}enrich", "enrich"),
        (f"{ARN}enrich:7", "enrich:7"),
        ("enrich", "enrich"),
        ("enrich:$LATEST", "enrich:$LATEST"),
        ("123456789012:function:enrich", "enrich"),
        (ARN, ""),
        ("a:b:c", None),
    ],
)
def test_how_a_function_is_named(named: str, name: str | None) -> None:
    prefix = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions"
    assert function_name(f"{prefix}/{named}/invocations") == name
