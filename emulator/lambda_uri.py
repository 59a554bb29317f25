"""The function that an API's URI names (`...:lambda:path/2015-03-31/functions/<function>/invocations`). Pure.

Form: API Gateway developer guide, "x-amazon-apigateway-integration object" and "x-amazon-apigateway-authorizer object";
a function is named by its ARN, or its name alone (Lambda API reference, Invoke, FunctionName).
"""

import re
from collections.abc import Mapping

_PATH = re.compile(r":lambda:path/+2015-03-31/+functions/(?P<function>.+)/invocations$")
_FUNCTION = re.compile(r"(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?(?P<name>[^:]*(?::[^:]*)?)")
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([^}]*)\}")


def names_function(uri: str) -> bool:
    """Say whether a URI, its stage variables still in it, invokes a Lambda function."""
    return ":lambda:path/" in uri


def function_name(uri: str) -> str | None:
    """Return `name` or `name:qualifier` of the function that a filled-in URI invokes; None if it is no such URI."""
    found = _PATH.search(uri)
    match = None if found is None else _FUNCTION.fullmatch(found["function"])
    return None if match is None else match["name"]


def filled(uri: str, variables: Mapping[str, str]) -> str:
    """Put stage variables in; an unknown one leaves nothing (recorded 2025-05-30 for templates)."""
    return _STAGE_VARIABLE.sub(lambda match: variables.get(match[1], ""), uri)
