"""Releases: what may be served. Pure, but that the registry asks the store that it is given."""

from releases.errors import (
    DamagedError,
    LineupError,
    ManifestError,
    ReleaseError,
    ReusedIdError,
    UnknownReleaseError,
)
from releases.identity import check_reuse, endpoint_name, identity
from releases.lineup import line_up
from releases.manifest import parse, to_json
from releases.model import (
    Artifact,
    Canary,
    ContractRef,
    Framework,
    Lineup,
    Metrics,
    Release,
    Scaling,
    Serving,
)
from releases.registry import ids, load, load_all, manifest_key, publish, verify

__all__ = [
    "Artifact",
    "Canary",
    "ContractRef",
    "DamagedError",
    "Framework",
    "Lineup",
    "LineupError",
    "ManifestError",
    "Metrics",
    "Release",
    "ReleaseError",
    "ReusedIdError",
    "Scaling",
    "Serving",
    "UnknownReleaseError",
    "check_reuse",
    "endpoint_name",
    "identity",
    "ids",
    "line_up",
    "load",
    "load_all",
    "manifest_key",
    "parse",
    "publish",
    "to_json",
    "verify",
]
