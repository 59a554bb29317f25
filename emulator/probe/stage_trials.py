"""Questions that the control plane answers: patches of the stage, and how fast traffic follows them."""

import json
from typing import Any

from botocore.exceptions import ClientError

from emulator.probe.answers import Answer, Outcome
from emulator.probe.clients import refusal
from emulator.probe.site import Site, track_of

IN_A_ROW = 25
"""So many answers of the new split, one after the other, count as arrived."""
PROPAGATION_SECONDS = 180.0
METRIC_SECONDS = 20 * 60.0


def _json(value: object) -> str:
    return f"`{json.dumps(value, sort_keys=True, default=str)}`"


def _answer(question: str, outcome: Outcome, seen: str) -> Answer:
    return Answer(question=question, outcome=outcome, seen=seen)


def overrides_without_canary(site: Site) -> Answer:
    """Patch an override where there is no canary."""
    site.plain()
    operation = {"op": "replace", "path": "/canarySettings/stageVariableOverrides/x", "value": "canary"}
    try:
        site.patch(operation)
    except ClientError as error:
        return _answer("overrides-without-canary", Outcome.SETTLED, f"refused: {refusal(error)}")
    found: dict[str, Any] = site.stage().get("canarySettings", {})
    shown = {key: value for key, value in found.items() if key != "deploymentId"}
    own = found.get("deploymentId") == site.deployments[0]
    said = f"a canary: {_json(shown)}, {'the stage' if own else 'not the stage'}'s own deployment"
    return _answer("overrides-without-canary", Outcome.SETTLED, said if found else "taken, and no canary came of it")


def promotion_in_one_patch(site: Site) -> Answer:
    """Promote as the provider does: the canary goes, variable and deployment move."""
    site.plain()
    site.canary(10, x="canary")
    try:
        site.patch(
            {"op": "remove", "path": "/canarySettings"},
            {"op": "replace", "path": "/variables/x", "value": "canary"},
            {"op": "replace", "path": "/deploymentId", "value": site.deployments[1]},
        )
    except ClientError as error:
        return _answer("promotion-in-one-patch", Outcome.OTHERWISE, f"refused: {refusal(error)}")
    stage = site.stage()
    held = {
        "the canary is gone": "canarySettings" not in stage,
        "the variable moved": stage["variables"]["x"] == "canary",
        "the deployment moved": stage["deploymentId"] == site.deployments[1],
    }
    said = ", ".join(f"{what}: {'yes' if yes else 'NO'}" for what, yes in held.items())
    return _answer("promotion-in-one-patch", Outcome.AS_ASSUMED if all(held.values()) else Outcome.OTHERWISE, said)


def percent_zero(site: Site) -> Answer:
    """Take the canary's traffic away as an abort does."""
    site.plain()
    site.canary(10, x="canary")
    site.patch({"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0.0"})
    found: dict[str, Any] = site.stage().get("canarySettings", {})
    kept = found.get("percentTraffic") == 0.0 and found.get("stageVariableOverrides") == {"x": "canary"}
    shown = {key: value for key, value in found.items() if key != "deploymentId"}
    return _answer("percent-zero", Outcome.AS_ASSUMED if kept else Outcome.OTHERWISE, _json(shown))


def delete_canary_deployment(site: Site) -> Answer:
    """Try to delete the deployment of a canary; it is made anew nowhere, so this is the last of the patches."""
    site.plain()
    site.canary(0)
    try:
        site.there.apigateway.delete_deployment(restApiId=site.api, deploymentId=site.deployments[1])
    except ClientError as error:
        return _answer("delete-canary-deployment", Outcome.AS_ASSUMED, f"refused: {refusal(error)}")
    return _answer("delete-canary-deployment", Outcome.OTHERWISE, "deleted")


