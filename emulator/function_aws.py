"""What a Lambda function finds where AWS would be (`AWS_ENDPOINT_URL`): one loopback port.

SageMaker runtime's InvokeEndpoint goes to the containers that API Gateway's own calls go to, and is captured like
them; DynamoDB reads the registered tables (`emulator/tables.py`). Whatever else a function asks for is refused by
name, so that nothing of it leaves this machine. Signatures and permissions are not checked.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from emulator.exchange import HttpRequest, HttpResponse
from emulator.graph import Graph
from emulator.http_server import HttpServer
from emulator.sagemaker import Endpoint, SageMaker
from emulator.tables import Tables, document

HOST = "127.0.0.1"
_INVOKE = re.compile(r"/endpoints/(?P<name>[^/?]*)/invocations")
_DYNAMODB = "DynamoDB_20120810."
NOT_IMPLEMENTED = 501


class FunctionAws:
    """AWS's side of the functions. It serves old and new endpoints alike until they are retired."""

    def __init__(self, folder: Path) -> None:
        self.tables = Tables(folder)
        self.endpoints: dict[str, Endpoint] = {}
        self._server = HttpServer(self.handle)
        self._graph: Graph | None = None

    async def variables(self, graph: Graph) -> Mapping[str, str]:
        """Return what functions are told of it, and listen; nothing where there are no functions.

        Raises:
            PortError: no port can be had.
        """
        if not graph.functions:
            return {}
        if not self._server.port:
            await self._server.start(HOST, 0)
        return {"AWS_ENDPOINT_URL": f"http://{HOST}:{self._server.port}"}

    async def take_over(self, graph: Graph, endpoints: Mapping[str, Endpoint]) -> None:
        """Serve a new state's endpoints and tables, which are read now and not while a request waits."""
        self._graph, self.tables.known = graph, graph.tables
        self.endpoints |= endpoints
        if graph.functions:
            await asyncio.to_thread(self.tables.read)

    def retire(self, gone: Iterable[Endpoint]) -> None:
        """Forget endpoints that are stopped."""
        for endpoint in gone:
            if self.endpoints.get(endpoint.spec.name) is endpoint:
                del self.endpoints[endpoint.spec.name]

    async def stop(self) -> None:
        """Answer what is in flight and stop listening."""
        await self._server.stop()

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one call of a function's."""
        target = request.header("X-Amz-Target") or ""
        invoked = _INVOKE.fullmatch(request.target)
        if target.startswith(_DYNAMODB):
            operation = target.removeprefix(_DYNAMODB)
            status, found = await asyncio.to_thread(self.tables.answer, operation, request.body)
            headers = (("Content-Type", "application/x-amz-json-1.0"),)
            return HttpResponse(status=status, headers=headers, body=document(found))
        if invoked is None or self._graph is None:
            what = target or f"{request.method} {request.target}"
            reason = (
                f"the emulator answers SageMaker runtime's InvokeEndpoint and DynamoDB's reading by key, not {what}"
            )
            body = document({"__type": "UnknownOperationException", "message": reason})
            headers = (("Content-Type", "application/json"),)
            return HttpResponse(status=NOT_IMPLEMENTED, headers=headers, body=body)
        runtime = SageMaker(place=self._graph.place, endpoints=self.endpoints, clock=time.time)
        uri = f":runtime.sagemaker:path/endpoints/{unquote(invoked['name'])}/invocations"
        result = await runtime.invoke(uri, dict(request.headers), request.body)
        return HttpResponse(status=result.status, headers=result.headers, body=result.body)
