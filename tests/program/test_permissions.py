"""Each role of the stack may do what the table says (`permitted.py`), and a policy simulator refuses it the rest.

The roles are those that the program registers for dev and for prod with everything on, data capture and a store on S3
(in moto) too; dev's are the same under its own name. The registry's two policies are for persons, and stand beside the
roles. The simulator is moto's evaluation of policies (`moto.iam.access_control`), by which its server decides; its
SimulateCustomPolicy is not there (moto 5.2). It takes a condition whose key is not in the request for fulfilled, so
conditions are compared as text.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.iam.access_control import IAMPolicy, PermissionResult

from releases.identity import identity
from releases.model import Release
from releases.registry import publish
from settings.stackfile import load_stack
from store import open_store
from tests.program.golden import LINEUPS, World
from tests.program.permitted import (
    ALLOWED,
    BUCKET,
    ENDPOINT,
    FUNCTION,
    KEPT,
    LOGS,
    PAGE,
    STACK,
    TABLE,
    of_release,
    published,
)
from tests.program.stacks import FEATURES, ROOT, with_features

STORE = "s3://releases/of-mine"
METRICS = {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}}


ATTACHED = {("account-role", "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")}
"""Policies of AWS's own: the account's log role, which API Gateway takes with this one (`components/account.py`)."""
TRUSTED = {
    "account-role": "apigateway.amazonaws.com",
    "training": "sagemaker.amazonaws.com",
    "model": "sagemaker.amazonaws.com",
    "function": "lambda.amazonaws.com",
    "authorizer-role": "lambda.amazonaws.com",
    "authorizer-ask": "apigateway.amazonaws.com",
    "ratings-invoke": "apigateway.amazonaws.com",
    "enriched-invoke": "apigateway.amazonaws.com",
}
OUTSIDE: list[tuple[str, str]] = [
    ("iam:PassRole", "*"),
    ("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin"),
    ("sagemaker:DeleteEndpoint", f"{ENDPOINT}-r1-<r1>"),
    ("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/else"),
    ("lambda:UpdateFunctionCode", f"{FUNCTION}-authorizer"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:else"),
    ("dynamodb:PutItem", f"{TABLE}-seen"),
    ("dynamodb:BatchGetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/else"),
    ("s3:GetObject", "arn:aws:s3:::models/r9/model.tar.gz"),
    ("s3:PutObject", "arn:aws:s3:::models/r1/model.tar.gz"),
    ("s3:DeleteObject", f"{BUCKET}/jobs/x"),
    ("s3:DeleteObject", f"{KEPT}/releases/r1.json"),
    ("s3:GetObject", f"{KEPT}/captures/x"),
    ("s3:PutObject", f"{KEPT}/rollouts/x"),
    ("s3:GetObject", "arn:aws:s3:::releases/of-others/releases/r1.json"),
    ("logs:PutLogEvents", f"{LOGS}:/aws/apigateway/{STACK}/access:log-stream:x"),
    ("logs:DeleteLogGroup", f"{LOGS}:/aws/lambda/{STACK}-authorizer"),
    ("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:123456789012:repository/mine"),
    ("apigateway:PATCH", "arn:aws:apigateway:us-east-1::/restapis/x/stages/v1"),
    ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:123456789012:x/v1/GET/y"),
]


class Roles:
    """The roles that the program registers, by their logical names: their policies, and who may be one."""

    def __init__(self, folder: Path, stack: str) -> None:
        world = World(folder, stack)
        fill_store(list(world.releases.values()))
        own = load_stack(ROOT / f"Pulumi.{stack}.yaml")
        serving: Any = own["predicted-ratings:serving"]
        api: Any = with_features(stack)
        logging = {**api["logging"], "accountRole": True}
        recording = world.run(
            **{**LINEUPS["everything"], "features": {**FEATURES, "logging": logging}},
            store=STORE,
            serving={**serving, "dataCapture": {"enabled": True}},
        )
        named = {identity(each): f"<{each.id}>" for each in world.releases.values()}
        for each in recording.of_type("aws:lambda/function:Function"):
            if "release" in each.inputs["tags"]:
                named[each.inputs["name"].rpartition("-")[2]] = f"<code for {each.inputs['tags']['release']}>"
        roles = {each.outputs["name"]: each.name for each in recording.of_type("aws:iam/role:Role")}
        self.trusts = {each.name: each.inputs["assumeRolePolicy"] for each in recording.of_type("aws:iam/role:Role")}
        attachments = recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        self.attached = {(roles[each.inputs["role"]], each.inputs["policyArn"]) for each in attachments}
        self.policies: dict[str, list[str]] = {}
        for each in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
            text = each.inputs["policy"].replace(f"predicted-ratings-{stack}", STACK)
            for changeable, name in named.items():
                text = text.replace(changeable, name)
            self.policies.setdefault(roles[each.inputs["role"]], []).append(text)
        for each in recording.of_type("aws:iam/policy:Policy"):
            self.policies[each.name] = [each.inputs["policy"]]

    def may(self, role: str, action: str, resource: str) -> bool:
        """Ask the simulator: one policy that permits is enough, as for IAM."""
        return any(
            IAMPolicy(text).is_action_permitted(action, resource) is PermissionResult.PERMITTED
            for text in self.policies[role]
        )


def fill_store(releases: list[Release]) -> None:
    """Put releases into the store on S3."""
    session: Any = boto3.Session(region_name="us-east-1")
    session.client("s3").create_bucket(Bucket="releases")
    for each in releases:
        publish(open_store(STORE, ROOT), each)


@pytest.fixture(scope="module", params=["dev", "prod"])
def roles(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        yield Roles(tmp_path_factory.mktemp("roles") / "world", request.param)


def test_every_role_and_policy_of_the_stack_is_in_the_table(roles: Roles) -> None:
    assert set(roles.policies) == {role for role, _, _ in ALLOWED}
    assert {role for role in roles.policies if not role.startswith("registry-")} == set(roles.trusts) - {
        role for role, _ in ATTACHED
    }


def statements(policies: list[str]) -> list[dict[str, Any]]:
    return [each for text in policies for each in json.loads(text)["Statement"]]


def test_the_table_is_all_that_the_policies_say(roles: Roles) -> None:
    found = {
        (role, action, resource)
        for role, policies in roles.policies.items()
        for each in statements(policies)
        for action in each["Action"]
        for resource in each["Resource"]
    }
    assert found == ALLOWED
    assert {each["Effect"] for policies in roles.policies.values() for each in statements(policies)} == {"Allow"}
    assert roles.attached == ATTACHED


def test_the_published_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == published(ALLOWED)


def test_what_cannot_name_a_resource_is_bound_by_a_condition_or_gives_nothing_away(roles: Roles) -> None:
    for policies in roles.policies.values():
        for each in statements(policies):
            if "*" in each["Resource"] and each["Action"] != ["ecr:GetAuthorizationToken"]:
                assert (each["Action"], each["Condition"]) == (["cloudwatch:PutMetricData"], METRICS)


def test_every_role_is_one_services(roles: Roles) -> None:
    for role, trust in roles.trusts.items():
        (service,) = {each for name, each in TRUSTED.items() if role.startswith(name)}
        (statement,) = json.loads(trust)["Statement"]
        assert statement == {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}


def test_what_is_in_the_table_is_permitted(roles: Roles) -> None:
    for role, action, resource in ALLOWED:
        assert roles.may(role, action, resource.replace("*", "x")), (role, action, resource)


def test_what_is_not_in_the_table_is_refused_to_every_role(roles: Roles) -> None:
    for role in roles.policies:
        for action, resource in OUTSIDE:
            assert not roles.may(role, action, resource), (role, action, resource)


def test_one_releases_roles_may_nothing_of_anothers(roles: Roles) -> None:
    for mine, other in (("r1", "r2"), ("r2", "r1")):
        for role, action, resource in of_release(other):
            own = role.replace(f"-{other}-", f"-{mine}-")
            if own != role:
                permitted = roles.may(own, action, resource.replace("*", "x"))
                assert permitted is ((own, action, resource) in ALLOWED), (own, action, resource)
