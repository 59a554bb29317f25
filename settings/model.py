"""What a stack's configuration says: one frozen `Settings`. Pure.

Every default stands here, once, beside the rule that reads the value and the sentence that describes it
(`settings/field.py`). A key in a stack file is the attribute's name in camelCase: `api.maxItems` is
`Settings.api.max_items`. What must hold between several values is in `settings/agreement.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from releases.ids import ID_BOUND, id_problem
from settings import limits
from settings.access import (
    PLAN_NAME,
    ROUTE_NAME,
    AuthorizationSettings,
    NetworkSettings,
    PlanSettings,
    RouteThrottleSettings,
)
from settings.address import STORE_BOUND, store_problem
from settings.edge import CacheSettings, CorsSettings, DomainSettings, FirewallSettings
from settings.field import Sections, section, setting
from settings.numeric import Integer, Number, OneOf
from settings.observing import ObservabilitySettings
from settings.rules import Choice, Flag, Listing, Table, Text, matching
from settings.vocabulary import EndpointType, LogLevel

PROJECT = "predicted-ratings"
"""The project's name in Pulumi.yaml, and so the namespace of its keys."""

_ID = Text(ID_BOUND, id_problem, "Use an id as training gives them, such as r1")
_ROLLOUT = matching(
    r"[A-Za-z0-9][A-Za-z0-9._-]*",
    "a rollout's id: letters, digits, dot, hyphen and underscore, at most 64 characters",
    "Copy it from the rollout's report",
    longest=64,
)


@section
class ThrottlingSettings:
    """`api.throttling`: the token bucket in front of the stage."""

    rate: float = setting(
        Number(*limits.THROTTLE_RATE, above=True),
        "How many requests are let through on average, all clients together",
        unit="requests per second",
        default=50.0,
    )
    burst: int = setting(
        Integer(*limits.THROTTLE_BURST),
        "How many requests are let through at once after a quiet while",
        unit="requests",
        default=100,
    )
    routes: Mapping[str, RouteThrottleSettings] = setting(
        Sections(RouteThrottleSettings, ROUTE_NAME, limits.METHOD_THROTTLES_MAX, "route"),
        "Limits of single routes in place of these, all clients together",
        default=MappingProxyType[str, RouteThrottleSettings]({}),
    )


@section
class LoggingSettings:
    """`api.logging`: the stage's logs. The access log in JSON is always written: the canary is judged by it."""

    level: LogLevel = setting(
        Choice(LogLevel), "What the execution log holds beside the access log", default=LogLevel.ERROR
    )
    retention_days: int = setting(
        OneOf(limits.LOG_RETENTION_DAYS), "How long every log group of the stack is kept", unit="days", default=14
    )
    data_trace: bool = setting(
        Flag(),
        "Whether the execution log holds whole requests and answers; they are your users' data",
        default=False,
    )
    account_role: bool = setting(
        Flag(),
        "Whether this stack sets the role by which API Gateway writes logs. It is one per account and region, so at "
        "most one stack should",
        default=False,
    )


