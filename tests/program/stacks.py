"""What tests of the program need: releases in a store, a second contract, and a stack's file as the engine reads it."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.program import engine_config
from mapping.contract import CONTRACTS, read_contract
from releases.model import Artifact, ContractRef, Framework, Metrics, Release, Scaling, Serving
from releases.registry import publish
from settings import PROJECT
from settings.stackfile import load_stack
from store import open_store

ROOT = Path(__file__).resolve().parents[2]
SECOND = "ratings-next"
SCALING = Scaling(
    min_instances=2,
    max_instances=4,
    target_invocations_per_instance=600.0,
    scale_in_cooldown_seconds=300,
    scale_out_cooldown_seconds=60,
)

ROUTE = "GET /predicted-ratings/{user_id}"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
FEATURES: Mapping[str, Any] = {
    "authorization": {"type": "JWT", "jwt": {"issuer": "https://login.example.com/", "audience": ["ratings"]}},
    "network": {"cidrs": ["203.0.113.0/24"]},
    "plans": {
        "partners": {
            "rate": 4,
            "burst": 8,
            "quota": {"limit": 1000, "period": "MONTH"},
            "routes": {ROUTE: {"rate": 2, "burst": 4}},
            "keys": ["radio", "tv"],
        },
        "trial": {"rate": 1, "burst": 2, "keys": ["trial"]},
    },
    "throttling": {"rate": 5, "burst": 10, "routes": {ROUTE: {"rate": 4, "burst": 8}}},
    "firewall": {"mode": "BLOCK", "rate": 500},
    "cache": {"sizeGb": 1.6, "ttlSeconds": 60},
    "cors": {"origin": "https://tv.example.com"},
    "domain": {
        "name": "api.example.com",
        "certificateArn": CERTIFICATE,
        "basePath": "ratings",
        "mutualTls": {"truststore": "s3://trust/ca.pem"},
        "only": True,
    },
    "compressionBytes": 1024,
    "tracing": True,
    "maxItems": 1000,
}
"""Everything of the API's that goes together, as keys of a stack's `api`."""


def release(name: str, contract: Path, *, scaling: Scaling | None = None) -> Release:
    """Make a release whose artifact is on S3, for the contract in a folder."""
    read = read_contract(contract)
    return Release(
        id=name,
        artifact=Artifact(uri=f"s3://models/{name}/model.tar.gz", sha256=hashlib.sha256(name.encode()).hexdigest()),
        framework=Framework(name="sklearn", version="1.2-1"),
        contract=ContractRef(name=read.name, hash=read.hash),
        serving=Serving(instance_type="ml.m5.large", instance_count=2, scaling=scaling),
        metrics=Metrics(protocol="ua.test", rmse=0.925, mae=0.73, coverage=1.0, ratings=9430),
        trained_at="2026-07-01T00:00:00Z",
        data_sha256="0" * 64,
    )


def second_contract(contracts: Path) -> Path:
    """Add a contract to a folder of contracts: the first one's files with another error text."""
    folder = contracts / SECOND
    shutil.copytree(contracts / "ratings-v1", folder)
    error = folder / "error.vtl"
    error.write_text(error.read_text().replace("gave no usable answer", "gave an answer that cannot be used"))
    return folder


def fill(store: Path, releases: Sequence[Release]) -> None:
    for each in releases:
        publish(open_store(str(store), store), each)


def stack_config(stack: str, changes: Mapping[str, Any]) -> dict[str, str]:
    """Read `Pulumi.<stack>.yaml` with `changes` to our keys, as the engine hands it over; None takes a key out."""
    ours = {f"{PROJECT}:{key}": value for key, value in changes.items()}
    merged = {**load_stack(ROOT / f"Pulumi.{stack}.yaml"), **ours}
    return engine_config(PROJECT, {}, {key: value for key, value in merged.items() if value is not None})


def with_features(stack: str, features: Mapping[str, Any] = FEATURES) -> dict[str, Any]:
    """Return a stack's own `api` with features laid over it."""
    own: Any = load_stack(ROOT / f"Pulumi.{stack}.yaml")[f"{PROJECT}:api"]
    return {**own, **features}


__all__ = [
    "CONTRACTS",
    "FEATURES",
    "PROJECT",
    "ROOT",
    "SCALING",
    "SECOND",
    "fill",
    "release",
    "second_contract",
    "stack_config",
    "with_features",
]
