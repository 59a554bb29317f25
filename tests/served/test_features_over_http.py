"""The API's features as callers meet them: the program's own document, plans and authorizer, served over HTTP."""

import threading
import time
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from emulator.plans import Plan
from tests.functions.issuer import AUDIENCE, claims, key_set, signer

ORIGIN = "https://tv.example.com"
PATH = "/predicted-ratings/321?items=101,131"


class _Issuer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(key_set(signer()))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        return


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    with HTTPServer(("127.0.0.1", 0), _Issuer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def client() -> Generator[httpx.Client]:
    with httpx.Client(timeout=60) as opened:
        yield opened


def api(**features: Any) -> dict[str, Any]:
    return {"name": "predicted-ratings-local", "throttling": {"rate": 1000, "burst": 1000}, **features}


def plans(**plan: Any) -> dict[str, Any]:
    return {"tv": {"rate": 100, "burst": 100, "keys": ["tv"], **plan}}


def key(served: Any) -> str:
    """Return the value of the one key of the one plan."""
    (plan,) = served.emulator.emulation.served.graph.plans
    assert isinstance(plan, Plan)
    return plan.keys[0].value


def bearer(issuer: str, **changes: Any) -> dict[str, str]:
    now = time.time()
    return {"Authorization": f"Bearer {signer().token(claims(iss=issuer, exp=now + 60, nbf=now, **changes))}"}


def get(served: Any, client: httpx.Client, headers: dict[str, str] | None = None, path: str = PATH) -> httpx.Response:
    return client.get(f"{served.emulator.url}{path}", headers=headers)


def test_prods_kind_of_api_answers_whoever_has_a_key_and_says_so_to_pages(served: Any, client: httpx.Client) -> None:
    served.configure(
        api=api(
            authorization={"type": "API_KEY"},
            plans=plans(quota={"limit": 100}),
            cors={"origin": ORIGIN},
            compressionBytes=0,
        )
    )
    refused = get(served, client, {"Origin": ORIGIN})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (403, ORIGIN)
    assert refused.json()["message"] == "Forbidden"
    answer = get(served, client, {"x-api-key": key(served), "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.json()) == (200, {"ratings": [3.5, 3.5]})
    assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["Content-Encoding"]) == (ORIGIN, "gzip")
    wrong = get(served, client, {"x-api-key": key(served)}, "/predicted-ratings/x?items=1")
    assert (wrong.status_code, wrong.headers["Access-Control-Allow-Origin"]) == (400, ORIGIN)
    unknown = get(served, client, path="/nowhere")
    assert (unknown.status_code, unknown.headers["Access-Control-Allow-Origin"]) == (404, ORIGIN)


def test_a_preflight_needs_no_key(served: Any, client: httpx.Client) -> None:
    served.configure(api=api(authorization={"type": "API_KEY"}, plans=plans(), cors={"origin": ORIGIN}))
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
    answer = client.options(f"{served.emulator.url}/predicted-ratings/321", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "Authorization,Content-Type,X-Api-Key"
    assert answer.headers["Access-Control-Max-Age"] == "600"


def test_a_quota_that_is_used_up_is_a_429_with_a_time_to_come_back(served: Any, client: httpx.Client) -> None:
    fresh = plans(rate=2, burst=2, quota={"limit": 2}, keys=["radio"])  # what a key has used outlives a reload
    served.configure(api=api(authorization={"type": "API_KEY"}, plans=fresh))
    mine = {"x-api-key": key(served)}
    found = list[int]()
    for _ in range(3):
        found.append(get(served, client, mine).status_code)
        time.sleep(0.6)  # the throttle lets two a second through
    assert found == [200, 200, 429]
    last = get(served, client, mine)
    assert (last.json()["message"], last.headers["Retry-After"]) == ("The quota is used up", "3600")


def test_tokens_are_checked_by_the_programs_own_function_in_its_process(
    served: Any, client: httpx.Client, issuer: str
) -> None:
    jwt = {"issuer": issuer, "audience": [AUDIENCE], "scopes": ["read"], "ttlSeconds": 0}
    served.configure(api=api(authorization={"type": "JWT", "jwt": jwt}, plans=plans()))
    mine = {"x-api-key": key(served)}
    assert get(served, client, {**mine, **bearer(issuer, scope="read")}).json() == {"ratings": [3.5, 3.5]}
    assert get(served, client, mine).status_code == 401
    assert get(served, client, {**mine, "Authorization": "Basic YTpi"}).status_code == 401
    assert get(served, client, {**mine, **bearer(issuer, aud="another", scope="read")}).status_code == 401
    assert get(served, client, {**mine, **bearer(issuer)}).status_code == 403  # known, and without the scope
    assert get(served, client, bearer(issuer, scope="read")).status_code == 403  # no key


def test_an_issuer_that_is_down_is_a_503(served: Any, client: httpx.Client, issuer: str) -> None:
    jwt = {"issuer": issuer, "audience": [AUDIENCE], "keySet": "http://127.0.0.1:9/jwks.json", "ttlSeconds": 0}
    served.configure(api=api(authorization={"type": "JWT", "jwt": jwt}))
    answer = get(served, client, bearer(issuer))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["message"] == "The caller could not be checked"


def test_only_the_networks_that_are_named_may_call(served: Any, client: httpx.Client) -> None:
    served.configure(api=api(network={"cidrs": ["203.0.113.0/24"]}))
    assert get(served, client).status_code == 403
    served.configure(api=api(network={"cidrs": ["127.0.0.0/8"]}))
    assert get(served, client).status_code == 200


def test_a_throttle_of_one_route_is_that_routes(served: Any, client: httpx.Client) -> None:
    routes = {"GET /predicted-ratings/{user_id}": {"rate": 1, "burst": 1}}
    served.configure(api=api(throttling={"rate": 1000, "burst": 1000, "routes": routes}))
    found = [get(served, client).status_code for _ in range(3)]
    assert found[0] == 200
    assert 429 in found


def test_a_domains_base_path_leads_to_the_stage(served: Any, client: httpx.Client) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    domain = {"name": "api.example.com", "certificateArn": certificate, "basePath": "ratings"}
    served.configure(api=api(domain=domain))
    root = served.emulator.url.rsplit("/", 1)[0]
    answer = client.get(f"{root}/ratings{PATH}", headers={"Host": "api.example.com"})
    assert (answer.status_code, answer.json()) == (200, {"ratings": [3.5, 3.5]})
    assert client.get(f"{root}/other{PATH}", headers={"Host": "api.example.com"}).status_code == 403


@pytest.mark.parametrize(
    ("features", "named"),
    [
        ({"authorization": {"type": "IAM"}}, "security.sigv4: signatures of AWS's are not checked"),
        ({"firewall": {}}, "wafv2"),
        ({"cache": {}}, "cache"),
        (
            {
                "authorization": {
                    "type": "COGNITO",
                    "cognito": {"userPools": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A1"]},
                }
            },
            "COGNITO",
        ),
    ],
)
def test_what_cannot_be_imitated_is_refused_by_name(served: Any, features: dict[str, Any], named: str) -> None:
    with pytest.raises(Exception, match=f"(?i){named}"):
        served.configure(api=api(**features))
    served.configure(api=api())
