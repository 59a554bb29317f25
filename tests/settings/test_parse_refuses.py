"""What `parse` says of configurations at fault: the exact paths, and the words that lead the reader."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from settings import Fault, SettingsError, parse, store_uri

BASE: dict[str, Any] = {
    "api": {"name": "ratings"},
    "serving": {"instanceType": "ml.m5.large"},
    "store": ".canary/local",
    "stable": "r1",
}
IDS = ["r1", "r2"]


def faults(changes: dict[str, Any], *, secret_keys: tuple[str, ...] = ()) -> tuple[Fault, ...]:
    raw = {f"predicted-ratings:{key}" if ":" not in key else key: value for key, value in (BASE | changes).items()}
    with pytest.raises(SettingsError) as caught:
        parse(raw, IDS, secret_keys)
    return caught.value.faults


def serving(**changes: Any) -> dict[str, Any]:
    return {"serving": BASE["serving"] | changes}


def api(**changes: Any) -> dict[str, Any]:
    return {"api": BASE["api"] | changes}


def scaling(**changes: Any) -> dict[str, Any]:
    return {"minInstances": 1, "maxInstances": 2} | changes


ONE_FAULT: list[tuple[dict[str, Any], str, str]] = [
    # a key that is not there, or should not be
    ({"api": {}}, "api.name", "is missing"),
    ({"serving": {}}, "serving.instanceType", "is missing"),
    ({"canary": {"release": "r2"}}, "canary.percent", "is missing"),
    ({"stabel": "r1"}, "stabel", "is no setting"),
    (api(throtling={}), "api.throtling", "is no setting"),
    (api(throttling={"Rate": 1}), "api.throttling.Rate", "is no setting"),
    ({"api.name": "x"}, "api.name", "is no setting"),
    # the wrong kind
    ({"api": "ratings"}, "api", "is 'ratings'"),
    ({"api": ["ratings"]}, "api", "is ['ratings']"),
    ({"api": None}, "api", "is null"),
    ({"api": ""}, "api", "is ''"),
    (api(throttling=None), "api.throttling", "is null"),
    (serving(autoscaling={"maxInstances": 1}), "serving.autoscaling.minInstances", "is missing"),
    ({"stable": 1}, "stable", "is 1, not a string"),
    ({"stable": True}, "stable", "is True, not a string"),
    ({"warm": "r2"}, "warm", "is 'r2'"),
    ({"warm": {"r2": 1}}, "warm", "is {'r2': 1}"),
    ({"protect": "yes"}, "protect", "is 'yes'"),
    ({"protect": 1}, "protect", "is 1"),
    ({"tags": ["a"]}, "tags", "is ['a']"),
    ({"tags": {"a": 1}}, "tags.a", "is 1, not a string"),
    ({"rollout": 20260131}, "rollout", "is 20260131, not a string"),
    (api(tracing="true"), "api.tracing", "is 'true'"),
    (api(maxItems=True), "api.maxItems", "is True"),
    (api(maxItems="10"), "api.maxItems", "is '10'"),
    (api(maxItems=10.0), "api.maxItems", "is 10.0"),
    (api(throttling={"rate": True}), "api.throttling.rate", "is True"),
    (api(throttling={"rate": "5"}), "api.throttling.rate", "is '5'"),
    (api(logging={"retentionDays": True}), "api.logging.retentionDays", "is True"),
    (api(logging={"level": "error"}), "api.logging.level", "is 'error'"),
    (api(endpointType="LOCAL"), "api.endpointType", "is 'LOCAL'"),
    # out of bounds
    (api(name="Ratings"), "api.name", "which does not match"),
    (api(name="r" * 33), "api.name", "which is 33 characters long"),
    (api(name="ratings\n"), "api.name", "which does not match"),
    (api(stageName="a b"), "api.stageName", "which does not match"),
    (api(stageName="s" * 129), "api.stageName", "which does not match"),
    (api(maxItems=0), "api.maxItems", "is 0"),
    (api(maxItems=1001), "api.maxItems", "is 1001"),
    (api(timeoutMilliseconds=49), "api.timeoutMilliseconds", "is 49"),
    (api(timeoutMilliseconds=300_001), "api.timeoutMilliseconds", "is 300001"),
    (api(throttling={"rate": 0}), "api.throttling.rate", "is 0"),
    (api(throttling={"rate": 10_000.5}), "api.throttling.rate", "is 10000.5"),
    (api(throttling={"burst": 0}), "api.throttling.burst", "is 0"),
    (api(throttling={"burst": 5_001}), "api.throttling.burst", "is 5001"),
    (api(logging={"retentionDays": 2}), "api.logging.retentionDays", "is 2"),
    (serving(instanceType="m5.large"), "serving.instanceType", "which does not match"),
    (serving(instanceType="ml.m5.lrage"), "serving.instanceType", "which does not match"),
    (serving(instanceCount=0), "serving.instanceCount", "is 0"),
    (serving(dataCapture={"percent": 101}), "serving.dataCapture.percent", "is 101"),
    (serving(dataCapture={"percent": 0.5}), "serving.dataCapture.percent", "is 0.5"),
    (
        serving(autoscaling=scaling(targetInvocationsPerInstance=0)),
        "serving.autoscaling.targetInvocationsPerInstance",
        "is 0",
    ),
    (serving(autoscaling=scaling(scaleInCooldownSeconds=-1)), "serving.autoscaling.scaleInCooldownSeconds", "is -1"),
    (serving(autoscaling=scaling(minInstances=0)), "serving.autoscaling.minInstances", "is 0"),
    ({"canary": {"release": "r2", "percent": 101}}, "canary.percent", "is 101"),
    ({"canary": {"release": "r2", "percent": -0.1}}, "canary.percent", "is -0.1"),
    ({"canary": {"release": "r2", "percent": True}}, "canary.percent", "is True"),
    ({"canary": {"release": "r2", "percent": float("nan")}}, "canary.percent", "is nan"),
    ({"canary": {"release": "r2", "percent": float("inf")}}, "canary.percent", "is inf"),
    ({"canary": {"release": "r2", "percent": 10**400}}, "canary.percent", "is 1000"),
    ({"canary": '{"release": "r2", "percent": NaN}'}, "canary", 'is \'{"release"'),
    ({"canary": "{"}, "canary", "is '{'"),
    ({"store": "gs://bucket"}, "store", "which names another kind of store"),
    ({"store": "s3://Bucket"}, "store", "which is not a bucket's name"),
    ({"store": "s3://bucket/a b"}, "store", "which is not a bucket's name"),
    ({"store": "s3://a..b/x"}, "store", "which is not a bucket's name"),
    ({"store": ""}, "store", "which is empty"),
    ({"store": " here"}, "store", "blanks around it"),
    ({"store": "a\nb"}, "store", "which has a character"),
    ({"tags": {"aws:x": "y"}}, "tags.aws:x", "which does not match"),
    ({"tags": {"AWS:x": "y"}}, "tags.AWS:x", "which does not match"),
    ({"tags": {"x" * 129: "y"}}, "tags." + "x" * 129, "which does not match"),
    ({"tags": {"x": "y" * 257}}, "tags.x", "which does not match"),
    ({"tags": {"x": "<>"}}, "tags.x", "which does not match"),
    ({"tags": {f"t{n}": "" for n in range(46)}}, "tags", "has 46 pairs"),
    ({"aws:region": "Frankfurt"}, "aws:region", "which does not match"),
    ({"rollout": "a b"}, "rollout", "which does not match"),
    ({"rollout": "r" * 65}, "rollout", "which is 65 characters long"),
    (api(endpointType="PRIVATE", vpcEndpoints=["vpc-1"]), "api.vpcEndpoints[0]", "which does not match"),
    ({"enriched": {"enabled": "yes"}}, "enriched.enabled", "is 'yes'"),
    ({"enriched": {"memoryMegabytes": 127}}, "enriched.memoryMegabytes", "is 127"),
    ({"enriched": {"memoryMegabytes": 10_241}}, "enriched.memoryMegabytes", "is 10241"),
    ({"enriched": {"timeoutSeconds": 0}}, "enriched.timeoutSeconds", "is 0"),
    ({"enriched": {"timeoutSeconds": 901}}, "enriched.timeoutSeconds", "is 901"),
    # what does not go together
    (
        {"enriched": {"enabled": True, "timeoutSeconds": 29}},
        "enriched.timeoutSeconds",
        "is 29 while the gateway waits for 29000 milliseconds",
    ),
    (api(endpointType="EDGE", timeoutMilliseconds=29_001), "api.timeoutMilliseconds", "is 29001"),
    (api(endpointType="PRIVATE"), "api.vpcEndpoints", "is empty"),
    (api(vpcEndpoints=["vpce-12345678"]), "api.vpcEndpoints", "while api.endpointType is REGIONAL"),
    (api(logging={"level": "OFF", "dataTrace": True}), "api.logging.dataTrace", "is true"),
    (
        serving(instanceType="ml.t2.medium", autoscaling=scaling()),
        "serving.instanceType",
        "is 'ml.t2.medium' with serving.autoscaling",
    ),
    (serving(autoscaling=scaling(minInstances=3), instanceCount=3), "serving.autoscaling.minInstances", "is 3"),
    (serving(autoscaling=scaling(), instanceCount=3), "serving.instanceCount", "is 3"),
    (serving(autoscaling=scaling(minInstances=2)), "serving.instanceCount", "is 1"),
    # releases
    ({"stable": "r9"}, "stable", "is 'r9', which is no release"),
    ({"canary": {"release": "r9", "percent": 1}}, "canary.release", "is 'r9', which is no release"),
    ({"warm": ["r9"]}, "warm[0]", "is 'r9', which is no release"),
    ({"canary": {"release": "r1", "percent": 1}}, "canary.release", "is 'r1', the stable release"),
    ({"warm": ["r2", "r2"]}, "warm[1]", "is 'r2' again, as warm[0]"),
    ({"warm": ["r1"]}, "warm[0]", "is 'r1', which is stable"),
    (
        {"canary": {"release": "r2", "percent": 1}, "warm": ["r2"]},
        "warm[0]",
        "is 'r2', which is the canary's",
    ),
    ({"stable": "on"}, "stable", "is 'on', which is a word that YAML"),
    ({"stable": "R1"}, "stable", "which does not match"),
    ({"stable": "r1-"}, "stable", "which does not match"),
    ({"stable": "r1\n"}, "stable", "which does not match"),
    ({"stable": "r" * 21}, "stable", "which is 21 characters long"),
    # secrets
    ({"stable": {"secure": "v1:abc"}}, "stable", "is encrypted"),
    ({"api": {"secure": "v1:abc"}}, "api", "is encrypted"),
    (api(name={"secure": "v1:abc"}), "api.name", "is encrypted"),
    ({"password": {"secure": "v1:abc"}}, "password", "is encrypted"),
]


@pytest.mark.parametrize(("changes", "path", "problem"), ONE_FAULT, ids=lambda value: str(value)[:50])
def test_one_fault_is_named_by_its_path_and_nothing_else_is(changes: dict[str, Any], path: str, problem: str) -> None:
    (fault,) = faults(changes)
    assert fault.path == path
    assert problem in fault.problem
    assert fault.bound
    assert fault.todo


@pytest.mark.parametrize("key", ["api", "serving", "store"])
def test_a_missing_top_level_key_is_named(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse({name: value for name, value in BASE.items() if name != key}, IDS)
    (fault,) = caught.value.faults
    assert (fault.path, fault.problem) == (key, "is missing")


def test_a_canary_needs_a_stable_release() -> None:
    without = {key: value for key, value in BASE.items() if key != "stable"}
    with pytest.raises(SettingsError) as caught:
        parse(without | {"canary": {"release": "r2", "percent": 5}}, IDS)
    (fault,) = caught.value.faults
    assert str(fault) == (
        "canary is given, and no stable release; allowed: a canary beside a stable release. "
        "Name the stable release, or drop the canary."
    )


def test_a_key_that_the_engine_calls_secret_is_refused_and_not_shown() -> None:
    (fault,) = faults({"rollout": "hunter2"}, secret_keys=("predicted-ratings:rollout",))
    assert fault.path == "rollout"
    assert "hunter2" not in str(fault)


def test_the_same_key_with_and_without_a_namespace_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(BASE | {"predicted-ratings:stable": "r2"}, IDS)
    assert [fault.path for fault in caught.value.faults] == ["stable"]


def test_all_faults_are_reported_together() -> None:
    found = faults(
        {
            "api": {"throttling": {"rate": 0, "burst": "x"}, "oops": 1},
            "serving": {"instanceType": "ml.t2.large", "autoscaling": {"minInstances": 2, "maxInstances": 1}},
            "canary": {"release": "r1", "percent": 101},
            "warm": ["on"],
            "store": {"secure": "v1:abc"},
        }
    )
    assert [fault.path for fault in found] == [
        "api.name",
        "api.throttling.rate",
        "api.throttling.burst",
        "api.oops",
        "store",
        "canary.percent",
        "warm[0]",
        "serving.instanceType",
        "serving.autoscaling.minInstances",
        "canary.release",
    ]


def test_the_message_holds_path_value_bound_and_what_to_do() -> None:
    with pytest.raises(SettingsError) as caught:
        parse(BASE | {"canary": {"release": "r9", "percent": 101}}, IDS)
    assert str(caught.value) == (
        "the stack's configuration has 2 faults:\n"
        "  canary.percent is 101; allowed: a number from 0 to 100. Choose one within the bound.\n"
        "  canary.release is 'r9', which is no release; allowed: a release in the stack's store, which holds r1, r2. "
        "Name one of them, or train it first."
    )


def test_an_empty_store_is_said_to_be_empty() -> None:
    with pytest.raises(SettingsError, match="which holds none yet"):
        parse(BASE, [])


def test_a_misspelt_key_is_answered_with_the_nearest_one() -> None:
    (fault,) = faults(api(throtling={}))
    assert fault.todo == "Write throttling"


def test_a_long_value_is_cut() -> None:
    (fault,) = faults({"rollout": "é" * 10_000})
    assert len(fault.problem) < 200


@pytest.mark.parametrize("raw", [{}, {"store": 1}, {"store": {"secure": "v1:x"}}, {"store": "gs://x"}])
def test_a_stores_address_that_is_none_is_refused_alone(raw: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        store_uri(raw)
    assert [fault.path for fault in caught.value.faults] == ["store"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["api", "serving", "store", "stable", "canary", "warm", "rollout", "protect", "tags", "aws:region", "x"]


@hypothesis_settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
def test_whatever_is_given_is_read_or_refused_and_nothing_else_is_raised(raw: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):  # never complete: no text of five characters is an instance type
        parse(raw, IDS)
