"""The second port: what is served now, and a reload. Loopback only, and no part of what AWS would answer.

GET  /health   200 {"status": "ok"}
GET  /stage    the stage as GetStage shows it (?name= where there are several)
GET  /lineup   the endpoints: name, status, since when, how often invoked; the Lambda functions;
               what of the program has no effect here, and what is ignored by order
GET  /usage    the API keys with their values, and what each has used of its plan's quota
GET  /metrics  what the registered metric filters have counted of the access log
POST /try, PATCH /stage   a method's test and an update of the stage (`admin_stage.py`)
POST /reload   {"config": {...}} or nothing: run the program again, swap when its endpoints are in service
"""

import json
import os
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import parse_qs

from emulator import admin_stage
from emulator.control import Control
from emulator.errors import EmulatorError
from emulator.exchange import HttpRequest, HttpResponse
from emulator.graph import StageState
from emulator.http_server import Handler
from emulator.plans import Client
from emulator.reading import STAGE_DEFAULT

CONFLICT = 409


def handler(control: Control) -> Handler:
    """Return the second port's handler."""

    async def handle(request: HttpRequest) -> HttpResponse:
        path, _, query = request.target.partition("?")
        match request.method, path:
            case "GET", "/health":
                return _json(200, {"status": "ok", "pid": os.getpid()})
            case "GET", "/stage":
                return _stage(control, parse_qs(query).get("name", [""])[0])
            case "GET", "/lineup":
                return _json(200, lineup(control))
            case "GET", "/usage":
                return _json(200, usage(control))
            case "GET", "/metrics":
                return _json(200, {"metrics": control.metrics.read()})
            case ("POST", "/try") | ("PATCH", "/stage"):
                return _json(*await admin_stage.answer(control, request))
            case "POST", "/reload":
                return await _reload(control, request.body)
            case _:
                return _json(404, {"message": "GET /health, /stage, /lineup, /usage, /metrics or POST /reload"})

    return handle


def _json(status: int, document: Mapping[str, object]) -> HttpResponse:
    body = json.dumps(document, indent=1).encode() + b"\n"
    return HttpResponse(status=status, headers=(("Content-Type", "application/json"),), body=body)


def _stage(control: Control, name: str) -> HttpResponse:
    stages = control.served.graph.stages
    stage = stages.get(name) if name else next(iter(stages.values()))
    if stage is None:
        return _json(404, {"message": "Invalid stage identifier specified"})
    return _json(200, stage_document(stage, control.created, control.updated))


def stage_document(stage: StageState, created: float, updated: float) -> dict[str, object]:
    """Return a stage as GetStage does (recorded 2025-05-30): keys that are not set are not there."""
    document: dict[str, object] = {
        "deploymentId": stage.deployment,
        "stageName": stage.name,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": _method_settings(stage),
        "tracingEnabled": stage.tracing,
        "createdDate": _date(created),
        "lastUpdatedDate": _date(updated),
    }
    if stage.variables:
        document["variables"] = dict(stage.variables)
    if stage.access_log is not None:
        document["accessLogSettings"] = {
            "format": stage.access_log.format,
            "destinationArn": stage.access_log.destination,
        }
    if stage.canary is not None:
        settings: dict[str, object] = {
            "percentTraffic": stage.canary.percent,
            "deploymentId": stage.canary.deployment,
            "useStageCache": stage.canary.use_stage_cache,
        }
        if stage.canary.overrides:
            settings["stageVariableOverrides"] = dict(stage.canary.overrides)
        document["canarySettings"] = settings
    return document


def _method_settings(stage: StageState) -> dict[str, object]:
    return {
        path: {"throttlingRateLimit": measures.rate, "throttlingBurstLimit": measures.burst}
        for path, measures in stage.throttles.items()
        if (path, measures) != ("*/*", STAGE_DEFAULT)  # nobody set it
    }


def lineup(control: Control) -> dict[str, object]:
    """Return the endpoints in service, and the functions that are kept warm."""
    served = control.served
    return {
        "endpoints": [
            {
                "name": each.spec.name,
                "arn": each.spec.arn,
                "status": "InService",
                "variant": each.spec.variant,
                "configuration": each.spec.configuration,
                "artifact": each.spec.artifact,
                "since": _date(each.since),
                "pid": each.container.pid,
                "invocations": each.invocations,
            }
            for each in served.endpoints.values()
        ],
        "functions": [
            {
                "name": each.spec.name,
                "arn": each.spec.arn,
                "handler": each.spec.handler,
                "invocations": each.invocations,
            }
            for each in served.functions.functions.values()
        ],
        "withoutEffect": [each.document() for each in served.graph.noted],
        "ignored": [each.document() for each in served.graph.ignored],
    }


def usage(control: Control) -> dict[str, object]:
    """Return every client's key, and what it has used of its plan's quota; what is left is None without one.

    A key's value is the one that the program gives, or what was made up in AWS's place: callers here need it.
    """
    served = control.served
    found: list[dict[str, object]] = []
    for plan in served.graph.plans:
        for key in plan.keys:
            used, left = served.access.metering.used(Client(plan=plan, key=key))
            quota = None if plan.quota is None else {"limit": plan.quota.limit, "period": plan.quota.period.value}
            found.append(
                {
                    "usagePlan": plan.name,
                    "keyId": key.id,
                    "key": key.name,
                    "value": key.value,
                    "enabled": key.enabled,
                    "quota": quota,
                    "used": used if quota else None,
                    "remaining": left if quota else None,
                }
            )
    return {"usage": found}


async def _reload(control: Control, body: bytes) -> HttpResponse:
    config: Mapping[str, Any] | None = None
    if body.strip():
        try:
            document = cast("object", json.loads(body))
        except ValueError as error:
            return _json(400, {"message": f"the body is not JSON: {error}"})
        given = cast("dict[str, Any]", document).get("config") if isinstance(document, dict) else None
        if not isinstance(given, dict):
            return _json(400, {"message": 'the body must be {"config": {...}}, or nothing'})
        config = cast("dict[str, Any]", given)
    try:
        await control.reload(config)
    except EmulatorError as error:
        return _json(CONFLICT, {"message": f"nothing is changed: {error}"})
    return _json(200, {**control.address(), **lineup(control)})


def _date(epoch: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
