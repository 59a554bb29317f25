"""What components refuse at once, with the bound and the value, and what they derive from their Args."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from components.account import LogRoleArgs
from components.cloud import Cloud
from components.endpoint import CaptureArgs, ModelEndpointArgs, ScalingArgs
from components.errors import ArgumentError
from components.function import ReleaseFunctionArgs
from components.logs import AccessLogsArgs
from components.methods import MethodArgs
from components.route import FunctionRouteArgs, GatewayRouteArgs
from components.snapshot import fingerprint
from components.stage import CanaryStageArgs, CanaryTrack, Track
from components.storage import TrainingBucketArgs
from components.tables import EnrichmentTablesArgs

CLOUD = Cloud(account_id="123456789012", region="eu-west-1")
BUCKET = TrainingBucketArgs(bucket="abc", cloud=CLOUD, jobs="jobs")
ENDPOINT = ModelEndpointArgs(
    stem="ratings-r1",
    identity="0a1b2c3d",
    image="141502667606.dkr.ecr.eu-west-1.amazonaws.com/x:1",
    artifact="s3://m/r1.tar.gz",
    instance_type="ml.m5.large",
    instance_count=1,
    cloud=CLOUD,
    log_retention_days=14,
)
FUNCTION = ReleaseFunctionArgs(
    function="ratings-r1-0a1b2c3d",
    code={"enriched/entry.py": "handle = print"},
    handler="enriched.entry.handle",
    environment={},
    memory=256,
    timeout=10,
    endpoint="ratings-r1-0a1b2c3d",
    tables=("movies", "seen"),
    cloud=CLOUD,
    log_retention_days=14,
)
STAGE = CanaryStageArgs(
    api_name="ratings",
    stage_name="v1",
    stable=Track(release="r1", document="A", variables={"endpointRatings": "ratings-r1-0a1b2c3d"}),
    methods=MethodArgs(rate=10, burst=20),
    access_log_group="/aws/apigateway/ratings/access",
    log_retention_days=14,
    cloud=CLOUD,
)


def canary(document: str, percent: float = 10) -> CanaryTrack:
    return CanaryTrack(release="r2", document=document, variables={"endpointRatings": "e2"}, percent=percent)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(ENDPOINT, stem="r" * 55), "endpoint .* is 64 characters long, at most 63 are allowed"),
        (lambda: replace(ENDPOINT, stem="a--b_c"), "endpoint 'a--b_c-0a1b2c3d' does not match"),
        (lambda: replace(ENDPOINT, instance_count=0), "instance count is 0, it must be at least 1"),
        (
            lambda: replace(ENDPOINT, instance_type="ml.t2.medium", scaling=scaling()),
            "ml.t2.medium is burstable and cannot be scaled: take another type, or no scaling",
        ),
        (lambda: scaling(min_instances=0), "minimum of instances is 0, it must be at least 1"),
        (lambda: scaling(max_instances=1), "maximum of instances is 1, it must be at least 2"),
        (lambda: scaling(target_invocations_per_instance=0.0), "target invocations per instance is 0"),
        (lambda: CaptureArgs(destination="s3://b/c", percent=101), "percent is 101, it must be from 0 to 100"),
        (lambda: replace(FUNCTION, function="f" * 65), "function .* is 65 characters long, at most 64 are allowed"),
        (lambda: replace(FUNCTION, function="a.b"), "function 'a.b' does not match"),
        (lambda: replace(FUNCTION, memory=127), "the function's memory is 127, it must be from 128 to 10240"),
        (lambda: replace(FUNCTION, timeout=901), "the function's timeout is 901, it must be from 1 to 900"),
        (
            lambda: replace(FUNCTION, handler="enriched.handler.handle"),
            "'enriched.handler.handle' needs enriched/handler.py among the code's files, there are: enriched/entry.py",
        ),
        (lambda: FunctionRouteArgs(role_name="a b", functions={}, cloud=CLOUD), "invoke role 'a b' does not match"),
        (
            lambda: FunctionRouteArgs(role_name="a", functions={"r1": "a.b"}, cloud=CLOUD),
            "function 'a.b' does not match",
        ),
        (lambda: EnrichmentTablesArgs(movies="ab", seen="seen"), "table 'ab' does not match"),
        (lambda: EnrichmentTablesArgs(movies="movies", seen="a b c"), "table 'a b c' does not match"),
        (lambda: canary("A", 100.5), "the canary's percent is 100.5, it must be from 0 to 100"),
        (lambda: canary("A", -0.1), "the canary's percent is -0.1, it must be from 0 to 100"),
        (
            lambda: Track(release="r", document="", variables={"endpoint_x": "e"}),
            "stage variable 'endpoint_x' does not",
        ),
        (lambda: Track(release="r", document="", variables={"x": "a b"}), "stage variable x's value 'a b' does not"),
        (lambda: replace(canary("A"), variables={"a_b": "c"}), "stage variable 'a_b' does not match"),
        (lambda: MethodArgs(rate=-1, burst=1), "the throttle's rate is -1, it must be at least 0"),
        (lambda: MethodArgs(rate=1, burst=-1), "the throttle's burst is -1, it must be at least 0"),
        (lambda: replace(STAGE, stage_name="v 1"), "stage 'v 1' does not match"),
        (lambda: replace(STAGE, endpoint_type="PRIVATE"), "a PRIVATE API needs VPC endpoints"),
        (lambda: replace(STAGE, vpc_endpoints=("vpce-1",)), "and no other has any: got REGIONAL"),
        (lambda: GatewayRouteArgs(role_name="r" * 65, endpoints={}, cloud=CLOUD), "invoke role .* is 65 characters"),
        (
            lambda: GatewayRouteArgs(role_name="r", endpoints={"r1": "a b"}, cloud=CLOUD),
            "endpoint 'a b' does not match",
        ),
        (lambda: LogRoleArgs(role_name="a b", cloud=CLOUD), "log role 'a b' does not match"),
        (lambda: AccessLogsArgs(log_group="a b", retention_days=1), "access log group 'a b/Canary' does not match"),
        (lambda: replace(BUCKET, bucket="A"), "bucket 'A' does not match"),
        (lambda: replace(BUCKET, old_version_days=0), "old versions are kept .*it must be at least 1"),
        (lambda: replace(BUCKET, jobs="/jobs"), "prefix of jobs '/jobs' does not match"),
        (lambda: replace(BUCKET, job_days=28), "a job's files are kept .*it must be at least 29"),
    ],
)
def test_a_value_out_of_bounds_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


def scaling(**changes: float) -> ScalingArgs:
    return replace(ScalingArgs(min_instances=2, max_instances=4, target_invocations_per_instance=600.0), **changes)


def test_names_carry_release_and_identity() -> None:
    assert ENDPOINT.endpoint_name == ENDPOINT.configuration_name == "ratings-r1-0a1b2c3d"


def test_a_changed_capture_changes_the_configurations_name_and_not_the_endpoints() -> None:
    names = {
        replace(ENDPOINT, capture=CaptureArgs(destination=destination, percent=percent)).configuration_name
        for destination, percent in (("s3://b/c", 100), ("s3://b/c", 50), ("s3://b/d", 100))
    }
    assert len(names) == 3
    assert ENDPOINT.configuration_name not in names
    assert {len(name) for name in names} == {len(ENDPOINT.endpoint_name)}
    captured = replace(ENDPOINT, capture=CaptureArgs(destination="s3://b/c", percent=100))
    assert captured.endpoint_name == ENDPOINT.endpoint_name


def test_the_body_is_the_newest_document_and_each_document_has_one_deployment() -> None:
    kept = Track(release="r0", document="C", variables={})
    both = replace(STAGE, canary=canary("B"), kept=(kept, replace(kept, document="A")))
    assert (STAGE.body, both.body) == ("A", "B")
    assert dict(STAGE.documents) == {fingerprint("A"): "A"}
    assert dict(both.documents) == {fingerprint(text): text for text in ("A", "B", "C")}
    assert [track.release for track in both.split] == ["r1", "r2"]


def test_the_guard_says_whose_document_and_what_to_do() -> None:
    kept = Track(release="r0", document="C", variables={})
    guard = replace(STAGE, canary=canary("B"), kept=(kept,)).guard()
    a, b, c = map(fingerprint, "ABC")
    assert guard.body == "B"
    assert guard.owners == {a: "the stable release r1", b: "the canary r2", c: "the warm release r0"}
    assert guard.advice[a] == "Deploy r1 alone first, without the canary, and then the canary beside it"
    assert guard.advice[c].startswith(
        "A warm release keeps the deployment that it was served from, and r0 has none here"
    )
