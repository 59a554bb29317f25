"""Lambda authorizers: what they are asked, what their answers do and how long they are kept, and broken ones."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pulumi
import pulumi_aws as aws
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Bench

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:"
HANDLER = """
import json, os, pathlib, time
calls = pathlib.Path(os.environ["CALLS"])

def policy(event, effect, resource=None):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource or event["methodArn"]}
    return {"Version": "2012-10-17", "Statement": [statement]}

def handler(event, context):
    with calls.open("a") as file:
        file.write(json.dumps(event) + "\\n")
    word = event.get("authorizationToken") or event["headers"].get("Who", "")
    every = event["methodArn"].split("/")[0] + "/*"
    match word.split(":"):
        case ["allow"]:
            context = {"tier": "gold", "age": 7, "paid": True}
            return {"principalId": "user-1", "policyDocument": policy(event, "Allow"), "context": context}
        case ["all"]:
            return {"principalId": "user-1", "policyDocument": policy(event, "Allow", every)}
        case ["deny"]:
            return {"principalId": "user-1", "policyDocument": policy(event, "Deny", every)}
        case ["other"]:
            return {"principalId": "user-1", "policyDocument": policy(event, "Allow", every[:-1] + "v1/GET/other")}
        case ["key", value]:
            document = policy(event, "Allow", every)
            return {"principalId": "user-1", "policyDocument": document, "usageIdentifierKey": value}
        case ["raise", message]:
            raise Exception(message)
        case ["sleep"]:
            time.sleep(30)
        case ["exit"]:
            os._exit(1)
        case ["answer", *rest]:
            return json.loads(":".join(rest))
        case ["bytes"]:
            return b"nonsense"
