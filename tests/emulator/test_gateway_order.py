"""Which failure is answered when several apply; validation; content types; selection; templates' variables."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

JSON = "application/json"
HASH_MAP_KEYS = {
    "resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId", "protocol",
    "requestOverride", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "identity", "domainName",
    "deploymentId", "responseOverride", "apiId",
}  # fmt: skip
IDENTITY = {
    "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
    "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
}  # fmt: skip


def parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    bench = module_bench
    pet = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string", "format": "byte"}, "mother": {"$ref": "#/components/schemas/Pet"}},
    }
    body = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Pet"}}}}
    required = [parameter("qs1", "query"), parameter("issuer", "path"), parameter("x-header-param", "header")]
    checked: dict[str, Any] = {"parameters": required, "requestBody": body}
    word = "x-amazon-apigateway-request-validator"
    by_status = {
        r"2\d{2}": {"statusCode": "200", "responseTemplates": {JSON: '{"by": "pattern"}'}},
        "40": {"statusCode": "400", "responseTemplates": {JSON: '{"by": "prefix"}'}},
        "40[0-3]": {"statusCode": "403", "responseTemplates": {JSON: '{"by": "class"}'}},
        "default": {"statusCode": "500", "responseTemplates": {JSON: '{"by": "default"}'}},
    }
    chosen = '{"statusCode": $input.params("s")}'
    seen = '{"path": "$input.params().path.id", "last": "$input.params("q")", "header": "$input.params("X-Own")"}'
    echo = "#set($body = $input.body)$body"
    bodies = {"default": {"statusCode": "200", "responseTemplates": {JSON: echo}}}
    copied = '#set($context.requestOverride.path.kept = $input.body){"statusCode": 200}'
    keys = (
        '{"all": "#foreach($k in $context.keySet())$k,#end", '
        '"identity": "#foreach($k in $context.identity.keySet())$k,#end", '
        '"request": "#foreach($k in $context.requestOverride.keySet())$k,#end", "path": "$context.path", '
        '"response": "#foreach($k in $context.responseOverride.keySet())$k,#end", "resource": "$context.resourcePath", '
        '"protocol": "$context.protocol", "canary": "$context.isCanaryRequest", "ip": "$context.identity.sourceIp", '
        '"none": "$stageVariables.none"}'
    )
    document = bench.document(
        {
            "/all/{issuer}": {"post": bench.mock("{}", passthroughBehavior="never") | checked | {word: "all"}},
            "/off": {"post": bench.mock("{}") | {"requestBody": body, word: "off"}},
            "/body": {"get": bench.mock("{}") | {"requestBody": body, word: "body"}},
            "/none": {"post": bench.mock("{}") | {"requestBody": body}},
            "/never": {"post": bench.mock("{}", passthroughBehavior="never")},
            "/no-match": {"post": bench.mock("{}", passthroughBehavior="when_no_match")},
            "/no-templates": {"post": bench.mock("{}", passthroughBehavior="when_no_templates")},
            "/by-status": {"get": bench.mock(request=chosen, responses=by_status)},
            "/no-default": {"get": bench.mock(request=chosen, responses={"200": {"statusCode": "200"}})},
            "/seen/{id}": {"get": bench.mock(seen)},
            "/kept": {"post": bench.mock("$context.requestOverride.path.kept", request=copied)},
            "/mock-body": {"post": bench.mock(responses=bodies)},
            "/keys/{id}": {"get": bench.mock(keys)},
            "/lenient": {"get": bench.mock("{}", request="{statusCode: 200}")},
            "/text-status": {"get": bench.mock("{}", request='{"statusCode": "200"}')},
            "/no-status": {"get": bench.mock("{}", request="{}")},
            "/silent": {"get": bench.mock()},
        },
        components={"schemas": {"Pet": pet}},
        **{
            "x-amazon-apigateway-request-validators": {
                "all": {"validateRequestBody": True, "validateRequestParameters": True},
                "body": {"validateRequestBody": True, "validateRequestParameters": False},
                "off": {"validateRequestBody": False, "validateRequestParameters": False},
            }
        },
    )
    bench.serve(document)
    return bench.client()


def test_missing_parameters_are_listed_headers_path_query_and_come_before_the_body(served: httpx.Client) -> None:
    response = served.post("/all/%20", content=b"no json")
    message = b'{"message": "Missing required request parameters: [x-header-param, issuer, qs1]"}'
    assert (response.status_code, response.content) == (400, message)
    assert response.headers["x-amzn-ErrorType"] == "BadRequestException"


def test_a_blank_parameter_is_a_missing_one(served: httpx.Client) -> None:
    response = served.post("/all/i?qs1=%20", headers={"X-Header-Param": "v"}, content=b'{"name": "n"}')
    assert response.content == b'{"message": "Missing required request parameters: [qs1]"}'


@pytest.mark.parametrize("body", [b"", b"no json", b"{}", b'{"name": 1}', b'{"name": "n", "mother": {}}', b"[]"])
def test_a_body_that_does_not_fit_its_model(served: httpx.Client, body: bytes) -> None:
    response = served.post("/all/i?qs1=v", headers={"x-header-param": "v"}, content=body)
    assert (response.status_code, response.content) == (400, b'{"message": "Invalid request body"}')


def test_a_body_that_fits_and_whose_format_nobody_looks_at(served: httpx.Client) -> None:
    content = b'{"name": "\\u00ff no base64", "mother": {"name": "m"}}'
    response = served.post("/all/i?qs1=v", headers={"x-header-param": "v"}, content=content)
    assert (response.status_code, response.content) == (200, b"{}")


def test_an_empty_body_does_not_fit_on_get_either(served: httpx.Client) -> None:
    assert served.get("/body").content == b'{"message": "Invalid request body"}'
    assert served.get("/body", headers={"Content-Type": JSON}).status_code == 400


def test_validation_comes_before_passthrough(served: httpx.Client) -> None:
    assert served.post("/all/i", headers={"Content-Type": "text/plain"}).status_code == 400
    headers = {"x-header-param": "v", "Content-Type": "text/plain"}
    assert served.post("/all/i?qs1=v", headers=headers, content=b"{}").status_code == 415


@pytest.mark.parametrize("path", ["/off", "/none"])
def test_checks_that_are_off_check_nothing(served: httpx.Client, path: str) -> None:
    assert served.post(path, content=b"no json").status_code == 200


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/never", None, 200),  # a missing Content-Type is application/json
        ("/never", JSON, 200),
        ("/never", "application/json; charset=utf-8", 200),
        ("/never", "Application/JSON", 200),
        ("/never", "text/plain", 415),
        ("/no-templates", "text/plain", 415),
        ("/no-templates", JSON, 200),
        ("/no-match", "text/plain", 200),  # the body goes through, and the MOCK reads its status from it
    ],
)
def test_content_types_and_passthrough(served: httpx.Client, path: str, content_type: str | None, status: int) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    response = served.post(path, headers=headers, content=b'{"statusCode": 200}')
    assert response.status_code == status


def test_the_body_of_a_415(served: httpx.Client) -> None:
    response = served.post("/never", headers={"Content-Type": "text/plain"})
    assert response.content == b'{"message": "Unsupported Media Type"}'
    assert response.headers["x-amzn-ErrorType"] == "BadRequestException"


@pytest.mark.parametrize(
    ("status", "answer", "by"),
    [(200, 200, "pattern"), (299, 200, "pattern"), (400, 403, "class"), (404, 500, "default"), (500, 500, "default")],
)
def test_the_whole_status_selects_the_response(served: httpx.Client, status: int, answer: int, by: str) -> None:
    response = served.get(f"/by-status?s={status}")
    assert (response.status_code, response.json()) == (answer, {"by": by})


def test_no_match_and_no_default_is_a_configuration_error(served: httpx.Client) -> None:
    assert served.get("/no-default?s=200").status_code == 200
    response = served.get("/no-default?s=404")
    assert (response.status_code, response.content) == (500, b'{"message": "Internal server error"}')


@pytest.mark.parametrize("accept", ["image/png", "text/html", "*/*", "application/xml;q=1"])
def test_a_single_template_answers_whatever_the_client_accepts(served: httpx.Client, accept: str) -> None:
    response = served.get("/by-status?s=200", headers={"Accept": accept})
    assert (response.json(), response.headers["Content-Type"]) == ({"by": "pattern"}, JSON)


def test_what_templates_see_of_a_request(served: httpx.Client) -> None:
    response = served.get("/seen/a%20b?q=1&q=2", headers={"X-Own": "h"})
    assert response.json() == {"path": "a b", "last": "2", "header": "h"}


@pytest.mark.parametrize(("body", "seen"), [(b"", b"{}"), (b"plain", b"plain"), (b"{ }", b"{ }")])
def test_the_body_in_a_request_template(served: httpx.Client, body: bytes, seen: bytes) -> None:
    assert served.post("/kept", content=body).content == seen


def test_the_empty_body_of_a_mock_is_an_object_to_its_template(served: httpx.Client) -> None:
    assert served.post("/mock-body", content=b'{"statusCode": 200}').content == b"{}"


def test_the_keys_of_context(served: httpx.Client) -> None:
    answer = served.get("/keys//7/?q=1").json()
    assert set(answer["all"].rstrip(",").split(",")) == HASH_MAP_KEYS
    assert set(answer["identity"].rstrip(",").split(",")) == IDENTITY
    assert set(answer["request"].rstrip(",").split(",")) == {"path", "header", "querystring"}
    assert answer["response"] == "header,"
    assert (answer["path"], answer["resource"]) == ("/v1/keys//7/", "/keys/{id}")
    assert (answer["protocol"], answer["ip"]) == ("HTTP/1.1", "127.0.0.1")
    assert (answer["canary"], answer["none"]) == ("", "")


def test_the_lenient_json_of_a_mock(served: httpx.Client) -> None:
    assert served.get("/lenient").status_code == 200
    assert served.get("/text-status").status_code == 500
    assert served.get("/no-status").status_code == 500


def test_a_mock_without_response_template_has_no_body(served: httpx.Client) -> None:
    response = served.get("/silent")
    assert (response.status_code, response.content, response.headers["Content-Type"]) == (200, b"", JSON)


def test_slashes_before_the_stage_vanish(served: httpx.Client) -> None:
    assert served.get(str(served.base_url.copy_with(path="//v1/silent"))).status_code == 200
