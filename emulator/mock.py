"""The MOCK integration: the rendered request template says which status "came back". Pure.

`{statusCode: 200}` without quotes works (recorded 2024-11-29), a status as text does not (LocalStack's authors, on
the console): its JSON goes through a lenient token parser.
"""

import json
import re
from typing import cast

from emulator.exchange import EndpointReply, EndpointRequest
from emulator.faults import Fault, FaultType

_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)(\s*:)")


def mock_reply(request: EndpointRequest) -> EndpointReply:
    """Return an empty reply with the status that the template wrote.

    Raises:
        Fault: no JSON object, or no integer under `statusCode`.
    """
    text = request.body.decode("utf-8", "replace")
    status = status_code(text)
    if status is None:
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason=f'MOCK needs {{"statusCode": <integer>}}, got {text!r}')
    return EndpointReply(request=request, status=status, headers=(), body=b"", latency=0.0)


def status_code(text: str) -> int | None:
    """Read `statusCode` from lenient JSON."""
    for attempt in (text, _BARE_KEY.sub(r'\1"\2"\3', text)):
        try:
            document: object = json.loads(attempt)
        except ValueError:
            continue
        status = cast("dict[str, object]", document).get("statusCode") if isinstance(document, dict) else None
        return status if isinstance(status, int) and not isinstance(status, bool) else None
    return None
