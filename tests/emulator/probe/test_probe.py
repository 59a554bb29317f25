"""A whole probe, and each of its questions: moto and recordings are the control plane, the emulator serves."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pulumi_aws as aws
import pytest
from botocore.awsrequest import AWSResponse

from components.alarms import Series, ShareAlarmArgs
from emulator.errors import ProbeError
from emulator.probe import function_trials, math_trials, model_trials, stage_trials
from emulator.probe.answers import Answer, Outcome
from emulator.probe.errand import Errand, Release
from emulator.probe.ledger import Ledger, Made
from emulator.probe.models import Endpoints, served_release
from emulator.probe.questions import QUESTIONS
from emulator.probe.removal import remove
from emulator.probe.run import probe
from emulator.probe.site import Site, build
from emulator.probe.wire_trials import wire
from emulator.recording import registered
from tests.emulator.probe.conftest import REGION, STEM, Account, first

RELEASE = Release(
    image="492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
    artifact="s3://models/r1.tar.gz",
    environment={"SAGEMAKER_PROGRAM": "inference.py"},
)
NOTHING: dict[str, list[str]] = {
    "apis": [],
    "roles": [],
    "functions": [],
    "endpoints": [],
    "configurations": [],
    "models": [],
}
SERVER_ERROR = '500 InternalServerErrorException `{"message": "Internal server error"}` (36 bytes)'


def left(account: Account) -> dict[str, list[str]]:
    """What of a probe's is still there."""
    there = account.there
    configurations = there.sagemaker.list_endpoint_configs()["EndpointConfigs"]
    return {
        "apis": [str(each.get("name")) for each in there.apigateway.get_rest_apis()["items"]],
        "roles": sorted(each["RoleName"] for each in there.iam.list_roles()["Roles"]),
        "functions": [each["FunctionName"] for each in there.functions.list_functions()["Functions"]],
        "endpoints": [each["EndpointName"] for each in there.sagemaker.list_endpoints()["Endpoints"]],
        "configurations": [each["EndpointConfigName"] for each in configurations],
        "models": [each["ModelName"] for each in there.sagemaker.list_models()["Models"]],
    }


def told(answers: list[Answer]) -> dict[str, str]:
    return {answer.question: f"{answer.outcome}: {answer.seen}" for answer in answers}


def quiet(_text: str) -> None:
    """Print nothing."""


def site(account: Account, folder: Path, client: httpx.Client, release: Release | None = None) -> Site:
    return build(account.errand(folder, release=release), client)


@pytest.fixture
def http() -> Any:
    with httpx.Client(timeout=30) as client:
        yield client


