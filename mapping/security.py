"""Who may call, in API Gateway's forms: security schemes, each operation's requirement, and the key's source.

Forms: API Gateway developer guide, "x-amazon-apigateway-authtype property", "x-amazon-apigateway-authorizer object" and
"x-amazon-apigateway-api-key-source property". Several schemes stand as entries of their own, as the gateway's own
export writes them, and all of them are asked for: a key beside an authorizer (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapping.operations import Operation, Paths, each_operation, section

API_KEY, SIGV4, COGNITO, BEARER = "api_key", "sigv4", "cognito", "bearer"
"""The names of the schemes."""
BEARER_EXPRESSION = r"^Bearer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$"
"""What a header must look like before an authorizer of ours is asked; anything else is 401 without a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One security scheme. `scopes` are what an operation asks of it; `answers` are statuses with their meaning."""

    name: str
    definition: Mapping[str, object]
    scopes: tuple[str, ...] = ()
    answers: Mapping[str, str]


_REFUSED = "The caller may not do this"
_UNKNOWN = "The caller's token is missing, malformed or expired"


def api_key() -> Scheme:
    """A key of a usage plan, in `x-api-key`."""
    definition = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    return Scheme(name=API_KEY, definition=definition, answers={"403": "The API key is missing or not known"})


def iam() -> Scheme:
    """A request signed by an identity of AWS's that may invoke the API (Signature Version 4)."""
    definition = {**_AUTHORIZATION, "x-amazon-apigateway-authtype": "awsSigv4"}
    return Scheme(name=SIGV4, definition=definition, answers={"403": "The request is not signed, or may not do this"})


def cognito(user_pools: Sequence[str], scopes: Sequence[str]) -> Scheme:
    """A token of one of the user pools (ARNs), with one of `scopes` where there are any."""
    kind = "cognito_user_pools"
    definition = {
        **_AUTHORIZATION,
        "x-amazon-apigateway-authtype": kind,
        "x-amazon-apigateway-authorizer": {"type": kind, "providerARNs": list(user_pools)},
    }
    answers = {"401": _UNKNOWN, "403": _REFUSED}
    return Scheme(name=COGNITO, definition=definition, scopes=tuple(scopes), answers=answers)


def lambda_authorizer(
    function_arn: str, *, role_arn: str, region: str, partition: str, ttl_seconds: int, expression: str | None
) -> Scheme:
    """A bearer token that a Lambda function lets pass; the gateway keeps its answer for `ttl_seconds` (0 to 3600).

    `role_arn` is what the gateway assumes to call it, `expression` what the whole header must match.
    """
    invocations = f"lambda:path/2015-03-31/functions/{function_arn}/invocations"
    authorizer: dict[str, object] = {
        "type": "token",
        "authorizerUri": f"arn:{partition}:apigateway:{region}:{invocations}",
        "authorizerCredentials": role_arn,
        "authorizerResultTtlInSeconds": ttl_seconds,
    }
    if expression is not None:
        authorizer["identityValidationExpression"] = expression
    definition = {
        **_AUTHORIZATION,
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": authorizer,
    }
    answers = {"401": _UNKNOWN, "403": _REFUSED}
    return Scheme(name=BEARER, definition=definition, answers=answers)


_AUTHORIZATION = {"type": "apiKey", "name": "Authorization", "in": "header"}


def secured(paths: Paths, schemes: Sequence[Scheme]) -> Paths:
    """Ask for all of `schemes` in every operation, and say what is answered without."""
    if not schemes:
        return paths
    required = [{scheme.name: list(scheme.scopes)} for scheme in schemes]
    answers = {status: text for scheme in reversed(schemes) for status, text in scheme.answers.items()}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}

    def change(_path: str, operation: Operation) -> Operation:
        told = {status: {"description": text, "content": content} for status, text in answers.items()}
        return {**operation, "security": required, "responses": {**told, **section(operation, "responses")}}

    return each_operation(paths, change)
