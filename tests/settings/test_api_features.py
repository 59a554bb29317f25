"""The settings of the API's features: what they say, what is refused, and what must hold between them."""

import re
from typing import Any

import pytest
from botocore.session import Session

from settings import AuthorizationType, Fault, Settings, SettingsError, limits, parse
from settings.edge import CacheSettings
from settings.vocabulary import FirewallMode, KeySource, QuotaPeriod, TlsPolicy

POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEf123"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer"
JWT = {"issuer": "https://login.example.com/", "audience": ["ratings"]}
ROUTE = "GET /predicted-ratings/{user_id}"


def certificate(region: str) -> str:
    return f"arn:aws:acm:{region}:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def raw(**changes: Any) -> dict[str, Any]:
    return {
        "api": {"name": "ratings", **changes},
        "serving": {"instanceType": "ml.m5.large"},
        "store": ".canary/local",
        "aws:region": "eu-central-1",
    }


def read(**changes: Any) -> Settings:
    return parse(raw(**changes))


def faults(**changes: Any) -> tuple[Fault, ...]:
    with pytest.raises(SettingsError) as caught:
        read(**changes)
    return caught.value.faults


def plan(**changes: Any) -> dict[str, Any]:
    return {"rate": 10, "burst": 20, **changes}


def with_key(**changes: Any) -> dict[str, Any]:
    return {"authorization": {"type": "API_KEY"}, "plans": {"basic": plan(**changes)}}


def domain(**changes: Any) -> dict[str, Any]:
    return {"name": "api.example.com", "certificateArn": certificate("eu-central-1"), **changes}


def mutual(**changes: Any) -> dict[str, Any]:
    return domain(mutualTls={"truststore": "s3://trust/ca.pem"}, only=True, **changes)


def test_nothing_is_on_unless_it_is_asked_for() -> None:
    api = read().api
    assert (api.authorization.type, api.authorization.key_source) == (AuthorizationType.NONE, KeySource.HEADER)
    assert (api.authorization.cognito, api.authorization.jwt) == (None, None)
    assert (api.network.cidrs, api.network.accounts, dict(api.plans)) == ((), (), {})
    assert (api.firewall, api.cache, api.cors, api.domain, api.compression_bytes) == (None, None, None, None, None)
    assert api.validate_requests


def test_plans_are_read_by_their_names() -> None:
    routes = {ROUTE: {"rate": 5, "burst": 10}}
    partners = plan(quota={"limit": 1000, "period": "WEEK"}, keys=["tv", "radio"], routes=routes)
    plans = read(authorization={"type": "API_KEY"}, plans={"basic": plan(rate=0.5), "partners": partners}).api.plans
    assert list(plans) == ["basic", "partners"]
    assert (plans["basic"].rate, plans["basic"].burst, plans["basic"].quota, plans["basic"].keys) == (0.5, 20, None, ())
    found = plans["partners"]
    assert found.quota is not None
    assert (found.quota.limit, found.quota.period, found.keys) == (1000, QuotaPeriod.WEEK, ("tv", "radio"))
    assert {route: (each.rate, each.burst) for route, each in found.routes.items()} == {ROUTE: (5.0, 10)}


def test_sections_with_defaults_may_be_empty() -> None:
    api = read(firewall={}, cache={}).api
    assert api.firewall is not None
    assert (api.firewall.mode, api.firewall.rate, api.firewall.window_seconds) == (FirewallMode.COUNT, 2000, 300)
    assert api.cache == CacheSettings(size_gb=0.5, ttl_seconds=300)
    assert read(domain=domain()).api.domain is not None
    assert read(authorization={"type": "JWT", "jwt": JWT}).api.authorization.jwt is not None


