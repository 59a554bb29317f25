"""What the stage's cache tells answers apart by: every parameter of the route, and the release.

"You specify cacheKeyParameters and cacheNamespace in the integration" (API Gateway developer guide, "Caching",
and "x-amazon-apigateway-integration object", read 2026-11). A namespace of each release's own makes each release's
document another, and so its Deployment: with one for both tracks, the guide says, "the stage cache uses a single
cache key for both types of requests and returns the same response".
"""

from typing import TYPE_CHECKING, cast

from mapping.operations import INTEGRATION, Operation, Paths, each_operation, section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACES = {"path": "path", "query": "querystring", "header": "header"}


def cached(paths: Paths, release: str | None) -> Paths:
    """Key every operation's cache by its parameters, in a namespace of its own for each release; None: no cache."""
    if release is None:
        return paths

    def change(_path: str, operation: Operation) -> Operation:
        keys = [
            f"method.request.{_PLACES[str(parameter['in'])]}.{parameter['name']}"
            for parameter in cast("Sequence[Mapping[str, object]]", operation.get("parameters", ()))
        ]
        namespace = f"{operation['operationId']}-{release}"
        integration = {**section(operation, INTEGRATION), "cacheKeyParameters": keys, "cacheNamespace": namespace}
        return {**operation, INTEGRATION: integration}

    return each_operation(paths, change)
