"""The enriched route as a whole: tables, a function for each release, and what lets API Gateway call them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.function import ReleaseFunction, ReleaseFunctionArgs
from components.route import FunctionRouteArgs, GatewayRoute
from components.tables import EnrichmentTables, EnrichmentTablesArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedRouteArgs:
    """`functions` maps a release's id to its function; `route` is None where there is none yet."""

    tables: EnrichmentTablesArgs
    functions: Mapping[str, ReleaseFunctionArgs]
    route: FunctionRouteArgs | None


class EnrichedRoute(pulumi.ComponentResource):
    """`before_stage` is what a stage must wait for: all of it, so that a function is whole before it is named."""

    def __init__(self, name: str, args: EnrichedRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("canary:components:EnrichedRoute", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        self.before_stage: list[pulumi.Resource] = [*EnrichmentTables(name, args.tables, own).tables]
        for release, function in args.functions.items():
            self.before_stage.append(ReleaseFunction(f"function-{release}", function, own).function)
        if args.route is not None:
            self.before_stage.extend(GatewayRoute(name, args.route, own).policies)
        self.register_outputs({})
