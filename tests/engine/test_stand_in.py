"""The stand-in itself: what it refuses, and that its invariants notice what they are there for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.stand_in.account import PLACE, Account, RefusedError
from tests.engine.stand_in.invariants import broken
from tests.engine.stand_in.tables import FORCES_REPLACEMENT, replacing

API, DEPLOYMENT, STAGE = (
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/stage:Stage",
)
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
GROUP, ENDPOINT = "aws:cloudwatch/logGroup:LogGroup", "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION, MODEL = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws:sagemaker/model:Model"
ARN = PLACE.arn("iam", "role/invoke", region=False)
INTEGRATION = {"uri": "arn:x:path/endpoints/${stageVariables.endpoint}/invocations", "credentials": ARN}
BODY = json.dumps({"paths": {"/": {"get": {"x-amazon-apigateway-integration": INTEGRATION}}}})


class World:
    """An account in which one stage serves one endpoint, and everything holds."""

    def __init__(self, folder: Path) -> None:
        self.account = Account(folder=folder)
        role = self.make(ROLE, name="model")
        self.make(POLICY, name="access", role="model", policy="{}")
        self.make(MODEL, name="e1", executionRoleArn=PLACE.arn("iam", "role/model", region=False))
        self.make(CONFIGURATION, name="e1", productionVariants=[{"modelName": "e1"}])
        self.make(GROUP, name="/aws/sagemaker/Endpoints/e1")
        self.make(ENDPOINT, name="e1", endpointConfigName="e1")
        self.make(ROLE, name="invoke")
        statement = {"Action": ["sagemaker:InvokeEndpoint"], "Resource": [PLACE.arn("sagemaker", "endpoint/e1")]}
        self.policy = self.make(POLICY, name="p", role="invoke", policy=json.dumps({"Statement": [statement]}))
        self.api = self.make(API, body=BODY)
        for name in (f"API-Gateway-Execution-Logs_{self.api}/v1", "access"):
            self.make(GROUP, name=name)
            self.make(GROUP, name=f"{name}/Canary")
        self.deployment = self.make(DEPLOYMENT, restApi=self.api, triggers={"document": BODY})
        self.stage = self.make(STAGE, **self.served())
        self.role = role

    def make(self, kind: str, **inputs: Any) -> str:
        return self.account.create(kind, f"n{self.account.made}", f"urn{self.account.made}", inputs).id

    def served(self, **changes: Any) -> dict[str, Any]:
        logs = {"destinationArn": PLACE.arn("logs", "log-group:access"), "format": "{}"}
        stage = {"restApi": self.api, "stageName": "v1", "deployment": self.deployment, "accessLogSettings": logs}
        return {**stage, "variables": {"endpoint": "e1"}, **changes}

    def drop(self, kind: str, identifier: str) -> None:
        """Take a resource away behind AWS's back."""
        del self.account.resources[f"{kind} {identifier}"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_whole_account_breaks_nothing(world: World) -> None:
    assert broken(world.account) == []


DAMAGES: list[tuple[Callable[[World], object], list[str]]] = [
    (lambda w: w.drop(DEPLOYMENT, w.deployment), ["stage: deployment {deployment} does not exist"]),
    (lambda w: w.drop(POLICY, w.policy), [f"stage: {ARN} may not invoke e1"]),
    (lambda w: w.drop(ROLE, "invoke"), [f"stage: {ARN} may not invoke e1"]),
    (lambda w: w.drop(ENDPOINT, "e1"), ["stage: endpoint 'e1' does not exist"]),
    (lambda w: w.drop(CONFIGURATION, "e1"), ["e1: its configuration does not exist"]),
    (lambda w: w.drop(MODEL, "e1"), ["n3: model e1 does not exist"]),
    (lambda w: w.drop(POLICY, "model:access"), ["n2: its role does not exist, or may do nothing"]),
    (
        lambda w: w.drop(GROUP, "/aws/sagemaker/Endpoints/e1"),
        ["e1: AWS would make its log group by itself"],
    ),
    (lambda w: w.drop(GROUP, "access/Canary"), ["stage: AWS would make the log group access/Canary by itself"]),
    (
        lambda w: w.account.update(
            STAGE,
            w.stage,
            w.served(canarySettings={"deploymentId": w.deployment, "stageVariableOverrides": {"endpoint": "e2"}}),
        ),
        ["canary: endpoint 'e2' does not exist"],
    ),
]


@pytest.mark.parametrize(("damage", "said"), DAMAGES)
def test_every_damage_is_noticed(world: World, damage: Callable[[World], object], said: list[str]) -> None:
    damage(world)
    assert broken(world.account) == [each.format(deployment=world.deployment) for each in said]


def test_a_snapshot_is_the_body_of_the_moment(world: World) -> None:
    other = BODY.replace("invocations", "elsewhere")
    world.account.update(API, world.api, {"body": other})
    assert broken(world.account) == []  # what was cut before stays what it was
    cut = world.account.create(DEPLOYMENT, "late", "urn", {"restApi": world.api, "triggers": {"document": BODY}})
    assert cut.snapshot == other
    assert broken(world.account) == ["late: cut from another body than its document"]


def test_a_deployment_in_use_stays(world: World) -> None:
    with pytest.raises(RefusedError, match="Active stages pointing to this deployment must be moved or deleted"):
        world.account.delete(DEPLOYMENT, world.deployment)
    second = world.make(DEPLOYMENT, restApi=world.api, triggers={"document": BODY})
    world.account.update(STAGE, world.stage, world.served(canarySettings={"deploymentId": second}))
    with pytest.raises(RefusedError, match="Active stages with canary settings pointing to this deployment"):
        world.account.delete(DEPLOYMENT, second)
    world.account.update(STAGE, world.stage, world.served())
    world.account.delete(DEPLOYMENT, second)


REFUSALS: list[tuple[Callable[[World], object], str]] = [
    (
        lambda w: w.make(ENDPOINT, name="e1", endpointConfigName="e1"),
        "Cannot create already existing .*Endpoint: e1",
    ),
    (lambda w: w.make(STAGE, **w.served(deployment="gone")), "Deployment id does not exist"),
    (lambda w: w.make(STAGE, **w.served(restApi="gone")), "Invalid API identifier specified"),
    (lambda w: w.make(POLICY, name="p", role="gone", policy="{}"), "The role with name gone cannot be found"),
    (lambda w: w.make("aws:sqs/queue:Queue"), "the stand-in does not know aws:sqs/queue:Queue"),
    (lambda w: w.account.delete(ROLE, "invoke"), "must delete policies first"),
    (lambda w: w.account.delete(ENDPOINT, "gone"), "NotFoundException"),
]


@pytest.mark.parametrize(("call", "said"), REFUSALS)
def test_what_aws_refuses_is_refused_and_written_down(world: World, call: Callable[[World], object], said: str) -> None:
    before = dict(world.account.resources)
    with pytest.raises(RefusedError, match=said):
        call(world)
    last = json.loads((world.account.folder / "journal.jsonl").read_text().splitlines()[-1])
    assert last["refused"]
    assert world.account.resources == before == Account.load(world.account.folder).resources


def test_logging_needs_the_accounts_role(world: World) -> None:
    world.account.log_role = False
    with pytest.raises(RefusedError, match="CloudWatch Logs role ARN must be set in account settings"):
        world.make(STAGE, **world.served(stageName="v2"))


def test_what_forces_a_replacement() -> None:
    assert replacing(STAGE, {"variables", "deployment", "stageName"}) == {"stageName"}
    assert replacing(DEPLOYMENT, {"triggers", "description"}) == {"triggers"}
    assert replacing(MODEL, {"tags", "primaryContainer"}) == {"primaryContainer"}
    assert replacing(ENDPOINT, {"endpointConfigName"}) == set()
    assert set(FORCES_REPLACEMENT) >= {API, ROLE, POLICY, GROUP, CONFIGURATION}


def test_an_authorizer_that_is_not_there_or_may_not_be_asked_is_noticed(world: World) -> None:
    asked = {
        "authorizerUri": "arn:x/functions/arn:aws:lambda:r:1:function:who/invocations",
        "authorizerCredentials": ARN,
    }
    schemes = {"securitySchemes": {"bearer": {"x-amazon-apigateway-authorizer": asked}}}
    body = json.dumps({**json.loads(BODY), "components": schemes})
    world.account.update(API, world.api, {"body": body})
    cut = world.make(DEPLOYMENT, restApi=world.api, triggers={"document": body})
    world.account.update(STAGE, world.stage, world.served(deployment=cut))
    assert broken(world.account) == [
        "stage: the authorizer who does not exist",
        f"stage: {ARN} may not ask the authorizer who",
    ]
    world.make(GROUP, name="/aws/lambda/who")
    function = "aws:lambda/function:Function"
    world.make(function, name="who", role=ARN, environment={"variables": {}})
    may = json.dumps({"Statement": [{"Action": ["lambda:InvokeFunction"], "Resource": ["arn:x:function:who"]}]})
    world.make(POLICY, name="ask", role="invoke", policy=may)
    assert broken(world.account) == []