def propagation(site: Site) -> Answer:
    """Raise the percent from 0 to 100 and lower it, and ask until every answer is of the new track."""
    site.plain()
    site.canary(0, x="canary")
    if _arrived(site, "false") is None:
        return _answer("propagation", Outcome.UNSETTLED, "a canary of 0 percent still answered")
    took: list[str] = []
    slowest = 0.0
    for percent, track in (("100.0", "true"), ("0.0", "false")):
        site.patch({"op": "replace", "path": "/canarySettings/percentTraffic", "value": percent})
        seconds = _arrived(site, track)
        if seconds is None:
            return _answer("propagation", Outcome.OTHERWISE, f"{percent} %: not within {PROPAGATION_SECONDS:g} s")
        slowest = max(slowest, seconds)
        took.append(f"to {percent} % {seconds:.1f} s")
    assumed = slowest <= 20.0  # noqa: PLR2004 - the question's own bound
    return _answer("propagation", Outcome.AS_ASSUMED if assumed else Outcome.OTHERWISE, ", ".join(took))


def _arrived(site: Site, track: str) -> float | None:
    """Seconds until the first of so many answers in a row that are all of this track."""
    start = site.clock.now()
    first, row = start, 0
    while site.clock.now() - start <= PROPAGATION_SECONDS:
        if track_of(site.ask("/track")) == track:
            first, row = (site.clock.now() if row == 0 else first), row + 1
            if row >= IN_A_ROW:
                return first - start
        else:
            row = 0
        site.clock.sleep(0.1)
    return None


def test_invoke_with_canary(site: Site) -> Answer:
    """Ask the method test for a track of its own choosing while the stage has a canary."""
    site.plain()
    site.canary(10, x="canary")
    pages = site.there.apigateway.get_paginator("get_resources").paginate(restApiId=site.api)
    (resource,) = (each.get("id", "") for page in pages for each in page["items"] if each.get("path") == "/track")
    try:
        said = site.there.apigateway.test_invoke_method(
            restApiId=site.api, resourceId=resource, httpMethod="GET", stageVariables={"x": "asked"}
        )
    except ClientError as error:
        return _answer("test-invoke-with-canary", Outcome.OTHERWISE, f"refused: {refusal(error)}")
    body = said.get("body", "")
    as_assumed = said.get("status") == 200 and '"mark": "second"' in body and '"x": "asked"' in body  # noqa: PLR2004 - OK
    outcome = Outcome.AS_ASSUMED if as_assumed else Outcome.OTHERWISE
    return _answer("test-invoke-with-canary", outcome, f"{said.get('status')} `{body}`")


def canary_metric_dimension(site: Site) -> Answer:
    """Send a canary's requests and look which dimensions AWS/ApiGateway then has for this API's name."""
    site.plain()
    site.canary(100, x="canary")
    for _ in range(IN_A_ROW):
        site.ask("/track")
    found: set[str] = set()

    def there() -> bool:
        pages = site.there.cloudwatch.get_paginator("list_metrics").paginate(
            Namespace="AWS/ApiGateway", Dimensions=[{"Name": "ApiName", "Value": site.errand.stem}]
        )
        for each in (each for page in pages for each in page["Metrics"]):
            pairs = {pair.get("Name", ""): pair.get("Value", "") for pair in each.get("Dimensions", [])}
            found.add(", ".join(f"{name}={value}" for name, value in sorted(pairs.items()) if name != "ApiName"))
        return any("Canary" in each for each in found)

    site.clock.wait(there, at_most=METRIC_SECONDS, every=30.0)
    told = "; ".join(sorted(each or "ApiName alone" for each in found))
    return _answer("canary-metric-dimension", Outcome.SETTLED if found else Outcome.UNSETTLED, told or "no metric yet")


TRIALS = {
    "overrides-without-canary": overrides_without_canary,
    "promotion-in-one-patch": promotion_in_one_patch,
    "percent-zero": percent_zero,
    "propagation": propagation,
    "test-invoke-with-canary": test_invoke_with_canary,
    "canary-metric-dimension": canary_metric_dimension,
    "delete-canary-deployment": delete_canary_deployment,
}
"""In this order: the last one may delete what the others need."""
