"""What API Gateway answers by itself: the closed list of gateway response types, raised as `Fault`s.

Types and default statuses: GetGatewayResponses as recorded 2024-04-15. Statuses and bodies on the wire: recorded
where `WIRE` says so; what nobody recorded is listed as such in docs/fidelity.md. A fault is raised deep inside and
turned into a response in one place, `emulator/gateway_response.py`.
"""

from dataclasses import dataclass
from enum import StrEnum


class FaultType(StrEnum):
    """The types of gateway response that the emulator can raise."""

    API_CONFIGURATION_ERROR = "API_CONFIGURATION_ERROR"
    """The API itself is wrong: a broken template, no matching integration response. Not the backend's failure."""
    BAD_REQUEST_BODY = "BAD_REQUEST_BODY"
    """The body does not fit the method's model. Not a body that a template could not read."""
    BAD_REQUEST_PARAMETERS = "BAD_REQUEST_PARAMETERS"
    """A required parameter is absent or blank. Values are not looked at."""
    INTEGRATION_FAILURE = "INTEGRATION_FAILURE"
    """The backend could not be reached. Not a backend that answered with an error."""
    INTEGRATION_TIMEOUT = "INTEGRATION_TIMEOUT"
    """The backend did not answer within the integration's timeout."""
    ACCESS_DENIED = "ACCESS_DENIED"
    """A policy, the API's or an authorizer's, does not let the caller in."""
    AUTHORIZER_CONFIGURATION_ERROR = "AUTHORIZER_CONFIGURATION_ERROR"
    """The authorizer is not there, raised, or answered what is no policy. Not one that says no."""
    AUTHORIZER_FAILURE = "AUTHORIZER_FAILURE"
    """The authorizer did not answer: out of time, or its process ended."""
    FORBIDDEN = "FORBIDDEN"
    """Here only: a path below no stage and no base path. Nobody can customise it."""
    INVALID_API_KEY = "INVALID_API_KEY"
    """The method wants an API key, and the caller's is missing, unknown, disabled or of no plan of this stage."""
    MISSING_AUTHENTICATION_TOKEN = "MISSING_AUTHENTICATION_TOKEN"  # noqa: S105 - AWS's name of a type
    """An unknown path or method. It has nothing to do with authentication on an open API."""
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    """More than 10 MB."""
    THROTTLED = "THROTTLED"
    """A token bucket is empty: the client's, or the stage's."""
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    """The client's plan allows no more requests in this period."""
    UNAUTHORIZED = "UNAUTHORIZED"
    """The caller's identity is missing or malformed, or the authorizer says `Unauthorized`."""
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    """No template for the content type, and passing through is not allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One type as it goes out where nobody customised it.

    `status` is what the wire shows; `listed` the status that GetGatewayResponse shows, which a customised response
    without a status falls back to (they differ for INTEGRATION_FAILURE: recorded 2024-03-20). `body` is the default
    body as format of the JSON-quoted message: recorded ones have a blank after the colon or none, as given.
    """

    status: int
    listed: int
    error_type: str
    message: str | None
    body: str = '{{"message": {}}}'


WIRE: dict[FaultType, Wire] = {
    FaultType.ACCESS_DENIED: Wire(
        status=403,
        listed=403,
        error_type="AccessDeniedException",
        message="User is not authorized to access this resource",
        body='{{"Message":{}}}',
    ),
    FaultType.AUTHORIZER_CONFIGURATION_ERROR: Wire(
        status=500,
        listed=500,
        error_type="AuthorizerConfigurationException",
        message=None,
        body='{{"message":{}}}',
    ),
    FaultType.AUTHORIZER_FAILURE: Wire(
        status=500, listed=500, error_type="AuthorizerFailureException", message=None, body='{{"message":{}}}'
    ),
    FaultType.FORBIDDEN: Wire(
        status=403, listed=403, error_type="ForbiddenException", message="Forbidden", body='{{"message":{}}}'
    ),
    FaultType.INVALID_API_KEY: Wire(
        status=403, listed=403, error_type="ForbiddenException", message="Forbidden", body='{{"message":{}}}'
    ),
    FaultType.QUOTA_EXCEEDED: Wire(
        status=429,
        listed=429,
        error_type="LimitExceededException",
        message="Limit Exceeded",
        body='{{"message":{}}}',
    ),
    FaultType.UNAUTHORIZED: Wire(
        status=401,
        listed=401,
        error_type="UnauthorizedException",
        message="Unauthorized",
        body='{{"message":{}}}',
    ),
    FaultType.API_CONFIGURATION_ERROR: Wire(
        status=500, listed=500, error_type="InternalServerErrorException", message="Internal server error"
    ),
    FaultType.BAD_REQUEST_BODY: Wire(
        status=400, listed=400, error_type="BadRequestException", message="Invalid request body"
    ),
    FaultType.BAD_REQUEST_PARAMETERS: Wire(
        status=400, listed=400, error_type="BadRequestException", message="Missing required request parameters: []"
    ),
    FaultType.INTEGRATION_FAILURE: Wire(
        status=500, listed=504, error_type="InternalServerErrorException", message="Internal server error"
    ),
    FaultType.INTEGRATION_TIMEOUT: Wire(
        status=504, listed=504, error_type="InternalServerErrorException", message="Endpoint request timed out"
    ),
    FaultType.MISSING_AUTHENTICATION_TOKEN: Wire(
        status=403,
        listed=403,
        error_type="MissingAuthenticationTokenException",
        message="Missing Authentication Token",
        body='{{"message":{}}}',
    ),
    FaultType.REQUEST_TOO_LARGE: Wire(
        status=413, listed=413, error_type="RequestTooLargeException", message="Request Too Long"
    ),
    FaultType.THROTTLED: Wire(
        status=429,
        listed=429,
        error_type="TooManyRequestsException",
        message="Too Many Requests",
        body='{{"message":{}}}',
    ),
    FaultType.UNSUPPORTED_MEDIA_TYPE: Wire(
        status=415, listed=415, error_type="BadRequestException", message="Unsupported Media Type"
    ),
}


class Fault(Exception):  # noqa: N818 - AWS's own answer to a client, no error of ours
    """An answer that API Gateway gives itself.

    `message` replaces the type's own in the body; `reason` is what the execution log would say, for a person who
    runs the emulator; it never reaches a client.
    """

    def __init__(self, kind: FaultType, message: str | None = None, *, reason: str = "") -> None:
        self.kind = kind
        self.message = WIRE[kind].message if message is None else message
        self.reason = reason
        super().__init__(f"{kind}: {reason or self.message}")
