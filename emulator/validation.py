"""What a method requires of a request, checked before its templates run.

Parameters come before the body, and the message lists headers, then path, then query strings (recorded 2024-01-10).
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulator.api import Validation
from emulator.exchange import Parameters
from emulator.faults import Fault, FaultType


def check_parameters(validation: Validation, parameters: Parameters) -> None:
    """Require the named parameters to be there and not blank.

    Raises:
        Fault: BAD_REQUEST_PARAMETERS with the missing names.
    """
    headers = {name.lower(): value for name, value in parameters.header.items()}
    missing = [name for name in validation.headers if not headers.get(name.lower(), "").strip()]
    missing += [name for name in validation.paths if not parameters.path.get(name, "").strip()]
    missing += [name for name in validation.querystrings if not parameters.querystring.get(name, "").strip()]
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise Fault(FaultType.BAD_REQUEST_PARAMETERS, message)


def check_body(validation: Validation, content_type: str, body: bytes) -> None:
    """Hold a body against the model for its content type; without such a model nothing is checked.

    Raises:
        Fault: BAD_REQUEST_BODY. A body that is empty or no JSON does not fit any model.
    """
    schema = validation.bodies.get(content_type)
    if schema is None:
        return
    try:
        document: object = json.loads(body)
    except ValueError as error:
        raise Fault(FaultType.BAD_REQUEST_BODY, reason=f"the body is not JSON: {error}") from error
    if not _validator(json.dumps(schema, sort_keys=True))(document):
        raise Fault(FaultType.BAD_REQUEST_BODY, reason="the body does not fit the model")


@lru_cache(maxsize=256)
def _validator(schema: str) -> Callable[[object], bool]:
    """Compile a schema once. JSON Schema draft 4, no formats: `format: byte` is not enforced (recorded 2025-07-02)."""
    from jsonschema import Draft4Validator  # noqa: PLC0415 - only where a model is checked

    validator: Any = Draft4Validator(json.loads(schema))
    valid: Callable[[object], bool] = validator.is_valid
    return valid
