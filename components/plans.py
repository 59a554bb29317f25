"""Usage plans, and the keys that callers send.

A plan's throttle and quota hold for each of its keys by itself (API Gateway developer guide, "Usage plans and API keys
for REST APIs", read 2026-11). AWS makes the keys' values: they are secrets in the stack's state and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.errors import ArgumentError
from components.limits import METHOD_THROTTLES, require_between

QUOTA_PERIODS = ("DAY", "WEEK", "MONTH")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleArgs:
    """A token bucket: `rate` requests a second on average, `burst` at once."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        require_between("a throttle's rate", self.rate, 0)
        require_between("a throttle's burst", self.burst, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaArgs:
    """`limit` requests a `period` (DAY, WEEK or MONTH)."""

    limit: int
    period: str

    def __post_init__(self) -> None:
        require_between("a quota's limit", self.limit, 1)
        if self.period not in QUOTA_PERIODS:
            raise ArgumentError(f"a quota's period is one of {', '.join(QUOTA_PERIODS)}, got {self.period!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanArgs:
    """One plan: `plan` is its physical name.

    `routes` has throttles by `{path}/{METHOD}`, `keys` the keys' physical names by their logical ones.
    """

    plan: str
    throttle: ThrottleArgs
    quota: QuotaArgs | None
    routes: Mapping[str, ThrottleArgs]
    keys: Mapping[str, str]

    def __post_init__(self) -> None:
        require_between(f"throttles of single methods in the plan {self.plan}", len(self.routes), 0, METHOD_THROTTLES)
        if self.quota is not None and self.quota.limit < max(self.throttle.burst, self.throttle.rate):
            raise ArgumentError(
                f"the plan {self.plan} lets through {self.throttle.burst} requests at once and its quota is "
                f"{self.quota.limit}: raise the quota, or lower the throttle"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlansArgs:
    """The plans by their logical names. With `protect` no key is deleted: its callers would be shut out."""

    plans: Mapping[str, PlanArgs]
    protect: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        keys: Sequence[str] = [key for plan in self.plans.values() for key in plan.keys]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ArgumentError(f"a key is in one plan of a stage, and these are in several: {', '.join(twice)}")


class UsagePlans(pulumi.ComponentResource):
    """The plans of one stage, their keys, and which key is in which. Output: `values`, the keys' secrets by name."""

    values: pulumi.Output[Mapping[str, str]]

    def __init__(
        self,
        name: str,
        args: UsagePlansArgs,
        *,
        api: pulumi.Input[str],
        stage: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("canary:components:UsagePlans", name, None, opts)
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        values: dict[str, pulumi.Output[str]] = {}
        for logical, plan in args.plans.items():
            made = aws.apigateway.UsagePlan(
                f"{name}-{logical}",
                name=plan.plan,
                api_stages=[
                    aws.apigateway.UsagePlanApiStageArgs(api_id=api, stage=stage, throttles=_throttles(plan.routes))
                ],
                throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(
                    rate_limit=plan.throttle.rate, burst_limit=plan.throttle.burst
                ),
                quota_settings=plan.quota
                and aws.apigateway.UsagePlanQuotaSettingsArgs(limit=plan.quota.limit, period=plan.quota.period),
                tags=tags,
                opts=own,
            )
            for key, physical in plan.keys.items():
                secret = aws.apigateway.ApiKey(
                    f"{name}-key-{key}",
                    name=physical,
                    enabled=True,  # the API's own default is a key that opens nothing
                    tags=tags,
                    opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
                )
                aws.apigateway.UsagePlanKey(
                    f"{name}-{logical}-{key}", key_id=secret.id, key_type="API_KEY", usage_plan_id=made.id, opts=own
                )
                values[key] = secret.value
        self.values = pulumi.Output.secret(pulumi.Output.all(**values))
        self.register_outputs({})


def _throttles(routes: Mapping[str, ThrottleArgs]) -> list[aws.apigateway.UsagePlanApiStageThrottleArgs] | None:
    return [
        aws.apigateway.UsagePlanApiStageThrottleArgs(path=route, rate_limit=throttle.rate, burst_limit=throttle.burst)
        for route, throttle in routes.items()
    ] or None
