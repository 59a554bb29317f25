"""What stands in front of the stage: what each part refuses, and what the exact lists of the program do not show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from components.authorizer import Authorizer, AuthorizerArgs, AuthorizerFunctionArgs
from components.cloud import Cloud
from components.domain import Domain, DomainArgs, MutualTlsArgs
from components.errors import ArgumentError
from components.firewall import Firewall, FirewallArgs
from components.methods import CacheArgs, MethodArgs
from components.plans import PlanArgs, QuotaArgs, ThrottleArgs, UsagePlans, UsagePlansArgs
from components.stage import CanaryStage, CanaryStageArgs, CanaryTrack, Track
from emulator.recording import registered

CLOUD = Cloud(account_id="123456789012", region="eu-west-1")
PLAN = PlanArgs(plan="p", throttle=ThrottleArgs(rate=1, burst=2), quota=None, routes={}, keys={"tv": "p-tv"})
FUNCTION = AuthorizerFunctionArgs(
    function="f", code={"a/b.py": "x = 1"}, handler="a.b.handle", environment={}, log_retention_days=1
)
FIREWALL = FirewallArgs(
    web_acl="w",
    mode="COUNT",
    rate=100,
    window_seconds=60,
    rule_groups=["AWSManagedRulesCommonRuleSet"],
    long_queries=False,
    cloud=CLOUD,
    log_retention_days=1,
)
DOMAIN = DomainArgs(
    domain="api.example.com",
    certificate_arn="arn:aws:acm:eu-west-1:123456789012:certificate/1",
    endpoint_type="REGIONAL",
    region="eu-west-1",
)
EDGE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
STAGE = CanaryStageArgs(
    api_name="p",
    stage_name="v1",
    stable=Track(release="r1", document="A", variables={}),
    methods=MethodArgs(rate=1, burst=1, cache=CacheArgs(size_gb=0.5, ttl_seconds=60)),
    access_log_group="g",
    log_retention_days=1,
    cloud=CLOUD,
)

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: ThrottleArgs(rate=-1, burst=1), "a throttle's rate is -1, it must be at least 0"),
    (lambda: QuotaArgs(limit=0, period="DAY"), "a quota's limit is 0"),
    (lambda: QuotaArgs(limit=1, period="HOUR"), "a quota's period is one of DAY, WEEK, MONTH, got 'HOUR'"),
    (
        lambda: replace(PLAN, quota=QuotaArgs(limit=1, period="DAY")),
        "the plan p lets through 2 requests at once and its quota is 1: raise the quota, or lower the throttle",
    ),
    (
        lambda: replace(PLAN, routes={f"/{n}/GET": PLAN.throttle for n in range(21)}),
        "throttles of single methods in the plan p is 21, it must be from 0 to 20",
    ),
    (lambda: UsagePlansArgs(plans={"a": PLAN, "b": PLAN}), "and these are in several: tv"),
    (lambda: replace(FUNCTION, handler="c.handle"), "c.py is not among"),
    (lambda: replace(FIREWALL, mode="ALLOW"), "the firewall's mode is COUNT or BLOCK, got 'ALLOW'"),
    (lambda: replace(FIREWALL, rate=9), "the firewall's rate is 9"),
    (lambda: replace(FIREWALL, web_acl="a b"), "web ACL 'a b' does not match"),
    (lambda: replace(DOMAIN, endpoint_type="PRIVATE"), "a domain's API is REGIONAL or EDGE, got PRIVATE"),
    (lambda: replace(DOMAIN, certificate_arn=EDGE), "is none of ACM's in eu-west-1, where the domain of an API"),
    (lambda: replace(DOMAIN, endpoint_type="EDGE"), "is none of ACM's in us-east-1"),
    (
        lambda: replace(
            DOMAIN, endpoint_type="EDGE", certificate_arn=EDGE, mutual_tls=MutualTlsArgs(truststore="s3://a/b")
        ),
        "mutual TLS is for REGIONAL domains, this one is EDGE",
    ),
    (lambda: CacheArgs(size_gb=0.5, ttl_seconds=0), "the cache's time to live is 0"),
    (
        lambda: replace(STAGE, canary=CanaryTrack(release="r2", document="A", variables={}, percent=5)),
        "with a cache a canary needs a Deployment of its own, and r2 has the document of r1",
    ),
]


@pytest.mark.parametrize(("made", "said"), REFUSED, ids=[said[:50] for _, said in REFUSED])
def test_what_aws_would_refuse_late_is_refused_at_once(made: Callable[[], object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        made()


def test_a_canary_with_a_document_of_its_own_uses_the_cache_as_the_stable_track_does() -> None:
    canary = CanaryTrack(release="r2", document="B", variables={}, percent=5)
    (stage,) = registered(lambda: CanaryStage("g", replace(STAGE, canary=canary))).of_type("aws:apigateway/stage:Stage")
    assert stage.inputs["canarySettings"]["useStageCache"] is True
    assert (stage.inputs["cacheClusterEnabled"], stage.inputs["cacheClusterSize"]) == (True, "0.5")


def test_without_a_cache_nothing_of_it_is_set() -> None:
    bare = replace(STAGE, methods=MethodArgs(rate=1, burst=1))
    canary = CanaryTrack(release="r2", document="A", variables={}, percent=5)
    (stage,) = registered(lambda: CanaryStage("g", replace(bare, canary=canary))).of_type("aws:apigateway/stage:Stage")
    assert stage.inputs["canarySettings"]["useStageCache"] is False
    assert not {"cacheClusterEnabled", "cacheClusterSize"} & set(stage.inputs)


def test_an_edge_domain_has_its_certificate_where_cloudfront_looks() -> None:
    args = replace(DOMAIN, endpoint_type="EDGE", certificate_arn=EDGE, base_path="v1")
    recording = registered(lambda: Domain("d", args, api="a", stage="s"))
    (name,) = recording.of_type("aws:apigateway/domainName:DomainName")
    assert (name.inputs["certificateArn"], name.inputs.get("regionalCertificateArn")) == (EDGE, None)
    assert name.inputs["endpointConfiguration"] == {"types": "EDGE"}
    assert (args.address, DOMAIN.address) == ("https://api.example.com/v1", "https://api.example.com")


@pytest.mark.parametrize("protect", [True, False])
def test_what_callers_depend_on_is_protected(protect: bool) -> None:
    keys = registered(
        lambda: UsagePlans("u", UsagePlansArgs(plans={"a": PLAN}, protect=protect), api="a", stage="s")
    ).registrations
    names = registered(lambda: Domain("d", replace(DOMAIN, protect=protect), api="a", stage="s")).registrations
    assert {each.name for each in (*keys, *names) if each.protect} == (
        {"u-key-tv", "d-name", "d-mapping"} if protect else set()
    )


def test_counting_overrides_every_group_and_blocking_none() -> None:
    def actions(mode: str) -> list[object]:
        args = replace(FIREWALL, mode=mode)
        (acl,) = registered(lambda: Firewall("f", args, stage_arn="s")).of_type("aws:wafv2/webAcl:WebAcl")
        return [each.get("action") or each["overrideAction"] for each in acl.inputs["rules"]]

    assert actions("COUNT") == [{"count": {}}, {"count": {}}]
    assert actions("BLOCK") == [{"block": {}}, {"none": {}}]


@pytest.mark.parametrize("long_queries", [True, False])
def test_an_api_with_long_queries_is_not_blocked_for_them(long_queries: bool) -> None:
    args = replace(
        FIREWALL, long_queries=long_queries, rule_groups=["AWSManagedRulesCommonRuleSet", "AWSManagedRulesX"]
    )
    (acl,) = registered(lambda: Firewall("f", args, stage_arn="s")).of_type("aws:wafv2/webAcl:WebAcl")
    overrides = [
        each["statement"]["managedRuleGroupStatement"].get("ruleActionOverrides") for each in acl.inputs["rules"][1:]
    ]
    counted: list[object] = [{"name": "SizeRestrictions_QUERYSTRING", "actionToUse": {"count": {}}}]
    assert overrides == [counted if long_queries else None, None]


def test_a_function_of_somebody_elses_is_called_and_not_made() -> None:
    args = AuthorizerArgs(role_name="ask", function_arn="arn:f", function=None, cloud=CLOUD)
    recording = registered(lambda: Authorizer("a", args))
    assert [each.name for each in recording.registrations if each.custom] == ["a-ask", "a-ask-policy"]
    (policy,) = recording.of_type("aws:iam/rolePolicy:RolePolicy")
    assert '"Resource": ["arn:f"]' in policy.inputs["policy"]
