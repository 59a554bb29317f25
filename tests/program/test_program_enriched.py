"""The enriched route from settings and documents to Args: what follows the documents, and what names are made of."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from components.cloud import Cloud
from mapping import load_contract
from mapping.contract import Contract
from mapping.errors import MappingError
from mapping.function_route import FAILURES, function_contract
from program.arguments import Arguments, arguments
from program.documents import Named, check_spoken, documents_of, examples, variables_in
from program.enriched import enriched_of, function_code, function_name
from program.errors import FunctionCodeError
from program.journal import Carried
from releases.identity import endpoint_name
from releases.model import Canary, Lineup
from settings import parse
from tests.program.stacks import CONTRACTS, release, stack_config

CLOUD = Cloud(account_id="123456789012", region="us-east-1")
R1, R2 = (release(name, CONTRACTS / "ratings-v1") for name in ("r1", "r2"))
LINEUP = Lineup(stable=R1, canary=Canary(release=R2, percent=5.0))
ON, OFF = (parse(stack_config("dev", {"enriched": {"enabled": on}})) for on in (True, False))
API = "predicted-ratings-dev"
DOCUMENT = documents_of([R1], ON, CLOUD)["r1"]


def declared(settings: Any = ON, lineup: Lineup = LINEUP, documents: Mapping[str, str] | None = None) -> Arguments:
    carried = Carried(documents=documents or {})
    return arguments(settings, lineup, CLOUD, stack="dev", store="s3://models/dev", carried=carried)


def integration(document: str) -> dict[str, Any]:
    return json.loads(document)["paths"]["/enriched-ratings/{user_id}"]["get"]["x-amazon-apigateway-integration"]


def test_off_nothing_of_it_is_there() -> None:
    off = declared(OFF)
    assert off.backing.enriched is None
    assert off.stage
    assert "enriched" not in off.stage.stable.document
    assert variables_in(off.stage.stable.document) == Named(endpoint="endpointRatings", function=None)
    assert function_contract(off.stage.stable.document) is None


def test_the_integration_is_what_api_gateway_needs_for_lambda() -> None:
    found = integration(DOCUMENT)
    responses, _ = found.pop("responses"), found.pop("requestTemplates")
    assert found == {
        "type": "aws",
        "httpMethod": "POST",
        "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:"
        "function:${stageVariables.functionEnriched}/invocations",
        "credentials": "arn:aws:iam::123456789012:role/predicted-ratings-dev-enriched-us-east-1",
        "passthroughBehavior": "never",
        "timeoutInMillis": 29000,
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/json'",
            "integration.request.header.Accept": "'application/json'",
        },
    }
    assert {pattern: entry["statusCode"] for pattern, entry in responses.items()} == {
        "default": "200",
        **{pattern: status for pattern, status, _ in FAILURES},
    }
    operation = json.loads(DOCUMENT)["paths"]["/enriched-ratings/{user_id}"]["get"]
    assert {entry["statusCode"] for entry in responses.values()} <= set(operation["responses"])


def test_the_models_own_route_is_the_same_text_with_and_without() -> None:
    on, off = (json.loads(documents_of([R1], each, CLOUD)["r1"]) for each in (ON, OFF))
    path = "/predicted-ratings/{user_id}"
    assert on["paths"][path] == off["paths"][path]
    assert off["info"]["description"].endswith("through mapping templates alone")
    assert on["info"]["description"].endswith("through mapping templates alone, and with titles by a function")
    assert function_contract(json.dumps(on)) == "enriched-v1"


def test_each_release_has_a_function_and_the_canary_overrides_both_variables() -> None:
    found = declared()
    assert found.stage
    assert found.stage.canary
    for track, each in ((found.stage.stable, R1), (found.stage.canary, R2)):
        assert track.variables == {
            "endpointRatings": endpoint_name(API, each),
            "functionEnriched": function_name(API, each, "enriched-v1"),
        }
    assert found.backing.enriched
    one = found.backing.enriched.functions["r1"]
    assert (one.memory, one.timeout, one.handler) == (256, 10, "enriched_v1.entry.handle")
    assert one.environment == {
        "ENDPOINT": endpoint_name(API, R1),
        "MOVIES_TABLE": f"{API}-movies",
        "SEEN_TABLE": f"{API}-seen",
        "TIMEOUT_SECONDS": "10",
    }
    assert found.backing.enriched.route
    assert found.backing.enriched.route.functions == {
        each.id: function_name(API, each, "enriched-v1") for each in (R1, R2)
    }


def test_a_functions_name_carries_the_release_and_changes_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    name = function_name(API, R1, "enriched-v1")
    assert name.startswith(f"{API}-r1-")
    assert name != endpoint_name(API, R1)
    assert name == function_name(API, R1, "enriched-v1") != function_name("other", R1, "enriched-v1")
    changed = replace(R1, artifact=replace(R1.artifact, sha256="f" * 64))
    assert function_name(API, changed, "enriched-v1") != name
    code = {**function_code("enriched-v1"), "enriched_v1/data.py": "other"}
    monkeypatch.setattr("program.enriched.function_code", lambda _contract: code)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType] # a stand-in
    assert function_name(API, R1, "enriched-v1") != name


def test_the_code_is_the_folders_python_and_nothing_else() -> None:
    assert sorted(function_code("enriched-v1")) == [
        f"enriched_v1/{name}.py" for name in ("__init__", "data", "entry", "errors", "handler", "model")
    ]


def test_the_code_never_changes() -> None:
    # Documents that rollouts carry name it, and functions are called after it: make another folder instead.
    text = json.dumps(function_code("enriched-v1"), sort_keys=True)
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "79190444770427ae5fefd7236ed4774fb87fe2d7bcc329fef88afcc1d6ad305e"
    )


def test_carried_documents_decide_and_not_the_settings() -> None:
    carried = documents_of([R1, R2], ON, CLOUD)
    assert declared(OFF, documents=carried).stage == declared(ON).stage
    off = declared(OFF, documents=carried).backing.enriched
    assert off
    assert list(off.functions) == ["r1", "r2"]
    plain = documents_of([R1, R2], OFF, CLOUD)
    on = declared(ON, documents=plain)
    assert on.backing.enriched
    assert (on.backing.enriched.functions, on.backing.enriched.route) == (
        {},
        None,
    )  # the tables alone, which can be filled by then
    assert on.stage
    assert list(on.stage.stable.variables) == ["endpointRatings"]


def test_without_a_release_there_are_tables_to_fill() -> None:
    nothing = declared(ON, Lineup())
    assert nothing.backing.enriched
    assert nothing.backing.enriched.tables.names == (f"{API}-movies", f"{API}-seen")
    assert (nothing.backing.enriched.functions, nothing.backing.enriched.route, nothing.stage) == ({}, None, None)


def test_a_document_whose_function_is_not_here_is_refused() -> None:
    newer = {"r1": DOCUMENT.replace("enriched-v1", "enriched-v9")}
    with pytest.raises(FunctionCodeError, match=r"has the route of enriched-v9, and .*enriched_v9 has no code"):
        enriched_of(ON, [R1], newer, CLOUD, {})


@pytest.mark.parametrize("name", ["model-request", "model-response"])
def test_a_contract_that_asks_models_otherwise_is_refused(name: str) -> None:
    spoken = load_contract("ratings-v1")
    other = Contract(name="ratings-v9", files={**spoken.files, f"{name}.schema.json": '{"type": "array"}'})
    check_spoken(spoken)
    with pytest.raises(MappingError, match=f"the {name} of ratings-v9 is another: set enriched.enabled to false"):
        check_spoken(other)


def test_examples_lead_to_the_model_first_and_then_to_its_function() -> None:
    assert [(each.path, each.method, each.request) for each in examples(DOCUMENT)] == [
        ("/predicted-ratings/{user_id}", "GET", "/predicted-ratings/321?items=101,131,162"),
        ("/enriched-ratings/{user_id}", "GET", "/enriched-ratings/321?items=101,131,162"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("${stageVariables.endpointRatings}", "fixed"),
        ("endpoints/${stageVariables.endpointRatings}", "endpoints/${stageVariables.a}${stageVariables.b}"),
        ("function:${stageVariables.functionEnriched}", "function:${stageVariables.functionEnriched}:live"),
    ],
)
def test_a_variable_for_something_else_is_refused(old: str, new: str) -> None:
    with pytest.raises(MappingError, match="names one endpoint and at most one function"):
        variables_in(DOCUMENT.replace(old, new))
