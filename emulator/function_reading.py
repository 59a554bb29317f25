"""The Lambda functions that an API invokes, from a recording. Pure.

Only those that a stage's or a canary's variables lead to: other functions of a program take no part in a request.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from emulator import accepted
from emulator.api import Api
from emulator.errors import UnsupportedError
from emulator.findings import Findings
from emulator.graph import FunctionSpec, StageState, TableSpec
from emulator.lambda_uri import filled, function_name, names_function
from emulator.recording import Recording, Registration

DEFAULT_TIMEOUT, DEFAULT_MEMORY = 3, 128
"""Seconds and MB (botocore's lambda model, CreateFunction)."""


def invoked(apis: Mapping[str, Api], stages: Iterable[StageState]) -> tuple[str, ...]:
    """Return the names of all functions, qualifiers taken off, that any track of any stage may invoke."""
    names: dict[str, None] = {}
    for stage in stages:
        tracks = [(stage.deployment, stage.variables)]
        if stage.canary is not None:
            tracks.append((stage.canary.deployment, {**stage.variables, **stage.canary.overrides}))
        for deployment, variables in tracks:
            for uri in filter(names_function, uris(apis[deployment])):
                name = function_name(filled(uri, variables))
                if name:
                    names[name.partition(":")[0]] = None
    return tuple(names)


def uris(api: Api) -> list[str]:
    """Return what an API's methods and their authorizers call."""
    called = [method.integration.uri for methods in api.resources.values() for method in methods.values()]
    return [*called, *(each.uri for each in api.authorizers.values())]


def function_specs(names: Iterable[str], recording: Recording) -> dict[str, FunctionSpec]:
    """Read the named functions. One that nothing registers is missing here: each request to it is a 500.

    Raises:
        UnsupportedError: one of them cannot be run here.
    """
    registered = {str(each.outputs["name"]): each for each in recording.of_type(accepted.FUNCTION)}
    return {name: _spec(registered[name], recording.directory) for name in names if name in registered}


def _spec(function: Registration, directory: str) -> FunctionSpec:
    accepted.check_properties(function, accepted.FUNCTION_COLUMNS, Findings())
    inputs, label = function.inputs, f"{function.type} {function.name!r}"
    runtime, handler = str(inputs.get("runtime") or ""), str(inputs.get("handler") or "")
    if not runtime.startswith("python") or not handler:
        reason = f"{runtime or 'none'}: functions of Python with a handler are run, nothing else"
        raise UnsupportedError(label, "runtime", reason)
    if not isinstance(inputs.get("code"), dict):
        raise UnsupportedError(label, "code", "none: give an archive of this machine (AssetArchive, FileArchive)")
    environment = cast("Mapping[str, Any]", inputs.get("environment") or {})
    variables = cast("Mapping[str, object]", environment.get("variables") or {})
    return FunctionSpec(
        name=str(function.outputs["name"]),
        arn=str(function.outputs["arn"]),
        runtime=runtime,
        handler=handler,
        code=json.dumps(inputs["code"], sort_keys=True),
        directory=directory,
        environment=tuple(sorted((key, str(value)) for key, value in variables.items())),
        timeout=int(inputs.get("timeout") or DEFAULT_TIMEOUT),
        memory=int(inputs.get("memorySize") or DEFAULT_MEMORY),
    )


def table_specs(recording: Recording) -> dict[str, TableSpec]:
    """Read the tables that functions may ask for items."""
    return {spec.name: spec for spec in map(_table, recording.of_type(accepted.TABLE))}


def _table(table: Registration) -> TableSpec:
    attributes = cast("list[Mapping[str, str]]", table.inputs.get("attributes") or [])
    kinds = {each["name"]: each["type"] for each in attributes}
    names = [str(table.inputs[key]) for key in ("hashKey", "rangeKey") if table.inputs.get(key)]
    return TableSpec(name=str(table.outputs["name"]), keys=tuple((name, kinds.get(name, "S")) for name in names))