def test_every_question_is_put_and_everything_removed(account: Account, tmp_path: Path) -> None:
    errand = account.errand(tmp_path, release=RELEASE)
    found = told(probe(errand, say=quiet))
    assert list(found) == [
        question.id for question in sorted(QUESTIONS, key=lambda q: q.id == "delete-canary-deployment")
    ]
    sent = found.pop("canary-log-groups")
    assert sent.startswith("settled: of ")
    assert found == {
        "loop-bound": f"as assumed: {SERVER_ERROR}",
        "template-fails": f"as assumed: {SERVER_ERROR}",
        "path-decoding": "as assumed: `a b/c` of `a%20b%2Fc`",
        "accept": "as assumed: 200 `<kind>xml</kind>` (16 bytes)",
        "no-stage": 'as assumed: 403 ForbiddenException `{"message":"Forbidden"}` (23 bytes)',
        "throttled": 'as assumed: 429 TooManyRequestsException `{"message":"Too Many Requests"}` (31 bytes)',
        "too-large": 'as assumed: 413 RequestTooLargeException `{"message": "Request Too Long"}` (31 bytes)',
        "policy-denies": (
            'as assumed: 403 AccessDeniedException `{"Message":"User: anonymous is not authorized to perform: '
            "execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:<account>:<api>/v1/GET/refused with an "
            'explicit deny in a resource-based policy"}` (204 bytes)'
        ),
        "overrides-without-canary": (
            "settled: refused: BadRequestException: Invalid method setting path: "
            "/canarySettings/stageVariableOverrides/x."
        ),
        "promotion-in-one-patch": (
            "as assumed: the canary is gone: yes, the variable moved: yes, the deployment moved: yes"
        ),
        "percent-zero": (
            'as assumed: `{"percentTraffic": 0.0, "stageVariableOverrides": {"x": "canary"}, "useStageCache": false}`'
        ),
        "propagation": "as assumed: to 100.0 % 0.1 s, to 0.0 % 0.1 s",
        "test-invoke-with-canary": 'as assumed: 200 `{"canary": "", "mark": "second", "x": "asked"}`',
        "log-quotes": 'as assumed: escaped: `{"agent": "a\\"b"...`',
        "execution-log-groups": (
            "as assumed: API-Gateway-Execution-Logs_{id}/{stage}, API-Gateway-Execution-Logs_{id}/{stage}/Canary"
        ),
        "filter-delay": "as assumed: all 20 requests counted 91 s after the minute's end",
        "math-without-points": "as assumed: a [20.0], MAX [20.0], share [0.0]",
        "canary-metric-dimension": "settled: Stage=v1/Canary",
        "function-variable": 'as assumed: 200 `{"through": "default", "seen": {"did":"answer"}}` (48 bytes)',
        "function-word": 'as assumed: 400 `{"through": "its first word"}` (29 bytes)',
        "function-late": 'as assumed: 504 `{"through": "the timeout"}` (26 bytes)',
        "function-missing": f"as assumed: {SERVER_ERROR}",
        "authorizer-raises": 'as assumed: 500 AuthorizerConfigurationException `{"message":null}` (16 bytes)',
        "authorizer-late": 'as assumed: 500 AuthorizerFailureException `{"message":null}` (16 bytes)',
        "authorizer-denies": (
            'as assumed: 403 AccessDeniedException `{"Message":"User is not authorized to access this resource with an '
            'explicit deny in an identity-based policy"}` (110 bytes)'
        ),
        "key-beside-token": 'as assumed: 403 ForbiddenException `{"message":"Forbidden"}` (23 bytes)',
        "token-beside-key": 'as assumed: 401 UnauthorizedException `{"message":"Unauthorized"}` (26 bytes)',
        "function-throttled": "not settled: nothing was throttled within 60 s",
        "variable-in-uri": 'as assumed: 200 `{"predictions": [{"scores": [3.5]}]}`',
        "unknown-endpoint": 'as assumed: 400 `{"Message":"Endpoint X-nowhere of account <account> not found."}`',
        "integration-timeout": (
            'as assumed: 504 InternalServerErrorException `{"message": "Endpoint request timed out"}` (41 bytes)'
        ),
        "payload-limit": "OTHERWISE: 5.9 MB: taken; 6.1 MB: taken; 10 MB: taken; 24 MB: taken; 26 MB: taken",
        "failed-capture": "not settled: the stack's store is no bucket, so nothing is captured",
        "model-throttled": "not settled: none of 40 was throttled",
        "object2vec-input": "not settled: not asked: name an endpoint of a trained Object2Vec model with --object2vec",
        "endpoint-quota": "settled: Number of endpoints: 100; ml.m5.large for endpoint usage: 0",
        "delete-canary-deployment": (
            "as assumed: refused: BadRequestException: Active stages with canary settings pointing to this deployment "
            "must be moved or deleted"
        ),
    }
    assert left(account) == NOTHING
    assert not errand.ledger.file.exists()


def test_of_a_stack_that_serves_nothing_a_model_is_not_asked(account: Account, tmp_path: Path) -> None:
    found = told(probe(account.errand(tmp_path), say=quiet))
    why = "not asked: no endpoint: the stack names no stable release with an artifact on S3"
    assert found["variable-in-uri"] == f"not settled: {why}"
    assert [path for path in account.documents[0]["paths"] if "model" in path] == []


