"""What lies on the arrows of one request's way: a frozen type each.

    HttpRequest -> Routed -> Validated -> EndpointRequest -> EndpointReply -> HttpResponse

Each holds what came before it, so that the last one explains the whole request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.api import Api, IntegrationResponse, Method
from mapping.variables import Overrides

Headers = tuple[tuple[str, str], ...]


def _empty() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A client's request. `target` is path and query as sent; header names keep the client's casing.

    `source_vpce` is the VPC endpoint of a private API's caller, which only a trusted header says.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    source_vpce: str = ""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by any casing."""
        lower = name.lower()
        return next((value for key, value in self.headers if key.lower() == lower), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """An answer to a client; the server adds nothing but what the connection needs."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request as the gateway took it in: ids, times and the track that it was put on.

    `epoch` is seconds since 1970; `canary` is None where the stage has none; `variables` are the stage's with the
    canary's overrides laid over them if this is one of its requests. `path` is what stands below `prefix`, the stage's
    name or a base path; `domain` is the custom domain that it came by, None for the API's own address.
    """

    request: HttpRequest
    request_id: str
    extended_id: str
    epoch: float
    stage: str
    path: str
    query: str
    deployment: str
    api: Api
    variables: Mapping[str, str]
    canary: bool | None
    prefix: str
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """`$input.params()`: the last of several values each; headers that do not get past the door are gone."""

    path: Mapping[str, str] = field(default_factory=_empty)
    querystring: Mapping[str, str] = field(default_factory=_empty)
    header: Mapping[str, str] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The method that answers, and what the client's request says to it. `context` is `$context`."""

    arrival: Arrival
    method: Method
    parameters: Parameters
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The request has what the method requires. `content_type` is the media type without parameters."""

    routed: Routed
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRequest:
    """What goes to the integration: the URI with everything filled in, and the overrides that the template set."""

    validated: Validated
    uri: str
    headers: Mapping[str, str]
    querystring: Mapping[str, str]
    body: bytes
    overrides: Overrides


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReply:
    """What came back, from the backend or from MOCK; `latency` is the integration's, in seconds."""

    request: EndpointRequest
    status: int
    headers: Headers
    body: bytes
    latency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The integration response that a reply was answered through."""

    reply: EndpointReply
    response: IntegrationResponse
