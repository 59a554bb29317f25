"""What stands between callers and the stage, all of it optional: a domain, usage plans with their keys, a firewall."""

from dataclasses import dataclass

import pulumi

from components.domain import Domain, DomainArgs
from components.firewall import Firewall, FirewallArgs
from components.plans import UsagePlans, UsagePlansArgs
from components.stage import CanaryStage


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontArgs:
    """Each is None where it is not wanted."""

    domain: DomainArgs | None = None
    plans: UsagePlansArgs | None = None
    firewall: FirewallArgs | None = None


class Front(pulumi.ComponentResource):
    """The parts that are wanted, for one stage.

    Outputs: `url` is the address that callers use, and `exports` what else they need: the keys' values (secret), and
    what the domain's DNS record points to.
    """

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: FrontArgs, stage: CanaryStage, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("canary:components:Front", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.url, self.exports = stage.invoke_url, dict[str, pulumi.Output[object]]()
        if args.domain is not None:
            domain = Domain("domain", args.domain, api=stage.api_id, stage=stage.stage_name, opts=own)
            self.url = pulumi.Output.from_input(args.domain.address)
            self.exports["domainTarget"] = domain.target
        if args.plans is not None:
            plans = UsagePlans("plans", args.plans, api=stage.api_id, stage=stage.stage_name, opts=own)
            self.exports["apiKeys"] = plans.values
        if args.firewall is not None:
            Firewall("firewall", args.firewall, stage_arn=stage.stage_arn, opts=own)
        self.register_outputs({"url": self.url})
