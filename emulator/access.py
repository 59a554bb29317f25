"""Who gets in: resource policy, authorizer, API key, usage plan, the stage's throttle, in this order.

Recorded is only that an API key is asked for before parameters are looked at (2023-2024); documented is that the
resource policy's Deny comes before the authorizer, and its other word after it ("How API Gateway resource policies
affect authorization workflow", Table A: the same account). The order of the throttles: `emulator/metering.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from emulator.api import KeySource
from emulator.authorizer import Authorizers, Grant, method_arn
from emulator.exchange import Routed
from emulator.faults import Fault, FaultType
from emulator.graph import Graph
from emulator.iam_policy import Call, Decision, decide
from emulator.metering import Metering
from emulator.plans import Client
from emulator.throttling import Throttles

SHOWN_DIGITS = 4
"""Of an account's number, in what a client is told."""
TEST_KEY = "test-invoke-api-key"
DENIED = "with an explicit deny in"
NOT_ALLOWED = "because no {} policy allows the execute-api:Invoke action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One state's checks. `clients` are by stage and key value."""

    graph: Graph
    clients: Mapping[tuple[str, str], Client]
    authorizers: Authorizers
    metering: Metering
    throttles: Throttles

    async def admit(self, routed: Routed) -> Routed:
        """Let a request in, with what the checks found out in its `$context`.

        Raises:
            Fault: it may not come in.
        """
        api, method = routed.arrival.api, routed.method
        grant = None
        if api.policy is not None or method.authorizer is not None:
            routed, grant = await self._allowed(routed)
        if method.key_required:
            client = self._client(routed, grant)
            routed = _known(routed, client.key.value, client.key.id)
            self.metering.take(client, routed.arrival.stage, method.identity)
        self.throttles.check(self.graph.stages[routed.arrival.stage], method)
        return routed

    async def _allowed(self, routed: Routed) -> tuple[Routed, Grant | None]:
        """Ask both policies: the API's and the authorizer's."""
        api, name = routed.arrival.api, routed.method.authorizer
        call = Call(arn=method_arn(routed, self.graph.place), values=condition_values(routed))
        said = Decision.SILENT if api.policy is None else decide(api.policy, call)
        if said is Decision.DENY:
            raise denied(call.arn, f"{DENIED} a resource-based policy")
        if name is None:
            if said is not Decision.ALLOW:
                raise denied(call.arn, NOT_ALLOWED.format("resource-based"))
            return routed, None
        grant = await self.authorizers.grant(routed, api.authorizers[name])
        routed = replace(routed, context={**routed.context, "authorizer": grant.context})
        own = decide(grant.policy, call)
        if own is Decision.DENY:
            raise _refused(f"{DENIED} an identity-based policy")
        if Decision.ALLOW not in (own, said):
            raise _refused(NOT_ALLOWED.format("identity-based"))
        return routed, grant

    def _client(self, routed: Routed, grant: Grant | None) -> Client:
        arrival = routed.arrival
        if arrival.api.key_source is KeySource.AUTHORIZER:
            value = grant.key if grant is not None else None
        else:
            value = arrival.request.header("x-api-key")
        client = self.clients.get((arrival.stage, value)) if value else None
        if client is None or not client.key.enabled:
            state = "none was sent" if not value else "unknown, or in no usage plan of this stage"
            reason = "disabled" if client is not None else state
            raise Fault(FaultType.INVALID_API_KEY, reason=f"API key: {reason}")
        return client


async def tested(routed: Routed) -> Routed:
    """Let everybody in: a method's test asks for no key, no authorizer, no policy, and empties no bucket.

    A method that wants a key sees the console's stand-in (public: events of functions that were tested so).
    """
    return _known(routed, TEST_KEY, f"{TEST_KEY}-id") if routed.method.key_required else routed


def _known(routed: Routed, value: str, identifier: str) -> Routed:
    """Put an API key into `$context.identity`."""
    identity = cast("Mapping[str, object]", routed.context["identity"])
    known = {**identity, "apiKey": value, "apiKeyId": identifier}
    return replace(routed, context={**routed.context, "identity": known})


def condition_values(routed: Routed) -> dict[str, str]:
    """Return the condition keys that an unsigned call has, in lower case; private APIs' only where they were told."""
    request = routed.arrival.request
    address = "aws:vpcsourceip" if request.source_vpce else "aws:sourceip"
    found = {
        "aws:securetransport": "true",
        address: request.source_ip,
        "aws:sourcevpce": request.source_vpce,
        "aws:useragent": request.header("User-Agent"),
        "aws:referer": request.header("Referer"),
    }
    return {key: value for key, value in found.items() if value}


def denied(arn: str, why: str) -> Fault:
    """Return the fault of an unsigned caller whom the resource policy keeps out; the account is masked."""
    parts = arn.split(":")
    parts[4] = "*" * (len(parts[4]) - SHOWN_DIGITS) + parts[4][-SHOWN_DIGITS:]
    message = f"User: anonymous is not authorized to perform: execute-api:Invoke on resource: {':'.join(parts)} {why}"
    return Fault(FaultType.ACCESS_DENIED, message, reason=f"resource policy: {why}")


def _refused(why: str) -> Fault:
    message = f"User is not authorized to access this resource {why}"
    return Fault(FaultType.ACCESS_DENIED, message, reason=f"authorizer's policy: {why}")
