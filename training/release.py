"""From a measured model to a release. Pure."""

import hashlib

from releases.model import Artifact, ContractRef, Framework, Metrics, Release, Serving
from training.errors import IncomparableError, WorseReleaseError

FRAMEWORK = Framework(name="sklearn", version="1.2-1")
"""SageMaker's scikit-learn container, whose Python and NumPy the handler is written for (docs/training.md)."""

MARGIN = 0.01
"""By how many stars of RMSE a release may be worse than the stable one: about five times what another seed changes."""


def archive_key(sha256: str) -> str:
    """Return where the archive with that SHA-256 lies in a store, so that no two are ever mixed up."""
    return f"artifacts/{sha256}/model.tar.gz"


def make_release(
    release_id: str,
    *,
    archive: bytes,
    store_uri: str,
    contract: ContractRef,
    serving: Serving,
    metrics: Metrics,
    trained_at: str,
    data_sha256: str,
    framework: Framework = FRAMEWORK,
    job: str | None = None,
) -> Release:
    """Describe a release whose archive lies in the store at `store_uri` (a folder, or `s3://bucket/prefix`).

    `trained_at` is an RFC 3339 time in UTC (`2026-01-31T12:00:00Z`), `data_sha256` that of the training rows, `job` the
    training job on SageMaker where there was one.
    """
    sha256 = hashlib.sha256(archive).hexdigest()
    return Release(
        id=release_id,
        artifact=Artifact(uri=f"{store_uri.rstrip('/')}/{archive_key(sha256)}", sha256=sha256),
        framework=framework,
        contract=contract,
        serving=serving,
        metrics=metrics,
        trained_at=trained_at,
        data_sha256=data_sha256,
        job=job,
    )


def check_not_worse(new: Release, stable: Release, margin: float = MARGIN) -> None:
    """Let `new` pass where its RMSE is at most `margin` stars above the stable release's.

    Raises:
        WorseReleaseError: it is further above.
        IncomparableError: the two were measured by different protocols.
    """
    if new.metrics.protocol != stable.metrics.protocol:
        raise IncomparableError(
            f"release {new.id!r} was measured on {new.metrics.protocol!r} and the stable {stable.id!r} on "
            f"{stable.metrics.protocol!r}: measure both in one way, or register it all the same with --allow-worse"
        )
    difference = new.metrics.rmse - stable.metrics.rmse
    if difference > margin:
        raise WorseReleaseError(
            f"release {new.id!r} has RMSE {new.metrics.rmse:.4f}, {difference:.4f} above the stable {stable.id!r} "
            f"({stable.metrics.rmse:.4f}); at most {margin} is allowed, so it is not registered. Train on more, or "
            "register it all the same with --allow-worse"
        )
