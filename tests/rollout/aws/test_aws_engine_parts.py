"""What surrounds the engine: whose operations and locks these are, what a kill left, what a dry run shows."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollout.adapters.aws.calls import changes, line, watch
from rollout.adapters.aws.clients import Clients, clients
from rollout.adapters.aws.errors import AwsError, EngineError
from rollout.adapters.aws.locks import Held, Process, Updates, alive, locks_in
from rollout.adapters.aws.ownership import Operation, foreign
from rollout.adapters.aws.pending import Pending, pending_in, settled, state_id
from store import open_store
from tests.rollout.aws.conftest import Stubbed

ENDPOINT, STAGE = "aws:sagemaker/endpoint:Endpoint", "aws:apigateway/stage:Stage"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEPLOYMENT, METHODS = "aws:apigateway/deployment:Deployment", "aws:apigateway/methodSettings:MethodSettings"


def operation(op: str, kind: str, name: str, *changed: str) -> Operation:
    return Operation(op=op, type=kind, name=name, changed=frozenset(changed))


@pytest.mark.parametrize(
    "own",
    [
        operation("create", ENDPOINT, "model-r2-endpoint"),
        operation("create", "canary:components:ModelEndpoint", "model-r2"),
        operation("delete", "aws:iam/rolePolicy:RolePolicy", "ratings-invoke-r2"),
        operation("create", "aws:lambda/function:Function", "function-r2-function"),
        operation("create", "canary:components:ReleaseFunction", "function-r2"),
        operation("delete", "aws:iam/rolePolicy:RolePolicy", "enriched-invoke-r2"),
        operation("create", DEPLOYMENT, "gateway-0123456789ab"),
        operation("delete", DEPLOYMENT, "gateway-0123456789ab"),
        operation("update", STAGE, "gateway-stage", "canarySettings", "deployment", "variables"),
        operation("update", "aws:apigateway/restApi:RestApi", "gateway-api", "body"),
        operation("update", "aws:appautoscaling/target:Target", "model-r1-target", "minCapacity"),
        operation("update", "aws:cloudwatch/dashboard:Dashboard", "observed-dashboard", "dashboardBody"),
        operation("create", ALARM, "observed-r2-model-errors"),
        operation("delete", ALARM, "observed-r1-model-latency"),
        operation("same", METHODS, "gateway-methods"),
        operation("refresh", METHODS, "gateway-methods"),
        operation("update", "pulumi:pulumi:Stack", "predicted-ratings-dev"),
    ],
)
def test_a_rollouts_own(own: Operation) -> None:
    assert foreign([own], ["r1", "r2"]) == ()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            operation("update", METHODS, "gateway-methods", "settings"),
            "update MethodSettings gateway-methods (settings)",
        ),
        (
            operation("update", STAGE, "gateway-stage", "variables", "tags"),
            "update Stage gateway-stage (tags, variables)",
        ),
        (operation("replace", STAGE, "gateway-stage", "variables"), "replace Stage gateway-stage (variables)"),
        (operation("create", ENDPOINT, "model-r20-endpoint"), "create Endpoint model-r20-endpoint"),
        (operation("delete", ALARM, "observed-r20-model-errors"), "delete MetricAlarm observed-r20-model-errors"),
        (
            operation("create", ALARM, "observed-stable-errors-5xx-alarm"),
            "create MetricAlarm observed-stable-errors-5xx-alarm",
        ),
        (operation("delete", ENDPOINT, "model-r2-b-endpoint"), "delete Endpoint model-r2-b-endpoint"),
        (
            operation("create", "aws:lambda/function:Function", "function-r20-function"),
            "create Function function-r20-function",
        ),
        (
            operation("update", "aws:dynamodb/table:Table", "enriched-seen", "tags"),
            "update Table enriched-seen (tags)",
        ),
        (
            operation("replace", DEPLOYMENT, "gateway-0123456789ab", "triggers"),
            "replace Deployment gateway-0123456789ab (triggers)",
        ),
    ],
)
def test_a_colleagues(other: Operation, said: str) -> None:
    assert list(map(str, foreign([other], ["r1", "r2"]))) == [said]


LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
    "lock file with `pulumi cancel`.\n  file:///state/.pulumi/locks/organization/p/dev/1.json: created by "
    "ann@build-7 (pid {pid}) at 2026-11-23T04:00:00Z"
)


def test_a_lock_is_read_out_of_the_engines_words() -> None:
    (held,) = locks_in(LOCKED.format(pid=4711))
    assert held == Held(by=Process(host="build-7", pid=4711), user="ann", at="2026-11-23T04:00:00Z")
    assert str(held) == "ann@build-7 (process 4711) since 2026-11-23T04:00:00Z"
    assert locks_in("[409] Conflict: Another update is currently in progress.") == ()


@pytest.mark.parametrize(
    ("host", "pid", "lives", "ours"),
    [
        ("build-7", 4711, False, True),
        ("build-7", 4711, True, False),  # our engine outlived us: it is waited for
        ("build-7", 4712, False, False),  # a colleague's on the same host
        ("build-8", 4711, False, False),  # the same number elsewhere
    ],
)
def test_only_a_dead_process_of_ours_left_a_lock(tmp_path: Path, host: str, pid: int, lives: bool, ours: bool) -> None:
    store = open_store(str(tmp_path), tmp_path)
    Updates(store, "build-7").began(4711)
    killed = Updates(store, "build-7", lambda _pid: lives)  # as the next process finds it
    held = Held(by=Process(host=host, pid=pid), user="ann", at="")
    assert killed.left_by_us(held) == ours
    killed.ended(4711)
    assert not killed.left_by_us(held)


def test_a_broken_lock_is_forgotten(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), tmp_path)
    left = Held(by=Process(host="h", pid=1), user="ann", at="")
    store.write("rollouts/engines.json", b'[{"host": "h", "pid": 1}, {"host": "h", "pid": 2}]')
    updates = Updates(store, "h", lambda _pid: False)
    assert updates.left_by_us(left)
    updates.forget(left)
    assert not updates.left_by_us(left)
    assert updates.left_by_us(Held(by=Process(host="h", pid=2), user="ann", at=""))


def test_what_cannot_be_read_is_nobodys(tmp_path: Path) -> None:
    store = open_store(str(tmp_path), tmp_path)
    store.write("rollouts/engines.json", b"[{")
    assert not Updates(store, "h", lambda _pid: False).left_by_us(Held(by=Process(host="h", pid=1), user="a", at=""))


def test_whether_a_process_lives() -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert alive(os.getpid())
    assert not alive(done.pid)


def test_begun_creates_are_read_out_of_an_exported_state() -> None:
    begun = {"urn": "urn:x::model-r2-endpoint", "type": ENDPOINT, "inputs": {"name": "p-r2"}}
    state = {
        "pending_operations": [
            {"type": "creating", "resource": begun},
            {"type": "creating", "resource": begun},
            {"type": "updating", "resource": {"urn": "urn:x::gateway-stage", "type": STAGE}},
        ]
    }
    assert pending_in(state) == (Pending(urn=begun["urn"], type=ENDPOINT, inputs={"name": "p-r2"}),)  # pyright: ignore[reportArgumentType] # a literal's union
    assert pending_in({}) == ()


def test_what_was_created_becomes_a_resource_and_the_rest_is_forgotten() -> None:
    def begun(urn: str) -> dict[str, Any]:
        return {"type": "creating", "resource": {"urn": urn, "type": ENDPOINT, "parent": "p", "inputs": {"name": urn}}}

    other: dict[str, Any] = {"type": "updating", "resource": {"urn": "c"}}
    state: dict[str, Any] = {
        "manifest": {},
        "resources": [{"urn": "p"}],
        "pending_operations": [begun("a"), begun("b"), other],
    }
    made = {"urn": "a", "type": ENDPOINT, "parent": "p", "inputs": {"name": "a"}, "outputs": {"name": "a"}, "id": "i"}
    expected: dict[str, Any] = {"manifest": {}, "resources": [{"urn": "p"}, made], "pending_operations": [other]}
    assert settled(state, {"a": "i", "b": None}) == expected
    again = {**state, "resources": [{"urn": "p"}, {"urn": "a"}]}  # its outputs were written down, its begin was left
    assert settled(again, {"a": "i", "b": None})["resources"] == [{"urn": "p"}, {"urn": "a"}]


NAMED = {"name": "n"}
Answer = tuple[str, str, dict[str, Any], dict[str, Any]]


LOOKS: list[tuple[str, dict[str, str], Answer, str | None]] = [
    (
        "aws:iam/role:Role",
        NAMED,
        (
            "iam",
            "get_role",
            {"Role": {"Path": "/", "RoleName": "n", "RoleId": "A" * 16, "Arn": "a" * 20, "CreateDate": 1}},
            {"RoleName": "n"},
        ),
        "n",
    ),
    (
        "aws:iam/rolePolicy:RolePolicy",
        {"name": "n", "role": "r"},
        (
            "iam",
            "get_role_policy",
            {"RoleName": "r", "PolicyName": "n", "PolicyDocument": "{}"},
            {"RoleName": "r", "PolicyName": "n"},
        ),
        "r:n",
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        NAMED,
        (
            "logs",
            "describe_log_groups",
            {"logGroups": [{"logGroupName": "nn"}, {"logGroupName": "n"}]},
            {"logGroupNamePrefix": "n"},
        ),
        "n",
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        NAMED,
        ("logs", "describe_log_groups", {"logGroups": [{"logGroupName": "nn"}]}, {"logGroupNamePrefix": "n"}),
        None,
    ),
    (
        ALARM,
        NAMED,
        ("cloudwatch", "describe_alarms", {"MetricAlarms": [{"AlarmName": "n"}]}, {"AlarmNames": ["n"]}),
        "n",
    ),
    (
        "aws:lambda/function:Function",
        NAMED,
        ("functions", "get_function_configuration", {"FunctionName": "n"}, {"FunctionName": "n"}),
        "n",
    ),
    (ALARM, NAMED, ("cloudwatch", "describe_alarms", {"MetricAlarms": []}, {"AlarmNames": ["n"]}), None),
    (
        DEPLOYMENT,
        {"restApi": "a", "description": "Document 1"},
        (
            "apigateway",
            "get_deployments",
            {"items": [{"id": "d1", "description": "Document 1"}, {"id": "d2", "description": "Document 2"}]},
            {"restApiId": "a"},
        ),
        "d1",
    ),
    (
        "aws:appautoscaling/policy:Policy",
        {
            "name": "n",
            "serviceNamespace": "sagemaker",
            "resourceId": "e",
            "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
        },
        (
            "scaling",
            "describe_scaling_policies",
            {"ScalingPolicies": []},
            {
                "ServiceNamespace": "sagemaker",
                "ResourceId": "e",
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "PolicyNames": ["n"],
            },
        ),
        None,
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "call", "identifier"), LOOKS)
def test_what_was_being_created_is_looked_up(
    stubbed: Stubbed, kind: str, inputs: dict[str, str], call: Answer, identifier: str | None
) -> None:
    stubbed.answer(*call)
    assert state_id(stubbed.clients, Pending(urn="u", type=kind, inputs=inputs)) == identifier


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        (
            ENDPOINT,
            ("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "n".'),
        ),
        (
            "aws:sagemaker/model:Model",
            ("sagemaker", "describe_model", "ValidationException", "Could not find model"),
        ),
        ("aws:iam/role:Role", ("iam", "get_role", "NoSuchEntity", "The role with name n cannot be found.")),
        (
            "aws:lambda/function:Function",
            ("functions", "get_function_configuration", "ResourceNotFoundException", "Function not found: n"),
        ),
    ],
)
def test_what_is_not_there_was_not_created(stubbed: Stubbed, kind: str, refusal: tuple[str, str, str, str]) -> None:
    stubbed.refuse(*refusal)
    assert state_id(stubbed.clients, Pending(urn="u", type=kind, inputs=NAMED)) is None


def test_a_refused_look_is_not_an_absence(stubbed: Stubbed) -> None:
    stubbed.refuse("sagemaker", "describe_endpoint", "AccessDeniedException", "no")
    with pytest.raises(AwsError, match="AccessDenied"):
        state_id(stubbed.clients, Pending(urn="u", type=ENDPOINT, inputs=NAMED))


def test_a_type_that_nobody_looks_up_is_told(stubbed: Stubbed) -> None:
    with pytest.raises(EngineError, match="nobody here knows how to look up a aws:x/y:Z"):
        state_id(stubbed.clients, Pending(urn="u", type="aws:x/y:Z", inputs={}))


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Clients]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return lambda: clients("eu-central-1")


def test_a_dry_run_shows_every_call_and_sends_none_that_changes(fresh: Callable[[], Clients]) -> None:
    there, shown = fresh(), list[str]()
    watch(there, shown.append, dry=True)
    patch: list[Any] = [{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"}]
    there.apigateway.update_stage(restApiId="a", stageName="v1", patchOperations=patch)  # no network, no error
    (told,) = shown
    assert told == (
        'aws apigateway UpdateStage {"patchOperations": [{"op": "replace", "path": "/canarySettings/percentTraffic", '
        '"value": "0.0"}], "restApiId": "a", "stageName": "v1"}  (not sent: dry run)'
    )


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("UpdateStage", True),
        ("RegisterScalableTarget", True),
        ("Publish", True),
        ("GetStage", False),
        ("DescribeEndpoint", False),
        ("TestInvokeMethod", False),
        ("ListEndpoints", False),
    ],
)
def test_which_calls_change_anything(name: str, does: bool) -> None:
    assert changes(name) == does
    assert ("not sent" in line("s", name, {}, dry=True)) == does
    assert "not sent" not in line("s", name, {}, dry=False)
