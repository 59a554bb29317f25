"""Parameter mapping expressions: `'literal'`, `method.request.header.X`, `stageVariables.x`, `context.x`...

Pure. API Gateway developer guide, "Parameter mapping source for REST APIs". JSONPath into a body is refused when
the document is read (`supported`), so nothing here fails.
"""

from collections.abc import Mapping
from typing import cast

from emulator.exchange import Parameters

REQUEST_SOURCES = (
    "method.request.header.",
    "method.request.path.",
    "method.request.querystring.",
    "stageVariables.",
    "context.",
)
RESPONSE_SOURCES = ("integration.response.header.", "stageVariables.", "context.")


def literal(expression: str) -> bool:
    """Say whether it is a literal: single quotes around it."""
    return len(expression) > 1 and expression[0] == expression[-1] == "'"


def supported(expression: str, sources: tuple[str, ...]) -> bool:
    """Say whether `evaluate` knows the expression."""
    return literal(expression) or expression.startswith(sources)


def evaluate(
    expression: str,
    *,
    parameters: Parameters,
    variables: Mapping[str, str],
    context: Mapping[str, object],
    backend: Mapping[str, str],
) -> str | None:
    """Return the expression's value, or None where its source has none: then nothing is mapped.

    `backend` are the integration response's headers in lower case. Header names of a client's request are looked
    up as written, then by any casing.
    """
    if literal(expression):
        return expression[1:-1]
    for prefix, source in (
        ("method.request.path.", parameters.path),
        ("method.request.querystring.", parameters.querystring),
        ("stageVariables.", variables),
    ):
        if expression.startswith(prefix):
            return source.get(expression.removeprefix(prefix))
    if expression.startswith("method.request.header."):
        name = expression.removeprefix("method.request.header.")
        lower = {key.lower(): value for key, value in parameters.header.items()}
        return parameters.header.get(name, lower.get(name.lower()))
    if expression.startswith("integration.response.header."):
        return backend.get(expression.removeprefix("integration.response.header.").lower())
    return context_value(context, expression.removeprefix("context."))


def _entry(value: object, key: str) -> object:
    return cast("Mapping[str, object]", value).get(key) if isinstance(value, Mapping) else None


def context_value(context: Mapping[str, object], dotted: str) -> str | None:
    """Return `$context.<dotted>` as text; None where it is not there, or is a map."""
    value: object = context
    for part in dotted.split("."):
        value = _entry(value, part)
    if value is None or isinstance(value, Mapping):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
