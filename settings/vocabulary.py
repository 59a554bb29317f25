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