ONE_FAULT: list[tuple[dict[str, Any], str, str]] = [
    ({"authorization": {"type": "BASIC"}}, "api.authorization.type", "is 'BASIC'"),
    # an authorizer that is missing, half there, or not asked for
    ({"authorization": {"type": "JWT"}}, "api.authorization.jwt", "is missing"),
    ({"authorization": {"type": "COGNITO"}}, "api.authorization.cognito", "is missing"),
    ({"authorization": {"jwt": JWT}}, "api.authorization.jwt", "is given while api.authorization.type is NONE"),
    (
        {"authorization": {"type": "IAM", "cognito": {"userPools": [POOL]}}},
        "api.authorization.cognito",
        "is given while api.authorization.type is IAM",
    ),
    ({"authorization": {"type": "COGNITO", "cognito": {}}}, "api.authorization.cognito.userPools", "is missing"),
    (
        {"authorization": {"type": "COGNITO", "cognito": {"userPools": []}}},
        "api.authorization.cognito.userPools",
        "is empty",
    ),
    (
        {"authorization": {"type": "COGNITO", "cognito": {"userPools": ["pool"]}}},
        "api.authorization.cognito.userPools[0]",
        "which does not match",
    ),
    ({"authorization": {"type": "JWT", "jwt": {}}}, "api.authorization.jwt.issuer", "is missing"),
    (
        {"authorization": {"type": "JWT", "jwt": {"issuer": "https://a.example"}}},
        "api.authorization.jwt.audience",
        "is empty",
    ),
    (
        {"authorization": {"type": "JWT", "jwt": {**JWT, "issuer": "http://a.example"}}},
        "api.authorization.jwt.issuer",
        "which does not match",
    ),
    (
        {"authorization": {"type": "JWT", "jwt": {**JWT, "ttlSeconds": 3601}}},
        "api.authorization.jwt.ttlSeconds",
        "is 3601",
    ),
    (
        {"authorization": {"type": "JWT", "jwt": {"functionArn": FUNCTION, "scopes": ["read"]}}},
        "api.authorization.jwt.scopes",
        "is given beside functionArn",
    ),
    (
        {"authorization": {"type": "JWT", "jwt": JWT, "keySource": "AUTHORIZER"}},
        "api.authorization.keySource",
        "is AUTHORIZER with this project's own authorizer",
    ),
    ({"authorization": {"type": "IAM", "keySource": "AUTHORIZER"}}, "api.authorization.keySource", "with IAM"),
    # plans and keys
    ({"authorization": {"type": "API_KEY"}}, "api.plans", "is empty"),
    ({"plans": {"basic": plan()}}, "api.authorization.type", "is NONE with 1 in api.plans"),
    (with_key(quota={"limit": 19}), "api.plans.basic.quota.limit", "is 19"),
    (with_key(rate=30, quota={"limit": 29}), "api.plans.basic.quota.limit", "is 29"),
    (with_key(quota={"limit": 0}), "api.plans.basic.quota.limit", "is 0"),
    (with_key(quota={"limit": 100, "period": "HOUR"}), "api.plans.basic.quota.period", "is 'HOUR'"),
    (with_key(quota={}), "api.plans.basic.quota.limit", "is missing"),
    (with_key(value="hunter2"), "api.plans.basic.value", "is no setting"),
    (with_key(keys=["a b"]), "api.plans.basic.keys[0]", "which does not match"),
    (with_key(routes={"/x": {"rate": 1, "burst": 1}}), "api.plans.basic.routes./x", "which does not match"),
    (with_key(routes={ROUTE: {"rate": 11, "burst": 1}}), f"api.plans.basic.routes.{ROUTE}", "lets through 11 a second"),
    (with_key(routes={ROUTE: {"rate": 1, "burst": 21}}), f"api.plans.basic.routes.{ROUTE}", "and 21 at once"),
    (
        with_key(routes={f"GET /r{n}": {"rate": 1, "burst": 1} for n in range(21)}),
        "api.plans.basic.routes",
        "has 21",
    ),
    ({"authorization": {"type": "API_KEY"}, "plans": []}, "api.plans", "is []"),
    ({"authorization": {"type": "API_KEY"}, "plans": {"basic": 5}}, "api.plans.basic", "is 5"),
    ({"authorization": {"type": "API_KEY"}, "plans": {"Basic": plan()}}, "api.plans.Basic", "which does not match"),
    (
        {"authorization": {"type": "API_KEY"}, "plans": {"basic": {"secure": "v1:abc"}}},
        "api.plans.basic",
        "is encrypted",
    ),
    (
        {"authorization": {"type": "API_KEY"}, "plans": {"a": plan(keys=["tv"]), "b": plan(keys=["radio", "tv"])}},
        "api.plans.b.keys[1]",
        "is 'tv', which is in the plan a too",
    ),
    # networks
    ({"network": {"cidrs": ["203.0.113.5"]}}, "api.network.cidrs[0]", "which has no prefix length"),
    ({"network": {"cidrs": ["203.0.113.5/24"]}}, "api.network.cidrs[0]", "which is no network"),
    ({"network": {"accounts": ["12345"]}}, "api.network.accounts[0]", "which does not match"),
    (
        {"network": {"accounts": ["123456789012"]}},
        "api.network.accounts",
        "is ['123456789012'] while api.authorization.type is NONE",
    ),
    # in front of the stage
    ({"firewall": {"rate": 9}}, "api.firewall.rate", "is 9"),
    ({"firewall": {"windowSeconds": 90}}, "api.firewall.windowSeconds", "is 90"),
    ({"firewall": {"ruleGroups": ["Mine"]}}, "api.firewall.ruleGroups[0]", "which does not match"),
    ({"cache": {"sizeGb": 1}}, "api.cache.sizeGb", "is 1"),
    ({"cache": {"ttlSeconds": 0}}, "api.cache.ttlSeconds", "is 0"),
    ({"cors": {}}, "api.cors.origin", "is missing"),
    ({"cors": {"origin": "https://tv.example.com/"}}, "api.cors.origin", "which does not match"),
    ({"cors": {"origin": "*", "headers": ["X'"]}}, "api.cors.headers[0]", "which does not match"),
    ({"compressionBytes": 10_485_761}, "api.compressionBytes", "is 10485761"),
    # domains
    ({"domain": {"name": "api.example.com"}}, "api.domain.certificateArn", "is missing"),
    ({"domain": domain(certificateArn=certificate("us-east-1"))}, "api.domain.certificateArn", "is in us-east-1"),
    ({"endpointType": "EDGE", "domain": domain()}, "api.domain.certificateArn", "is in eu-central-1"),
    (
        {"endpointType": "PRIVATE", "vpcEndpoints": ["vpce-12345678"], "domain": domain()},
        "api.domain",
        "is given while api.endpointType is PRIVATE",
    ),
    (
        {"endpointType": "EDGE", "domain": mutual(certificateArn=certificate("us-east-1"))},
        "api.domain.mutualTls",
        "is given for an EDGE API",
    ),
    ({"domain": mutual() | {"only": False}}, "api.domain.only", "is false with mutualTls"),
    ({"domain": mutual(tls="TLS_1_0")}, "api.domain.tls", "is TLS_1_0 with mutualTls"),
    ({"domain": domain(basePath="/v1")}, "api.domain.basePath", "which does not match"),
    ({"domain": domain(name="API.example.com")}, "api.domain.name", "which does not match"),
    ({"throttling": {"routes": {ROUTE: {"rate": 5}}}}, f"api.throttling.routes.{ROUTE}.burst", "is missing"),
]


