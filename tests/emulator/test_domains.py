"""Custom domains: by their name as Host, by base path, and where the API's own address is switched off."""

from typing import TYPE_CHECKING, Any

import httpx
import pulumi_aws as aws
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Bench

SHOWN = (
    '{"domain": "$context.domainName", "prefix": "$context.domainPrefix", "path": "$context.path", '
    '"stage": "$context.stage", "resource": "$context.resourcePath"}'
)
FORBIDDEN = b'{"message":"Forbidden"}'


def serve(bench: "Bench", *mappings: tuple[str | None, str | None], closed: bool = False) -> "Bench":
    """Serve one API below `api.example.com`; a mapping is a base path and a stage."""

    def extra(api: aws.apigateway.RestApi) -> None:
        domain = aws.apigateway.DomainName("domain", domain_name="api.example.com", certificate_arn="arn:aws:acm:x")
        for number, (path, stage) in enumerate(mappings):
            arguments: dict[str, Any] = {"base_path": path, "stage_name": stage}
            aws.apigateway.BasePathMapping(
                f"mapping-{number}", rest_api=api.id, domain_name=domain.domain_name, **arguments
            )

    document = bench.document({"/a": {"get": bench.mock(SHOWN)}, "/": {"get": bench.mock("{}")}})
    api_args = {"disable_execute_api_endpoint": True} if closed else {}
    bench.serve(document, extra=extra, api_args=api_args)
    return bench


def ask(bench: "Bench", path: str, host: str = "api.example.com") -> httpx.Response:
    port = bench.running[-1].emulation.gateway_server.port
    return httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": host})


def test_a_base_path_stands_in_the_place_of_the_stage(bench: "Bench") -> None:
    serve(bench, ("ratings", "v1"))
    shown = {
        "domain": "api.example.com",
        "prefix": "api",
        "path": "/ratings/a",
        "stage": "v1",
        "resource": "/a",
    }
    for host in ("api.example.com", "API.example.com:443"):
        assert ask(bench, "/ratings/a", host).json() == shown
    assert ask(bench, "//ratings/a").json() == shown
    assert ask(bench, "/ratings").status_code == 200
    own = ask(bench, "/v1/a", "other.example.com").json()
    assert (own["path"], own["domain"].endswith(".execute-api.eu-central-1.amazonaws.com")) == ("/v1/a", True)


@pytest.mark.parametrize("path", ["/v1/a", "/a", "/", "/Ratings/a"])
def test_below_the_domain_only_its_base_paths_lead_in(bench: "Bench", path: str) -> None:
    response = ask(serve(bench, ("ratings", "v1")), path)
    assert (response.status_code, response.content) == (403, FORBIDDEN)
    assert response.headers["x-amzn-ErrorType"] == "ForbiddenException"


def test_the_roots_mapping_takes_what_no_base_path_does(bench: "Bench") -> None:
    serve(bench, (None, "v1"), ("ratings", "v1"))
    assert ask(bench, "/a").json()["path"] == "/a"
    assert ask(bench, "/ratings/a").json()["path"] == "/ratings/a"
    assert ask(bench, "/b").json() == {"message": "Missing Authentication Token"}


def test_a_mapping_without_a_stage_leaves_it_to_the_caller(bench: "Bench") -> None:
    serve(bench, ("ratings", None))
    assert ask(bench, "/ratings/v1/a").json()["path"] == "/ratings/v1/a"
    assert ask(bench, "/ratings/a").status_code == 403


def test_without_a_name_server_the_base_path_is_reached_without_host(bench: "Bench") -> None:
    serve(bench, ("ratings", "v1"))
    assert ask(bench, "/ratings/a", "127.0.0.1").json()["domain"] == "api.example.com"
    assert ask(bench, "/v1/a", "127.0.0.1").json()["path"] == "/v1/a"


def test_an_address_that_is_switched_off_leaves_the_domain(bench: "Bench") -> None:
    serve(bench, ("ratings", "v1"), closed=True)
    port = bench.running[-1].emulation.gateway_server.port
    assert bench.running[-1].url == f"http://127.0.0.1:{port}/ratings"
    assert ask(bench, "/ratings/a", "127.0.0.1").status_code == 200
    assert ask(bench, "/v1/a", "127.0.0.1").content == FORBIDDEN
    tried = httpx.post(bench.running[-1].admin_url + "/try", json={"path": "/a"}).json()
    assert tried["status"] == 200


def test_the_address_of_a_root_mapping(bench: "Bench") -> None:
    serve(bench, (None, "v1"), closed=True)
    assert bench.client().get("/a").json()["path"] == "/a"
    serve(bench, (None, None), closed=True)
    assert bench.client().get("/a").json()["path"] == "/v1/a"
