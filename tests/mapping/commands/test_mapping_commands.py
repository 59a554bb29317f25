"""`python -m mapping`: exit statuses, output, and the test bench's protocol."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mapping.__main__ import main
from mapping.cases import answers, jsonpath_case, render_case

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mapping", *map(str, arguments)])
        status = main()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def rendered(*cases: object) -> list[Any]:
    lines = [case if isinstance(case, bytes) else json.dumps(case).encode() for case in cases]
    return [json.loads(line) for line in answers(lines, render_case)]


def read(*cases: object) -> list[Any]:
    return [json.loads(line) for line in answers([json.dumps(case).encode() for case in cases], jsonpath_case)]


def test_a_case_with_everything() -> None:
    case = {
        "id": "c1",
        "template": "$input.params('a')$input.params('b')$input.params('c') $input.path('$.n') $context.identity.user "
        "$stageVariables.s #set($context.responseOverride.status = 400)#set($context.requestOverride.header.A = 'x')",
        "body": '{"n": 1.0}',
        "params": {"path": {"a": "1"}, "querystring": {"b": 2}, "header": {"c": "3"}},
        "context": {"identity": {"user": "u"}},
        "stageVariables": {"s": "v"},
        "dialect": "aws",
    }
    assert rendered(case) == [
        {
            "id": "c1",
            "output": "123 1.0 u v",
            "overrides": {"requestOverride": {"header": {"A": "x"}}, "responseOverride": {"status": 400}},
        }
    ]


def test_only_the_template_must_be_there() -> None:
    assert rendered({"template": "$input.body"}) == [{"id": None, "output": "{}"}]
    assert rendered({"id": 1, "template": "$input.body", "body": None}) == [{"id": 1, "output": "{}"}]
    assert rendered({"template": "$input.path('$.a')", "body": {"a": "b"}}) == [{"id": None, "output": "b"}]


def test_dialects() -> None:
    assert [a["output"] for a in rendered(*({"template": "$x", "dialect": d} for d in ("aws", "velocity", None)))] == [
        "",
        "$x",
        "",
    ]


def test_overrides_of_an_earlier_template_go_on() -> None:
    context = {"responseOverride": {"status": 400}}
    kept, twice = rendered(
        {"template": "$context.responseOverride.status", "context": context},
        {"template": "#set($context.responseOverride.status = 401)", "context": context},
    )
    assert kept == {"id": None, "output": "400", "overrides": {"responseOverride": {"status": 400}}}
    assert "overridden more than once" in twice["error"]


def test_one_line_out_for_each_line_in_whatever_it_is() -> None:
    cases: list[object] = [
        b"broken",
        b"",
        b"[1]",
        b"\xff",
        b'{"id": "deep", "body": ' + b"[" * 100_000,
        {"id": 1},
        {"id": 2, "template": "#if("},
        {"id": {"a": 1}, "template": "x", "params": {"cookie": {}}},
        {"id": 4, "template": "x", "params": []},
        {"id": 5, "template": "x", "dialect": "v2"},
        {"id": 6, "template": "x", "stageVariables": "a"},
        {"id": 7, "template": "x", "dialect": {}},
        {"id": 8, "template": "ok\n"},
    ]
    found = rendered(*cases)
    assert [a["id"] for a in found] == [None, None, None, None, None, 1, 2, {"a": 1}, 4, 5, 6, 7, 8]
    assert all(set(a) == {"id", "error"} and a["error"] for a in found[:-1])
    assert "line 1, column 5" in found[6]["error"]
    assert found[-1] == {"id": 8, "output": "ok\n"}


@pytest.mark.parametrize(
    ("document", "path", "output"),
    [
        ({"a": [1, 2.5]}, "$.a", [1, 2.5]),
        ('{"a": 1e2}', "$.a", 100.0),
        ({}, "$.a", None),
        (None, "$", None),
        ({"a": {"b": 1}}, "$.a.keys()", ["b"]),
        ({"a": [3]}, "$.a.max()", 3.0),
        ({"a": [1]}, "$..missing", []),
        ("[0.12345678901234567890]", "$[0]", 0.12345678901234568),
        ("[1e999]", "$[0]", "Infinity"),
        ("hello", "$", "hello"),
    ],
)
def test_jsonpath_cases(document: object, path: str, output: object) -> None:
    assert read({"id": 1, "document": document, "path": path}) == [{"id": 1, "output": output}]


def test_jsonpath_cases_that_fail() -> None:
    found = read({"id": 1, "document": {}, "path": "$["}, {"id": 2, "path": "$"}, {"id": 3, "document": {}, "path": 1})
    found += read({"id": 4, "document": "{", "path": "$"}, {"id": 5, "document": {"a": []}, "path": "$.a.sum()"})
    assert [a["id"] for a in found] == [1, 2, 3, 4, 5]
    assert all(a["error"] for a in found)


def test_cases_are_answered_as_they_come() -> None:
    """A caller may wait for each answer before it writes the next line."""
    command = [sys.executable, "-m", "mapping", "render", "--cases", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "template": "é$velocityCount"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"id": number, "output": "é"}
        process.stdin.close()
        assert process.wait(30) == 0


def test_cases_from_a_file(run: Any, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": 1, "template": "#if("}\n{"id": 2, "document": {"a": 1}, "path": "$.a"}', encoding="utf-8")
    for command, first, second in (("render", "error", "error"), ("jsonpath", "error", "output")):
        arguments = [sys.executable, "-m", "mapping", command, "--cases", cases]
        ran = subprocess.run(arguments, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        assert [line["id"] for line in lines] == [1, 2]
        assert first in lines[0]
        assert second in lines[1]
    assert run("render", "--cases", tmp_path / "none")[0] == 1


def test_lint_says_what_where_and_why(run: Any, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.vtl", tmp_path / "good.vtl"
    bad.write_text('\n{"a": "$input.params("x")"}', encoding="utf-8")
    good.write_text("$context.stage", encoding="utf-8")
    status, out, _ = run("lint", good, bad)
    assert status == 1
    assert out.splitlines()[0].startswith(f"{bad}:2:8: unchecked-value: ")
    assert "escapeJavaScript" in out.splitlines()[1]
    assert run("lint", good) == (0, "", "")


def test_lint_as_json(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "response.vtl"
    file.write_text("$esc.newline$input.path('$.a')", encoding="utf-8")
    status, out, _ = run("lint", "--json", file)
    (finding,) = json.loads(out)
    assert status == 1
    assert (finding["file"], finding["line"], finding["column"], finding["rule"]) == (str(file), 1, 1, "no-tools")
    assert finding["fact"]
    assert finding["source"]
    assert run("lint", "--json", "--contract")[:2] == (0, "[]\n")


def test_lint_takes_the_side_from_the_name_or_the_option(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "get-response.vtl"
    file.write_text('{"a": $input.path("$.a")}', encoding="utf-8")
    assert run("lint", file)[0] == 0
    assert run("lint", "--side", "request", file)[0] == 1
    assert run("lint", "--side", "both", file)[0] == 64


def test_lint_with_samples(run: Any, tmp_path: Path) -> None:
    file, samples = tmp_path / "a.vtl", tmp_path / "samples.jsonl"
    file.write_text('{"a": $input.json("$.a").length()$stageVariables.s}', encoding="utf-8")
    samples.write_text('{"body": {"a": 1}}\n{"stageVariables": {"s": "x"}}\n', encoding="utf-8")
    status, out, _ = run("lint", file, "--sample", samples)
    assert status == 1
    assert "not-json: for sample 2" in out
    samples.write_text('{"params": 1}\n', encoding="utf-8")
    status, _, err = run("lint", file, "--sample", samples)
    assert (status, "line 1" in err) == (1, True)


def test_lint_an_openapi_document(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "api.json"
    integration = {"type": "aws", "requestTemplates": {"application/json": "$nobody"}}
    file.write_text(
        json.dumps({"paths": {"/": {"get": {"x-amazon-apigateway-integration": integration}}}}), encoding="utf-8"
    )
    status, out, _ = run("lint", file)
    assert (status, "never-set" in out) == (1, True)
    file.write_text("{", encoding="utf-8")
    assert run("lint", file)[0] == 1


def test_render_a_file(run: Any, tmp_path: Path) -> None:
    template, body = tmp_path / "t.vtl", tmp_path / "b.json"
    template.write_text(
        "$input.path('$.a')$input.params('p')$input.params('q')$input.params('h')$context.identity.user$stageVariables.s"
        "#set($context.responseOverride.status = 400)",
        encoding="utf-8",
    )
    body.write_text('{"a": "A"}', encoding="utf-8")
    given = ("--body", f"@{body}", "--path", "p=P", "--query", "q=Q=1", "--header", "h=H")
    more = ("--context", "identity.user=U", "--stage-variable", "s=S")
    assert run("render", template, *given, *more) == (
        0,
        "APQ=1HUS",
        'overrides: {"responseOverride": {"status": 400}}\n',
    )
    status, out, _ = run("render", template, "--json", *given)
    assert (status, json.loads(out)["output"]) == (0, "APQ=1H")


def test_errors_are_one_line_and_status_1(run: Any, tmp_path: Path) -> None:
    template = tmp_path / "t.vtl"
    template.write_text("#if(", encoding="utf-8")
    status, out, err = run("render", template)
    assert (status, out) == (1, "")
    assert err.startswith("mapping: line 1, column 5")
    template.write_bytes(b"\xff")
    for command in (("render", template), ("lint", template), ("render", tmp_path / "none")):
        assert run(*command)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["lint"], ["render"], ["jsonpath"], ["nothing"], ["render", "a", "--path", "x"], ["lint", "--nope"]],
)
def test_wrong_usage_is_status_64(run: Any, arguments: list[str]) -> None:
    assert run(*arguments)[0] == 64


def test_jsonpath_of_a_file(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"a": [1, 2]}', encoding="utf-8")
    assert run("jsonpath", "$.a.length()", file) == (0, "2\n", "")
    status, _, err = run("jsonpath", "$[", file)
    assert status == 1
    assert err.startswith("mapping: JSONPath")
