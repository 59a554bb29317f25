"""What each role of the stack may do, as one table, and that a policy simulator lets it do nothing else.

The roles are those that the program registers for prod with everything on. The simulator is moto's evaluation of
policies (`moto.iam.access_control`), by which its server decides; its SimulateCustomPolicy is not there (moto 5.2). It
takes a condition whose key is not in the request for fulfilled, so conditions are compared as text.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from moto.iam.access_control import IAMPolicy, PermissionResult

from releases.identity import identity
from tests.program.golden import LINEUPS, World

LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"
STACK = "predicted-ratings-prod"
ENDPOINT = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{STACK}"
FUNCTION = f"arn:aws:lambda:us-east-1:123456789012:function:{STACK}"
TABLE = f"arn:aws:dynamodb:us-east-1:123456789012:table/{STACK}"
IMAGES = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"
BUCKET = f"arn:aws:s3:::{STACK}-123456789012-us-east-1"
METRICS = {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}}
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")

Line = tuple[str, str, str]
"""Role, action, resource."""


def of_release(name: str) -> set[Line]:
    """What one release's roles may do: its container's, its function's, and the two that lead to them."""
    model, function = f"model-{name}-role", f"function-{name}-role"
    group = f"{LOGS}:/aws/sagemaker/Endpoints/{STACK}-{name}-<{name}>:*"
    code = f"{STACK}-{name}-<code for {name}>"
    return {
        (model, "ecr:GetAuthorizationToken", "*"),
        *((model, action, IMAGES) for action in PULL),
        *((model, action, group) for action in (*WRITE, "logs:DescribeLogStreams")),
        (model, "cloudwatch:PutMetricData", "*"),
        (model, "s3:GetObject", f"arn:aws:s3:::models/{name}/model.tar.gz"),
        *((function, action, f"{LOGS}:/aws/lambda/{code}:*") for action in WRITE),
        (function, "sagemaker:InvokeEndpoint", f"{ENDPOINT}-{name}-<{name}>"),
        *((function, "dynamodb:BatchGetItem", f"{TABLE}-{table}") for table in ("movies", "seen")),
        ("ratings-invoke", "sagemaker:InvokeEndpoint", f"{ENDPOINT}-{name}-<{name}>"),
        ("enriched-invoke", "lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:123456789012:function:{code}"),
    }


TRAINING = "training-role-role"
ALLOWED: set[Line] = {
    *of_release("r1"),
    *of_release("r2"),
    ("authorizer-ask", "lambda:InvokeFunction", f"{FUNCTION}-authorizer"),
    *(("authorizer-role", action, f"{LOGS}:/aws/lambda/{STACK}-authorizer:*") for action in WRITE),
    (TRAINING, "ecr:GetAuthorizationToken", "*"),
    *(
        (TRAINING, action, image)
        for action in PULL
        for image in (IMAGES, "arn:aws:ecr:us-east-1:382416733822:repository/object2vec")
    ),
    *(
        (TRAINING, action, f"{LOGS}:/aws/sagemaker/{jobs}{streams}")
        for action in (*WRITE, "logs:CreateLogGroup", "logs:DescribeLogStreams")
        for jobs in ("TrainingJobs", "TransformJobs")
        for streams in ("", ":*")
    ),
    (TRAINING, "cloudwatch:PutMetricData", "*"),
    (TRAINING, "s3:ListBucket", BUCKET),
    *((TRAINING, action, f"{BUCKET}/jobs/*") for action in ("s3:GetObject", "s3:PutObject")),
}
"""Everything that the stack's roles may do."""
TRUSTED = {
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
    ("logs:PutLogEvents", f"{LOGS}:/aws/apigateway/{STACK}/access:log-stream:x"),
    ("logs:DeleteLogGroup", f"{LOGS}:/aws/lambda/{STACK}-authorizer"),
    ("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:123456789012:repository/mine"),
    ("apigateway:PATCH", "arn:aws:apigateway:us-east-1::/restapis/x/stages/v1"),
    ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:123456789012:x/v1/GET/y"),
]


class Roles:
    """The roles that the program registers, by their logical names: their policies, and who may be one."""

    def __init__(self, folder: Path) -> None:
        world = World(folder, "prod")
        recording = world.run(**LINEUPS["everything"])
        named = {identity(each): f"<{each.id}>" for each in world.releases.values()}
        for each in recording.of_type("aws:lambda/function:Function"):
            if "release" in each.inputs["tags"]:
                named[each.inputs["name"].rpartition("-")[2]] = f"<code for {each.inputs['tags']['release']}>"
        roles = {each.outputs["name"]: each.name for each in recording.of_type("aws:iam/role:Role")}
        self.trusts = {each.name: each.inputs["assumeRolePolicy"] for each in recording.of_type("aws:iam/role:Role")}
        self.attached = [each.name for each in recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")]
        self.policies: dict[str, list[str]] = {}
        for each in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
            text = each.inputs["policy"]
            for changeable, name in named.items():
                text = text.replace(changeable, name)
            self.policies.setdefault(roles[each.inputs["role"]], []).append(text)

    def may(self, role: str, action: str, resource: str) -> bool:
        """Ask the simulator: one policy that permits is enough, as for IAM."""
        return any(
            IAMPolicy(text).is_action_permitted(action, resource) is PermissionResult.PERMITTED
            for text in self.policies[role]
        )


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Roles:
    return Roles(tmp_path_factory.mktemp("roles") / "world")


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
    assert roles.attached == []


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
