"""API keys, usage plans with throttles and quotas: who is let in, how often, and what the others are told."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pulumi_aws as aws
import pytest

from emulator.faults import Fault
from emulator.metering import Metering, began
from emulator.plans import Client, Key, Period, Plan, Quota
from emulator.throttle import Throttle

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

ONE, TWO = "one-" * 5, "two-" * 5
KEYED: dict[str, Any] = {"security": [{"key": []}]}
SCHEMES = {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}}
FORBIDDEN = b'{"message":"Forbidden"}'
LIMIT = b'{"message":"Limit Exceeded"}'
THROTTLED = b'{"message":"Too Many Requests"}'
SHOWN = '{"key": "$context.identity.apiKey", "id": "$context.identity.apiKeyId"}'


def serve(bench: "Bench", plan: dict[str, Any] | None = None, *, disabled: bool = False, **stack: Any) -> httpx.Client:
    """Serve `/keyed` (and `/other`), which want a key, and `/open`; key ONE is in the plan, TWO in none."""

    def extra(api: aws.apigateway.RestApi) -> None:
        entry: dict[str, Any] = {"api_id": api.id, "stage": "v1", **(plan or {}).get("stage", {})}
        limits = {name: value for name, value in (plan or {}).items() if name != "stage"}
        stages: Any = [entry]
        made = aws.apigateway.UsagePlan("plan", name="basic", api_stages=stages, **limits)
        for name, value in (("one", ONE), ("two", TWO)):
            key = aws.apigateway.ApiKey(name, name=name, value=value, enabled=not disabled)
            if name == "one":
                aws.apigateway.UsagePlanKey(name, key_id=key.id, key_type="API_KEY", usage_plan_id=made.id)

    validator = {"x-amazon-apigateway-request-validator": "p"}
    asked = {"parameters": [{"name": "q", "in": "query", "required": True}], **validator}
    paths: dict[str, Any] = {
        "/keyed": {"get": bench.mock(SHOWN) | KEYED},
        "/other": {"get": bench.mock("{}") | KEYED},
        "/asks": {"get": bench.mock("{}") | KEYED | asked},
        "/open": {"get": bench.mock(SHOWN)},
    }
    validators = {"p": {"validateRequestParameters": True, "validateRequestBody": False}}
    top = {"components": SCHEMES, "x-amazon-apigateway-request-validators": validators, **stack.pop("top", {})}
    bench.serve(bench.document(paths, **top), extra=extra, **stack)
    return bench.client()


def test_a_key_of_the_plan_is_let_in_and_shown_to_templates(bench: "Bench") -> None:
    form = "$context.status $context.identity.apiKeyId $context.error.responseType"
    served = serve(bench, log_format=form)
    response = served.get("/keyed", headers={"X-Api-Key": ONE})
    key = response.json()["id"]
    assert (response.status_code, response.json()) == (200, {"key": ONE, "id": key})
    assert served.get("/open").json() == {"key": "", "id": ""}
    assert served.get("/keyed").status_code == 403
    log = bench.running[-1].access_log
    assert log is not None
    assert log.read_text() == f"200 {key} -\n200 - -\n403 - INVALID_API_KEY\n"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "unknown-" * 4}, {"x-api-key": TWO}])
def test_without_a_key_of_the_plan_nobody_is_let_in(bench: "Bench", headers: dict[str, str]) -> None:
    served = serve(bench)
    response = served.get("/keyed", headers=headers)
    assert (response.status_code, response.content) == (403, FORBIDDEN)
    assert response.headers["x-amzn-ErrorType"] == "ForbiddenException"
    assert "X-Amzn-Trace-Id" not in response.headers
    assert served.get("/asks", headers=headers).status_code == 403  # before parameters are looked at (recorded)


def test_a_disabled_key_is_as_good_as_none(bench: "Bench") -> None:
    response = serve(bench, disabled=True).get("/keyed", headers={"x-api-key": ONE})
    assert (response.status_code, response.content) == (403, FORBIDDEN)


def test_a_key_of_another_stage_is_none(bench: "Bench") -> None:
    served = serve(bench, {"stage": {"stage": "v2"}})
    assert served.get("/keyed", headers={"x-api-key": ONE}).status_code == 403


def test_a_quota_is_used_up(bench: "Bench") -> None:
    served = serve(bench, {"quota_settings": {"limit": 5, "period": "MONTH", "offset": 2}})
    known = {"x-api-key": ONE}
    assert [served.get(path, headers=known).status_code for path in ("/keyed", "/other", "/keyed")] == [200] * 3
    response = served.get("/keyed", headers=known)
    assert (response.status_code, response.content) == (429, LIMIT)
    assert response.headers["x-amzn-ErrorType"] == "LimitExceededException"
    assert served.get("/open", headers=known).status_code == 200  # a method without a key has no client
    (used,) = httpx.get(bench.running[-1].admin_url + "/usage").json()["usage"]
    used.pop("keyId")
    assert used == {
        "usagePlan": "basic",
        "key": "one",
        "value": ONE,
        "enabled": True,
        "quota": {"limit": 5, "period": "MONTH"},
        "used": 3,
        "remaining": 0,
    }


def test_what_is_used_outlives_a_reload(bench: "Bench") -> None:
    served = serve(bench, {"quota_settings": {"limit": 2, "period": "DAY"}})
    known = {"x-api-key": ONE}
    assert served.get("/keyed", headers=known).status_code == 200
    bench.running[-1].reload()
    assert [served.get("/keyed", headers=known).status_code for _ in range(2)] == [200, 429]


def test_a_plans_throttle_is_over_all_methods(bench: "Bench") -> None:
    served = serve(bench, {"throttle_settings": {"rate_limit": 0.001, "burst_limit": 2}})
    known = {"x-api-key": ONE}
    assert [served.get(path, headers=known).status_code for path in ("/keyed", "/other", "/keyed")] == [200, 200, 429]
    response = served.get("/other", headers=known)
    assert (response.content, response.headers["x-amzn-ErrorType"]) == (THROTTLED, "TooManyRequestsException")


def test_a_methods_throttle_leaves_the_others(bench: "Bench") -> None:
    throttles = [{"path": "/keyed/GET", "rate_limit": 0.001, "burst_limit": 1}]
    served = serve(bench, {"stage": {"throttles": throttles}})
    known = {"x-api-key": ONE}
    assert [served.get("/keyed", headers=known).status_code for _ in range(2)] == [200, 429]
    assert [served.get("/other", headers=known).status_code for _ in range(3)] == [200] * 3


def test_a_throttled_request_uses_nothing_of_the_quota(bench: "Bench") -> None:
    limits = {
        "throttle_settings": {"rate_limit": 0.001, "burst_limit": 1},
        "quota_settings": {"limit": 5, "period": "DAY"},
    }
    served = serve(bench, limits)
    assert [served.get("/keyed", headers={"x-api-key": ONE}).status_code for _ in range(3)] == [200, 429, 429]
    (used,) = httpx.get(bench.running[-1].admin_url + "/usage").json()["usage"]
    assert used["used"] == 1


def test_the_stages_throttle_counts_too(bench: "Bench") -> None:
    served = serve(bench, throttle=(0.001, 1))
    assert served.get("/keyed").status_code == 403  # who is not let in takes no token
    known = {"x-api-key": ONE}
    assert [served.get("/keyed", headers=known).status_code for _ in range(2)] == [200, 429]


def test_refusals_can_be_customised(bench: "Bench") -> None:
    text = '{"why": $context.error.messageString, "kind": "$context.error.responseType"}'
    entry = {"responseTemplates": {"application/json": text}, "statusCode": "401"}
    responses = {"INVALID_API_KEY": entry, "QUOTA_EXCEEDED": {**entry, "statusCode": "430"}}
    top = {"x-amazon-apigateway-gateway-responses": responses}
    served = serve(bench, {"quota_settings": {"limit": 1, "period": "DAY"}}, top=top)
    unknown = served.get("/keyed")
    assert (unknown.status_code, unknown.json()) == (401, {"why": "Forbidden", "kind": "INVALID_API_KEY"})
    served.get("/keyed", headers={"x-api-key": ONE})
    over = served.get("/keyed", headers={"x-api-key": ONE})
    assert (over.status_code, over.json()) == (430, {"why": "Limit Exceeded", "kind": "QUOTA_EXCEEDED"})


def test_a_methods_test_asks_for_no_key_and_says_so(bench: "Bench") -> None:
    serve(bench, {"quota_settings": {"limit": 1, "period": "DAY"}}, throttle=(0.001, 1))
    admin = bench.running[-1].admin_url
    for _ in range(3):
        tried = httpx.post(f"{admin}/try", json={"path": "/keyed"}).json()
        assert (tried["status"], tried["unchecked"]) == (200, ["API key", "throttles"])
        assert tried["body"] == '{"key": "test-invoke-api-key", "id": "test-invoke-api-key-id"}'
    assert httpx.post(f"{admin}/try", json={"path": "/open"}).json()["unchecked"] == ["throttles"]
    (used,) = httpx.get(f"{admin}/usage").json()["usage"]
    assert used["used"] == 0


def client(**more: Any) -> Client:
    key = Key(id="k", name="k", value="v" * 20, enabled=True)
    given: dict[str, Any] = {"throttle": None, "quota": None, "methods": {"v1": {}}, **more}
    return Client(plan=Plan(id="p", name="p", keys=(key,), **given), key=key)


class Clock:
    def __init__(self, at: str) -> None:
        self.now = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("period", "at", "since"),
    [
        (Period.DAY, "2026-03-01T23:59:59", "2026-03-01"),
        (Period.WEEK, "2026-03-01T23:59:59", "2026-02-23"),  # a Sunday; weeks begin on Mondays
        (Period.WEEK, "2026-03-02T00:00:00", "2026-03-02"),
        (Period.MONTH, "2026-02-28T23:59:59", "2026-02-01"),
        (Period.MONTH, "2028-02-29T12:00:00", "2028-02-01"),
    ],
)
def test_when_a_period_began(period: Period, at: str, since: str) -> None:
    assert began(period, Clock(at)()) == datetime.fromisoformat(since).replace(tzinfo=UTC)


def attempts(metering: Metering, who: Client, number: int) -> list[str]:
    found: list[str] = []
    for _ in range(number):
        try:
            metering.take(who, "v1", "/a/GET")
        except Fault as fault:
            found.append(fault.kind.value)
        else:
            found.append("in")
    return found


def test_a_quota_begins_anew_and_its_offset_counts_once() -> None:
    clock = Clock("2026-03-31T23:59:59")
    metering = Metering(lambda: 0.0, clock)
    who = client(quota=Quota(limit=3, period=Period.MONTH, offset=1))
    assert attempts(metering, who, 3) == ["in", "in", "QUOTA_EXCEEDED"]
    assert metering.used(who) == (2, 0)
    clock.now += 1
    assert metering.used(who) == (0, 3)
    assert attempts(metering, who, 4) == ["in", "in", "in", "QUOTA_EXCEEDED"]


def test_each_key_has_its_own_bucket_and_the_methods_comes_first() -> None:
    metering = Metering(lambda: 0.0, lambda: 0.0)
    methods = {"v1": {"/a/GET": Throttle(rate=1, burst=1)}}
    one = client(methods=methods, throttle=Throttle(rate=1, burst=5))
    other = Key(id="other", name="o", value="o" * 20, enabled=True)
    assert attempts(metering, one, 2) == ["in", "THROTTLED"]
    assert attempts(metering, Client(plan=one.plan, key=other), 1) == ["in"]
    metering.take(one, "v1", "/b/GET")  # the plan's bucket lost one token to the request that was let in


def test_changed_measures_fill_the_bucket_anew() -> None:
    metering = Metering(lambda: 0.0, lambda: 0.0)
    assert attempts(metering, client(throttle=Throttle(rate=1, burst=1)), 2) == ["in", "THROTTLED"]
    assert attempts(metering, client(throttle=Throttle(rate=1, burst=2)), 1) == ["in"]
