"""The linter over contracts and OpenAPI documents, and its samples."""

from dataclasses import replace
from pathlib import Path

from mapping.contract import CONTRACTS, load_contract
from mapping.lint import FACTS, Side, lint_contract, lint_openapi, lint_template
from mapping.lint.documents import example
from mapping.variables import Variables

CONTRACT = load_contract("ratings-v1")


def test_the_projects_own_contracts_have_no_traps() -> None:
    names = [folder.name for folder in CONTRACTS.iterdir() if folder.is_dir()]
    assert names
    for name in names:
        assert lint_contract(load_contract(name)) == []


def test_places_are_those_of_the_contracts_files() -> None:
    files = {**CONTRACT.files}
    files["check.vtl"] += "$esc.newline\n"
    files["request.vtl"] = "\n$nobody" + files["request.vtl"]
    findings = lint_contract(replace(CONTRACT, files=files))
    folder = CONTRACTS / "ratings-v1"
    assert {(Path(f.file), f.line, f.rule.value) for f in findings} == {
        (folder / "check.vtl", files["check.vtl"].count("\n"), "no-tools"),
        (folder / "request.vtl", 2, "never-set"),
    }


def test_an_override_in_request_and_response_is_a_second_one() -> None:
    files = {**CONTRACT.files}
    files["request.vtl"] += "#set($context.responseOverride.status = 400)\n"
    findings = lint_contract(replace(CONTRACT, files=files))
    assert {f.rule.value for f in findings} == {"override-twice"}
    assert {Path(f.file).name for f in findings} == {"response.vtl", "error.vtl"}


def test_output_that_is_no_json_for_a_sample() -> None:
    template = '{"a": $input.json("$.a"), "b": $input.params("b").length()}'
    assert lint_template(template, samples=[Variables(body='{"a": 1}', path={"b": "x"})]) == []
    (finding,) = lint_template(
        '{"a": $input.path("$.a").size()}', samples=[Variables(body="{}"), Variables(body='{"a": [1]}')]
    )
    assert (finding.rule.value, finding.line) == ("not-json", 1)
    assert "sample 1" in finding.message
    assert [f.rule.value for f in lint_template("NaN", samples=[Variables()])] == ["not-json"]
    (failed,) = lint_template('{"a": "$util.urlDecode($context.x)"}', samples=[Variables(context={"x": "%"})])
    assert (failed.rule.value, failed.line) == ("syntax", 1)


def test_openapi() -> None:
    integration = {
        "type": "aws",
        "requestParameters": {"integration.request.header.TE": "'x'", "integration.request.header.Accept": "'x'"},
        "requestTemplates": {"application/json": "#set($context.responseOverride.status = 400)$esc.q"},
        "responses": {
            "default": {"responseTemplates": {"application/json": "#set($context.responseOverride.status = 400)"}},
            "2..": {"responseTemplates": None},
        },
    }
    operation = {"x-amazon-apigateway-integration": integration}
    document: dict[str, object] = {"paths": {"/a": {"get": operation, "parameters": None}}}
    assert [(f.file, f.rule.value) for f in lint_openapi(document, file="api.json")] == [
        ("api.json: GET /a request application/json", "no-tools"),
        ("api.json: GET /a response default application/json", "override-twice"),
        ("api.json: GET /a", "fatal-header"),
    ]
    integration["type"] = "http_proxy"
    assert "fatal-header" not in {f.rule.value for f in lint_openapi(document)}
    assert lint_openapi({}) == []


def test_the_smallest_example_of_a_schema() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b", "c", "d"],
        "properties": {
            "a": {"type": "array", "minItems": 2, "items": {"type": "number", "minimum": 3}},
            "b": {"enum": ["x", "y"]},
            "c": {"type": "string"},
            "d": {"type": "boolean"},
            "e": {},
        },
    }
    assert example(schema) == {"a": [3, 3], "b": "x", "c": "text", "d": True}


def test_sides() -> None:
    template = '{"a": "$input.path(\'$.a\')"}'
    assert [f.rule.value for f in lint_template(template)] == ["unchecked-value"]
    assert lint_template(template, side=Side.RESPONSE) == []


def test_the_documentation_names_every_rule_with_its_fact() -> None:
    text = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
    for rule, fact in FACTS.items():
        assert f"| `{rule}` | {fact.fact} | {fact.source} |" in text