@section
class ApiSettings:
    """`api`: the REST API and its stage."""

    name: str = setting(
        matching(
            limits.API_NAME_PATTERN,
            f"lower-case letters, digits and single hyphens, a letter first, at most {limits.API_NAME_MAX_LENGTH} "
            "characters",
            longest=limits.API_NAME_MAX_LENGTH,
        ),
        "The API's name. The names of endpoints and roles begin with it, so it differs from stack to stack",
    )
    endpoint_type: EndpointType = setting(
        Choice(EndpointType), "From where the API can be reached", default=EndpointType.REGIONAL
    )
    vpc_endpoints: tuple[str, ...] = setting(
        Listing(matching(limits.VPC_ENDPOINT_PATTERN, "a VPC endpoint id such as vpce-0123456789abcdef0")),
        "The VPC endpoints that reach a PRIVATE API; there must be one at least, and none otherwise",
        default=(),
    )
    stage_name: str = setting(
        matching(limits.STAGE_NAME_PATTERN, "letters, digits, hyphens and underscores, at most 128 characters"),
        "The stage's name, the first part of every URL's path",
        default="v1",
    )
    throttling: ThrottlingSettings = setting(
        ThrottlingSettings, "The limit for all clients together", default=ThrottlingSettings()
    )
    logging: LoggingSettings = setting(LoggingSettings, "The stage's logs", default=LoggingSettings())
    tracing: bool = setting(Flag(), "Whether AWS X-Ray traces requests through the stage", default=False)
    max_items: int = setting(
        Integer(*limits.MAX_ITEMS), "How many items one request may ask for", unit="items", default=100
    )
    timeout_milliseconds: int = setting(
        Integer(*limits.INTEGRATION_TIMEOUT_MILLISECONDS),
        "How long the gateway waits for the model. More than 29000 needs a raised quota, and no EDGE API; SageMaker "
        "itself waits 60 seconds for a container",
        unit="milliseconds",
        default=29_000,
    )
    authorization: AuthorizationSettings = setting(
        AuthorizationSettings, "Who may call", default=AuthorizationSettings()
    )
    network: NetworkSettings = setting(
        NetworkSettings, "From where the API may be called (its resource policy)", default=NetworkSettings()
    )
    plans: Mapping[str, PlanSettings] = setting(
        Sections(PlanSettings, PLAN_NAME, limits.PLANS_MAX, "plan"),
        "Usage plans: throttle and quota for each key. Where there is one, every request needs a key",
        default=MappingProxyType[str, PlanSettings]({}),
    )
    firewall: FirewallSettings | None = setting(
        FirewallSettings, "AWS WAF in front of the stage: managed rules, and a rate for each address", default=None
    )
    cache: CacheSettings | None = setting(
        CacheSettings, "The stage's cache; with it each release has a Deployment of its own", default=None
    )
    cors: CorsSettings | None = setting(CorsSettings, "Calls from web pages of another origin", default=None)
    domain: DomainSettings | None = setting(DomainSettings, "A name of your own in front of the API", default=None)
    validate_requests: bool = setting(
        Flag(),
        "Whether the gateway refuses requests without a required parameter; without it the templates do",
        default=True,
    )
    compression_bytes: int | None = setting(
        Integer(*limits.COMPRESSION_BYTES),
        "From what size on answers are compressed for clients that take it; without it none is",
        unit="bytes",
        default=None,
    )


@section
class AutoscalingSettings:
    """`serving.autoscaling`: target tracking on invocations per minute and instance."""

    min_instances: int = setting(
        Integer(limits.INSTANCE_COUNT_MIN), "The fewest instances of one endpoint", unit="instances"
    )
    max_instances: int = setting(
        Integer(limits.INSTANCE_COUNT_MIN), "The most instances of one endpoint", unit="instances"
    )
    target_invocations_per_instance: float = setting(
        Number(0.0, above=True),
        "The load that one instance is kept at",
        unit="invocations per minute and instance",
        default=600.0,
    )
    scale_in_cooldown_seconds: int = setting(
        Integer(0), "How long to wait after taking an instance away before the next", unit="seconds", default=300
    )
    scale_out_cooldown_seconds: int = setting(
        Integer(0), "How long to wait after adding an instance before the next", unit="seconds", default=60
    )


@section
class DataCaptureSettings:
    """`serving.dataCapture`: SageMaker's record of requests and answers, under `captures/` in the store."""

    enabled: bool = setting(
        Flag(), "Whether requests and answers are recorded; they are your users' data", default=False
    )
    percent: int = setting(
        Integer(*limits.CAPTURE_PERCENT), "How much is recorded", unit="percent of invocations", default=100
    )


