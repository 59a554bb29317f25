"""Usage plans, their keys and their stages, from a recording. Pure.

Properties: Pulumi AWS provider 7.x, UsagePlan, UsagePlanKey, ApiKey.
"""

from collections.abc import Mapping
from typing import Any, cast

from emulator.accepted import API_KEY, USAGE_PLAN, USAGE_PLAN_KEY
from emulator.errors import GraphError
from emulator.plans import Key, Period, Plan, Quota
from emulator.recording import Recording, Registration
from emulator.throttle import Throttle

LARGEST_OFFSET = {Period.DAY: 0, Period.WEEK: 6, Period.MONTH: 27}
"""What CreateUsagePlan takes (terraform-provider-aws, `validUsagePlanQuotaSettings`)."""
SHORTEST_VALUE, LONGEST_VALUE = 20, 128
"""Characters of a key's value (botocore's apigateway model, CreateApiKey; 20: the service's own message)."""


def plans_of(recording: Recording, api: str) -> tuple[Plan, ...]:
    """Return the plans that have a stage of the API.

    Raises:
        GraphError: AWS would not take one of them.
    """
    keys = {each.id: _key(each) for each in recording.of_type(API_KEY)}
    plans = recording.of_type(USAGE_PLAN)
    members: dict[str, list[Key]] = {each.id: [] for each in plans}
    for each in recording.of_type(USAGE_PLAN_KEY):
        plan, key = str(each.inputs.get("usagePlanId")), str(each.inputs.get("keyId"))
        if plan not in members:
            raise GraphError(_label(each), "usagePlanId", f"no {USAGE_PLAN} has the id {plan!r}")
        if key not in keys:
            raise GraphError(_label(each), "keyId", f"no {API_KEY} has the id {key!r}")
        members[plan].append(keys[key])
    return tuple(_plan(each, stages, tuple(members[each.id])) for each in plans if (stages := _stages(each, api)))


def _label(registration: Registration) -> str:
    return f"{registration.type} {registration.name!r}"


def _key(key: Registration) -> Key:
    value = str(key.outputs["value"])
    if not SHORTEST_VALUE <= len(value) <= LONGEST_VALUE:
        reason = f"must have {SHORTEST_VALUE} to {LONGEST_VALUE} characters, has {len(value)}"
        raise GraphError(_label(key), "value", reason)
    enabled = key.inputs.get("enabled")
    name = str(key.outputs.get("name", key.name))
    return Key(id=key.id, name=name, value=value, enabled=enabled is None or bool(enabled))


def _stages(plan: Registration, api: str) -> dict[str, Mapping[str, Throttle]]:
    entries = cast("list[Mapping[str, Any]]", plan.inputs.get("apiStages") or [])
    return {
        str(entry["stage"]): {
            "/" + str(each["path"]).lstrip("/"): Throttle(
                rate=float(each.get("rateLimit") or 0.0), burst=int(each.get("burstLimit") or 0)
            )
            for each in cast("list[Mapping[str, Any]]", entry.get("throttles") or [])
        }
        for entry in entries
        if entry.get("apiId") == api
    }


def _plan(plan: Registration, stages: Mapping[str, Mapping[str, Throttle]], keys: tuple[Key, ...]) -> Plan:
    throttle = cast("Mapping[str, Any]", plan.inputs.get("throttleSettings") or {})
    measures = None
    if throttle:
        measures = Throttle(rate=float(throttle.get("rateLimit") or 0.0), burst=int(throttle.get("burstLimit") or 0))
    name = str(plan.outputs.get("name", plan.name))
    return Plan(id=plan.id, name=name, keys=keys, methods=stages, throttle=measures, quota=_quota(plan))


def _quota(plan: Registration) -> Quota | None:
    raw = cast("Mapping[str, Any]", plan.inputs.get("quotaSettings") or {})
    if not raw:
        return None
    period, offset = Period(str(raw["period"])), int(raw.get("offset") or 0)
    if not 0 <= offset <= LARGEST_OFFSET[period]:
        reason = f"must be 0 to {LARGEST_OFFSET[period]} with a period of a {period}, is {offset}"
        raise GraphError(_label(plan), "quotaSettings.offset", reason)
    return Quota(limit=int(raw["limit"]), period=period, offset=offset)
