"""Where a request comes from, where the person at the emulator lets a header say so (`--trust-source-header`). Pure.

All callers of a loopback address are 127.0.0.1, so that a resource policy would let everybody in or nobody. AWS
believes no header about it; so no header counts here either unless it was asked for, and one that counts is taken out
before anything sees it.
"""

from dataclasses import replace
from ipaddress import ip_address

from emulator.exchange import HttpRequest

ADDRESS = "x-emulator-source-ip"
ENDPOINT = "x-emulator-source-vpce"


class SourceError(Exception):
    """A header that is believed says nonsense; the text says which and what."""


def believed(request: HttpRequest) -> HttpRequest:
    """Return the request as if it came from where its headers say.

    Raises:
        SourceError: no address.
    """
    address, endpoint = request.header(ADDRESS), request.header(ENDPOINT)
    if address is not None:
        try:
            ip_address(address)
        except ValueError:
            raise SourceError(f"{ADDRESS}: {address!r} is no IP address") from None
    headers = tuple((name, value) for name, value in request.headers if name.lower() not in (ADDRESS, ENDPOINT))
    return replace(request, headers=headers, source_ip=address or request.source_ip, source_vpce=endpoint or "")
