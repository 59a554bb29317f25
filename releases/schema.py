"""The JSON Schema (draft 2020-12) of a release manifest. Pure data.

Every property has a description that says what is allowed: it is what a fault tells the reader. What no schema can
say (the reserved words among ids, a date that does not exist, a minimum above its maximum) is in
`releases/manifest.py`.
"""

from collections.abc import Mapping
from typing import Any

from releases.ids import ID_BOUND, ID_MAX_LENGTH, ID_PATTERN
from releases.model import SCHEMA_VERSION

_COUNT_MAX = 2**31 - 1
"""AWS's counts are 32-bit integers."""


def _text(description: str, pattern: str = r"^[^\s](.*[^\s])?$", longest: int = 1024) -> Mapping[str, object]:
    """Describe a string. `$` alone would let one newline at the end pass, so none may follow."""
    return {"type": "string", "pattern": rf"{pattern}(?!\n)", "maxLength": longest, "description": description}


def _integer(description: str, low: int) -> Mapping[str, object]:
    return {"type": "integer", "minimum": low, "maximum": _COUNT_MAX, "description": f"{description}, at least {low}"}


def _number(description: str, **bounds: float) -> Mapping[str, object]:
    return {"type": "number", **bounds, "description": description}


def _object(
    description: str, properties: Mapping[str, Mapping[str, Any]], optional: tuple[str, ...] = ()
) -> Mapping[str, object]:
    named = ", ".join(properties)
    return {
        "type": "object",
        "description": f"{description}: an object with {named}",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _or_null(schema: Mapping[str, object]) -> Mapping[str, object]:
    return {**schema, "type": [schema["type"], "null"], "description": f"{schema['description']}, or null"}


_SHA256 = _text("a SHA-256: 64 hexadecimal digits in lower case", r"^[0-9a-f]{64}$")

_SCALING = _object(
    "scaling",
    {
        "min_instances": _integer("the fewest instances", 1),
        "max_instances": _integer("the most instances", 1),
        "target_invocations_per_instance": _number(
            "invocations per minute and instance, above 0, at most 1e9", exclusiveMinimum=0, maximum=1e9
        ),
        "scale_in_cooldown_seconds": _integer("seconds between two steps in", 0),
        "scale_out_cooldown_seconds": _integer("seconds between two steps out", 0),
    },
)

_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "schema_version": {"const": SCHEMA_VERSION, "description": f"the manifest's schema version, {SCHEMA_VERSION}"},
    "id": _text(ID_BOUND, ID_PATTERN, ID_MAX_LENGTH),
    "artifact": _object(
        "the model archive",
        {
            "uri": _text("an absolute path, a file:// or an s3:// URI", r"^(/|file:///|s3://[^/]+/)\S.*$"),
            "sha256": _SHA256,
        },
    ),
    "framework": _object(
        "what runs the artifact",
        {
            "name": _text("a framework's name such as sklearn", r"^[a-z][a-z0-9-]*$", 64),
            "version": _text("a version such as 1.2-1, in quotes", r"^[0-9A-Za-z][0-9A-Za-z.+_-]*$", 64),
            "image": _or_null(_text("a container image's URI", r"^[\S]+$", 255)),
        },
        optional=("image",),
    ),
    "contract": _object(
        "the contract that the model speaks",
        {
            "name": _text("the name of a folder under mapping/contracts", r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", 64),
            "hash": _SHA256,
        },
    ),
    "serving": _object(
        "where the model runs",
        {
            "instance_type": _text("a SageMaker instance type such as ml.m5.large", r"^ml\.[a-z0-9-]+\.[a-z0-9]+$", 64),
            "instance_count": _integer("how many instances to start with", 1),
            "scaling": _or_null(_SCALING),
        },
        optional=("scaling",),
    ),
    "metrics": _object(
        "how good the model is",
        {
            "protocol": _text("how the figures were measured"),
            "rmse": _number("a root mean square error, at least 0", minimum=0),
            "mae": _number("a mean absolute error, at least 0", minimum=0),
            "coverage": _number("a share from 0 to 1", minimum=0, maximum=1),
            "ratings": _integer("how many ratings were held out", 0),
        },
    ),
    "trained_at": _text(
        "a time in UTC such as 2026-01-31T12:00:00Z, in quotes", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$"
    ),
    "data_sha256": _SHA256,
    "job": _or_null(
        _text("the name of a training job on SageMaker, at most 63 characters", r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", 63)
    ),
}

MANIFEST_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Release manifest",
    **_object("a release", _PROPERTIES, optional=("job",)),
}
