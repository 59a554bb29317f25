"""What is served at one moment: an immutable state that a reload replaces as a whole.

A request works on the state that it found when it came in, to its end. The endpoints that only an old state knows
are stopped when its last request is answered.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from emulator.access import Access
from emulator.arrival import Split
from emulator.authorizer import Authorizers
from emulator.exchange import EndpointReply, EndpointRequest
from emulator.faults import Fault, FaultType
from emulator.functions import Functions
from emulator.graph import Graph
from emulator.lambda_uri import function_name, names_function
from emulator.metering import Metering
from emulator.pipeline import Gateway, Invoke
from emulator.plans import clients
from emulator.routing import tree
from emulator.sagemaker import Endpoint, Result, SageMaker
from emulator.throttling import Throttles

NOT_FOUND = 404


class Flights:
    """Counts the requests in flight; `with flights:` around each."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._count -= 1
        if self._count == 0:
            self._none.set()

    async def landed(self) -> None:
        """Wait until there is none."""
        await self._none.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One state: the graph, the gateway that answers by it, and the endpoints that it may name."""

    graph: Graph
    gateway: Gateway
    access: Access
    endpoints: Mapping[str, Endpoint]
    functions: Functions
    flights: Flights = field(default_factory=Flights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """What outlives a state: the stages' buckets, what clients have used of their plans, and the split's chance."""

    throttles: Throttles
    metering: Metering
    split: Split


def serving(graph: Graph, endpoints: Mapping[str, Endpoint], functions: Functions, lasting: Lasting) -> Served:
    """Build the state for a graph whose endpoints are in service and whose functions are prepared."""
    runtime = SageMaker(place=graph.place, endpoints=endpoints, clock=time.time)
    access = Access(
        graph=graph,
        clients=clients(graph.plans),
        authorizers=Authorizers(functions, graph.place),
        metering=lasting.metering,
        throttles=lasting.throttles,
    )
    gateway = Gateway(
        graph=graph,
        trees={deployment: tree(api) for deployment, api in graph.apis.items()},
        admit=access.admit,
        split=lasting.split.canary,
        clock=time.time,
        invoke=invoker(runtime, functions),
    )
    return Served(graph=graph, gateway=gateway, access=access, endpoints=endpoints, functions=functions)


async def _called(request: EndpointRequest, runtime: SageMaker, functions: Functions) -> Result:
    """Call the service that the URI names.

    Raises:
        Fault: API_CONFIGURATION_ERROR where it names a function that is not there.
    """
    if not names_function(request.uri):
        return await runtime.invoke(request.uri, request.headers, request.body)
    answer = await functions.invoke(function_name(request.uri) or "", request.body)
    if answer.status == NOT_FOUND:
        reason = f"Invalid permissions on Lambda function, or none of that name: {request.uri}"
        raise Fault(FaultType.API_CONFIGURATION_ERROR, reason=reason)
    return Result(status=answer.status, headers=answer.headers, body=answer.payload)


def invoker(runtime: SageMaker, functions: Functions) -> Invoke:
    """Return the arrow EndpointRequest -> EndpointReply.

    When the gateway's timeout has passed it answers 504 and the container or function goes on working, as on AWS.
    """
    left_behind: set[asyncio.Task[object]] = set()

    async def invoke(request: EndpointRequest) -> EndpointReply:
        integration = request.validated.routed.method.integration
        started = time.perf_counter()
        task = asyncio.ensure_future(_called(request, runtime, functions))
        done, _ = await asyncio.wait({task}, timeout=integration.timeout)
        if not done:
            left_behind.add(task)
            task.add_done_callback(left_behind.discard)
            raise Fault(FaultType.INTEGRATION_TIMEOUT, reason=f"no answer within {integration.timeout:g} s")
        result = task.result()
        return EndpointReply(
            request=request,
            status=result.status,
            headers=result.headers,
            body=result.body,
            latency=time.perf_counter() - started,
        )

    return invoke