"""
SHOWN = (
    '{"principal": "$context.authorizer.principalId", "tier": "$context.authorizer.tier", '
    '"age": "$context.authorizer.age", "paid": "$context.authorizer.paid", "none": "$context.authorizer.none"}'
)
NULL = b'{"message":null}'
UNAUTHORIZED = b'{"message":"Unauthorized"}'
DENIED = (
    b'{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}'
)
NOT_ALLOWED = (
    b'{"Message":"User is not authorized to access this resource because no identity-based policy allows the '
    b'execute-api:Invoke action"}'
)


def uri(function: str) -> str:
    return f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{ARN}{function}/invocations"


def scheme(
    kind: str = "token", function: str = "guard", *, header: str = "Authorization", **more: Any
) -> dict[str, Any]:
    authorizer = {"type": kind, "authorizerUri": uri(function), "authorizerResultTtlInSeconds": 0, **more}
    named = {"type": "apiKey", "name": header, "in": "header", "x-amazon-apigateway-authtype": "custom"}
    return {**named, "x-amazon-apigateway-authorizer": authorizer}


class Guarded:
    """An API whose `/asks` and `/other` an authorizer guards, and what its function was asked."""

    def __init__(self, bench: "Bench", guard: dict[str, Any], **stack: Any) -> None:
        self.calls = bench.folder / "calls"
        self.calls.write_text("")
        operation: dict[str, Any] = {"security": [{"guard": []}, *stack.pop("also", [])]}
        schemes = {"guard": guard, "key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
        validators = {"p": {"validateRequestParameters": True, "validateRequestBody": False}}
        asks = {"parameters": [{"name": "q", "in": "query", "required": True}]}
        paths = {
            "/asks/{id}": {"get": bench.mock(SHOWN) | operation},
            "/other": {"get": bench.mock("{}") | operation},
            "/required": {"get": bench.mock("{}") | operation | asks | {"x-amazon-apigateway-request-validator": "p"}},
        }
        top = {"components": {"securitySchemes": schemes}, "x-amazon-apigateway-request-validators": validators}
        extra: Callable[[aws.apigateway.RestApi], object] | None = stack.pop("extra", None)
        self.timeout = stack.pop("timeout", 30)

        def everything(api: aws.apigateway.RestApi) -> None:
            self._function()
            if extra is not None:
                extra(api)

        bench.serve(bench.document(paths, **top, **stack.pop("top", {})), extra=everything, **stack)
        self.client, self.bench = bench.client(), bench

    def _function(self) -> None:
        aws.lambda_.Function(
            "guard",
            name="guard",
            role="arn:aws:iam::123456789012:role/guard",
            runtime="python3.12",
            handler="app.handler",
            timeout=self.timeout,
            memory_size=512,
            code=pulumi.AssetArchive({"app.py": pulumi.StringAsset(HANDLER)}),
            environment={"variables": {"CALLS": str(self.calls)}},
        )

    def get(self, word: str | None, path: str = "/asks/7", **headers: str) -> httpx.Response:
        named = {} if word is None else {"Authorization": word}
        return self.client.get(path, headers={**named, **headers})

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.calls.read_text().splitlines()]

    @property
    def execution_log(self) -> str:
        (file,) = Path(self.bench.store / "logs").glob("API-Gateway-Execution-Logs_*/v1.log")
        return file.read_text()


def test_a_token_is_asked_about_and_its_context_shown(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(), log_format="$context.status $context.authorizer.principalId")
    response = guarded.get("allow", "/asks/a%20b?x=1")
    assert response.json() == {"principal": "user-1", "tier": "gold", "age": "7", "paid": "true", "none": ""}
    api = bench.running[-1].run(_api_id(bench))
    arn = f"arn:aws:execute-api:eu-central-1:123456789012:{api}/v1/GET/asks/a%20b"
    assert guarded.events == [{"type": "TOKEN", "methodArn": arn, "authorizationToken": "allow"}]
    log = bench.running[-1].access_log
    assert log is not None
    assert log.read_text() == "200 user-1\n"


async def _api_id(bench: "Bench") -> str:
    return next(iter(bench.running[-1].emulation.served.graph.apis.values())).id


def test_what_a_policy_says(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme())
    assert guarded.get("all").status_code == 200
    denied = guarded.get("deny")
    assert (denied.status_code, denied.content) == (403, DENIED)
    assert denied.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    silent = guarded.get("other")
    assert (silent.status_code, silent.content) == (403, NOT_ALLOWED)
    assert guarded.get("other", "/other").status_code == 200


def test_without_a_token_no_function_is_asked(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(identityValidationExpression="(allow|deny)"))
    for word in (None, "", "allowed"):
        response = guarded.get(word)
        assert (response.status_code, response.content) == (401, UNAUTHORIZED)
        assert response.headers["x-amzn-ErrorType"] == "UnauthorizedException"
    assert guarded.events == []
    assert guarded.get("allow").status_code == 200


def test_the_header_is_the_schemes_own_in_any_casing(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(header="X-Token"))
    assert guarded.get("allow").status_code == 401
    assert guarded.get(None, **{"x-token": "allow"}).status_code == 200


def test_an_authorizer_comes_before_parameters_and_keys(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(), also=[{"key": []}])
    assert guarded.get("raise:Unauthorized", "/required").status_code == 401
    assert guarded.get("all", "/required").json() == {"message": "Forbidden"}
    assert guarded.get("all").status_code == 403  # the API key


@pytest.mark.parametrize(
    ("word", "kind", "reason"),
    [
        ("raise:no such user", "AuthorizerConfigurationException", "it failed: Exception: no such user"),
        ("raise:unauthorized", "AuthorizerConfigurationException", "it failed: Exception: unauthorized"),
        ("sleep", "AuthorizerFailureException", "Task timed out after 2.00 seconds"),
        ("exit", "AuthorizerFailureException", "Runtime exited with error: exit status 1"),
        ("bytes", "AuthorizerConfigurationException", "its answer is not JSON"),
        ("nothing", "AuthorizerConfigurationException", "its answer is no object: null"),
        ("answer:{}", "AuthorizerConfigurationException", "principalId must be a text, is None"),
        ('answer:{"principalId": "u"}', "AuthorizerConfigurationException", "the policy must be an object"),
        (
            'answer:{"principalId": "u", "policyDocument": {"Statement": [{"Effect": "Maybe"}]}}',
            "AuthorizerConfigurationException",
            "Statement[0].Effect must be Allow or Deny, is 'Maybe'",
        ),
        (
            'answer:{"principalId": "u", "policyDocument": {"Statement": []}, "context": {"a": [1]}}',
            "AuthorizerConfigurationException",
            "context.a must be a text, a number or a boolean, is [1]",
        ),
    ],
)
def test_a_broken_authorizer_is_a_500_that_tells_nothing(bench: "Bench", word: str, kind: str, reason: str) -> None:
    guarded = Guarded(bench, scheme(), timeout=2 if word == "sleep" else 30)
    response = guarded.get(word)
    assert (response.status_code, response.content) == (500, NULL)
    assert response.headers["x-amzn-ErrorType"] == kind
    assert reason in guarded.execution_log


def test_unauthorized_is_the_one_error_that_is_a_401(bench: "Bench") -> None:
    response = Guarded(bench, scheme()).get("raise:Unauthorized")
    assert (response.status_code, response.content) == (401, UNAUTHORIZED)


def test_a_function_that_is_not_there(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(function="${stageVariables.guard}"), variables={"guard": "other"})
    response = guarded.get("allow")
    assert (response.status_code, response.content) == (500, NULL)
    assert response.headers["x-amzn-ErrorType"] == "AuthorizerConfigurationException"
    guarded = Guarded(bench, scheme(function="${stageVariables.guard}"), variables={"guard": "guard"})
    assert guarded.get("allow").status_code == 200


def test_a_failure_can_be_customised(bench: "Bench") -> None:
    text = '{"why": $context.error.messageString, "plain": "$context.error.message"}'
    entry = {"responseTemplates": {"application/json": text}, "statusCode": "503"}
    top = {"x-amazon-apigateway-gateway-responses": {"AUTHORIZER_FAILURE": entry}}
    response = Guarded(bench, scheme(), top=top).get("exit")
    assert (response.status_code, response.json()) == (503, {"why": None, "plain": ""})


def test_an_answer_is_kept_by_its_token_for_all_methods(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(authorizerResultTtlInSeconds=300))
    assert [guarded.get("all", path).status_code for path in ("/asks/7", "/other", "/asks/8")] == [200] * 3
    assert len(guarded.events) == 1
    # The policy that is kept names one path; the next method is held against it, not asked about.
    assert [guarded.get("allow", path).status_code for path in ("/asks/7", "/other")] == [200, 403]
    assert [event["authorizationToken"] for event in guarded.events] == ["all", "allow"]
    assert guarded.get("raise:x").status_code == guarded.get("raise:x").status_code == 500
    assert len(guarded.events) == 4  # a failure is not kept
    bench.running[-1].reload()
    guarded.get("all")
    assert len(guarded.events) == 5


def test_a_kept_answer_ends_with_its_ttl(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme(authorizerResultTtlInSeconds=60))
    authorizers = bench.running[-1].emulation.served.access.authorizers
    now = [0.0]
    authorizers._clock = lambda: now[0]
    for at, calls in ((0.0, 1), (59.9, 1), (60.0, 2), (119.0, 2)):
        now[0] = at
        assert guarded.get("all").status_code == 200
        assert len(guarded.events) == calls


def test_a_request_authorizer_sees_the_request(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme("request"), variables={"a": "b"})
    response = guarded.client.get("/asks/7?q=1&q=2&empty=", headers={"Who": "allow", "X-Two": "x"})
    assert response.status_code == 200
    (event,) = guarded.events
    context = event.pop("requestContext")
    assert event.pop("headers")["X-Two"] == "x"
    assert event.pop("multiValueHeaders")["X-Two"] == ["x"]
    assert event.pop("methodArn").endswith("/v1/GET/asks/7")
    assert event == {
        "type": "REQUEST",
        "resource": "/asks/{id}",
        "path": "/asks/7",
        "httpMethod": "GET",
        "queryStringParameters": {"q": "2", "empty": ""},
        "multiValueQueryStringParameters": {"q": ["1", "2"], "empty": [""]},
        "pathParameters": {"id": "7"},
        "stageVariables": {"a": "b"},
    }
    assert (context["path"], context["stage"], context["resourcePath"]) == ("/v1/asks/7", "v1", "/asks/{id}")


def test_a_request_authorizers_answers_are_kept_by_all_identity_sources(bench: "Bench") -> None:
    sources = "method.request.header.Who, method.request.querystring.tenant"
    guard = scheme("request", identitySource=sources, authorizerResultTtlInSeconds=300)
    guarded = Guarded(bench, guard)
    for tenant in ("a", "a", "b"):
        assert guarded.client.get("/asks/7", params={"tenant": tenant}, headers={"Who": "all"}).status_code == 200
    assert len(guarded.events) == 2
    assert guarded.client.get("/asks/7", headers={"Who": "all"}).status_code == 401
    assert guarded.client.get("/asks/7?tenant=", headers={"Who": "all"}).status_code == 401
    assert len(guarded.events) == 2


def test_an_authorizer_can_name_the_api_key(bench: "Bench") -> None:
    value = "named-by-the-authorizer"

    def extra(api: aws.apigateway.RestApi) -> None:
        stages: Any = [{"api_id": api.id, "stage": "v1"}]
        plan = aws.apigateway.UsagePlan("p", api_stages=stages, quota_settings={"limit": 1, "period": "DAY"})
        key = aws.apigateway.ApiKey("k", value=value)
        aws.apigateway.UsagePlanKey("k", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id)

    top = {"x-amazon-apigateway-api-key-source": "AUTHORIZER"}
    guarded = Guarded(bench, scheme(), also=[{"key": []}], top=top, extra=extra)
    assert guarded.get("all", **{"x-api-key": value}).status_code == 403  # the header is not looked at
    assert guarded.get(f"key:{value}").status_code == 200
    assert guarded.get(f"key:{value}").json() == {"message": "Limit Exceeded"}


def test_a_methods_test_asks_no_authorizer(bench: "Bench") -> None:
    guarded = Guarded(bench, scheme())
    tried = httpx.post(bench.running[-1].admin_url + "/try", json={"path": "/asks/7"}).json()
    assert (tried["status"], tried["unchecked"]) == (200, ["authorizer guard", "throttles"])
    missing = httpx.post(bench.running[-1].admin_url + "/try", json={"path": "/required"}).json()
    assert json.loads(missing["body"])["message"] == "Missing required request parameters: [q]"
    assert guarded.events == []
