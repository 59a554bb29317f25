r"""A route whose integration is a function: another URI, and other words for what went wrong.

API Gateway matches an integration response's pattern against a failed function's `errorMessage`; a success matches
none and takes the default one (recorded on AWS 2025-05-05, test_apigateway_lambda). A dot does not match a line break
there, and a message may have one (API Gateway developer guide, "Handle Lambda errors"), hence `[\s\S]`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from mapping.openapi import Route

ENRICHED_CONTRACT = "enriched-v1"
"""The enriched route's templates and function. The stack's and not a release's: what callers see of it is one thing,
whatever model is behind it, and a manifest names the one contract that its model was made for."""

FAILURES = (
    (r"ModelRefused:[\s\S]*", "400", "ModelRefused"),
    (r"ModelUnknown:[\s\S]*", "404", "ModelUnknown"),
    (r"ModelThrottled:[\s\S]*", "429", "ModelThrottled"),
    (r"ModelUnusable:[\s\S]*", "502", "ModelUnusable"),
    (r"Unavailable:[\s\S]*", "503", "Unavailable"),
    (r"(Late:|[\s\S]*Task timed out after )[\s\S]*", "504", "Late"),
)
"""What a failed function says, as (pattern, status, class for error.vtl): its own words, and Lambda's for a timeout
(Lambda developer guide, "Troubleshoot execution issues"). Disjoint, for the order among several is not defined."""

_NOTE = "Templates and function: "


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRoute(Route):
    """A route of a function in `account`; `role_arn` is what API Gateway assumes to invoke it.

    A role instead of a permission on the function: then the permission is a policy of the stack's like that of an
    endpoint, and no function has to know the API.
    """

    account: str

    @property
    def uri(self) -> str:
        """The integration's URI; the stage variable chooses the function, never the request."""
        variable = f"${{stageVariables.{self.contract.stage_variable}}}"
        function = f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{variable}"
        return f"arn:{self.partition}:apigateway:{self.region}:lambda:path/2015-03-31/functions/{function}/invocations"

    @property
    def answers(self) -> Mapping[str, tuple[str, str]]:
        """Integration responses by pattern: (status, template). What no pattern knows is checked like a success."""
        limit = self.max_items
        failed = {
            pattern: (status, self.contract.error_template(backend=word, max_items=limit))
            for pattern, status, word in FAILURES
        }
        return {"default": ("200", self.contract.response_template(max_items=limit)), **failed}

    @property
    def notes(self) -> Mapping[str, object]:
        """Which contract it is, so that whoever holds the document alone knows whose function it needs."""
        return {"description": f"{_NOTE}{self.contract.name}"}


def function_contract(document: str) -> str | None:
    """Return the name of the contract that a document's function belongs to; None where it has none."""
    paths = cast("Mapping[str, Mapping[str, Any]]", json.loads(document)["paths"])
    for operations in paths.values():
        for operation in operations.values():
            found = re.fullmatch(f"{_NOTE}(.+)", str(operation.get("description", "")))
            if found:
                return found[1]
    return None
