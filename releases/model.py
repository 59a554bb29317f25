"""What may be served: a release, and the line-up of releases that a stage serves.

Pure: no I/O, no clock. A release never changes; its id, artifact, image, contract and serving are one identity.
"""

from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """The model archive (`model.tar.gz`): an absolute path, `file://` or `s3://` URI, and its SHA-256 (64 hex)."""

    uri: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """What runs the artifact: a framework of SageMaker's (`sklearn`, `object2vec`, ...) and its version.

    The image is resolved per region from both, unless `image` gives it.
    """

    name: str
    version: str
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRef:
    """The contract that the model speaks: the name of a folder under `mapping/contracts`, and its SHA-256 (64 hex)."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Target tracking on `SageMakerVariantInvocationsPerInstance` (invocations per minute and instance)."""

    min_instances: int
    max_instances: int
    target_invocations_per_instance: float
    scale_in_cooldown_seconds: int
    scale_out_cooldown_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where the model runs: instance type (`ml.m5.large`), how many to start with, and scaling where wanted."""

    instance_type: str
    instance_count: int
    scaling: Scaling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """How good the model is on ratings it was not trained on, and by which protocol that was measured.

    `rmse` and `mae` are in stars; `coverage` is the share (0..1) of held-out ratings whose user and item were
    both in the training set; `ratings` is how many were held out.
    """

    protocol: str
    rmse: float
    mae: float
    coverage: float
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One immutable release. `trained_at` is an RFC 3339 UTC time, `data_sha256` the hash of the training rows.

    `job` is the name of the training job on SageMaker that made the artifact, None where it was trained elsewhere.
    """

    id: str
    artifact: Artifact
    framework: Framework
    contract: ContractRef
    serving: Serving
    metrics: Metrics
    trained_at: str
    data_sha256: str
    job: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A release that gets `percent` (0..100, a float) of the traffic beside the stable one."""

    release: Release
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """What a stage serves: the stable release (none before the first), a canary beside it, and those kept warm."""

    stable: Release | None = None
    canary: Canary | None = None
    warm: tuple[Release, ...] = ()
