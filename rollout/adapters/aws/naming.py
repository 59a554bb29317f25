"""Names on AWS and what they stand for. Pure.

An endpoint is called `{api}-{release}-{hash}` (`releases/identity.py`), so the release can be read back from what a
stage names, without the store: in an emergency there may be none.
"""

from collections.abc import Mapping

from releases.identity import HASH_LENGTH

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
VARIANT = "AllTraffic"
"""The one production variant of every endpoint (`components/endpoint.py`)."""


def release_of(api: str, endpoint: str) -> str | None:
    """Return the release that an endpoint of this API serves; None where the name is not of that form."""
    head, tail = f"{api}-", f"-{'x' * HASH_LENGTH}"
    if not endpoint.startswith(head) or len(endpoint) <= len(head) + len(tail) or endpoint[-len(tail)] != "-":
        return None
    digits = endpoint[-HASH_LENGTH:]
    return endpoint[len(head) : -len(tail)] if set(digits) <= set("0123456789abcdef") else None


def release_in(api: str, variables: Mapping[str, str]) -> str | None:
    """Return the release that a stage's variables name; None where none of them does."""
    return next((found for value in variables.values() if (found := release_of(api, value))), None)


def resource_id(endpoint: str) -> str:
    """Name an endpoint's variant as Application Auto Scaling does."""
    return f"endpoint/{endpoint}/variant/{VARIANT}"
