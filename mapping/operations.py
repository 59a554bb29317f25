"""The document's operations, as every feature of the API adds to them: a new document, nothing changed in place."""

from collections.abc import Callable, Mapping

Operation = Mapping[str, object]
Paths = Mapping[str, Mapping[str, Operation]]
INTEGRATION = "x-amazon-apigateway-integration"
PREFLIGHT = "options"
"""The method that browsers ask with beforehand: it is answered by the gateway itself, to everybody."""


def each_operation(paths: Paths, change: Callable[[str, Operation], Operation]) -> Paths:
    """Return `paths` with every operation but the preflights changed; `change` gets the path and the operation."""
    return {
        path: {
            method: operation if method == PREFLIGHT else change(path, operation)
            for method, operation in operations.items()
        }
        for path, operations in paths.items()
    }


def section(operation: Mapping[str, object], name: str) -> dict[str, object]:
    """Return a copy of the mapping under `name`, an empty one where there is none."""
    found = operation.get(name)
    return dict(found) if isinstance(found, Mapping) else {}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # JSON
