"""`registered`: everything that a program registers, in order, with what the engine would be told."""

import asyncio
import json

import pulumi
import pulumi_aws as aws
import pytest

from emulator.errors import ProgramError
from emulator.recording import Recording, registered


def build() -> None:
    class Box(pulumi.ComponentResource):
        def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
            super().__init__("test:box:Box", name, None, opts)
            role = aws.iam.Role(
                f"{name}-role",
                assume_role_policy="{}",
                tags={"a": "b"},
                opts=pulumi.ResourceOptions(parent=self, protect=True),
            )
            self.policy = aws.iam.RolePolicy(
                f"{name}-policy",
                role=role,  # pyright: ignore[reportArgumentType] # a resource is taken for its id
                policy=role.arn.apply(lambda arn: json.dumps({"Resource": arn})),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    hooks=pulumi.ResourceHookBinding(before_create=[pulumi.ResourceHook("refuse", refuse)]),
                ),
            )
            self.register_outputs({})

    def refuse(args: object) -> None:
        raise AssertionError(args)

    box = Box("box")
    api = aws.apigateway.RestApi("api", name="ratings", body="{}")
    stage = aws.apigateway.Stage("stage", rest_api=api.id, stage_name="v1", deployment="d1")
    topic = aws.sns.Topic("topic", display_name=pulumi.Output.secret("quiet"))
    pulumi.export("url", stage.invoke_url)
    pulumi.export("topic", topic.arn)
    pulumi.export("policy", box.policy.policy)
    pulumi.export("account", aws.get_caller_identity().account_id)
    pulumi.export("region", aws.get_region_output().region)
    pulumi.export("size", pulumi.Config().require_object("serving")["count"])


@pytest.fixture(scope="module")
def recording() -> Recording:
    return registered(build, project="p", stack="s", config={"p:serving": '{"count": 2}'}, region="eu-west-1")


def test_every_registration_in_order(recording: Recording) -> None:
    assert [(each.type, each.name) for each in recording.registrations] == [
        ("test:box:Box", "box"),
        ("aws:apigateway/restApi:RestApi", "api"),
        ("aws:sns/topic:Topic", "topic"),
        ("aws:iam/role:Role", "box-role"),
        ("aws:apigateway/stage:Stage", "stage"),
        ("aws:iam/rolePolicy:RolePolicy", "box-policy"),
    ]


def test_parent_protect_dependencies_and_hooks(recording: Recording) -> None:
    box, role, policy = (
        next(r for r in recording.registrations if r.name == n) for n in ("box", "box-role", "box-policy")
    )
    assert box.urn == "urn:pulumi:s::p::test:box:Box::box"
    assert box.parent == "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s"
    assert (role.parent, role.protect, role.custom) == (box.urn, True, True)
    assert (box.protect, box.custom, box.id) == (False, False, "")
    assert policy.dependencies == (role.urn,)
    assert policy.hooks == {"before_create": ("refuse",)}
    with pytest.raises(AssertionError):
        recording.hooks["refuse"](policy)


def test_inputs_are_plain_and_camel_case(recording: Recording) -> None:
    (policy,) = recording.of_type("aws:iam/rolePolicy:RolePolicy")
    (role,) = recording.of_type("aws:iam/role:Role")
    assert role.inputs == {"assumeRolePolicy": "{}", "tags": {"a": "b"}} | {
        key: role.inputs[key] for key in role.inputs if key not in ("assumeRolePolicy", "tags")
    }
    assert policy.inputs == {"role": role.id, "policy": json.dumps({"Resource": role.outputs["arn"]})}
    (topic,) = recording.of_type("aws:sns/topic:Topic")
    assert topic.inputs["displayName"] == "quiet"
    assert topic.secrets == ("displayName",)


def test_outputs_are_what_aws_would_compute(recording: Recording) -> None:
    api = recording.of_type("aws:apigateway/restApi:RestApi")[0].id
    assert recording.outputs == {
        "url": f"https://{api}.execute-api.eu-west-1.amazonaws.com/v1",
        "topic": recording.of_type("aws:sns/topic:Topic")[0].id,
        "policy": recording.of_type("aws:iam/rolePolicy:RolePolicy")[0].inputs["policy"],
        "account": "123456789012",
        "region": "eu-west-1",
        "size": 2,
    }
    assert len(api) == 10
    assert recording.outputs["topic"].startswith("arn:aws:sns:eu-west-1:123456789012:topic-")


def test_the_same_program_gives_the_same_recording_also_inside_a_running_loop(recording: Recording) -> None:
    async def again() -> Recording:
        return registered(build, project="p", stack="s", config={"p:serving": '{"count": 2}'}, region="eu-west-1")

    second = asyncio.run(again())
    assert second.registrations == recording.registrations
    assert second.outputs == recording.outputs


def test_json_round_trip(recording: Recording) -> None:
    parsed = Recording.parse(recording.to_json())
    assert (parsed.registrations, parsed.outputs, parsed.place) == (
        recording.registrations,
        recording.outputs,
        recording.place,
    )


def test_the_programs_own_exception_comes_out() -> None:
    def broken() -> None:
        topic = aws.sns.Topic("topic")
        topic.arn.apply(lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        registered(broken)


def test_an_invoke_that_nobody_answers_is_refused_by_name() -> None:
    def asks() -> None:
        aws.ssm.get_parameter(name="x")

    with pytest.raises(ProgramError, match="aws:ssm/getParameter:getParameter"):
        registered(asks)


def keep(args: pulumi.ResourceTransformArgs) -> None:
    return None


def test_a_transform_is_refused() -> None:
    def transforms() -> None:
        aws.sns.Topic("topic", opts=pulumi.ResourceOptions(transforms=[keep]))

    with pytest.raises(Exception, match="mocks run none"):
        registered(transforms)


def test_policy_document_is_rendered() -> None:
    def document() -> None:
        made = aws.iam.get_policy_document_output(
            statements=[
                {
                    "actions": ["sts:AssumeRole"],
                    "principals": [{"type": "Service", "identifiers": ["apigateway.amazonaws.com"]}],
                    "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}],
                }
            ]
        )
        pulumi.export("json", made.json)

    assert json.loads(registered(document).outputs["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            }
        ],
    }
