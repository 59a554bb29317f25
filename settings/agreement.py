"""What must hold between several settings. Pure.

Each function reads what it needs from a draft, the values read so far by their path, and is silent where one of
them is absent because it was at fault itself. So all that can be said is said at once.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast

from settings import limits
from settings.agreement_api import CHECKS as API_CHECKS
from settings.agreement_observing import CHECKS as OBSERVING_CHECKS
from settings.errors import Fault
from settings.rules import shown
from settings.vocabulary import EndpointType

Draft = Mapping[str, Any]
"""Values by path (`serving.instanceCount`), defaults included, those at fault left out."""


def agree(draft: Draft, releases: Collection[str] | None) -> Iterator[Fault]:
    """Give every fault between settings. `releases` are the ids in the store, None where nobody has looked yet."""
    for check in (*_CHECKS, *API_CHECKS, *OBSERVING_CHECKS):
        yield from check(draft)
    if releases is not None:
        yield from _known(draft, releases)


def _edge_timeout(draft: Draft) -> Iterator[Fault]:
    milliseconds = draft.get("api.timeoutMilliseconds", 0)
    if draft.get("api.endpointType") is EndpointType.EDGE and milliseconds > limits.EDGE_TIMEOUT_MILLISECONDS:
        bound = f"at most {limits.EDGE_TIMEOUT_MILLISECONDS} for an EDGE API"
        yield Fault("api.timeoutMilliseconds", f"is {milliseconds}", bound, "Lower it, or make the API REGIONAL")


def _private(draft: Draft) -> Iterator[Fault]:
    endpoints, kind = draft.get("api.vpcEndpoints"), draft.get("api.endpointType")
    if endpoints is None or kind is None:
        return
    if kind is EndpointType.PRIVATE and not endpoints:
        bound = "at least one VPC endpoint for a PRIVATE API"
        yield Fault("api.vpcEndpoints", "is empty", bound, "Name one, or make the API REGIONAL: AWS deploys no other")
    if kind is not EndpointType.PRIVATE and endpoints:
        problem = f"is {shown(list(endpoints))} while api.endpointType is {kind}"
        yield Fault("api.vpcEndpoints", problem, "none unless PRIVATE", "Take them out, or make the API PRIVATE")


def _data_trace(draft: Draft) -> Iterator[Fault]:
    if draft.get("api.logging.dataTrace") and draft.get("api.logging.level") == "OFF":
        bound = "false where api.logging.level is OFF"
        yield Fault("api.logging.dataTrace", "is true", bound, "Set the level to INFO, or leave the trace out")


def _scalable(draft: Draft) -> Iterator[Fault]:
    instance = draft.get("serving.instanceType", "")
    if draft.get("serving.autoscaling") and re.match(limits.UNSCALABLE_INSTANCE_PATTERN, instance):
        problem = f"is {shown(instance)} with serving.autoscaling"
        todo = "Take another type such as ml.m5.large, or leave autoscaling out"
        yield Fault("serving.instanceType", problem, "any type but ml.t2.*, which AWS does not scale", todo)


def _bounds(draft: Draft) -> Iterator[Fault]:
    least, most = (draft.get(f"serving.autoscaling.{end}Instances") for end in ("min", "max"))
    if least is None or most is None:
        return
    if least > most:
        bound = f"at most serving.autoscaling.maxInstances, {most}"
        yield Fault("serving.autoscaling.minInstances", f"is {least}", bound, "Lower it, or raise the other")
        return
    count = draft.get("serving.instanceCount")
    if count is not None and not least <= count <= most:
        bound = f"from {least} to {most}, as serving.autoscaling says"
        yield Fault("serving.instanceCount", f"is {count}", bound, "Choose a count within what scaling keeps to")


def _function_timeout(draft: Draft) -> Iterator[Fault]:
    seconds, waits = draft.get("enriched.timeoutSeconds"), draft.get("api.timeoutMilliseconds")
    if not draft.get("enriched.enabled") or seconds is None or waits is None:
        return
    if seconds * 1000 >= waits:
        problem = f"is {seconds} while the gateway waits for {waits} milliseconds"
        bound = "less than api.timeoutMilliseconds, or the function goes on for nobody"
        yield Fault("enriched.timeoutSeconds", problem, bound, "Lower it, or raise api.timeoutMilliseconds")


def _canary(draft: Draft) -> Iterator[Fault]:
    if not draft.get("canary"):
        return
    release, stable = draft.get("canary.release"), draft.get("stable")
    if "stable" in draft and stable is None:
        problem = "is given, and no stable release"
        yield Fault(
            "canary", problem, "a canary beside a stable release", "Name the stable release, or drop the canary"
        )
    if release is not None and release == stable:
        problem = f"is {shown(release)}, the stable release"
        yield Fault("canary.release", problem, "another release than stable", "Name another, or drop the canary")


def _warm(draft: Draft) -> Iterator[Fault]:
    served = {draft.get("stable"): "stable", draft.get("canary.release"): "the canary's"}
    for index, release in enumerate(draft.get("warm", ())):
        if release in served:
            problem = f"is {shown(release)}, which is {served[release]}"
            yield Fault(f"warm[{index}]", problem, "releases without traffic", "Take it out: it is kept running anyway")


def _known(draft: Draft, releases: Collection[str]) -> Iterator[Fault]:
    named = {"stable": draft.get("stable"), "canary.release": draft.get("canary.release")}
    named |= {f"warm[{index}]": release for index, release in enumerate(draft.get("warm", ()))}
    there = ", ".join(sorted(releases)) or "none yet"
    for path, release in named.items():
        if release is not None and release not in releases:
            bound = f"a release in the stack's store, which holds {there}"
            yield Fault(path, f"is {shown(release)}, which is no release", bound, "Name one of them, or train it first")


_CHECKS = cast(
    "tuple[Callable[[Draft], Iterator[Fault]], ...]",
    (_edge_timeout, _private, _data_trace, _scalable, _bounds, _function_timeout, _canary, _warm),
)
