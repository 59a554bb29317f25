"""The probe's own API: one OpenAPI document, a path for each thing to be tried. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

INSTANCE = '{"instances": [{"in0": [1], "in1": [1]}]}'
PLAIN_THROTTLE, REFUSED = "/throttled", "/refused"
TOKEN, KEY = "token", "key"
_KEY_SCHEME = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_ALL = {"Principal": "*", "Action": "execute-api:Invoke"}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {**_ALL, "Effect": "Allow", "Resource": "execute-api:/*"},
        {**_ALL, "Effect": "Deny", "Resource": f"execute-api:/*/GET{REFUSED}"},
    ],
}
_SEEN = '{"seen": "$util.base64Encode($input.body)"}'


def document(title: str, mark: str, *, region: str, role: str, call_role: str = "") -> str:
    """Return the document as JSON text. `mark` tells two deployments of it apart; `role` may invoke the endpoints,
    `call_role` the function. Without one there are no paths in front of what it is for.

    Everybody may ask for everything but one path, by the resource policy; two ask the function first.
    """
    paths: dict[str, Any] = {
        "/track": _get(_mock(f'{{"canary": "$context.isCanaryRequest", "mark": "{mark}", "x": "$stageVariables.x"}}')),
        "/loop": _get(_mock("#foreach($i in [1..1001])$i #end")),
        "/fails": _get(_mock("$input.json('$[')")),
        "/echo/{id}": _get(_mock('{"id": "$util.base64Encode($input.params(\'id\'))"}'), path="id"),
        "/accept": _get(_mock('{"kind": "json"}', xml="<kind>xml</kind>")),
        "/body": {"post": _operation(_mock('{"ok": true}'))},
        PLAIN_THROTTLE: _get(_mock('{"ok": true}')),
        REFUSED: _get(_mock('{"ok": true}')),
    }
    schemes: dict[str, Any] = {}
    if role:
        paths |= {
            "/model": _get(_model(region, role, "${stageVariables.endpoint}")),
            "/unknown": _get(_model(region, role, f"{title}-nowhere")),
            "/hurried": _get(_model(region, role, "${stageVariables.endpoint}", timeout=50)),
            "/fails-there": _get(_model(region, role, "${stageVariables.endpoint}", body='{"not": "ratings"}')),
            "/narrow": _get(_model(region, role, "${stageVariables.serverless}")),
        }
    if call_role:
        named = "${stageVariables.function}"
        schemes = {TOKEN: _authorizer(region, call_role, f"{title}-function"), KEY: _KEY_SCHEME}
        paths |= {
            "/guarded": _get(_mock('{"ok": true}'), asks=(TOKEN,)),
            "/guarded-twice": _get(_mock('{"ok": true}'), asks=(TOKEN, KEY)),
            "/function": _get(_function(region, call_role, named, "answer")),
            "/function-fails": _get(_function(region, call_role, named, "fail")),
            "/function-late": _get(_function(region, call_role, named, "sleep")),
            "/function-missing": _get(_function(region, call_role, f"{title}-nowhere", "answer")),
        }
    made = {"openapi": "3.0.1", "info": {"title": title, "version": "1"}, "paths": paths}
    components = {"components": {"securitySchemes": schemes}} if schemes else {}
    return json.dumps({**made, **components, "x-amazon-apigateway-policy": _POLICY})


def _get(integration: Mapping[str, Any], path: str = "", asks: Sequence[str] = ()) -> dict[str, Any]:
    """`asks` names security schemes, each an entry of its own, as this project's documents have them."""
    parameters = [{"name": path, "in": "path", "required": True, "schema": {"type": "string"}}] if path else []
    said: dict[str, list[Any]] = {"parameters": parameters, "security": [{name: []} for name in asks]}
    return {"get": {**_operation(integration), **{key: value for key, value in said.items() if value}}}


def _operation(integration: Mapping[str, Any]) -> dict[str, Any]:
    statuses = {entry["statusCode"] for entry in integration["responses"].values()}
    return {
        "responses": {status: {"description": status} for status in sorted(statuses)},
        "x-amazon-apigateway-integration": integration,
    }


def _mock(response: str, *, xml: str = "") -> dict[str, Any]:
    templates = {"application/json": response, **({"application/xml": xml} if xml else {})}
    return {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "passthroughBehavior": "when_no_match",
        "responses": {"default": {"statusCode": "200", "responseTemplates": templates}},
    }


def _model(region: str, role: str, endpoint: str, *, body: str = INSTANCE, timeout: int = 29_000) -> dict[str, Any]:
    """An integration whose answers say, by their own status, which status the endpoint's had."""
    seen = {"application/json": _SEEN}
    patterns = {"default": "200", "400": "400", "403": "403", "424": "424", "429": "429", r"5\d{2}": "500"}
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:{region}:runtime.sagemaker:path/endpoints/{endpoint}/invocations",
        "credentials": role,
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/json'",
            "integration.request.header.Accept": "'application/json'",
        },
        "requestTemplates": {"application/json": body},
        "passthroughBehavior": "never",
        "timeoutInMillis": timeout,
        "responses": {
            pattern: {"statusCode": status, "responseTemplates": seen} for pattern, status in patterns.items()
        },
    }


def _function(region: str, role: str, name: str, do: str) -> dict[str, Any]:
    """An integration whose answers say by which pattern they were chosen, and nothing of a request's own."""
    through = {
        "default": ("200", '{"through": "default", "seen": $input.json(\'$\')}'),
        r"Word:[\s\S]*": ("400", '{"through": "its first word"}'),
        r"[\s\S]*Task timed out after [\s\S]*": ("504", '{"through": "the timeout"}'),
    }
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": _uri(region, role, name),
        "credentials": role,
        "requestTemplates": {"application/json": json.dumps({"do": do})},
        "passthroughBehavior": "never",
        "responses": {
            pattern: {"statusCode": status, "responseTemplates": {"application/json": text}}
            for pattern, (status, text) in through.items()
        },
    }


def _uri(region: str, role: str, name: str) -> str:
    """A function of the role's account as API Gateway calls it."""
    function = f"arn:aws:lambda:{region}:{role.split(':')[4]}:function:{name}"
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"


def _authorizer(region: str, role: str, name: str) -> dict[str, Any]:
    """A security scheme: the function is asked each time, with the header Authorization."""
    return {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": _uri(region, role, name),
            "authorizerCredentials": role,
            "authorizerResultTtlInSeconds": 0,
        },
    }
