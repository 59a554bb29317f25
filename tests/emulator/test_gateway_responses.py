"""Customised gateway responses: own, inherited, and what falls back to what."""

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

OWN = '{"message": $context.error.messageString, "type": "$context.error.responseType", "id": "$context.requestId"}'


def serve(bench: "Bench", responses: dict[str, Any], **stack: Any) -> httpx.Client:
    required = {"parameters": [{"name": "q", "in": "query", "required": True}]}
    validators = {"p": {"validateRequestParameters": True, "validateRequestBody": False}}
    document = bench.document(
        {
            "/broken": {"get": bench.mock("#if(")},
            "/ask": {"get": bench.mock("{}") | required | {"x-amazon-apigateway-request-validator": "p"}},
            "/fine": {"get": bench.mock("{}")},
        },
        **{
            "x-amazon-apigateway-gateway-responses": responses,
            "x-amazon-apigateway-request-validators": validators,
        },
    )
    bench.serve(document, **stack)
    return bench.client()


def template(text: str, **more: Any) -> dict[str, Any]:
    return {"responseTemplates": {"application/json": text}, **more}


def test_a_class_is_inherited_whole_and_a_type_of_its_own_takes_nothing_from_it(bench: "Bench") -> None:
    served = serve(
        bench,
        {
            "DEFAULT_5XX": template(
                OWN, statusCode="599", responseParameters={"gatewayresponse.header.X-Class": "'five'"}
            ),
            "DEFAULT_4XX": template(OWN),
            "BAD_REQUEST_PARAMETERS": {"responseParameters": {"gatewayresponse.header.X-Own": "'own'"}},
        },
    )
    broken = served.get("/broken")
    assert (broken.status_code, broken.headers["X-Class"]) == (599, "five")
    expected = {"message": "Internal server error", "type": "API_CONFIGURATION_ERROR"}
    assert broken.json() == {**expected, "id": broken.headers["x-amzn-RequestId"]}
    unknown = served.get("/unknown")
    assert (unknown.status_code, unknown.json()["type"]) == (403, "MISSING_AUTHENTICATION_TOKEN")
    asked = served.get("/ask")
    assert (asked.status_code, asked.headers["X-Own"]) == (400, "own")
    assert asked.content == b'{"message":"Missing required request parameters: [q]"}'  # the built-in template


def test_a_status_of_its_own_and_what_a_template_may_name(bench: "Bench") -> None:
    text = (
        '{"stage": "$context.stage", "resource": "$context.resourcePath", "variable": "$stageVariables.a", '
        '"query": "$method.request.querystring.z", "unknown": "$context.nothing", "braced": "${context.stage}", '
        '"vtl": "#if(true)"}'
    )
    headers = {
        "gatewayresponse.header.X-Sent": "method.request.header.X-Sent",
        "gatewayresponse.header.X-Query": "method.request.querystring.z",
        "gatewayresponse.header.X-None": "method.request.querystring.none",
    }
    responses = {
        "MISSING_AUTHENTICATION_TOKEN": template("{}", statusCode=404),
        "BAD_REQUEST_PARAMETERS": template(text, responseParameters=headers),
    }
    served = serve(bench, responses, variables={"a": "b"})
    unknown = served.get("/unknown")
    assert (unknown.status_code, unknown.content) == (404, b"{}")
    assert unknown.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    asked = served.get("/ask?z=5", headers={"X-Sent": "sent"})
    assert asked.json() == {
        "stage": "v1",
        "resource": "/ask",
        "variable": "b",
        "query": "5",
        "unknown": "",
        "braced": "v1",
        "vtl": "#if(true)",
    }
    assert (asked.headers["X-Sent"], asked.headers["X-Query"], "X-None" in asked.headers) == ("sent", "5", False)


def test_another_media_type(bench: "Bench") -> None:
    entry = {"responseTemplates": {"text/plain": "no: $context.error.message"}}
    response = serve(bench, {"DEFAULT_4XX": entry}).get("/unknown")
    assert (response.text, response.headers["Content-Type"]) == ("no: Missing Authentication Token", "text/plain")


def test_a_throttled_request_is_answered_so(bench: "Bench") -> None:
    header = {"gatewayresponse.header.Retry-After": "'1'"}
    served = serve(bench, {"THROTTLED": template(OWN, responseParameters=header)}, throttle=(0.001, 2))
    assert [served.get("/fine").status_code for _ in range(3)] == [200, 200, 429]
    response = served.get("/fine")
    assert (response.headers["Retry-After"], response.json()["type"]) == ("1", "THROTTLED")
    assert response.headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    assert served.get("/unknown").status_code == 403  # no method, no bucket


def test_a_callers_value_cannot_begin_another_header(bench: "Bench") -> None:
    header = {"gatewayresponse.header.X-Query": "method.request.querystring.z"}
    served = serve(bench, {"DEFAULT_4XX": {"responseParameters": header}})
    response = served.get("/ask?z=a%0d%0aX-Forged:%20b")
    assert (response.headers["X-Query"], "X-Forged" in response.headers) == ("a  X-Forged: b", False)


def test_message_strings_come_with_their_quotes(bench: "Bench") -> None:
    served = serve(bench, {"DEFAULT_4XX": template("$context.error.messageString")})
    assert served.get("/ask").content == b'"Missing required request parameters: [q]"'
