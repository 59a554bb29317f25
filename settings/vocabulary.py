"""The closed vocabularies of the settings. Pure."""

from enum import StrEnum


class EndpointType(StrEnum):
    """From where the API can be reached."""

    REGIONAL = "REGIONAL"
    """From anywhere, at the region's own address; not through CloudFront."""
    EDGE = "EDGE"
    """From anywhere, through AWS's CloudFront distribution; not limited to a region's clients."""
    PRIVATE = "PRIVATE"
    """From the named VPC endpoints only; not from the internet."""


class LogLevel(StrEnum):
    """What API Gateway's execution log holds. The access log, one line a request, is not concerned: it is always on."""

    OFF = "OFF"
    """Nothing; the access log only."""
    ERROR = "ERROR"
    """Requests that failed; not those that were answered."""
    INFO = "INFO"
    """Every request; not the bodies, which `dataTrace` adds."""


class AuthorizationType(StrEnum):
    """Who may call the API. Where there are usage plans a key of one of them is asked for besides."""

    NONE = "NONE"
    """Everybody who can reach it."""
    API_KEY = "API_KEY"
    """Whoever sends a key of a usage plan: it meters callers and says who they are, but it is no proof of it."""
    IAM = "IAM"
    """Requests signed by an identity of AWS's that may invoke the API; no browsers without one."""
    COGNITO = "COGNITO"
    """Tokens of a Cognito user pool; AWS checks them itself."""
    JWT = "JWT"
    """RS256 tokens of any issuer, checked by a Lambda function; not other algorithms."""


class KeySource(StrEnum):
    """Where an API key is read from."""

    HEADER = "HEADER"
    """The request's `x-api-key`."""
    AUTHORIZER = "AUTHORIZER"
    """What the Lambda authorizer answers as `usageIdentifierKey`; ours answers none."""


class QuotaPeriod(StrEnum):
    """How long a quota lasts before it begins anew."""

    DAY = "DAY"
    """A day of UTC."""
    WEEK = "WEEK"
    """A week; on which day it begins is not documented."""
    MONTH = "MONTH"
    """A calendar month."""


class FirewallMode(StrEnum):
    """What the web ACL does with what its rules match."""

    COUNT = "COUNT"
    """Lets it pass, counted and logged: to see whom the rules would hit before they do."""
    BLOCK = "BLOCK"
    """Answers it with 403."""


class TlsPolicy(StrEnum):
    """The oldest TLS that a custom domain takes."""

    TLS_1_0 = "TLS_1_0"
    """TLS 1.0; for clients that can do nothing newer."""
    TLS_1_2 = "TLS_1_2"
    """TLS 1.2."""
