"""What is served: frozen APIs by deployment, stages, and endpoints. Pure data; `emulator/reading.py` builds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.api import Api
from emulator.computed import Place
from emulator.findings import Finding
from emulator.metric_filters import MetricFilter
from emulator.plans import Plan
from emulator.throttle import Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A stage's canary: the deployment and percent of the requests (0..100) that it gets, and its variables."""

    deployment: str
    percent: float
    overrides: Mapping[str, str]
    use_stage_cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog:
    """Where a stage's access log goes (a log group's ARN, and its name alone) and what a line holds."""

    destination: str
    group: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """A stage. `throttles` maps `*/*` or `/path/VERB` to its bucket's measures."""

    name: str
    api_id: str
    deployment: str
    variables: Mapping[str, str]
    canary: Canary | None
    throttles: Mapping[str, Throttle]
    access_log: AccessLog | None
    tracing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """Data capture: percent of the invocations, what of them, and the content types written as text."""

    percent: float
    input: bool
    output: bool
    json_types: tuple[str, ...]
    csv_types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """An endpoint and all that its container is made of; two equal specs are the same running container.

    `artifact` is the Model's modelDataUrl, `sha256` what its tag says of that archive's bytes (64 hex, None without
    such a tag), `environment` its container's environment variables.
    """

    name: str
    arn: str
    configuration: str
    variant: str
    model: str
    image: str
    artifact: str
    sha256: str | None
    environment: tuple[tuple[str, str], ...]
    capture: Capture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """A Lambda function of Python and all that its process is made of.

    `code` is the registered archive as canonical JSON, relative paths in it are the program's (`directory`).
    `timeout` is in seconds, `memory` in MB.
    """

    name: str
    arn: str
    runtime: str
    handler: str
    code: str
    directory: str
    environment: tuple[tuple[str, str], ...]
    timeout: int
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A DynamoDB table: its name, and its key attributes with their types (`N`, `S`, `B`), the hash key first."""

    name: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePath:
    """A custom domain's mapping: `path` (one part, or empty for the root) leads to a stage.

    `stage` None leaves it to the caller: the next part of the path names it.
    """

    domain: str
    path: str
    stage: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Everything that one recording says about serving.

    `functions` are those that an API's integrations and authorizers name. `closed` is an API whose own address is
    switched off. `ignored` and `noted` are what it lacks here (`emulator/findings.py`).
    """

    project: str
    stack: str
    place: Place
    apis: Mapping[str, Api]
    stages: Mapping[str, StageState]
    endpoints: Mapping[str, EndpointSpec]
    functions: Mapping[str, FunctionSpec]
    tables: Mapping[str, TableSpec]
    plans: tuple[Plan, ...] = ()
    mappings: tuple[BasePath, ...] = ()
    closed: bool = False
    filters: tuple[MetricFilter, ...] = ()
    ignored: tuple[Finding, ...] = ()
    noted: tuple[Finding, ...] = ()
