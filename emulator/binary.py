"""Text or bytes: how payloads are converted on their way in and out. Pure.

Recorded on AWS 2025-03-17 (test_apigateway_s3.py, TestApiGatewayS3BinarySupport; see docs/fidelity.md).
"""

import base64
import binascii

from emulator.api import ContentHandling
from emulator.faults import Fault, FaultType


def is_binary(media_type: str, binary_media_types: tuple[str, ...]) -> bool:
    """Say whether a media type counts as binary.

    An entry `application/*` matches on the right side; an entry `*/test` matches nothing; of an Accept header only
    the first type counts, and `image/*` there does not match an entry `image/png`.
    """
    first = media_type.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0].strip().lower()
    for entry in binary_media_types:
        kind, _, subtype = entry.lower().partition("/")
        if entry.lower() in (first, "*/*") and kind and subtype and (kind != "*" or subtype == "*"):
            return True
        if subtype == "*" and kind != "*" and first.startswith(f"{kind}/"):
            return True
    return False


def request_payload(body: bytes, handling: ContentHandling | None, *, binary: bool) -> str | bytes:
    """Return a request's payload as the integration sees it: bytes if it is binary then, text otherwise.

    Raises:
        Fault: text that should become binary is no base64; the backend is not called.
    """
    if binary:
        return base64.b64encode(body).decode() if handling is ContentHandling.CONVERT_TO_TEXT else body
    if handling is ContentHandling.CONVERT_TO_BINARY:
        return _decoded(body)
    return body.decode("utf-8", "replace")


def response_payload(body: bytes, handling: ContentHandling | None, *, binary: bool, wanted: bool) -> str | bytes:
    """Return a backend's payload as it goes on; `binary` by its own Content-Type, `wanted` by the client's Accept.

    Raises:
        Fault: text that should become binary is no base64.
    """
    if handling is ContentHandling.CONVERT_TO_TEXT:
        return base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")
    if handling is ContentHandling.CONVERT_TO_BINARY:
        return body if binary else _decoded(body)
    if binary:
        return body if wanted else base64.b64encode(body).decode()
    return _decoded(body) if wanted else body.decode("utf-8", "replace")


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason=f"the payload is no base64: {error}") from error
