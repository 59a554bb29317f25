"""What holds for a stage's methods: throttles, logging, caching."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.limits import require_between
from components.plans import ThrottleArgs

EVERY_METHOD = "*/*"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheArgs:
    """The stage's cache: `size_gb` is one of API Gateway's sizes, `ttl_seconds` how long an answer is kept."""

    size_gb: float
    ttl_seconds: int

    def __post_init__(self) -> None:
        require_between("the cache's time to live", self.ttl_seconds, 1, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodArgs:
    """What holds for every method. Both throttles are set: one left out would switch throttling off.

    `rate` is requests per second, `burst` requests; `log_level` OFF, ERROR or INFO. `routes` has other throttles for
    single routes, by `{path}/{METHOD}` without a slash before it. `cache` is None for a stage without one.
    """

    rate: float
    burst: int
    log_level: str = "ERROR"
    data_trace: bool = False
    routes: Mapping[str, ThrottleArgs] = field(default_factory=dict[str, ThrottleArgs])
    cache: CacheArgs | None = None

    def __post_init__(self) -> None:
        require_between("the throttle's rate", self.rate, 0)
        require_between("the throttle's burst", self.burst, 0)

    @property
    def throttles(self) -> Mapping[str, ThrottleArgs]:
        """Every throttle by its method path, that of all methods first: the others begin as copies of it."""
        return {EVERY_METHOD: ThrottleArgs(rate=self.rate, burst=self.burst), **self.routes}

    def settings(self, throttle: ThrottleArgs) -> aws.apigateway.MethodSettingsSettingsArgs:
        """All settings of a method, with that throttle: what is left out would fall back to AWS's own."""
        return aws.apigateway.MethodSettingsSettingsArgs(
            metrics_enabled=True,
            logging_level=self.log_level,
            data_trace_enabled=self.data_trace,
            throttling_rate_limit=throttle.rate,
            throttling_burst_limit=throttle.burst,
            caching_enabled=self.cache is not None,
            cache_ttl_in_seconds=self.cache and self.cache.ttl_seconds,
            cache_data_encrypted=self.cache and True,
            require_authorization_for_cache_control=self.cache and True,  # or any caller empties it, entry by entry
            unauthorized_cache_control_header_strategy=self.cache and "SUCCEED_WITH_RESPONSE_HEADER",
        )


def method_settings(
    name: str,
    api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    methods: MethodArgs,
    opts: pulumi.ResourceOptions,
) -> None:
    """Register every throttle, one after the other: AWS refuses two changes of one stage at once."""
    before: list[pulumi.Resource] = []
    for path, throttle in methods.throttles.items():
        suffix = "" if path == EVERY_METHOD else "-" + re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")
        made = aws.apigateway.MethodSettings(
            f"{name}{suffix}",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path=path,
            settings=methods.settings(throttle),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(before))),
        )
        before.append(made)
