"""A release as JSON, and back: `parse(to_json(release)) == release` for every valid one. Pure."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, NoReturn, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from releases.errors import ManifestError
from releases.ids import id_problem
from releases.model import (
    SCHEMA_VERSION,
    Artifact,
    ContractRef,
    Framework,
    Metrics,
    Release,
    Scaling,
    Serving,
)
from releases.schema import MANIFEST_SCHEMA

_UNSCALABLE = re.compile(r"ml\.t2\.")
"""https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html: burstable instances cannot be scaled."""


def to_json(release: Release) -> str:
    """Write a release as canonical JSON: the fields in their order, two blanks of indentation, a newline at the end."""
    document = {"schema_version": SCHEMA_VERSION, **asdict(release)}
    if release.job is None:
        del document["job"]  # as in every manifest from before there were jobs
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def parse(text: str, what: str = "the text") -> Release:
    """Read a release from JSON. `what` heads the message: `releases/r1.json`, say.

    Raises:
        ManifestError: with every fault.
    """
    try:
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_integer
        )
    except (ValueError, RecursionError) as error:
        raise ManifestError(what, [f"it is no JSON: {error}. Register the release anew"]) from None
    faults = [fault for error in _errors(document, MANIFEST_SCHEMA) for fault in _faults(error)]
    if isinstance(document, dict):
        faults += _beyond_schema(cast("dict[str, Any]", document))
    if faults:
        raise ManifestError(what, sorted(faults))
    return _release(cast("dict[str, Any]", document))


def _faults(error: ValidationError) -> Iterator[str]:
    schema = cast("Mapping[str, Any]", error.schema)
    path = ".".join(str(part) for part in error.absolute_path)
    instance: Any = error.instance
    if error.validator == "required":
        # jsonschema raises one error for each missing name and quotes it first
        missing = re.match(r"'([^']*)'", error.message)
        name = missing[1] if missing else error.message
        yield f"{path}.{name}".removeprefix(".") + f" is missing; allowed: {schema['properties'][name]['description']}"
    elif error.validator == "additionalProperties":
        for name in sorted(set(instance) - set(schema["properties"])):
            yield f"{path}.{name}".removeprefix(".") + f" is unknown; allowed: {', '.join(schema['properties'])}"
    else:
        yield f"{path or 'the manifest'} is {_shown(instance)}; allowed: {schema['description']}"


def _beyond_schema(document: Mapping[str, Any]) -> Iterator[str]:
    """Check what no schema says. Values that the schema refuses have their fault already and are passed over."""
    named, trained = document.get("id"), document.get("trained_at")
    if not _errors(named, _property("id")) and (problem := id_problem(cast("str", named))):
        yield f"id is {_shown(named)}, which {problem}"
    if not _errors(trained, _property("trained_at")):
        try:
            datetime.fromisoformat(cast("str", trained))
        except ValueError as error:
            yield f"trained_at is {_shown(trained)}, which is no time: {error}"
    serving = document.get("serving")
    if not _errors(serving, _property("serving")):
        yield from _serving(cast("dict[str, Any]", serving))


def _serving(serving: Mapping[str, Any]) -> Iterator[str]:
    scaling = serving.get("scaling")
    if scaling is None:
        return
    low, high, count = scaling["min_instances"], scaling["max_instances"], serving["instance_count"]
    if low > high:
        yield f"serving.scaling.min_instances is {low}; allowed: at most max_instances, {high}"
    elif not low <= count <= high:
        yield f"serving.instance_count is {count}; allowed: from {low} to {high}, as serving.scaling says"
    if _UNSCALABLE.match(serving["instance_type"]):
        yield f"serving.instance_type is {_shown(serving['instance_type'])}; allowed: any but ml.t2.* with scaling"


def _errors(instance: object, schema: Mapping[str, Any]) -> list[ValidationError]:
    validator: Any = Draft202012Validator(schema)  # Any: its stubs leave the instance's type unknown
    return list(validator.iter_errors(instance))


def _property(name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", MANIFEST_SCHEMA["properties"][name])


def _release(document: Mapping[str, Any]) -> Release:
    serving, framework, metrics = document["serving"], document["framework"], document["metrics"]
    scaling = serving.get("scaling")
    return Release(
        id=document["id"],
        artifact=Artifact(**document["artifact"]),
        framework=Framework(**framework),
        contract=ContractRef(**document["contract"]),
        serving=Serving(
            instance_type=serving["instance_type"],
            instance_count=int(serving["instance_count"]),
            scaling=None if scaling is None else _scaling(scaling),
        ),
        metrics=Metrics(
            protocol=metrics["protocol"],
            rmse=float(metrics["rmse"]),
            mae=float(metrics["mae"]),
            coverage=float(metrics["coverage"]),
            ratings=int(metrics["ratings"]),
        ),
        trained_at=document["trained_at"],
        data_sha256=document["data_sha256"],
        job=document.get("job"),
    )


def _scaling(scaling: Mapping[str, Any]) -> Scaling:
    return Scaling(
        min_instances=int(scaling["min_instances"]),
        max_instances=int(scaling["max_instances"]),
        target_invocations_per_instance=float(scaling["target_invocations_per_instance"]),
        scale_in_cooldown_seconds=int(scaling["scale_in_cooldown_seconds"]),
        scale_out_cooldown_seconds=int(scaling["scale_out_cooldown_seconds"]),
    )


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:76]} ..."  # noqa: PLR2004 - a line's length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name!r} stands twice in one object")
        found[name] = value
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large for a number")
    return number


def _integer(text: str) -> int:
    number = int(text)
    _finite(text)
    return number
