"""The instances behind a release: what is in service, capacity before traffic, and everything put back at the end.

Endpoints by DescribeEndpoint, their bounds by Application Auto Scaling. What is changed here is outside the engine's
state until its next refreshed update (`docs/runbooks/rollout-on-aws.md`).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from rollout.adapters.aws.capacity import Bounds, Fleet, declared, held, instances, need, raised
from rollout.adapters.aws.clients import Clients, code_of, told
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.naming import DIMENSION, NAMESPACE, release_of, resource_id
from rollout.control.target import Target

if TYPE_CHECKING:
    from releases.model import Release

Change = Callable[[Bounds], Bounds]

GONE = "Could not find endpoint"
"""What DescribeEndpoint says in a ValidationException of an endpoint that is not there."""


class Endpoints:
    """The endpoints of the API called `api`."""

    def __init__(self, clients: Clients, api: str) -> None:
        self._sagemaker = clients.sagemaker
        self._scaling = clients.scaling
        self._api = api

    def in_service(self) -> frozenset[str]:
        """Return the releases whose endpoints answer. Raises AwsError."""
        with told("sagemaker ListEndpoints"):
            pages = self._sagemaker.get_paginator("list_endpoints").paginate(NameContains=f"{self._api}-")
            names = [each["EndpointName"] for page in pages for each in page["Endpoints"]]
        own = {name: release for name in names if (release := release_of(self._api, name))}
        fleets = {release: self.fleet(name) for name, release in own.items()}
        return frozenset(release for release, fleet in fleets.items() if fleet and _up(fleet))

    def fleet(self, endpoint: str) -> Fleet | None:
        """Describe one endpoint; None where there is none. Raises AwsError."""
        try:
            with told(f"sagemaker DescribeEndpoint {endpoint}"):
                said = self._sagemaker.describe_endpoint(EndpointName=endpoint)
        except AwsError as error:
            if code_of(error) == "ValidationException" and GONE in str(error):
                return None
            raise
        variant = (said.get("ProductionVariants") or [{}])[0]
        return Fleet(
            status=said["EndpointStatus"],
            current=variant.get("CurrentInstanceCount", 0),
            desired=variant.get("DesiredInstanceCount", variant.get("CurrentInstanceCount", 0)),
        )

    def bounds(self, endpoint: str) -> Bounds | None:
        """Read an endpoint's bounds; None where it is not scaled. Raises AwsError."""
        with told(f"application-autoscaling DescribeScalableTargets {endpoint}"):
            said: dict[str, Any] = self._scaling.describe_scalable_targets(
                ServiceNamespace=NAMESPACE, ResourceIds=[resource_id(endpoint)], ScalableDimension=DIMENSION
            )
        found = cast("list[dict[str, Any]]", said["ScalableTargets"])
        if not found:
            return None
        suspended = cast("dict[str, bool]", found[0].get("SuspendedState") or {})
        return Bounds(
            fewest=int(found[0]["MinCapacity"]),
            most=int(found[0]["MaxCapacity"]),
            scales_in=not suspended.get("DynamicScalingInSuspended", False),
        )

    def bind(self, endpoint: str, bounds: Bounds) -> None:
        """Register an endpoint's bounds. Raises AwsError."""
        with told(f"application-autoscaling RegisterScalableTarget {endpoint}"):
            self._scaling.register_scalable_target(
                ServiceNamespace=NAMESPACE,
                ResourceId=resource_id(endpoint),
                ScalableDimension=DIMENSION,
                MinCapacity=bounds.fewest,
                MaxCapacity=bounds.most,
                SuspendedState={
                    "DynamicScalingInSuspended": not bounds.scales_in,
                    "DynamicScalingOutSuspended": False,
                    "ScheduledScalingSuspended": False,
                },
            )


def _up(fleet: Fleet) -> bool:
    """Whether it answers: one that is updated or rolled back answers all the while (SageMaker's EndpointStatus)."""
    return fleet.status in {"InService", "Updating", "SystemUpdating", "RollingBack"}


class Capacity:
    """Capacity before traffic. `manifests` and `names` (endpoint names) are by release id."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def ready(self, target: Target, serves: str, manifests: "Mapping[str, Release]", names: Mapping[str, str]) -> bool:
        """Ask for what `target` needs, `serves` being the stable release now; say whether it is in service.

        Raises:
            AwsError: AWS refused, an endpoint is missing, or the release cannot have as many.
        """
        asked = need(target, serves)
        if asked is None:
            return True
        fleets = {each: self._fleet(names[each]) for each in (asked.release, asked.against)}
        wanted = instances(asked, manifests, fleets)
        self._bind(names[asked.release], lambda bounds: raised(bounds, wanted))
        self._bind(names[asked.against], held)
        return fleets[asked.release].has(wanted)

    def restore(self, manifests: "Mapping[str, Release]", names: Mapping[str, str]) -> None:
        """Put the bounds of these releases back to what their manifests say, where they are others. Raises AwsError."""
        for release, endpoint in names.items():
            scaling = manifests[release].serving.scaling
            if scaling is not None:
                self._bind(endpoint, lambda _bounds, scaling=scaling: declared(scaling))

    def _bind(self, endpoint: str, change: Change) -> None:
        bounds = self._endpoints.bounds(endpoint)
        if bounds is not None and change(bounds) != bounds:
            self._endpoints.bind(endpoint, change(bounds))

    def _fleet(self, endpoint: str) -> Fleet:
        found = self._endpoints.fleet(endpoint)
        if found is None:
            raise AwsError(f"there is no endpoint {endpoint}: it must be in service before it gets requests")
        return found
