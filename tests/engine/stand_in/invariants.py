"""What must hold after every single operation, or a request in that moment would have failed.

Read from the account as it is, never from what the program meant: a stage's templates are those of the snapshot
that its deployment was cut from, and an endpoint or function may be called if the role that the snapshot names has a
policy.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.engine.stand_in.account import Account, Resource

ENDPOINT = ("endpoint", "aws:sagemaker/endpoint:Endpoint", "sagemaker:InvokeEndpoint")
FUNCTION = ("function", "aws:lambda/function:Function", "lambda:InvokeFunction")
ASKED = re.compile(r":function:([\w-]+)/invocations$")
VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


def broken(account: "Account") -> list[str]:
    """Return a sentence for everything that does not hold."""
    return [*_stages(account), *_snapshots(account), *_endpoints(account), *_functions(account), *_scaling(account)]


def _named(account: "Account", kind: str, key: str, value: object) -> "Resource | None":
    return next((each for each in account.of(kind) if each.inputs.get(key) == value), None)


def _stages(account: "Account") -> Iterator[str]:
    for stage in account.of("aws:apigateway/stage:Stage"):
        base: dict[str, str] = stage.inputs.get("variables") or {}
        yield from _track(account, "stage", stage.inputs["deployment"], base)
        canary = stage.inputs.get("canarySettings")
        if canary:
            overrides: dict[str, str] = canary.get("stageVariableOverrides") or {}
            yield from _track(account, "canary", canary["deploymentId"], {**base, **overrides})
        execution = f"API-Gateway-Execution-Logs_{stage.inputs['restApi']}/{stage.inputs['stageName']}"
        access = stage.inputs["accessLogSettings"]["destinationArn"].split(":log-group:")[1]
        for group in (execution, access):
            for name in (group, f"{group}/Canary"):
                if _named(account, "aws:cloudwatch/logGroup:LogGroup", "name", name) is None:
                    yield f"stage: AWS would make the log group {name} by itself"


def _track(account: "Account", who: str, deployment: str, variables: Mapping[str, str]) -> Iterator[str]:
    found = account.get("aws:apigateway/deployment:Deployment", deployment)
    if found is None:
        yield f"{who}: deployment {deployment} does not exist"
        return
    for integration in _integrations(json.loads(found.snapshot or "{}")):
        match = VARIABLE.search(integration["uri"])
        name = variables.get(match[1], "") if match else ""
        what, kind, action = FUNCTION if ":lambda:path/" in integration["uri"] else ENDPOINT
        if _named(account, kind, "name", name) is None:
            yield f"{who}: {what} {name!r} does not exist"
        elif not _may(
            account, integration["credentials"], action, f":{what}{'/' if kind == ENDPOINT[1] else ':'}{name}"
        ):
            yield f"{who}: {integration['credentials']} may not invoke {name}"
    yield from _authorizers(account, who, json.loads(found.snapshot or "{}"))


def _authorizers(account: "Account", who: str, document: Mapping[str, Any]) -> Iterator[str]:
    """Whoever is asked about callers must be there and may be asked, or every caller is refused."""
    for scheme in document.get("components", {}).get("securitySchemes", {}).values():
        asked = scheme.get("x-amazon-apigateway-authorizer", {})
        match = ASKED.search(asked.get("authorizerUri", ""))
        if match is None:
            continue
        if _named(account, FUNCTION[1], "name", match[1]) is None:
            yield f"{who}: the authorizer {match[1]} does not exist"
        if not _may(account, asked["authorizerCredentials"], FUNCTION[2], f":function:{match[1]}"):
            yield f"{who}: {asked['authorizerCredentials']} may not ask the authorizer {match[1]}"


def _integrations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for path in document.get("paths", {}).values():
        for method in path.values():
            if method["x-amazon-apigateway-integration"].get("type") != "mock":
                yield method["x-amazon-apigateway-integration"]


def _may(account: "Account", role_arn: str, action: str, resource: str) -> bool:
    role = next((r for r in account.of("aws:iam/role:Role") if r.outputs["arn"] == role_arn), None)
    if role is None:
        return False
    policies = (p for p in account.of("aws:iam/rolePolicy:RolePolicy") if p.inputs["role"] == role.inputs["name"])
    statements = (s for policy in policies for s in json.loads(policy.inputs["policy"])["Statement"])
    return any(action in s["Action"] and any(r.endswith(resource) for r in s["Resource"]) for s in statements)


def _snapshots(account: "Account") -> Iterator[str]:
    for deployment in account.of("aws:apigateway/deployment:Deployment"):
        if deployment.snapshot != deployment.inputs["triggers"]["document"]:
            yield f"{deployment.name}: cut from another body than its document"


def _endpoints(account: "Account") -> Iterator[str]:
    for endpoint in account.of("aws:sagemaker/endpoint:Endpoint"):
        name = endpoint.inputs["name"]
        if _named(account, "aws:cloudwatch/logGroup:LogGroup", "name", f"/aws/sagemaker/Endpoints/{name}") is None:
            yield f"{name}: AWS would make its log group by itself"
        kind = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
        configuration = _named(account, kind, "name", endpoint.inputs["endpointConfigName"])
        if configuration is None:
            yield f"{name}: its configuration does not exist"
    for configuration in account.of("aws:sagemaker/endpointConfiguration:EndpointConfiguration"):
        for variant in configuration.inputs["productionVariants"]:
            if _named(account, "aws:sagemaker/model:Model", "name", variant["modelName"]) is None:
                yield f"{configuration.name}: model {variant['modelName']} does not exist"
    for model in account.of("aws:sagemaker/model:Model"):
        role = next(
            (r for r in account.of("aws:iam/role:Role") if r.outputs["arn"] == model.inputs["executionRoleArn"]), None
        )
        if role is None or _named(account, "aws:iam/rolePolicy:RolePolicy", "role", role.inputs["name"]) is None:
            yield f"{model.name}: its role does not exist, or may do nothing"


def _functions(account: "Account") -> Iterator[str]:
    for function in account.of(FUNCTION[1]):
        name, role = function.inputs["name"], function.inputs["role"]
        if _named(account, "aws:cloudwatch/logGroup:LogGroup", "name", f"/aws/lambda/{name}") is None:
            yield f"{name}: AWS would make its log group by itself"
        needed = function.inputs["environment"]["variables"]
        if "ENDPOINT" not in needed:  # the authorizer's, which reaches nothing of the account's
            continue
        if not _may(account, role, ENDPOINT[2], f":endpoint/{needed['ENDPOINT']}"):
            yield f"{name}: its role may not invoke {needed['ENDPOINT']}"
        for table in (needed["MOVIES_TABLE"], needed["SEEN_TABLE"]):
            if not _may(account, role, "dynamodb:BatchGetItem", f":table/{table}"):
                yield f"{name}: its role may not read {table}"


def _scaling(account: "Account") -> Iterator[str]:
    for target in account.of("aws:appautoscaling/target:Target"):
        name = target.inputs["resourceId"].split("/")[1]
        if _named(account, "aws:sagemaker/endpoint:Endpoint", "name", name) is None:
            yield f"{target.name}: scales the endpoint {name}, which does not exist"
