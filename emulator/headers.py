"""API Gateway's lists of headers: tables of data, all recorded on AWS 2024-12-11 (see docs/fidelity.md)."""

from emulator.exchange import Headers

DROPPED_AT_THE_DOOR = frozenset(
    {
        "connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server", "te",
        "transfer-encoding", "trailer", "upgrade", "www-authenticate",
    }
)  # fmt: skip
"""Of a client's request: no template sees them."""

ILLEGAL_TOWARDS_AWS = frozenset(
    {"content-length", "transfer-encoding", "authorization", "connection", "expect", "proxy-authenticate", "te"}
)
"""Mapped onto the request of an integration of type AWS, each makes every request a 500."""

REMAPPED = frozenset(
    {
        "authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards",
        "proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate",
    }
)  # fmt: skip
"""Mapped onto an answer, each goes out as `x-amzn-Remapped-<name>`."""

VANISHING = frozenset({"transfer-encoding"})
"""Mapped onto an answer, it does not go out at all."""


def seen_by_templates(headers: Headers) -> dict[str, str]:
    """Return the client's headers that get past the door, in the client's casing; of several values the last."""
    return {name: value for name, value in headers if name.lower() not in DROPPED_AT_THE_DOOR}


def towards_client(mapped: dict[str, str]) -> dict[str, str]:
    """Rename what a mapping or a template put onto the answer, as API Gateway does."""
    renamed: dict[str, str] = {}
    for name, value in mapped.items():
        if name.lower() not in VANISHING:
            renamed[f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name] = value
    return renamed
