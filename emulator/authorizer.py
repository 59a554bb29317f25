"""Lambda authorizers: what they are asked, what of their answers counts, and how long it is kept.

Events, answers, and what a failure is: API Gateway developer guide, "Input to / Output from an API Gateway Lambda
authorizer" and "Use API Gateway Lambda authorizers"; what the wire shows then: docs/fidelity.md.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import parse_qsl

from emulator import expressions
from emulator.api import Authorizer, AuthorizerKind
from emulator.computed import Place
from emulator.exchange import Routed
from emulator.faults import Fault, FaultType
from emulator.functions import Answer, Functions
from emulator.iam_policy import PolicyError, Statement, parse
from emulator.lambda_uri import filled, function_name

NOT_FOUND = 404
MAX_KEPT = 10_000
"""Answers that are kept at once; ours. The oldest goes first."""
DIED = ("Sandbox.Timedout", "Runtime.ExitError")
"""Errors of functions that did not answer; any other was answered by the handler or its runtime."""
UNAUTHORIZED = "Unauthorized"
"""The one `errorMessage` that is a 401."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an authorizer answered: who calls, what he may, `$context.authorizer` and the key of his usage plan."""

    policy: tuple[Statement, ...]
    context: Mapping[str, str]
    key: str | None


def method_arn(routed: Routed, place: Place) -> str:
    """Return the ARN of what is called: with the path as it was sent, not the resource's."""
    arrival = routed.arrival
    path = (arrival.path or "/").lstrip("/")
    return place.arn("execute-api", f"{arrival.api.id}/{arrival.stage}/{arrival.request.method}/{path}")


class Authorizers:
    """Asks functions and keeps their answers, for the authorizer's TTL and by its identity sources."""

    def __init__(self, functions: Functions, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self.functions, self.place, self._clock = functions, place, clock
        self._kept: dict[tuple[str, ...], tuple[float, Grant]] = {}

    async def grant(self, routed: Routed, authorizer: Authorizer) -> Grant:
        """Return what the authorizer says of a request, asking it only where nothing is kept.

        Raises:
            Fault: UNAUTHORIZED, AUTHORIZER_FAILURE or AUTHORIZER_CONFIGURATION_ERROR.
        """
        identity = self._identity(routed, authorizer)
        arrival, uri = routed.arrival, filled(authorizer.uri, routed.arrival.variables)
        name = (arrival.stage, authorizer.name, uri, *identity)
        kept = self._kept.get(name) if authorizer.ttl else None
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        began = time.perf_counter()
        payload = json.dumps(self._event(routed, authorizer, identity)).encode()
        answer = await self.functions.invoke(function_name(uri) or "", payload)
        found = granted(answer, uri)
        latency = {"integrationLatency": str(round((time.perf_counter() - began) * 1000))}
        found = replace(found, context={**latency, **found.context})
        if authorizer.ttl:
            self._kept.pop(name, None)
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = (self._clock() + authorizer.ttl, found)
        return found

    def _identity(self, routed: Routed, authorizer: Authorizer) -> tuple[str, ...]:
        """Return the values of the identity sources.

        Raises:
            Fault: UNAUTHORIZED where one is missing or a token does not fit; no function is asked then.
        """
        found: list[str] = []
        for source in authorizer.identity:
            value = expressions.evaluate(
                source,
                parameters=routed.parameters,
                variables=routed.arrival.variables,
                context=routed.context,
                backend={},
            )
            if not value:
                raise Fault(FaultType.UNAUTHORIZED, reason=f"authorizer {authorizer.name}: {source} is missing")
            found.append(value)
        if authorizer.pattern is not None and not re.fullmatch(authorizer.pattern, found[0]):
            reason = f"authorizer {authorizer.name}: the token does not match {authorizer.pattern}"
            raise Fault(FaultType.UNAUTHORIZED, reason=reason)
        return tuple(found)

    def _event(self, routed: Routed, authorizer: Authorizer, identity: tuple[str, ...]) -> dict[str, object]:
        arn = method_arn(routed, self.place)
        if authorizer.kind is AuthorizerKind.TOKEN:
            return {"type": "TOKEN", "methodArn": arn, "authorizationToken": identity[0]}
        arrival = routed.arrival
        headers: dict[str, list[str]] = {}
        for header, value in arrival.request.headers:
            headers.setdefault(header, []).append(value)
        queries: dict[str, list[str]] = {}
        for query, value in parse_qsl(arrival.query, keep_blank_values=True):
            queries.setdefault(query, []).append(value)
        return {
            "type": "REQUEST",
            "methodArn": arn,
            "resource": routed.method.path,
            "path": arrival.path or "/",
            "httpMethod": arrival.request.method,
            "headers": {header: values[-1] for header, values in headers.items()},
            "multiValueHeaders": headers,
            "queryStringParameters": {query: values[-1] for query, values in queries.items()},
            "multiValueQueryStringParameters": queries,
            "pathParameters": dict(routed.parameters.path),
            "stageVariables": dict(arrival.variables),
            "requestContext": dict(routed.context),
        }


def granted(answer: Answer, uri: str) -> Grant:
    """Read a function's answer.

    Raises:
        Fault: UNAUTHORIZED where it says so, AUTHORIZER_FAILURE where it did not answer, and
            AUTHORIZER_CONFIGURATION_ERROR for whatever else is no policy.
    """
    text = answer.payload.decode("utf-8", "replace")
    if answer.status == NOT_FOUND:
        raise _wrong(f"no function answers to {uri}")
    try:
        document = cast("object", json.loads(text))
    except ValueError as error:
        raise _wrong(f"its answer is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise _wrong(f"its answer is no object: {text[:200]}")
    found = cast("dict[str, Any]", document)
    if answer.error is not None:
        message, kind = found.get("errorMessage"), found.get("errorType")
        if message == UNAUTHORIZED:
            raise Fault(FaultType.UNAUTHORIZED, reason="the authorizer says Unauthorized")
        if kind in DIED:
            raise Fault(FaultType.AUTHORIZER_FAILURE, reason=f"the authorizer did not answer: {message}")
        raise _wrong(f"it failed: {kind}: {message}")
    return _grant(found)


def _grant(found: Mapping[str, Any]) -> Grant:
    principal = found.get("principalId")
    if not isinstance(principal, str) or not principal:
        raise _wrong(f"principalId must be a text, is {principal!r}")
    try:
        policy = parse(found.get("policyDocument"), principals=False)
    except PolicyError as error:
        raise _wrong(f"policyDocument: {error}") from error
    context: dict[str, str] = {"principalId": principal}
    given = found.get("context")
    if given is not None and not isinstance(given, dict):
        raise _wrong("context must be an object")
    for name, value in cast("Mapping[str, object]", given or {}).items():
        if not isinstance(value, str | int | float):
            raise _wrong(f"context.{name} must be a text, a number or a boolean, is {value!r}")
        context[name] = value if isinstance(value, str) else json.dumps(value)
    key = found.get("usageIdentifierKey")
    return Grant(policy=policy, context=context, key=key if isinstance(key, str) else None)


def _wrong(reason: str) -> Fault:
    return Fault(FaultType.AUTHORIZER_CONFIGURATION_ERROR, reason=f"authorizer: {reason}")
