"""The function: API Gateway's question about a token, answered with a policy.

Question and answer: API Gateway developer guide, "Input to an API Gateway Lambda authorizer" and "Output from an API
Gateway Lambda authorizer" (read 2026-11). What is raised as `Unauthorized` is answered 401, a Deny 403, and any other
fault as that of an authorizer that is down. The answer is kept for the token whatever route it was asked for, so its
policy names the whole stage.

Variables: ISSUER, AUDIENCE and SCOPES (blanks between), KEY_SET (an address).
"""

import logging
import os
import time
from collections.abc import Mapping
from functools import cache, partial

from .errors import RefusedError
from .keys import KeySet, fetch
from .tokens import Demands, check_claims, check_signature, scopes_of, take_apart

_BEARER = "Bearer "
_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


class UnauthorizedError(Exception):
    """The caller is unknown. Its text is the word that API Gateway looks for."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handle(event: Mapping[str, str], _context: object) -> dict[str, object]:
    """Answer whether the bearer of `authorizationToken` may call the stage of `methodArn`.

    Raises:
        UnauthorizedError: the token is not valid.
        KeysError: the issuer's keys cannot be had.
    """
    try:
        claims = verified(event.get("authorizationToken", ""), _key_set(os.environ["KEY_SET"]), time.time())
    except RefusedError as error:
        _log.info("refused: %s", error)  # never the token
        raise UnauthorizedError from None
    lacking = frozenset(os.environ.get("SCOPES", "").split()) - scopes_of(claims)
    if lacking:
        _log.info("denied: the token lacks %s", " ".join(sorted(lacking)))
    return answer(claims, event["methodArn"], allowed=not lacking)


def verified(header: str, keys: KeySet, now: float) -> Mapping[str, object]:
    """Return the claims of a valid token in an Authorization header's value.

    Raises:
        RefusedError: the token is not valid.
        KeysError: the issuer's keys cannot be had.
    """
    if not header.startswith(_BEARER):
        raise RefusedError("the header is not Bearer and a token")
    token = take_apart(header.removeprefix(_BEARER))
    check_signature(token, keys.find(token.key_id))
    demands = Demands(issuer=os.environ["ISSUER"], audience=os.environ["AUDIENCE"].split())
    check_claims(token.claims, demands, now)
    return token.claims


def answer(claims: Mapping[str, object], method_arn: str, *, allowed: bool) -> dict[str, object]:
    """Return the policy for the whole stage of `method_arn`, and who the caller is."""
    api, stage, *_ = method_arn.split("/")
    statement = {
        "Effect": "Allow" if allowed else "Deny",
        "Action": "execute-api:Invoke",
        "Resource": f"{api}/{stage}/*",
    }
    caller = str(claims.get("sub") or claims.get("client_id") or "unknown")
    return {
        "principalId": caller,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"subject": caller, "scope": " ".join(sorted(scopes_of(claims)))},
    }


@cache
def _key_set(address: str) -> KeySet:
    """The one key set of this process: environments of Lambda live for many invocations."""
    return KeySet(partial(fetch, address), time.monotonic)
