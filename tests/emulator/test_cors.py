"""Calls from web pages of another origin, in API Gateway's own forms: preflight, answers and errors."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

ORIGIN = {"Access-Control-Allow-Origin": "'https://app.example.com'"}


def mapped(prefix: str, headers: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}.header.{name}": value for name, value in headers.items()}


@pytest.fixture(scope="module")
def served(module_bench: "Bench") -> httpx.Client:
    told = {**ORIGIN, "Access-Control-Allow-Methods": "'GET,OPTIONS'", "Access-Control-Allow-Headers": "'x-api-key'"}
    preflight = {
        "default": {"statusCode": "204", "responseParameters": mapped("method.response", told)},
    }
    answer = {
        "default": {
            "statusCode": "200",
            "responseTemplates": {"application/json": "{}"},
            "responseParameters": mapped("method.response", ORIGIN),
        }
    }
    keyed: dict[str, Any] = {"security": [{"key": []}]}
    paths = {
        "/a": {
            "get": module_bench.mock(responses=answer),
            "options": module_bench.mock(responses=preflight, request='{"statusCode": 204}'),
        },
        "/keyed": {
            "get": module_bench.mock(responses=answer) | keyed,
            "options": module_bench.mock(responses=preflight, request='{"statusCode": 204}'),
        },
    }
    errors = {"responseParameters": mapped("gatewayresponse", ORIGIN)}
    top = {
        "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": errors, "DEFAULT_5XX": errors},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    }
    module_bench.serve(module_bench.document(paths, **top))
    return module_bench.client()


@pytest.mark.parametrize("path", ["/a", "/keyed"])
def test_a_preflight_is_answered_to_everybody(served: httpx.Client, path: str) -> None:
    asks = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    response = served.options(path, headers=asks)
    assert (response.status_code, response.content) == (204, b"")
    found = {name: value for name, value in response.headers.items() if name.startswith("access-control-")}
    assert found == {
        "access-control-allow-origin": "https://app.example.com",
        "access-control-allow-methods": "GET,OPTIONS",
        "access-control-allow-headers": "x-api-key",
    }


@pytest.mark.parametrize(("path", "status"), [("/a", 200), ("/keyed", 403), ("/unknown", 403)])
def test_answers_and_errors_can_be_read_by_the_page(served: httpx.Client, path: str, status: int) -> None:
    response = served.get(path, headers={"Origin": "https://app.example.com"})
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
