"""The test bench's protocol: one JSON object a line in, one a line out, for other tools and languages.

`render_case` takes {"id", "template", "body", "params": {"path", "querystring", "header"}, "context",
"stageVariables", "dialect"} and answers {"id", "output"}, with "overrides" where the template set any, or {"id",
"error"}. `jsonpath_case` takes {"id", "document", "path"}. Only "template", or "document" and "path", must be there.
`context` may hold requestOverride and responseOverride, as an earlier template of the same call left them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO, Final, cast

from mapping.variables import Overrides, Variables
from mapping.vtl import Dialect, TemplateError
from mapping.vtl.gateway import render
from mapping.vtl.inputs_json import BodyError, parse_json
from mapping.vtl.jsonpath import compile_path
from mapping.vtl.jsonpath_errors import EvaluationError, JsonPathError, PathNotFoundError
from mapping.vtl.texts import text
from mapping.vtl.values import Host, from_key

Json = dict[str, object]
Case = Callable[[Json], Json]

_KINDS: Final = ("path", "querystring", "header")
_OVERRIDES: Final = ("requestOverride", "responseOverride")


class CaseError(Exception):
    """A line that is no case; the message names the key and what belongs there."""


def variables_of(case: Mapping[str, object]) -> Variables:
    """Return what a template sees of a case.

    Raises:
        CaseError: a key holds something else than it should.

    """
    body = case.get("body")
    params = _object(case, "params")
    unknown = sorted(params.keys() - set(_KINDS))
    if unknown:
        raise CaseError(f'"params" has {", ".join(_KINDS)}, not {", ".join(unknown)}')
    kinds = {kind: _strings(params, kind) for kind in _KINDS}
    context = dict(_object(case, "context"))
    request, response = (cast("Json", _object({name: context.pop(name, None)}, name)) for name in _OVERRIDES)
    return Variables(
        body="" if body is None else body if isinstance(body, str) else json.dumps(body),
        path=kinds["path"],
        querystring=kinds["querystring"],
        header=kinds["header"],
        context=context,
        stage_variables=_strings(case, "stageVariables"),
        overrides=Overrides(request=request, response=response),
    )


def render_case(case: Json) -> Json:
    """Render one case.

    Raises:
        CaseError: the case is not well formed.
        TemplateError: the template's own.

    """
    template = case.get("template")
    if not isinstance(template, str):
        raise CaseError('"template" must be a string')
    dialect = Dialect.AWS if case.get("dialect") is None else case["dialect"]
    if dialect not in tuple(Dialect):
        raise CaseError(f'"dialect" must be {" or ".join(Dialect)}, not {dialect!r}')
    rendered = render(template, variables_of(case), dialect=Dialect(cast("str", dialect)))
    answer: Json = {"output": rendered.text}
    overrides = overrides_of(rendered.overrides)
    return {**answer, "overrides": overrides} if overrides else answer


def overrides_of(overrides: Overrides) -> Json:
    """Return overrides under their names in `$context`, without the maps that nothing was put into."""
    named = zip(_OVERRIDES, (overrides.request, overrides.response), strict=True)
    return {name: kept for name, branch in named if (kept := _pruned(branch))}


def _pruned(branch: Mapping[str, object]) -> Json:
    return {key: _plain(value) for key, value in branch.items() if value not in ({}, [])}


def jsonpath_case(case: Json) -> Json:
    """Read one path from one document; a document given as a string is JSON text. A missing path gives null.

    Raises:
        CaseError: the case is not well formed.
        JsonPathError: the path is not one, or cannot be applied to what it meets.

    """
    path, document = case.get("path"), case.get("document")
    if not isinstance(path, str) or "document" not in case:
        raise CaseError('"document" must be there and "path" must be a string')
    if isinstance(document, str):
        try:
            document = parse_json(document)
        except BodyError as error:
            raise CaseError(str(error)) from error
    try:
        return {"output": _plain(compile_path(path).find(document))}
    except PathNotFoundError:
        return {"output": None}
    except EvaluationError as error:
        if document is None:
            return {"output": None}
        raise error from None


def answers(lines: Iterable[bytes], case: Case) -> Iterator[str]:
    """Yield one line, without its end, for each line: the case's answer, or {"id", "error"}; never raises."""
    for line in lines:
        name: object = None
        try:
            given = _case(json.loads(line.decode("utf-8-sig")))
            name = given.get("id")
            answer = {"id": name, **case(given)}
        except (CaseError, TemplateError, JsonPathError) as error:
            answer = {"id": name, "error": str(error)}
        except RecursionError:
            answer = {"id": name, "error": "the case is nested too deep"}
        except ValueError as error:  # json's, and Unicode's
            answer = {"id": name, "error": f"the line is no JSON: {error}"}
        yield json.dumps(answer)


def run_cases(source: Iterable[bytes], sink: BinaryIO, case: Case) -> None:
    """Answer each line of `source` on `sink`, in order, each as soon as it is known."""
    for answer in answers(source, case):
        sink.write(answer.encode("ascii") + b"\n")
        sink.flush()


def _plain(value: object) -> object:
    """Return a value as JSON can write it: Java's big decimals as numbers, sets of keys as lists, the rest by text."""
    if isinstance(value, dict):
        return {
            text(from_key(key)) or "": _plain(member) for key, member in cast("dict[object, object]", value).items()
        }
    if isinstance(value, list):
        return [_plain(member) for member in cast("list[object]", value)]
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else text(value)  # NaN and the infinities are no JSON
    if isinstance(value, Host):
        members = value.vtl_iter()
        return text(value) if members is None else [_plain(member) for member in members]
    return text(value)


def _case(found: object) -> Json:
    if not isinstance(found, dict):
        raise CaseError("a case is a JSON object")
    return cast("Json", found)


def _object(case: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = case.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CaseError(f'"{key}" must be an object')
    return cast("Mapping[str, object]", found)


def _strings(case: Mapping[str, object], key: str) -> dict[str, str]:
    return {name: text(value) or "" for name, value in _object(case, key).items()}
