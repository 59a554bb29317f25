"""Payload compression: requests unpacked, answers packed. Pure.

API Gateway developer guide, "Enabling payload compression for an API" and the two pages below it: requests in gzip or
deflate are always taken, anything else is a 415; answers are packed from the API's minimum size on, where the client
names a coding, the one that it prefers is known, and the answer is not packed already.
"""

import gzip
import zlib
from dataclasses import replace

from emulator.exchange import Arrival, HttpResponse
from emulator.faults import Fault, FaultType
from emulator.http_server import MAX_BODY

CODINGS = ("gzip", "deflate")
ZLIB, GZIP = zlib.MAX_WBITS, zlib.MAX_WBITS | 16


def unpacked(arrival: Arrival) -> Arrival:
    """Return the request with its body as it was before the client packed it.

    Raises:
        Fault: UNSUPPORTED_MEDIA_TYPE for another coding, or bytes that are not of the one named;
            REQUEST_TOO_LARGE for more than 10 MB unpacked.
    """
    request = arrival.request
    coding = (request.header("Content-Encoding") or "identity").strip().lower() if request.body else "identity"
    if coding == "identity":
        return arrival
    if coding not in CODINGS:
        raise Fault(FaultType.UNSUPPORTED_MEDIA_TYPE, reason=f"Content-Encoding {coding}: gzip and deflate are known")
    unpacker = zlib.decompressobj(GZIP if coding == "gzip" else ZLIB)
    try:
        body = unpacker.decompress(request.body, MAX_BODY + 1)
    except zlib.error as error:
        raise Fault(FaultType.UNSUPPORTED_MEDIA_TYPE, reason=f"the body is no {coding}: {error}") from error
    if len(body) > MAX_BODY:
        raise Fault(FaultType.REQUEST_TOO_LARGE, reason="more than 10 MB unpacked")
    if not unpacker.eof:
        raise Fault(FaultType.UNSUPPORTED_MEDIA_TYPE, reason=f"the body is cut short for {coding}")
    return replace(arrival, request=replace(request, body=body))


def packed(response: HttpResponse, arrival: Arrival) -> HttpResponse:
    """Return the answer, packed where API and client want it."""
    least = arrival.api.compression
    if least is None or len(response.body) < least or not response.body:
        return response
    if any(name.lower() == "content-encoding" for name, _ in response.headers):
        return response
    coding = preferred(arrival.request.header("Accept-Encoding") or "")
    if coding is None:
        return response
    body = gzip.compress(response.body, mtime=0) if coding == "gzip" else zlib.compress(response.body)
    return replace(response, headers=(*response.headers, ("Content-Encoding", coding)), body=body)


def preferred(accepted: str) -> str | None:
    """Return the known coding that stands highest; None where another stands above it, or none is named."""
    weights: dict[str, float] = {}
    for entry in accepted.split(","):
        name, _, parameter = entry.strip().lower().partition(";")
        if name.strip():
            weights[name.strip()] = _weight(parameter)
    highest = max(weights.values(), default=0.0)
    known = [name for name in CODINGS if weights.get(name, 0.0) == highest]
    return known[0] if known and highest > 0 else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
