"""A REST API as its deployment froze it: pure data, no request in it.

An `Api` is what CreateDeployment snapshots; nothing in it changes afterwards. `emulator/openapi.py` builds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulator.faults import FaultType
from emulator.iam_policy import Statement


class IntegrationType(StrEnum):
    """The integrations that can be imitated; HTTP and proxies are refused when the document is read."""

    AWS = "AWS"
    """An action of an AWS service, here SageMaker runtime's InvokeEndpoint."""
    MOCK = "MOCK"
    """API Gateway answers by itself; the request template chooses the status."""


class Passthrough(StrEnum):
    """What becomes of a body whose content type has no request template."""

    WHEN_NO_MATCH = "WHEN_NO_MATCH"
    """It goes through as it is."""
    WHEN_NO_TEMPLATES = "WHEN_NO_TEMPLATES"
    """It goes through if there is no template at all; otherwise 415."""
    NEVER = "NEVER"
    """415."""


class ContentHandling(StrEnum):
    """How a payload is converted; without any, by the API's binary media types alone."""

    CONVERT_TO_TEXT = "CONVERT_TO_TEXT"
    """Binary becomes base64 text."""
    CONVERT_TO_BINARY = "CONVERT_TO_BINARY"
    """Base64 text becomes binary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationResponse:
    """One entry of an integration's `responses`; `pattern` None is the default one.

    `parameters` maps header names of the client's answer to mapping expressions, `templates` media types to VTL.
    """

    pattern: str | None
    status: int
    parameters: Mapping[str, str]
    templates: Mapping[str, str]
    content_handling: ContentHandling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """Where a method's request goes. `uri` still has its stage variables and path parameters in braces.

    `parameters` maps `header.X`, `querystring.X` and `path.X` to mapping expressions; `timeout` is in seconds.
    """

    kind: IntegrationType
    uri: str
    credentials: str
    passthrough: Passthrough
    timeout: float
    parameters: Mapping[str, str]
    templates: Mapping[str, str]
    responses: tuple[IntegrationResponse, ...]
    content_handling: ContentHandling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What is checked before the integration: names of required parameters, and JSON Schemas by media type."""

    headers: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    querystrings: tuple[str, ...] = ()
    bodies: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])


class AuthorizerKind(StrEnum):
    """What a Lambda authorizer is given."""

    TOKEN = "TOKEN"  # noqa: S105 - AWS's word for a kind
    """One header's value."""
    REQUEST = "REQUEST"
    """The whole request but its body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """A Lambda authorizer. `uri` still has its stage variables; `identity` are the mapping expressions of its sources.

    `pattern` is what a token must match as a whole, None for any; `ttl` is how many seconds an answer is kept, 0 not.
    """

    name: str
    kind: AuthorizerKind
    uri: str
    identity: tuple[str, ...]
    pattern: str | None
    ttl: int


class KeySource(StrEnum):
    """Where a request's API key is read from."""

    HEADER = "HEADER"
    """The header x-api-key."""
    AUTHORIZER = "AUTHORIZER"
    """What the authorizer returned as `usageIdentifierKey`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One HTTP method (`GET`, or `ANY`) of one resource path. `authorizer` names one of the API's, None for none."""

    verb: str
    path: str
    resource_id: str
    validation: Validation
    integration: Integration
    key_required: bool = False
    authorizer: str | None = None

    @property
    def identity(self) -> str:
        """How throttles name it: `/path/VERB`."""
        return f"{self.path}/{self.verb}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomResponse:
    """A customised gateway response; `status` None keeps the type's own, `parameters` are headers."""

    status: int | None
    parameters: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One frozen API. `resources` maps a resource path to its methods by verb.

    `policy` is the resource policy, None where there is none; `compression` the bytes from which answers are
    compressed, None where they never are; `closed` says that its own address is switched off.
    """

    id: str
    name: str
    resources: Mapping[str, Mapping[str, Method]]
    responses: Mapping[str, CustomResponse]
    binary_media_types: tuple[str, ...] = ()
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict[str, Authorizer])
    key_source: KeySource = KeySource.HEADER
    policy: tuple[Statement, ...] | None = None
    compression: int | None = None
    closed: bool = False

    def response(self, kind: FaultType, default: str) -> CustomResponse | None:
        """Return what was customised for a type, or for its class (`default`: DEFAULT_4XX or DEFAULT_5XX).

        A type with an entry of its own takes nothing from the class's (recorded 2024-06-20).
        """
        return self.responses.get(kind.value) or self.responses.get(default)
