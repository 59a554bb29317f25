"""AWS WAF in front of one stage: AWS's managed rules and a rate for each address, counted first and blocked later.

Sources: AWS WAF developer guide, "AWS Managed Rules rule groups list" and "Logging web ACL traffic"; the form of a
stage's ARN, without an account: API Gateway developer guide, "Use AWS WAF to protect your REST APIs" (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.cloud import Cloud
from components.errors import ArgumentError
from components.limits import WEB_ACL_NAME, require, require_between
from components.logs import log_group

LOG_PREFIX = "aws-waf-logs-"
"""What the name of a log group of WAF's begins with; it refuses every other."""
COMMON = "AWSManagedRulesCommonRuleSet"
QUERY_RULE = "SizeRestrictions_QUERYSTRING"
"""The common group's rule that blocks query strings of more than 2,048 bytes."""
SECRET_HEADERS = ("authorization", "x-api-key")
"""What the log has to keep to itself."""
COUNT, BLOCK = "COUNT", "BLOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallArgs:
    """`mode` is COUNT or BLOCK; `rate` requests of one address in `window_seconds` are let through.

    `rule_groups` are AWS's, asked in this order. With `long_queries` the common group only counts long query strings:
    the API's own callers have some.
    """

    web_acl: str
    mode: str
    rate: int
    window_seconds: int
    rule_groups: Sequence[str]
    long_queries: bool
    cloud: Cloud
    log_retention_days: int
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require("web ACL", self.web_acl, WEB_ACL_NAME)
        require_between("the firewall's rate", self.rate, 10)
        if self.mode not in (COUNT, BLOCK):
            raise ArgumentError(f"the firewall's mode is {COUNT} or {BLOCK}, got {self.mode!r}")

    @property
    def log_group(self) -> str:
        """The log group's name."""
        return f"{LOG_PREFIX}{self.web_acl}"


class Firewall(pulumi.ComponentResource):
    """Web ACL, log group, logging without secrets, and the association with the stage of that ARN."""

    def __init__(
        self,
        name: str,
        args: FirewallArgs,
        *,
        stage_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("canary:components:Firewall", name, None, opts)
        own, tags = pulumi.ResourceOptions(parent=self), dict(args.tags)
        logs = log_group(f"{name}-logs", args.log_group, args.log_retention_days, args.tags, own)
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=args.web_acl,
            scope="REGIONAL",
            default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
            rules=[_rate(args), *(_managed(args, group, place) for place, group in enumerate(args.rule_groups, 1))],
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, metric_name=args.web_acl, sampled_requests_enabled=True
            ),
            tags=tags,
            opts=own,
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl.arn,
            log_destination_configs=[args.cloud.log_group_arn(args.log_group)],
            redacted_fields=[
                aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                    single_header=aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                )
                for header in SECRET_HEADERS
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )
        aws.wafv2.WebAclAssociation(f"{name}-association", resource_arn=stage_arn, web_acl_arn=acl.arn, opts=own)
        self.register_outputs({"webAclArn": acl.arn})


def _seen(args: FirewallArgs, rule: str) -> aws.wafv2.WebAclRuleVisibilityConfigArgs:
    return aws.wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, metric_name=f"{args.web_acl}-{rule}", sampled_requests_enabled=True
    )


def _rate(args: FirewallArgs) -> aws.wafv2.WebAclRuleArgs:
    count = aws.wafv2.WebAclRuleActionArgs(count=aws.wafv2.WebAclRuleActionCountArgs())
    block = aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs())
    return aws.wafv2.WebAclRuleArgs(
        name="rate-per-address",
        priority=0,
        action=block if args.mode == BLOCK else count,
        statement=aws.wafv2.WebAclRuleStatementArgs(
            rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
                limit=args.rate, aggregate_key_type="IP", evaluation_window_sec=args.window_seconds
            )
        ),
        visibility_config=_seen(args, "rate-per-address"),
    )


def _managed(args: FirewallArgs, group: str, priority: int) -> aws.wafv2.WebAclRuleArgs:
    count = aws.wafv2.WebAclRuleOverrideActionArgs(count=aws.wafv2.WebAclRuleOverrideActionCountArgs())
    as_the_group_says = aws.wafv2.WebAclRuleOverrideActionArgs(none=aws.wafv2.WebAclRuleOverrideActionNoneArgs())
    lenient = [
        aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(
            name=QUERY_RULE,
            action_to_use=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
                count=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
            ),
        )
    ]
    return aws.wafv2.WebAclRuleArgs(
        name=group,
        priority=priority,
        override_action=as_the_group_says if args.mode == BLOCK else count,
        statement=aws.wafv2.WebAclRuleStatementArgs(
            managed_rule_group_statement=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                name=group,
                vendor_name="AWS",
                rule_action_overrides=lenient if group == COMMON and args.long_queries else None,
            )
        ),
        visibility_config=_seen(args, group),
    )
