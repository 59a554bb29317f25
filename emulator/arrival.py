"""A request comes in: its ids and times, the stage it names, and the track that it is put on."""

import base64
import os
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from emulator.api import Method
from emulator.computed import Place
from emulator.domains import target
from emulator.exchange import Arrival, HttpRequest, Parameters
from emulator.graph import Graph, StageState
from emulator.headers import seen_by_templates

IDENTITY = (
    "cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
    "cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
)  # fmt: skip
"""The keys of `$context.identity` on an open method; all but sourceIp and userAgent are '' (recorded 2025-05-20)."""


@dataclass(slots=True, kw_only=True)
class Split:
    """Puts each request on a track at random, by itself: neither users nor connections stick (developer guide).

    The same seed gives the same sequence.
    """

    seed: int | None = None
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a split of traffic, no secret

    def canary(self, stage: StageState) -> bool | None:
        """Say whether the next request is the canary's; None where the stage has no canary."""
        if stage.canary is None:
            return None
        return self._random.random() * 100 < stage.canary.percent


def new_request_id() -> str:
    """Return a `$context.requestId`: a random UUID."""
    return str(uuid.uuid4())


def new_extended_id() -> str:
    """Return a `$context.extendedRequestId`, in the form of x-amz-apigw-id: 15 characters and `=`."""
    return base64.b64encode(os.urandom(11)).decode("ascii")


def arrive(
    request: HttpRequest,
    graph: Graph,
    split: Callable[[StageState], bool | None],
    clock: Callable[[], float] = time.time,
) -> Arrival | None:
    """Take a request in, or return None where its path is below no stage and no base path."""
    sent, _, query = request.target.partition("?")
    found = target((request.header("Host") or "") if graph.mappings else "", sent, graph)
    if found is None:
        return None
    stage = graph.stages[found.stage]
    canary = split(stage)
    variables, deployment = stage.variables, stage.deployment
    if canary and stage.canary is not None:
        variables, deployment = {**variables, **stage.canary.overrides}, stage.canary.deployment
    return Arrival(
        request=request,
        request_id=new_request_id(),
        extended_id=new_extended_id(),
        epoch=clock(),
        stage=found.stage,
        path=found.path,
        prefix=found.prefix,
        domain=found.domain,
        query=query,
        deployment=deployment,
        api=graph.apis[deployment],
        variables=variables,
        canary=canary,
    )


def parameters(arrival: Arrival, path: Mapping[str, str]) -> Parameters:
    """Return what `$input.params()` shows. Of several values of one query parameter the last (recorded 2024-08-02)."""
    query = dict(parse_qsl(arrival.query, keep_blank_values=True)) if arrival.query else {}
    return Parameters(path=path, querystring=query, header=seen_by_templates(arrival.request.headers))


def context(arrival: Arrival, place: Place, method: Method | None) -> dict[str, object]:
    """Return `$context` without the overrides: the keys that AWS was recorded to have (2025-05-20), and
    `isCanaryRequest` where the stage has a canary. `method` None is a request that was not routed.
    """
    api, request = arrival.api.id, arrival.request
    domain = arrival.domain or f"{api}.execute-api.{place.region}.amazonaws.com"
    identity = dict.fromkeys(IDENTITY, "")
    identity |= {"sourceIp": request.source_ip, "userAgent": request.header("User-Agent") or ""}
    found: dict[str, object] = {
        "accountId": place.account,
        "apiId": api,
        "deploymentId": arrival.deployment,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "extendedRequestId": arrival.extended_id,
        "httpMethod": request.method,
        "identity": identity,
        "path": f"{arrival.prefix}{arrival.path}",
        "protocol": "HTTP/1.1",
        "requestId": arrival.request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(arrival.epoch)),
        "requestTimeEpoch": int(arrival.epoch * 1000),
        "stage": arrival.stage,
    }
    if method is not None:
        found |= {"resourceId": method.resource_id, "resourcePath": method.path}
    if arrival.canary is not None:
        found["isCanaryRequest"] = arrival.canary
    return found
