"""What is left out by order is said with every answer, in the log at the start, and by the second port."""

from typing import TYPE_CHECKING, Any

import httpx
import pulumi_aws as aws
import pytest

from emulator.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Bench

SIGNED = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}


def program(bench: "Bench") -> "Callable[[], None]":
    def cached(api: aws.apigateway.RestApi) -> None:
        settings = aws.apigateway.MethodSettingsSettingsArgs(caching_enabled=True)
        aws.apigateway.MethodSettings("cached", rest_api=api.id, stage_name="v1", method_path="*/*", settings=settings)

    asks: dict[str, Any] = {"security": [{"signed": []}]}
    operation = bench.mock("{}") | asks
    document = bench.document({"/a": {"get": operation}}, components={"securitySchemes": {"signed": SIGNED}})
    return bench.stack(document, extra=cached, api_args={"security_policy": "TLS_1_2"})


def test_without_an_order_nothing_is_served(bench: "Bench") -> None:
    with pytest.raises(UnsupportedError, match="--ignore-unsupported serves without it"):
        bench.start(program(bench))


def test_what_is_ignored_is_said_everywhere(bench: "Bench", capfd: pytest.CaptureFixture[str]) -> None:
    bench.start(program(bench), ignore_unsupported=True)
    for path in ("/a", "/unknown"):
        assert bench.client().get(path).headers["x-emulator-ignored"] == "cache, iam"
    lines = capfd.readouterr().err.splitlines()
    cached = "aws:apigateway/methodSettings:MethodSettings 'cached': settings.cachingEnabled"
    signed = "aws:apigateway/deployment:Deployment 'stable': body: GET /a: security.signed"
    policy = "aws:apigateway/restApi:RestApi 'api': securityPolicy: plain HTTP is spoken here"
    assert lines == [
        f"emulator: without effect: {policy}",
        f"emulator: IGNORED: {signed}: signatures of AWS's are not checked",
        f"emulator: IGNORED: {cached}: the stage's cache is not imitated",
    ]
    lineup = httpx.get(bench.running[-1].admin_url + "/lineup").json()
    assert [each["feature"] for each in lineup["ignored"]] == ["iam", "cache"]
    assert lineup["withoutEffect"] == [
        {
            "resource": "aws:apigateway/restApi:RestApi 'api'",
            "property": "securityPolicy",
            "reason": "plain HTTP is spoken here",
        }
    ]


def test_where_nothing_is_ignored_no_header_says_so(bench: "Bench") -> None:
    document = bench.document({"/a": {"get": bench.mock("{}")}})
    bench.start(bench.stack(document), ignore_unsupported=True)
    assert "x-emulator-ignored" not in bench.client().get("/a").headers
