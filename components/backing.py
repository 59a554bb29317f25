"""What a stage needs behind it besides endpoints: logging, the roles that reach models and functions, an authorizer."""

from dataclasses import dataclass

import pulumi

from components.account import LogRole, LogRoleArgs
from components.authorizer import Authorizer, AuthorizerArgs
from components.enriched import EnrichedRoute, EnrichedRouteArgs
from components.route import GatewayRoute, GatewayRouteArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingArgs:
    """Each is None where it is not wanted, or where there is no release yet. `route` is the model's own."""

    log_role: LogRoleArgs | None = None
    route: GatewayRouteArgs | None = None
    enriched: EnrichedRouteArgs | None = None
    authorizer: AuthorizerArgs | None = None


def backing(args: BackingArgs) -> list[pulumi.Resource]:
    """Register the parts that are wanted, and return what a stage must wait for."""
    before: list[pulumi.Resource] = []
    if args.log_role is not None:
        before.append(LogRole("account", args.log_role).account)
    if args.route is not None:
        before.extend(GatewayRoute("ratings", args.route).policies)
    if args.enriched is not None:
        before.extend(EnrichedRoute("enriched", args.enriched).before_stage)
    if args.authorizer is not None:
        before.extend(Authorizer("authorizer", args.authorizer).before_stage)
    return before
