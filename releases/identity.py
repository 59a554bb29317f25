"""What makes a release this one and no other, and the names that follow from it. Pure."""

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass

from releases.errors import ReleaseError, ReusedIdError
from releases.model import Release

HASH_LENGTH = 8
NAME_MAX_LENGTH = 63
"""botocore sagemaker: EndpointName, EndpointConfigName and ModelName are at most 63 characters long."""


def identity(release: Release) -> str:
    """Return eight hexadecimal digits of SHA-256 over artifact, framework or image, contract and serving.

    Of the artifact its bytes count, not where they lie; so the same model has the same names in every store.
    """
    parts = {
        "artifact": release.artifact.sha256,
        "framework": asdict(release.framework),
        "contract": asdict(release.contract),
        "serving": asdict(release.serving),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def endpoint_name(prefix: str, release: Release) -> str:
    """Return `{prefix}-{id}-{hash}`, the physical name of a release's model, configuration and endpoint.

    It is fixed by the release, so that a second creation fails on AWS instead of doubling the bill. `prefix` is the
    API's name, which the settings keep to 32 characters.

    Raises:
        ReleaseError: the name is longer than SageMaker allows.
    """
    name = f"{prefix}-{release.id}-{identity(release)}"
    if len(name) > NAME_MAX_LENGTH:
        over = len(name) - NAME_MAX_LENGTH
        raise ReleaseError(
            f"the endpoint's name {name!r} is {len(name)} characters long, SageMaker allows {NAME_MAX_LENGTH}: "
            f"shorten the API's name by {over}"
        )
    return name


def check_reuse(old: Release, new: Release) -> None:
    """Let `new` pass where it is `old` again, or has another id.

    Raises:
        ReusedIdError: the id is `old`'s and something else is not; the message says what.
    """
    if old.id != new.id or old == new:
        return
    changed = "; ".join(f"{path} was {was!r}, is {now!r}" for path, was, now in _differences(old, new, ""))
    raise ReusedIdError(
        f"release {new.id!r} is there already and never changes: {changed}. Give the new release an id of its own"
    )


def _differences(old: object, new: object, path: str) -> list[tuple[str, object, object]]:
    if old == new:
        return []
    if is_dataclass(old) and type(old) is type(new):
        names = [field.name for field in fields(old)]
        nested = [_differences(getattr(old, name), getattr(new, name), f"{path}.{name}") for name in names]
        return [difference for found in nested for difference in found]
    return [(path.removeprefix("."), old, new)]
