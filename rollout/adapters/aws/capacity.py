"""How many instances each fleet must have before a target is served, and what to ask of Application Auto Scaling. Pure.

The minimum is raised, and not the desired count set, because a fleet at its minimum cannot be scaled in while traffic
is still on its way. The other fleet's scale-in is suspended: traffic that leaves it for the canary must find it whole
when it comes back. Both are put back when the rollout is cleaned up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from releases.model import Release, Scaling
from rollout.adapters.aws.errors import AwsError
from rollout.control.plan import instances_for
from rollout.control.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """One endpoint's instances: in service and asked for; `status` is SageMaker's word (`InService`)."""

    status: str
    current: int
    desired: int

    def has(self, instances: int) -> bool:
        """Whether so many are in service, and none is on its way out."""
        return self.status == "InService" and min(self.current, self.desired) >= instances


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A scalable target as it is registered: fewest and most instances, and whether it may be scaled in."""

    fewest: int
    most: int
    scales_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`release` takes over `percent` of what `against` carries now (by instances)."""

    release: str
    against: str
    percent: float


def need(target: Target, serves: str) -> Need | None:
    """Say who must grow before `target` is served, when `serves` is the stable release now; None where nobody."""
    if target.canary is not None:
        return Need(release=target.canary, against=target.stable, percent=target.percent)
    if target.stable != serves:
        return Need(release=target.stable, against=serves, percent=100.0)
    return None


def instances(asked: Need, manifests: Mapping[str, Release], fleets: Mapping[str, Fleet]) -> int:
    """How many instances the growing release must have: as many as carry its share at the other's present size.

    Raises:
        AwsError: more than the release can have; the message says what to register instead.
    """
    release = manifests[asked.release]
    wanted = instances_for(release.serving, fleets[asked.against].current, asked.percent)
    most = release.serving.scaling.max_instances if release.serving.scaling else release.serving.instance_count
    if wanted > most:
        now = fleets[asked.against].current
        how = f"scales to {most}" if release.serving.scaling else f"has {most} and no scaling"
        raise AwsError(
            f"{asked.percent:g} percent of what {now} instances of {asked.against} carry needs {wanted} of "
            f"{asked.release}, which {how}: register a release that may have more, or lower the percent"
        )
    return wanted


def raised(bounds: Bounds, wanted: int) -> Bounds:
    """The bounds with the minimum raised to `wanted`; never lowered, and never above the most."""
    return Bounds(fewest=max(bounds.fewest, wanted), most=max(bounds.most, wanted), scales_in=bounds.scales_in)


def held(bounds: Bounds) -> Bounds:
    """The bounds with scale-in suspended."""
    return Bounds(fewest=bounds.fewest, most=bounds.most, scales_in=False)


def declared(scaling: Scaling) -> Bounds:
    """The bounds as a release's manifest has them: how a rollout leaves them."""
    return Bounds(fewest=scaling.min_instances, most=scaling.max_instances, scales_in=True)
