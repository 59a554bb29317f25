"""X-Amzn-Trace-Id (test_invocation_trace_id, recorded 2024-08-07; the fields' order and `Sampled` from LocalStack)."""

import os


def trace_id(client: str | None, epoch: float) -> str:
    """Return the trace id of a request: the client's if it is whole, completed where it has only a Root."""
    fields = {
        name.strip().capitalize(): value.strip()
        for name, _, value in (part.partition("=") for part in (client or "").split(";"))
        if value
    }
    root = fields.get("Root") or f"1-{int(epoch):08x}-{os.urandom(12).hex()}"
    parent = fields.get("Parent") or os.urandom(8).hex()
    sampled = fields.get("Sampled") or ("1" if "Parent" in fields else "0")
    return f"Root={root};Parent={parent};Sampled={sampled}"
