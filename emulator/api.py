"""A REST API as its deployment froze it: pure data, no request in it.

An `Api` is what CreateDeployment snapshots; nothing in it changes afterwards. `emulator/openapi.py` builds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulator.faults import FaultType


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One HTTP method (`GET`, or `ANY`) of one resource path."""

    verb: str
    path: str
    resource_id: str
    validation: Validation
    integration: Integration


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomResponse:
    """A customised gateway response; `status` None keeps the type's own, `parameters` are headers."""

    status: int | None
    parameters: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One frozen API. `resources` maps a resource path to its methods by verb."""

    id: str
    name: str
    resources: Mapping[str, Mapping[str, Method]]
    responses: Mapping[str, CustomResponse]
    binary_media_types: tuple[str, ...] = ()

    def response(self, kind: FaultType, default: str) -> CustomResponse | None:
        """Return what was customised for a type, or for its class (`default`: DEFAULT_4XX or DEFAULT_5XX).

        A type with an entry of its own takes nothing from the class's (recorded 2024-06-20).
        """
        return self.responses.get(kind.value) or self.responses.get(default)
