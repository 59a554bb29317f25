"""SageMaker runtime's InvokeEndpoint around the containers: statuses, headers and error bodies.

Statuses: botocore's sagemaker-runtime model. Bodies of errors: as observed in public reports; docs/fidelity.md says
which. What a container answers with 2xx goes on with 200 and its body; every other status is a ModelError, 424.
"""

import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulator.capture import CaptureLog
from emulator.computed import Place
from emulator.exchange import Headers
from emulator.graph import EndpointSpec
from emulator.http_client import ConnectionGoneError
from emulator.protocol import Container, InvocationTimeoutError

FORWARDED = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes")
"""SageMaker strips all headers but those of its API before the container sees a request."""
_PATH = re.compile(r":runtime\.sagemaker:path/+endpoints/(?P<name>[^/]*)/invocations$")
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)
GONE = "The container closed the connection before its answer was whole."
SUCCESS = range(200, 300)
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What SageMaker answers API Gateway."""

    status: int
    headers: Headers
    body: bytes


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """An endpoint in service: its container, its capture, and since when (seconds since 1970)."""

    spec: EndpointSpec
    container: Container
    capture: CaptureLog | None
    since: float
    invocations: int = 0


def _error(status: int, kind: str, members: Mapping[str, object]) -> Result:
    headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        ("x-amzn-ErrorType", kind),
    )
    return Result(status=status, headers=headers, body=json.dumps(members, separators=(",", ":")).encode())


@dataclass(slots=True, kw_only=True)
class SageMaker:
    """The runtime of one account and region: the endpoints by name."""

    place: Place
    endpoints: Mapping[str, Endpoint]
    clock: Callable[[], float] = field(kw_only=True)

    async def invoke(self, uri: str, headers: Mapping[str, str], body: bytes) -> Result:
        """Answer what an integration's URI and request ask for."""
        match = _PATH.search(uri)
        if match is None:
            return Result(status=404, headers=(("Content-Type", "text/xml"),), body=b"<UnknownOperationException/>\n")
        name = match["name"]
        if not _NAME.fullmatch(name):
            reason = (
                f"1 validation error detected: Value '{name}' at 'endpointName' failed to satisfy constraint: Member "
                "must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
            )
            return _error(400, "ValidationError", {"Message": reason})
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            reason = f"Endpoint {name} of account {self.place.account} not found."
            return _error(400, "ValidationError", {"Message": reason})
        return await self._invoke(endpoint, {key.lower(): value for key, value in headers.items()}, body)

    async def _invoke(self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes) -> Result:
        endpoint.invocations += 1
        epoch = self.clock()
        sent = (headers.get("content-type", "application/octet-stream"), body)
        try:
            answer = await endpoint.container.invoke({k: headers[k] for k in FORWARDED if k in headers}, body)
        except InvocationTimeoutError:
            result, answered = self._model_error(endpoint.spec.name, 0, TIMED_OUT), None
        except ConnectionGoneError:
            result, answered = self._model_error(endpoint.spec.name, 0, GONE), None
        else:
            kind = answer.header("Content-Type") or "application/octet-stream"
            if answer.status in SUCCESS:
                answered = (kind, answer.body)
                ids = (
                    ("Content-Type", kind),
                    ("x-amzn-RequestId", str(uuid.uuid4())),
                    ("x-Amzn-Invoked-Production-Variant", endpoint.spec.variant),
                )
                result = Result(status=200, headers=ids, body=answer.body)
            else:
                text = answer.body.decode("utf-8", "replace")
                result, answered = self._model_error(endpoint.spec.name, answer.status, text), None
        if endpoint.capture is not None:
            inference_id = headers.get("x-amzn-sagemaker-inference-id")
            endpoint.capture.write(sent=sent, answered=answered, inference_id=inference_id, epoch=epoch)
        return result

    def _model_error(self, name: str, status: int, text: str) -> Result:
        """Build ModelError's body. It names account, region and log group, as SageMaker's own does."""
        region, account = self.place.region, self.place.account
        group = f"/aws/sagemaker/Endpoints/{name}"
        side = "client" if 0 < status < SERVER_ERROR else "server"
        message = (
            f'Received {side} error ({status}) from primary with message "{text}". See https://{region}.console.aws.'
            f"amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} in account {account} for more "
            "information."
        )
        members = {
            "LogStreamArn": self.place.arn("logs", f"log-group:{group}"),
            "Message": message,
            "OriginalMessage": text,
            "OriginalStatusCode": status,
        }
        return _error(424, "ModelError", members)


def in_service(spec: EndpointSpec, container: Container, folder: Path, chance: random.Random, since: float) -> Endpoint:
    """Return an endpoint around a started container; captures go below `folder`."""
    capture = None if spec.capture is None else CaptureLog(folder, spec, chance)
    return Endpoint(spec=spec, container=container, capture=capture, since=since)
