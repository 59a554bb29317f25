"""The mapping room's commands: `lint` names traps in templates, `render` and `jsonpath` are a test bench for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

if TYPE_CHECKING:
    from mapping.cases import Case
    from mapping.lint import Finding
    from mapping.variables import Variables

Cases = Annotated[
    str | None, typer.Option("--cases", metavar="FILE", help="One JSON object a line, - for standard input.")
]


def lint(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILES", help="Templates, or OpenAPI documents (.json).")
    ] = None,
    *,
    contract: Annotated[
        bool, typer.Option("--contract", help="The contracts that this project deploys, as they are deployed.")
    ] = False,
    side: Annotated[
        str | None, typer.Option(help="request or response; by the file's name (response, error) if not given.")
    ] = None,
    sample: Annotated[
        Path | None, typer.Option(help="Cases to render every template for: the output must be JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array of findings.")] = False,
) -> int:
    """Name the traps in mapping templates, each with its place and the fact behind it. Status 1 if there are any.

    Example: canary templates lint request.vtl response.vtl --sample samples.jsonl
    """
    if side not in (None, "request", "response"):
        raise typer.BadParameter(f"--side is request or response, not {side!r}")
    if not files and not contract:
        raise typer.BadParameter("name files, or --contract")
    findings = [finding for file in files or () for finding in _lint_file(file, side, sample)]
    if contract:
        findings += _lint_contracts()
    _print_findings(findings, as_json=as_json)
    return 1 if findings else 0


def render(
    template: Annotated[Path | None, typer.Argument(help="The template's file, - for standard input.")] = None,
    *,
    body: Annotated[str, typer.Option(help="The body; @FILE reads one.")] = "",
    path: Annotated[list[str] | None, typer.Option("--path", metavar="NAME=VALUE")] = None,
    query: Annotated[list[str] | None, typer.Option("--query", metavar="NAME=VALUE")] = None,
    header: Annotated[list[str] | None, typer.Option("--header", metavar="NAME=VALUE")] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="NAME=VALUE", help="identity.sourceIp=192.0.2.1 goes into a map."),
    ] = None,
    stage_variable: Annotated[list[str] | None, typer.Option("--stage-variable", metavar="NAME=VALUE")] = None,
    dialect: Annotated[str, typer.Option(help="aws, or velocity: 1.7 as it comes.")] = "aws",
    cases: Cases = None,
    as_json: Annotated[bool, typer.Option("--json", help="Output and overrides as one JSON object.")] = False,
) -> int:
    """Show what a mapping template prints for a sample request; overrides go to standard error.

    With --cases, answers every line {"id", "template", "body", "params", "context", "stageVariables", "dialect"}
    with a line {"id", "output"} or {"id", "error"}.

    Example: canary templates render request.vtl --path user_id=7 --query items=1,2,3
    """
    import json
    import sys

    from mapping.cases import CaseError, render_case

    if cases is not None:
        return _run_cases(cases, render_case)
    if template is None:
        raise typer.BadParameter("name a template, or --cases FILE")
    case: dict[str, object] = {
        "params": {"path": _pairs(path), "querystring": _pairs(query), "header": _pairs(header)},
        "context": _nested(_pairs(context)),
        "stageVariables": _pairs(stage_variable),
        "dialect": dialect,
        "template": _read(template),
        "body": _read(Path(body[1:])) if body.startswith("@") else body,
    }
    try:
        answer = render_case(case)
    except CaseError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print(json.dumps(answer))
        return 0
    sys.stdout.write(str(answer["output"]))
    sys.stdout.flush()
    if "overrides" in answer:
        print(f"overrides: {json.dumps(answer['overrides'])}", file=sys.stderr)
    return 0


def jsonpath(
    path: Annotated[str | None, typer.Argument(metavar="PATH", help="A JSONPath, such as $.items[0].")] = None,
    document: Annotated[Path, typer.Argument(metavar="FILE", help="The document, - for standard input.")] = Path("-"),
    *,
    cases: Cases = None,
) -> int:
    """Read a path from a JSON document as API Gateway's $input.path does; nothing there gives null.

    With --cases, answers every line {"id", "document", "path"} with a line {"id", "output"} or {"id", "error"}.

    Example: canary templates jsonpath '$.predictions.length()' answer.json
    """
    import json

    from mapping.cases import CaseError, jsonpath_case
    from mapping.errors import MappingError
    from mapping.vtl.jsonpath_errors import JsonPathError

    if cases is not None:
        return _run_cases(cases, jsonpath_case)
    if path is None:
        raise typer.BadParameter("name a path, or --cases FILE")
    try:
        print(json.dumps(jsonpath_case({"path": path, "document": _read(document)})["output"]))
    except (CaseError, JsonPathError) as error:
        raise MappingError(str(error)) from error
    return 0


def _run_cases(cases: str, case: "Case") -> int:
    import sys

    from mapping.cases import run_cases
    from mapping.errors import MappingError

    if cases == "-":
        run_cases(sys.stdin.buffer, sys.stdout.buffer, case)
        return 0
    try:
        with Path(cases).open("rb") as file:
            run_cases(file, sys.stdout.buffer, case)
    except OSError as error:
        raise MappingError(f"{cases} cannot be read: {error.strerror}") from error
    return 0


def _read(file: Path) -> str:
    import sys

    from mapping.errors import MappingError

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise MappingError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{file} is not UTF-8 at byte {error.start}: save it as UTF-8") from error


def _pairs(given: Sequence[str] | None) -> dict[str, str]:
    for pair in given or ():
        if "=" not in pair:
            raise typer.BadParameter(f"expected NAME=VALUE, got {pair!r}")
    return dict(cast("tuple[str, str]", tuple(pair.split("=", 1))) for pair in given or ())


def _nested(flat: Mapping[str, str]) -> dict[str, object]:
    nested: dict[str, object] = {}
    for name, value in flat.items():
        *folders, last = name.split(".")
        place = nested
        for folder in folders:
            place = cast("dict[str, object]", place.setdefault(folder, {}))
        place[last] = value
    return nested


def _lint_file(file: Path, side: str | None, sample: Path | None) -> "Iterable[Finding]":
    import json

    from mapping.errors import MappingError
    from mapping.lint import Side, lint_openapi, lint_template

    text = _read(file)
    if file.suffix == ".json":
        try:
            document: object = json.loads(text)
        except ValueError as error:
            raise MappingError(f"{file} is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise MappingError(f"{file} is no OpenAPI document: expected an object")
        return lint_openapi(cast("dict[str, object]", document), file=str(file))
    named: Literal["request", "response"] = "response" if _names_response(file) else "request"
    samples = _samples(sample) if sample else []
    return lint_template(text, file=str(file), side=Side(side or named), samples=samples)


def _names_response(file: Path) -> bool:
    return any(word in file.name.lower() for word in ("response", "error"))


def _samples(file: Path) -> "list[Variables]":
    import json

    from mapping.cases import CaseError, variables_of
    from mapping.errors import MappingError

    found: list[Variables] = []
    for number, line in enumerate(_read(file).splitlines(), 1):
        try:
            found.append(variables_of(json.loads(line)))
        except (CaseError, ValueError, AttributeError) as error:
            raise MappingError(f"{file}, line {number}: {error}") from error
    return found


def _lint_contracts() -> "list[Finding]":
    from mapping.contract import CONTRACTS, load_contract
    from mapping.lint import lint_contract

    names = sorted(folder.name for folder in CONTRACTS.iterdir() if folder.is_dir())
    return [finding for name in names for finding in lint_contract(load_contract(name))]


def _print_findings(findings: "Sequence[Finding]", *, as_json: bool) -> None:
    import json

    if as_json:
        rows = [
            {
                "file": f.file,
                "line": f.line,
                "column": f.column,
                "rule": f.rule,
                "message": f.message,
                "fact": f.fact.fact,
                "source": f.fact.source,
            }
            for f in findings
        ]
        print(json.dumps(rows, indent=2))
        return
    for finding in findings:
        print(f"{finding.file}:{finding.line}:{finding.column}: {finding.rule}: {finding.message}")
        print(f"    {finding.fact.fact} [{finding.fact.source}]")


COMMANDS: dict[str, Callable[..., int]] = {"lint": lint, "render": render, "jsonpath": jsonpath}
"""Names under which a command line mounts the functions."""