@section
class ServingSettings:
    """`serving`: what the next release registered in this stack is served with.

    A release keeps what it was registered with, except for `data_capture`, which is the stack's.
    """

    instance_type: str = setting(
        matching(limits.INSTANCE_TYPE_PATTERN, "a SageMaker instance type such as ml.m5.large"),
        "The instances that run the model",
    )
    instance_count: int = setting(
        Integer(limits.INSTANCE_COUNT_MIN), "How many instances an endpoint starts with", unit="instances", default=1
    )
    autoscaling: AutoscalingSettings | None = setting(
        AutoscalingSettings, "Scaling with the load; without it the count stays", default=None
    )
    data_capture: DataCaptureSettings = setting(
        DataCaptureSettings, "A record of requests and answers", default=DataCaptureSettings()
    )


@section
class EnrichedSettings:
    """`enriched`: a second route, whose function adds titles and what the user has rated to the model's ratings."""

    enabled: bool = setting(
        Flag(),
        "Whether `GET /enriched-ratings/{user_id}` is there, with two tables and a function a release",
        default=False,
    )
    memory_megabytes: int = setting(
        Integer(*limits.FUNCTION_MEMORY_MEGABYTES),
        "What one instance of the function may use; its share of a processor grows with it",
        unit="megabytes",
        default=256,
    )
    timeout_seconds: int = setting(
        Integer(*limits.FUNCTION_TIMEOUT_SECONDS),
        "How long the function may take; less than the gateway waits (api.timeoutMilliseconds)",
        unit="seconds",
        default=10,
    )


@section
class CanarySettings:
    """`canary`: a release beside the stable one, split by hand."""

    release: str = setting(_ID, "The release's id")
    percent: float = setting(
        Number(*limits.CANARY_PERCENT), "Its share of the requests; 0.5 is half a percent", unit="percent of requests"
    )


@section
class Settings:
    """One stack's configuration, complete and checked. `stable` None means that nothing is served yet."""

    api: ApiSettings = setting(ApiSettings, "The REST API and its stage")
    serving: ServingSettings = setting(
        ServingSettings, "What the next release registered in this stack is served with; registered ones keep theirs"
    )
    enriched: EnrichedSettings = setting(
        EnrichedSettings, "A second route, with titles and what the user has rated", default=EnrichedSettings()
    )
    observability: ObservabilitySettings = setting(
        ObservabilitySettings,
        "What is counted of the access log, and the alarms and the dashboard that are made of it",
        default=ObservabilitySettings(),
    )
    store: str = setting(
        Text(STORE_BOUND, store_problem, "Name a bucket of your own, or a folder"),
        "Where manifests, artifacts and the rollouts' journal lie. A folder counts from the project's",
    )
    stable: str | None = setting(
        _ID, "The release that is served; without it only what training and observing need is made", default=None
    )
    canary: CanarySettings | None = setting(
        CanarySettings, "A second release that gets a share of the requests", default=None
    )
    warm: tuple[str, ...] = setting(
        Listing(_ID), "Releases whose endpoints are kept running without traffic", default=()
    )
    rollout: str | None = setting(_ROLLOUT, "The last finished rollout that this configuration knows of", default=None)
    protect: bool = setting(
        Flag(), "Whether the API, the stage and the buckets are protected from deletion", default=False
    )
    tags: Mapping[str, str] = setting(
        Table(
            matching(limits.TAG_KEY_PATTERN, "a tag's key (1 to 128 letters, digits, blanks and .:/=+-@_, not aws:)"),
            matching(limits.TAG_VALUE_PATTERN, "a tag's value (at most 256 of the same)"),
            limits.TAGS_MAX,
        ),
        "Tags for everything that takes tags",
        default=MappingProxyType[str, str]({}),
    )
    region: str | None = setting(
        matching(limits.REGION_PATTERN, "an AWS region such as eu-central-1"),
        "The AWS region; without it the environment's",
        key="aws:region",
        default=None,
    )
