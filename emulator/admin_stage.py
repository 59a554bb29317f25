"""Two calls of the second port that AWS has as API operations: a method's test, and an update of the stage.

POST  /try     {"method": "GET", "path": "/path?query", "canary": true}   one request without public traffic, as
               TestInvokeMethod: through the track's own templates and endpoint; nothing is written to the access log
PATCH /stage   {"patchOperations": [{"op": "replace", "path": "/canarySettings/percentTraffic", "value": "0"}]}
               as UpdateStage: in force at once, without running the program
"""

import json
from typing import Any, cast

from emulator.control import Control
from emulator.exchange import HttpRequest
from emulator.trial import attempt

Answer = tuple[int, dict[str, object]]
BAD = 400
PERCENT = "/canarySettings/percentTraffic"


async def answer(control: Control, request: HttpRequest) -> Answer:
    """Answer one of the two calls: a status and a JSON document."""
    try:
        document = cast("object", json.loads(request.body or b"{}"))
    except ValueError as error:
        return BAD, {"message": f"the body is not JSON: {error}"}
    if not isinstance(document, dict):
        return BAD, {"message": "the body must be a JSON object"}
    body = cast("dict[str, Any]", document)
    return await (_try(control, body) if request.method == "POST" else _patch(control, body))


async def _try(control: Control, body: dict[str, Any]) -> Answer:
    path, canary = body.get("path"), body.get("canary", False)
    if not isinstance(path, str) or not path.startswith("/") or not isinstance(canary, bool):
        return BAD, {"message": '{"path": "/path?query", "canary": true} is what can be tried'}
    stage = next(iter(control.served.graph.stages.values()))
    if canary and stage.canary is None:
        return BAD, {"message": f"the stage {stage.name} has no canary that could be tried"}
    asked = HttpRequest(
        method=str(body.get("method", "GET")), target=path, headers=(), body=str(body.get("body", "")).encode()
    )
    trial = await attempt(control.served, asked, canary=canary)
    return 200, trial.document()


async def _patch(control: Control, body: dict[str, Any]) -> Answer:
    operations = cast("list[object]", body.get("patchOperations") or [])
    if len(operations) != 1 or not isinstance(operations[0], dict):
        return BAD, {"message": f"one operation is imitated: replace {PERCENT}"}
    operation = cast("dict[str, object]", operations[0])
    if operation.get("op") != "replace" or operation.get("path") != PERCENT:
        return BAD, {"message": f"of UpdateStage only replace {PERCENT} is imitated, not {operation}"}
    try:
        percent = float(str(operation.get("value")))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:  # noqa: PLR2004 - a percent
        return BAD, {"message": f"{PERCENT} must be 0 to 100, is {operation.get('value')!r}"}
    if not await control.set_percent(percent):
        return BAD, {"message": "the stage has no canary"}
    return 200, {"percentTraffic": percent}
