"""What is watched: the counts of the access log as metrics, alarms on them and on the endpoints, and a dashboard.

Everything arrives as plain names and numbers: which lines count is said by their owner, once, for filter, alarm and
widget alike. A release's own alarms are named after it, and come and go with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.alarms import AlarmArgs, LookArgs, alarm
from components.dashboard import DashboardArgs
from components.errors import ArgumentError
from components.filters import MetricFilterArgs, metric_filter, require_room
from components.limits import ALARM_ACTIONS, TOPIC_NAME, require


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservabilityArgs:
    """`filters` and `alarms` are by the end of their logical name. `actions` (ARNs) are told of every alarm, and so is
    the topic that is made where `topic` names one. `after` is what must be there before the filters: the log groups.
    """

    filters: Mapping[str, MetricFilterArgs]
    alarms: Mapping[str, AlarmArgs] = field(default_factory=dict[str, AlarmArgs])
    look: LookArgs = field(default_factory=LookArgs)
    topic: str = ""
    actions: Sequence[str] = ()
    dashboard: DashboardArgs | None = None
    after: Sequence[pulumi.Resource] = ()
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        require_room(list(self.filters.values()))
        if self.topic:
            require("topic", self.topic, TOPIC_NAME)
        told = len(self.actions) + bool(self.topic)
        if told > ALARM_ACTIONS:
            raise ArgumentError(f"an alarm tells {told}, at most {ALARM_ACTIONS} are allowed: tell one topic")
        names = [each.name for each in self.alarms.values()]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ArgumentError(f"alarms are called alike, and one would overwrite the other: {', '.join(twice)}")


class Observability(pulumi.ComponentResource):
    """Metric filters, a topic, alarms and a dashboard.

    `exports` are what people look for, where it is there: `alarmTopic` (the topic's ARN) and `dashboard` (its name).
    """

    exports: Mapping[str, pulumi.Input[str]]

    def __init__(self, name: str, args: ObservabilityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:Observability", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        counting = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        for end, filtered in args.filters.items():
            metric_filter(f"{name}-{end}", filtered, counting)
        exports: dict[str, pulumi.Input[str]] = {}
        if args.topic:
            exports["alarmTopic"] = aws.sns.Topic(f"{name}-topic", name=args.topic, tags=dict(args.tags), opts=own).arn
        actions = [*exports.values(), *args.actions]
        for end, watched in args.alarms.items():
            alarm(f"{name}-{end}", watched, args.look, actions=actions, tags=args.tags, opts=own)
        if args.dashboard is not None:
            aws.cloudwatch.Dashboard(
                f"{name}-dashboard",
                dashboard_name=args.dashboard.name,
                dashboard_body=args.dashboard.body,
                opts=own,
            )
            exports["dashboard"] = args.dashboard.name
        self.exports = exports
        self.register_outputs(exports)