def test_an_account_that_allows_no_logs_leaves_their_questions_open(account: Account, tmp_path: Path) -> None:
    account.log_role = False
    found = told(probe(account.errand(tmp_path), say=quiet))
    said = "BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"
    assert {name for name, text in found.items() if text == f"not settled: not asked: no access log: {said}"} == {
        "canary-log-groups",
        "log-quotes",
        "execution-log-groups",
        "filter-delay",
        "math-without-points",
    }
    assert found["loop-bound"].startswith("as assumed")


def test_an_account_that_allows_no_function_leaves_its_questions_open(account: Account, tmp_path: Path) -> None:
    def refused(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        said = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        return AWSResponse("", 403, {}, None), said  # pyright: ignore[reportArgumentType] # nobody reads its body

    first(account.there.functions, "CreateFunction", refused)
    found = told(probe(account.errand(tmp_path), say=quiet))
    why = "not settled: not asked: no function: AccessDeniedException: no"
    assert {name for name, text in found.items() if text == why} == {
        *(f"function-{name}" for name in ("variable", "word", "late", "missing", "throttled")),
        *(f"authorizer-{name}" for name in ("raises", "late", "denies")),
        "key-beside-token",
        "token-beside-key",
    }
    assert left(account) == NOTHING


def test_a_stack_that_cannot_be_made_is_removed_as_far_as_it_came(account: Account, tmp_path: Path) -> None:
    def refused(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        said = {"Error": {"Code": "LimitExceededException", "Message": "too many stages"}}
        return AWSResponse("", 429, {}, None), said  # pyright: ignore[reportArgumentType] # nobody reads its body

    first(account.there.apigateway, "CreateStage", refused)
    errand = account.errand(tmp_path)
    with pytest.raises(ProbeError, match=r"could not be made: .*too many stages"):
        probe(errand, say=quiet)
    assert left(account) == NOTHING
    assert not errand.ledger.file.exists()


def test_what_cannot_be_removed_is_named_and_stays_listed(account: Account, tmp_path: Path) -> None:
    errand = account.errand(tmp_path)
    errand.ledger.intend("role", "of-somebody")
    errand.ledger.intend("rest api", STEM)

    def refused(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        said = {"Error": {"Code": "AccessDenied", "Message": "no"}}
        return AWSResponse("", 403, {}, None), said  # pyright: ignore[reportArgumentType] # nobody reads its body

    first(account.there.iam, "ListRolePolicies", refused)
    started = account.time.at
    assert remove(account.there, errand.ledger, account.time.sleep) == ["role of-somebody: no (AccessDenied)"]
    assert account.time.at - started == 50  # tried six times
    assert Ledger.read(errand.ledger.file).entries == [Made(kind="role", name="of-somebody")]


def test_what_a_killed_probe_left_is_removed_by_its_list(account: Account, tmp_path: Path, http: httpx.Client) -> None:
    site(account, tmp_path, http, RELEASE)
    assert left(account) == {
        "apis": [STEM],
        "roles": [f"{STEM}-{name}" for name in ("call", "function", "invoke", "model")],
        "functions": [f"{STEM}-function"],
        "endpoints": [f"{STEM}-instance", f"{STEM}-serverless"],
        "configurations": [f"{STEM}-instance", f"{STEM}-serverless"],
        "models": [STEM],
    }
    assert remove(account.there, Ledger.read(tmp_path / f"{STEM}.jsonl"), account.time.sleep) == []
    assert left(account) == NOTHING


def test_a_list_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    Ledger(tmp_path / "canary-probe-1.jsonl").intend("model", "m")
    with pytest.raises(ProbeError, match=r"no such probe\. There: canary-probe-1"):
        Ledger.read(tmp_path / "canary-probe-2.jsonl")


def test_an_answer_unlike_the_emulators_is_shown_beside_it(
    account: Account, tmp_path: Path, http: httpx.Client
) -> None:
    made = site(account, tmp_path, http)

    def other(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"message": "Not Found"}) if request.url.port == 1 else httpx.Response(403)

    with httpx.Client(transport=httpx.MockTransport(other)) as client:
        answer = wire("no-stage", replace(made, http=client, root="http://aws:1"), "http://twin:2")
    assert answer == Answer(
        question="no-stage",
        outcome=Outcome.OTHERWISE,
        seen='404 `{"message":"Not Found"}` (23 bytes); the emulator 403 `` (0 bytes)',
    )


def test_a_patch_that_makes_a_canary_is_described(account: Account, tmp_path: Path, http: httpx.Client) -> None:
    made = site(account, tmp_path, http)
    assert account.stage is not None
    original = account.stage.patch

    def patch(operations: list[dict[str, str]]) -> Any:
        if operations[0]["path"] == "/canarySettings/stageVariableOverrides/x":
            assert account.stage is not None
            account.stage._canary()
        return original(operations)

    account.stage.patch = patch
    answer = stage_trials.overrides_without_canary(made)
    shown = '`{"percentTraffic": 0.0, "stageVariableOverrides": {"x": "canary"}, "useStageCache": false}`'
    assert (answer.outcome, answer.seen) == (Outcome.SETTLED, f"a canary: {shown}, the stage's own deployment")


def test_a_function_that_lambda_throttles_is_let_go_again(account: Account, tmp_path: Path, http: httpx.Client) -> None:
    made, functions = site(account, tmp_path, http), account.there.functions
    reserved: list[int] = []
    refused = httpx.Response(500, json={"message": "Internal server error"})

    def reply(_request: httpx.Request) -> httpx.Response:
        reserved.append(
            functions.get_function_concurrency(FunctionName=f"{STEM}-function")["ReservedConcurrentExecutions"]
        )
        return httpx.Response(200) if len(reserved) == 1 else refused

    with httpx.Client(transport=httpx.MockTransport(reply)) as client:
        answer = function_trials.function_throttled(replace(made, http=client))
    assert reserved == [0, 0]
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName=f"{STEM}-function")
    assert (answer.outcome, answer.seen) == (
        Outcome.OTHERWISE,
        '500 `{"message":"Internal server error"}` (35 bytes)',
    )
    refused = httpx.Response(500, content=b'{"message": "Internal server error"}')
    with httpx.Client(transport=httpx.MockTransport(reply)) as client:
        answer = function_trials.function_throttled(replace(made, http=client))
    assert (answer.outcome, answer.seen) == (
        Outcome.AS_ASSUMED,
        '500 `{"message": "Internal server error"}` (36 bytes)',
    )


@pytest.mark.parametrize(
    ("values", "outcome", "told"),
    [
        ({"whole": [3.0, 1.0], "largest": [3.0, 1.0], "share": [0.0, 0.0]}, Outcome.AS_ASSUMED, "share [0.0, 0.0]"),
        ({"whole": [3.0, 1.0], "largest": [], "share": [0.0, 0.0]}, Outcome.OTHERWISE, "a [3.0, 1.0], MAX [], share"),
        ({"whole": [3.0], "largest": [3.0], "share": []}, Outcome.OTHERWISE, "MAX [3.0], share []"),
        ({"whole": [], "largest": [], "share": []}, Outcome.UNSETTLED, "nothing has been counted"),
    ],
)
def test_metric_math_is_told_as_it_came(
    account: Account, tmp_path: Path, values: Mapping[str, list[float]], outcome: Outcome, told: str
) -> None:
    def answered(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        found = [{"Id": name, "Values": each} for name, each in values.items()]
        return AWSResponse("", 200, {}, None), {"MetricDataResults": found}  # pyright: ignore[reportArgumentType] # nobody reads its body

    first(account.there.cloudwatch, "GetMetricData", answered)
    answer = math_trials.math_without_points(modelled(account, tmp_path, seen(200, "{}")))
    assert answer.outcome is outcome
    assert told in answer.seen


def test_the_expression_that_is_asked_for_is_the_alarms() -> None:
    series = Series(namespace="n", metric="m")
    alarm = ShareAlarmArgs(name="a", description="", part=series, whole=series, percent=1)
    assert alarm.expression == math_trials.SHARE


def modelled(account: Account, folder: Path, reply: Callable[[httpx.Request], httpx.Response]) -> Site:
    """A site whose traffic is answered by a function."""
    errand: Errand = account.errand(folder, release=replace(RELEASE, captures=f"s3://captured/probes/{STEM}"))
    return Site(
        errand=errand,
        http=httpx.Client(transport=httpx.MockTransport(reply)),
        root="http://aws",
        api="abc",
        deployments=("d1", "d2"),
        endpoints=Endpoints(instance=f"{STEM}-instance", serverless=f"{STEM}-serverless"),
        not_logged="",
    )


def seen(status: int, text: str) -> Callable[[httpx.Request], httpx.Response]:
    body = {"seen": base64.b64encode(text.encode()).decode()}
    return lambda _request: httpx.Response(status, json=body)


def test_throttling_is_told_as_the_template_saw_it(account: Account, tmp_path: Path) -> None:
    answer = model_trials.model_throttled(modelled(account, tmp_path, seen(400, '{"message": null}')))
    assert (answer.outcome, answer.seen) == (Outcome.AS_ASSUMED, '40 of 40: 400 `{"message": null}`')
    other = model_trials.model_throttled(modelled(account, tmp_path, seen(429, '{"Message": "Rate exceeded"}')))
    assert (other.outcome, other.seen) == (Outcome.OTHERWISE, '40 of 40: 429 `{"Message": "Rate exceeded"}`')


def test_what_is_captured_of_a_failure_is_read_from_the_bucket(account: Account, tmp_path: Path) -> None:
    place = modelled(account, tmp_path, seen(424, "{}"))
    place.errand.ledger.intend("captures", f"captured/probes/{STEM}")
    s3 = account.there.s3
    s3.create_bucket(Bucket="captured", CreateBucketConfiguration={"LocationConstraint": REGION})
    line = {"captureData": {"endpointInput": {"data": '{"not": "ratings"}'}}}
    s3.put_object(Bucket="captured", Key=f"probes/{STEM}/x/AllTraffic/1.jsonl", Body=json.dumps(line).encode())
    answer = model_trials.failed_capture(place)
    assert (answer.outcome, answer.seen) == (Outcome.AS_ASSUMED, "endpointInput, 0 s after the request")
    assert remove(account.there, place.errand.ledger, account.time.sleep) == []
    assert "Contents" not in s3.list_objects_v2(Bucket="captured")


def test_a_payload_limit_ends_at_the_first_refusal(account: Account, tmp_path: Path) -> None:
    def limited(params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        large = len(params["body"]) > 6 * 1024 * 1024 - 200_000
        said = {"Error": {"Code": "ValidationError", "Message": "too large"}} if large else {}
        return AWSResponse("", 400 if large else 200, {}, None), said  # pyright: ignore[reportArgumentType] # nobody reads it

    first(account.there.runtime, "InvokeEndpoint", limited)
    answer = model_trials.payload_limit(modelled(account, tmp_path, seen(200, "{}")))
    assert (answer.outcome, answer.seen) == (
        Outcome.AS_ASSUMED,
        "5.9 MB: taken; 6.1 MB: ValidationError: too large",
    )


def test_the_release_is_read_from_what_the_program_registers(account: Account) -> None:
    def build_models() -> None:
        for name, artifact in (("local", "models/r0.tar.gz"), ("r1", RELEASE.artifact)):
            container = {"image": RELEASE.image, "model_data_url": artifact, "environment": dict(RELEASE.environment)}
            aws.sagemaker.Model(name, execution_role_arn="arn:aws:iam::1:role/m", primary_container=container)  # pyright: ignore[reportArgumentType] # a dictionary of its keys

    del account
    assert served_release(registered(build_models), "s3://b/p") == replace(RELEASE, captures="s3://b/p")
    assert served_release(registered(lambda: None), "") is None