@pytest.mark.parametrize(("changes", "path", "problem"), ONE_FAULT, ids=lambda value: str(value)[:60])
def test_one_fault_is_named_by_its_path_and_nothing_else_is(changes: dict[str, Any], path: str, problem: str) -> None:
    (fault,) = faults(**changes)
    assert fault.path == path
    assert problem in fault.problem
    assert fault.bound
    assert fault.todo


def test_an_encrypted_value_in_a_plan_is_refused_and_not_shown() -> None:
    (fault,) = faults(**with_key(keys={"secure": "v1:hunter2"}))
    assert fault.path == "api.plans.basic.keys"
    assert "hunter2" not in str(fault)


def test_what_goes_together_is_taken() -> None:
    read(authorization={"type": "COGNITO", "cognito": {"userPools": [POOL], "scopes": ["ratings/read"]}})
    read(authorization={"type": "JWT", "jwt": {"functionArn": FUNCTION}, "keySource": "AUTHORIZER"})
    read(authorization={"type": "IAM"}, network={"accounts": ["123456789012"], "cidrs": ["2001:db8::/32"]})
    read(authorization={"type": "IAM"}, plans={"basic": plan(quota={"limit": 20}, routes={ROUTE: plan()})})
    read(domain=mutual(basePath="ratings/v1"))
    read(endpointType="EDGE", domain=domain(certificateArn=certificate("us-east-1")))


def test_the_message_says_what_to_do() -> None:
    (fault,) = faults(**with_key(quota={"limit": 19}))
    assert str(fault) == (
        "api.plans.basic.quota.limit is 19; allowed: at least 20, what the plan's throttle lets through at once. "
        "Raise it, or lower the other."
    )


def test_the_tables_are_awss_own() -> None:
    session: Any = Session()

    def shape(service: str, name: str) -> Any:
        return session.get_service_model(service).shape_for(name)

    assert [f"{each:g}" for each in limits.CACHE_SIZES_GB] == shape("apigateway", "CacheClusterSize").enum
    assert list(QuotaPeriod) == shape("apigateway", "QuotaPeriodType").enum
    assert list(KeySource) == shape("apigateway", "ApiKeySourceType").enum
    assert set(TlsPolicy) <= set(shape("apigateway", "SecurityPolicy").enum)
    rate = shape("wafv2", "RateLimit").metadata
    assert (rate["min"], rate["max"]) == limits.FIREWALL_RATE
    windows = shape("wafv2", "RateBasedStatement").members["EvaluationWindowSec"].documentation
    (named,) = re.findall(r"Valid settings are ([\d, and]+)\.", windows)
    assert tuple(map(int, re.findall(r"\d+", named))) == limits.FIREWALL_WINDOWS
    ttl = shape("apigateway", "CreateAuthorizerRequest").members["authorizerResultTtlInSeconds"].documentation
    assert f"The maximum value is {limits.AUTHORIZER_TTL_SECONDS[1]}" in ttl
    size = shape("apigateway", "CreateRestApiRequest").members["minimumCompressionSize"].documentation
    assert f"between {limits.COMPRESSION_BYTES[0]} and {limits.COMPRESSION_BYTES[1]}" in size
