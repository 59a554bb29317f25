"""Resource policies over HTTP: by source address, beside an authorizer, and where a header may say who calls."""

from typing import TYPE_CHECKING, Any

import httpx
import pulumi
import pulumi_aws as aws
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

NETWORK = {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}
INVOKE = {"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
ALLOW = {"Effect": "Allow", "Principal": "*", **INVOKE}
DENY = {"Effect": "Deny", "Principal": "*", **INVOKE}
GUARD = """
def handler(event, context):
    word = event["authorizationToken"]
    statement = {"Action": "execute-api:Invoke", "Effect": word, "Resource": "*"}
    return {"principalId": "u", "policyDocument": {"Statement": [] if word == "Silent" else [statement]}}
"""


def serve(bench: "Bench", *statements: dict[str, Any], guarded: bool = False, trusted: bool = True) -> httpx.Client:
    uri = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/guard/invocations"
    authorizer = {"type": "token", "authorizerUri": uri, "authorizerResultTtlInSeconds": 0}
    header = {"type": "apiKey", "name": "Authorization", "in": "header"}
    schemes = {"guard": {**header, "x-amazon-apigateway-authorizer": authorizer}}
    operation = bench.mock('{"ip": "$context.identity.sourceIp", "told": "$input.params(\'X-Emulator-Source-Ip\')"}')
    if guarded:
        operation |= {"security": [{"guard": []}]}
    top: dict[str, Any] = {"components": {"securitySchemes": schemes}}
    if statements:
        top["x-amazon-apigateway-policy"] = {"Version": "2012-10-17", "Statement": list(statements)}

    def extra(_api: aws.apigateway.RestApi) -> None:
        code = pulumi.AssetArchive({"app.py": pulumi.StringAsset(GUARD)})
        role = "arn:aws:iam::123456789012:role/guard"
        aws.lambda_.Function(
            "guard", name="guard", role=role, runtime="python3.12", handler="app.handler", timeout=20, code=code
        )

    document = bench.document({"/a/{id}": {"get": operation}, "/b": {"get": operation}}, **top)
    bench.start(bench.stack(document, extra=extra), trust_source_header=trusted)
    return bench.client()


def ask(client: httpx.Client, address: str, path: str = "/b", **headers: str) -> httpx.Response:
    return client.get(path, headers={"X-Emulator-Source-Ip": address, **headers})


def test_an_allowed_network(bench: "Bench") -> None:
    served = serve(bench, {**ALLOW, "Condition": {"IpAddress": NETWORK}})
    inside = ask(served, "203.0.113.7")
    assert (inside.status_code, inside.json()) == (200, {"ip": "203.0.113.7", "told": ""})
    assert ask(served, "2001:db8::1").status_code == 200
    outside = ask(served, "198.51.100.1", "/a/7")
    api = next(iter(bench.running[-1].emulation.served.graph.apis.values())).id
    why = "because no resource-based policy allows the execute-api:Invoke action"
    arn = f"arn:aws:execute-api:eu-central-1:********9012:{api}/v1/GET/a/7"
    said = f'{{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {arn} {why}"}}'
    assert (outside.status_code, outside.text) == (403, said)
    assert outside.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_a_denied_network(bench: "Bench") -> None:
    served = serve(bench, ALLOW, {**DENY, "Condition": {"NotIpAddress": NETWORK}})
    assert ask(served, "203.0.113.7").status_code == 200
    outside = ask(served, "198.51.100.1")
    assert outside.status_code == 403
    assert outside.json()["Message"].endswith("/v1/GET/b with an explicit deny in a resource-based policy")


def test_one_path_and_one_stage(bench: "Bench") -> None:
    served = serve(bench, {**ALLOW, "Resource": ["execute-api:/v1/GET/a/*", "execute-api:/v2/*"]})
    assert [ask(served, "203.0.113.7", path).status_code for path in ("/a/7", "/b")] == [200, 403]


def test_an_account_is_no_unsigned_caller(bench: "Bench") -> None:
    served = serve(bench, {**ALLOW, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}})
    assert ask(served, "203.0.113.7").status_code == 403
    served = serve(bench, {**ALLOW, "Principal": {"AWS": ["*"]}})
    assert ask(served, "203.0.113.7").status_code == 200


def test_a_private_apis_endpoint_is_what_the_header_says(bench: "Bench") -> None:
    endpoint = {**DENY, "Condition": {"StringNotEquals": {"aws:SourceVpce": ["vpce-1"]}}}
    network = {**DENY, "Condition": {"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}}}
    served = serve(bench, ALLOW, endpoint, network)
    assert ask(served, "10.1.2.3").status_code == 403
    assert ask(served, "10.1.2.3", **{"X-Emulator-Source-Vpce": "vpce-1"}).status_code == 200
    assert ask(served, "192.0.2.1", **{"X-Emulator-Source-Vpce": "vpce-1"}).status_code == 403


def test_no_header_is_believed_unless_somebody_said_so(bench: "Bench") -> None:
    served = serve(bench, {**ALLOW, "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.1"}}}, trusted=False)
    response = ask(served, "203.0.113.7", **{"X-Forwarded-For": "203.0.113.7"})
    assert (response.status_code, response.json()) == (200, {"ip": "127.0.0.1", "told": "203.0.113.7"})


def test_a_believed_header_must_be_an_address(bench: "Bench") -> None:
    response = ask(serve(bench), "203.0.113")
    assert (response.status_code, response.text) == (400, "x-emulator-source-ip: '203.0.113' is no IP address\n")


@pytest.mark.parametrize(
    ("address", "word", "status"),
    [
        ("203.0.113.7", "Allow", 200),
        ("192.0.2.1", "Allow", 200),  # the authorizer's word is enough where the policy is silent
        ("198.51.100.1", "Allow", 403),
        ("203.0.113.7", "Silent", 200),
        ("192.0.2.1", "Silent", 403),
        ("198.51.100.1", "Silent", 403),
        ("203.0.113.7", "Deny", 403),
        ("192.0.2.1", "Deny", 403),
    ],
)
def test_beside_an_authorizer_both_policies_count(
    module_guarded: httpx.Client, address: str, word: str, status: int
) -> None:
    assert ask(module_guarded, address, Authorization=word).status_code == status


@pytest.fixture(scope="module")
def module_guarded(module_bench: "Bench") -> httpx.Client:
    """Allow one network, deny another, and say nothing of the rest; an authorizer says what its token says."""
    refused = {**DENY, "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}
    return serve(module_bench, {**ALLOW, "Condition": {"IpAddress": NETWORK}}, refused, guarded=True)


def test_a_denied_caller_is_not_asked_about(module_guarded: httpx.Client) -> None:
    response = ask(module_guarded, "198.51.100.1")  # no token, and yet no 401
    assert (response.status_code, "explicit deny" in response.text) == (403, True)
    assert ask(module_guarded, "203.0.113.7").status_code == 401
