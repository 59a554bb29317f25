"""What of keys, plans, authorizers, policies and domains is read, refused, ignored by order or without effect."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws
import pytest

from emulator.api import Authorizer, AuthorizerKind, KeySource
from emulator.errors import EmulatorError, GraphError, UnsupportedError
from emulator.findings import ignored_value
from emulator.graph import BasePath, Graph
from emulator.plans import Key, Period, Plan, Quota
from emulator.reading import graph_of
from emulator.recording import registered
from emulator.throttle import Throttle

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

FUNCTION = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/f/invocations"
DEPLOYMENT = "aws:apigateway/deployment:Deployment 'stable'"
SETTINGS = "aws:apigateway/methodSettings:MethodSettings 'cached'"
HEADER = {"type": "apiKey", "name": "Authorization", "in": "header"}
Extra = Callable[[aws.apigateway.RestApi], object]


def token(**more: Any) -> dict[str, Any]:
    return {**HEADER, "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": FUNCTION, **more}}


def build(bench: "Bench", schemes: dict[str, Any], *names: str, **stack: Any) -> Callable[[], None]:
    asked: dict[str, Any] = {"security": [{name: []} for name in names]} if names else {}
    operation = bench.mock("{}") | asked
    top = stack.pop("top", {})
    document = bench.document({"/a": {"get": operation}}, components={"securitySchemes": schemes}, **top)
    return bench.stack(document, **stack)


def read(program: Callable[[], None], *, ignoring: bool = False) -> Graph:
    return graph_of(registered(program), ignore_unsupported=ignoring)


def refused(program: Callable[[], None], kind: type[EmulatorError] = UnsupportedError) -> str:
    with pytest.raises(kind) as caught:
        read(program)
    return str(caught.value)


def test_every_scheme_that_an_operation_names_is_asked_for(bench: "Bench") -> None:
    schemes = {"k": {"type": "apiKey", "name": "X-Api-Key", "in": "header"}, "t": token(authorizerResultTtlInSeconds=0)}
    (api,) = read(build(bench, schemes, "k", "t")).apis.values()
    method = api.resources["/a"]["GET"]
    assert (method.key_required, method.authorizer, api.key_source) == (True, "t", KeySource.HEADER)
    assert api.authorizers == {
        "t": Authorizer(
            name="t",
            kind=AuthorizerKind.TOKEN,
            uri=FUNCTION,
            identity=("method.request.header.Authorization",),
            pattern=None,
            ttl=0,
        )
    }


def test_a_request_authorizer_and_its_identity_sources(bench: "Bench") -> None:
    sources = "method.request.header.A, method.request.querystring.b,stageVariables.c, context.identity.sourceIp"
    scheme = token(type="request", identitySource=sources, identityValidationExpression="a+")
    (api,) = read(build(bench, {"r": scheme}, "r")).apis.values()
    found = api.authorizers["r"]
    assert (found.kind, found.pattern, found.ttl) == (AuthorizerKind.REQUEST, None, 300)  # a pattern is a token's
    assert found.identity == tuple(each.strip() for each in sources.split(","))


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (token(type="jwt"), "'jwt' is none of TOKEN, REQUEST"),
        (token(authorizerUri="arn:aws:lambda:x"), "authorizerUri: 'arn:aws:lambda:x': must be …:lambda:path/"),
        (token(authorizerResultTtlInSeconds=3601), "authorizerResultTtlInSeconds: must be 0 to 3600, is 3601"),
        (token(identityValidationExpression="("), "identityValidationExpression: '(' is no regular expression"),
        (token(type="request"), "identitySource: missing: an answer that is kept is kept by its identity sources"),
    ],
)
def test_authorizers_that_aws_would_refuse_too(bench: "Bench", scheme: dict[str, Any], message: str) -> None:
    assert message in refused(build(bench, {"s": scheme}, "s"), GraphError)


def test_security_that_does_not_fit_together(bench: "Bench") -> None:
    assert "components.securitySchemes has no 'none'" in refused(build(bench, {}, "none"), GraphError)
    assert "a, b: a method has one authorizer" in refused(
        build(bench, {"a": token(), "b": token()}, "a", "b"), GraphError
    )
    other = {"type": "http", "scheme": "basic"}
    assert "security.o: 'http': API Gateway knows API keys" in refused(build(bench, {"o": other}, "o"))
    body = token(type="request", identitySource="method.request.body.a")
    assert "'method.request.body.a': imitated are method.request.header.X" in refused(build(bench, {"s": body}, "s"))


def associated(api: aws.apigateway.RestApi) -> None:
    arn = api.id.apply(lambda identifier: f"arn:aws:apigateway:eu-central-1::/restapis/{identifier}/stages/v1")
    aws.wafv2.WebAclAssociation("waf", resource_arn=arn, web_acl_arn="arn:aws:wafv2:x")


def cached(api: aws.apigateway.RestApi) -> None:
    settings = aws.apigateway.MethodSettingsSettingsArgs(caching_enabled=True, throttling_burst_limit=3)
    aws.apigateway.MethodSettings("cached", rest_api=api.id, stage_name="v1", method_path="*/*", settings=settings)


SIGNED = {**HEADER, "x-amazon-apigateway-authtype": "awsSigv4"}
POOL = {**HEADER, "x-amazon-apigateway-authtype": "cognito_user_pools"}


@pytest.mark.parametrize(
    ("schemes", "extra", "message", "feature"),
    [
        ({"s": SIGNED}, None, f"{DEPLOYMENT}: body: GET /a: security.s: signatures of AWS's are not checked", "iam"),
        ({"s": POOL}, None, f"{DEPLOYMENT}: body: GET /a: security.s: user pools are not imitated", "cognito"),
        (
            {"s": token(type="cognito_user_pools")},
            None,
            f"{DEPLOYMENT}: body: GET /a: security.s: user pools are not imitated",
            "cognito",
        ),
        (
            {},
            associated,
            "aws:wafv2/webAclAssociation:WebAclAssociation 'waf': resourceArn: web ACLs are not imitated",
            "waf",
        ),
        (
            {},
            cached,
            f"{SETTINGS}: settings.cachingEnabled: the stage's cache is not imitated",
            "cache",
        ),
    ],
)
def test_what_is_refused_by_name_can_be_ignored_by_order(
    bench: "Bench", schemes: dict[str, Any], extra: Extra | None, message: str, feature: str
) -> None:
    program = build(bench, schemes, *schemes, extra=extra)
    assert refused(program) == f"{message}; --ignore-unsupported serves without it"
    graph = read(program, ignoring=True)
    assert [str(each) for each in graph.ignored] == [message]
    assert ignored_value(graph.ignored) == feature
    (api,) = graph.apis.values()
    assert api.resources["/a"]["GET"].authorizer is None


def test_an_operations_own_auth_extension(bench: "Bench") -> None:
    def program(kind: str) -> Callable[[], None]:
        operation = bench.mock("{}") | {"x-amazon-apigateway-auth": {"type": kind}}
        return bench.stack(bench.document({"/a": {"get": operation}}))

    assert "x-amazon-apigateway-auth: signatures of AWS's are not checked" in refused(program("AWS_IAM"))
    assert read(program("NONE")).ignored == ()
    assert "CUSTOM: imitated are NONE" in refused(program("CUSTOM"))


def test_a_web_acl_of_something_else_is_none_of_ours(bench: "Bench") -> None:
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/x/y"

    def other(_api: aws.apigateway.RestApi) -> None:
        aws.wafv2.WebAclAssociation("waf", resource_arn=arn, web_acl_arn="arn:aws:wafv2:x")

    assert read(build(bench, {}, extra=other)).ignored == ()


def domain(api: aws.apigateway.RestApi, **mapping: Any) -> None:
    named = aws.apigateway.DomainName(
        "domain",
        domain_name="Api.example.com",
        regional_certificate_arn="arn:aws:acm:x",
        security_policy="TLS_1_2",
        endpoint_configuration={"types": "REGIONAL"},
        mutual_tls_authentication={"truststore_uri": "s3://b/k"},
    )
    arguments: dict[str, Any] = {"rest_api": api.id, "stage_name": "v1", "domain_name": named.domain_name, **mapping}
    aws.apigateway.BasePathMapping("mapping", **arguments)


def mapped(**mapping: Any) -> Extra:
    return lambda api: domain(api, **mapping)


def limited(**quota: Any) -> Extra:
    return lambda api: plan(api, quota_settings={"limit": 1, **quota})


def test_what_has_no_effect_is_said(bench: "Bench") -> None:
    api_args = {"endpoint_configuration": {"types": "EDGE"}, "security_policy": "SecurityPolicy_TLS13_2025_EDGE"}
    graph = read(build(bench, {}, extra=domain, api_args=api_args))
    assert sorted(f"{each.resource.split(' ')[1]} {each.property}" for each in graph.noted) == [
        "'api' endpointConfiguration",
        "'api' securityPolicy",
        "'domain' endpointConfiguration",
        "'domain' mutualTlsAuthentication",
        "'domain' securityPolicy",
    ]
    assert graph.mappings == (BasePath(domain="api.example.com", path="", stage="v1"),)


def test_domains_and_closed_addresses(bench: "Bench") -> None:
    closed = {"disable_execute_api_endpoint": True}
    reason = "its own address is switched off, and no BasePathMapping leads to it"
    assert reason in refused(build(bench, {}, api_args=closed), GraphError)
    assert read(build(bench, {}, api_args=closed, extra=domain)).closed
    extension = {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}
    top = {"servers": [{"url": "https://api.example.com", **extension}]}
    assert read(build(bench, {}, top=top, extra=domain)).closed
    unknown = build(bench, {}, extra=mapped(domain_name="other.example.com"))
    assert "no aws:apigateway/domainName:DomainName has the name" in refused(unknown, GraphError)
    private = build(bench, {}, extra=mapped(domain_name_id="x"))
    assert "domainNameId: private domains are not imitated" in refused(private)


def plan(api: aws.apigateway.RestApi, **more: Any) -> None:
    entry = {"api_id": api.id, "stage": "v1", "throttles": [{"path": "/a/GET", "rate_limit": 2, "burst_limit": 3}]}
    arguments: dict[str, Any] = {
        "name": "basic",
        "api_stages": [entry, {"api_id": "another", "stage": "v1"}],
        "quota_settings": {"limit": 100, "period": "WEEK", "offset": 2},
        "throttle_settings": {"rate_limit": 5.5, "burst_limit": 10},
        **more,
    }
    made = aws.apigateway.UsagePlan("plan", **arguments)
    aws.apigateway.UsagePlan("of another API", api_stages=[{"api_id": "another", "stage": "v1"}])
    for name, enabled in (("one", True), ("two", False)):
        key = aws.apigateway.ApiKey(name, name=name, value=name * 10, enabled=enabled)
        aws.apigateway.UsagePlanKey(name, key_id=key.id, key_type="API_KEY", usage_plan_id=made.id)


def test_a_plan_its_keys_and_its_limits(bench: "Bench") -> None:
    (found,) = read(build(bench, {}, extra=plan)).plans
    assert found == Plan(
        id=found.id,
        name="basic",
        keys=(
            Key(id=found.keys[0].id, name="one", value="one" * 10, enabled=True),
            Key(id=found.keys[1].id, name="two", value="two" * 10, enabled=False),
        ),
        methods={"v1": {"/a/GET": Throttle(rate=2.0, burst=3)}},
        throttle=Throttle(rate=5.5, burst=10),
        quota=Quota(limit=100, period=Period.WEEK, offset=2),
    )


def test_a_key_without_a_value_gets_one_as_from_aws(bench: "Bench") -> None:
    def own(api: aws.apigateway.RestApi) -> None:
        made = aws.apigateway.UsagePlan("plan", api_stages=[{"api_id": api.id, "stage": "v1"}])
        key = aws.apigateway.ApiKey("key")
        aws.apigateway.UsagePlanKey("member", key_id=key.id, key_type="API_KEY", usage_plan_id=made.id)

    ((key,),) = (each.keys for each in read(build(bench, {}, extra=own)).plans)
    assert (len(key.value), key.value.isalnum(), key.enabled) == (40, True, True)


def short(_api: aws.apigateway.RestApi) -> None:
    aws.apigateway.ApiKey("key", value="short")


def stranger(_api: aws.apigateway.RestApi) -> None:
    aws.apigateway.UsagePlanKey("member", key_id="k", key_type="API_KEY", usage_plan_id="none")


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (limited(period="DAY", offset=1), "must be 0 to 0 with a"),
        (limited(period="MONTH", offset=28), "must be 0 to 27 with a"),
        (short, "value: must have 20 to 128 characters, has 5"),
        (stranger, "usagePlanId: no aws:apigateway/usagePlan:UsagePlan has the id 'none'"),
    ],
)
def test_plans_that_aws_would_refuse_too(bench: "Bench", extra: Extra, message: str) -> None:
    assert message in refused(build(bench, {}, extra=extra), GraphError)


def test_the_restapis_own_arguments_stand_over_the_document(bench: "Bench") -> None:
    top: dict[str, Any] = {
        "x-amazon-apigateway-minimum-compression-size": 10,
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "x-amazon-apigateway-policy": {"Statement": []},
    }
    (api,) = read(build(bench, {}, top=top)).apis.values()
    assert (api.compression, api.key_source, api.policy) == (10, KeySource.AUTHORIZER, ())
    args = {"minimum_compression_size": "7", "api_key_source": "HEADER", "policy": '{"Statement": [{"Effect": "x"}]}'}
    assert "Statement[0].Effect must be Allow or Deny, is 'x'" in refused(build(bench, {}, top=top, api_args=args))
    (api,) = read(build(bench, {}, top=top, api_args={**args, "policy": None})).apis.values()
    assert (api.compression, api.key_source) == (7, KeySource.HEADER)
    (api,) = read(build(bench, {}, api_args={"minimum_compression_size": "-1"})).apis.values()
    assert api.compression is None
    large = {"x-amazon-apigateway-minimum-compression-size": 10_485_761}
    assert "must be 0 to 10485760, is 10485761" in refused(build(bench, {}, top=large), GraphError)
