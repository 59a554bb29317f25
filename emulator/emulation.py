"""The running emulator: two ports, a state that reloads replace, and what it writes into the store.

The store's folder gets `emulator.json` (address, pid, log files; gone when it stops), `logs/` (access log, execution
log, the containers' output) and `capture/`; `tables/` is read from it.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from emulator import admin
from emulator.access_log import AccessLogs, LogFile, line
from emulator.arrival import Split
from emulator.errors import EmulatorError
from emulator.exchange import HttpRequest, HttpResponse
from emulator.findings import IGNORED_HEADER, ignored_value
from emulator.fleet import Fleet
from emulator.function_aws import FunctionAws
from emulator.functions import Functions, Settings
from emulator.graph import Graph, StageState
from emulator.http_server import HttpServer
from emulator.messages import told, without_endpoint
from emulator.metering import Metering
from emulator.metric_filters import Metrics
from emulator.pipeline import Passage, respond
from emulator.protocol import INVOCATION_SECONDS
from emulator.reading import graph_of
from emulator.recording import Recording
from emulator.sagemaker import Endpoint
from emulator.served import Lasting, Served, serving
from emulator.source import SourceError, believed
from emulator.throttling import Throttles
from store.errors import NotThereError
from store.folder import FolderStore

ADDRESS = "emulator.json"
HOST = "127.0.0.1"
Source = Callable[[Mapping[str, Any] | None], Recording]
"""Runs the program and returns what it registered: with this configuration, or with its own if None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to serve. Port 0 takes a free one; `endpoints` are containers that run already, by endpoint name.

    `function_variables` are laid over every Lambda function's own and over where it finds what stands in for AWS:
    another such place for one service (`AWS_ENDPOINT_URL_DYNAMODB`). `ignore_unsupported` serves without IAM, Cognito,
    WAF and the cache where they are registered; `trust_source_header` lets a header say where a request comes from
    (`emulator/source.py`).
    """

    store: Path
    port: int = 0
    admin_port: int = 0
    seed: int | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    invocation_seconds: float = INVOCATION_SECONDS
    function_variables: Mapping[str, str] = field(default_factory=dict[str, str])
    ignore_unsupported: bool = False
    trust_source_header: bool = False


class Emulation:
    """Serves what a source registered, on 127.0.0.1. Start, reload as often as wanted, stop."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source, self.options = source, options
        self.gateway_server = HttpServer(self.handle)
        self.admin_server = HttpServer(admin.handler(self))
        self.fleet = Fleet(
            options.store, options.endpoints, options.seed, invocation_seconds=options.invocation_seconds
        )
        self.function_aws = FunctionAws(options.store / "tables")
        self.lasting = Lasting(
            throttles=Throttles(time.monotonic),
            metering=Metering(time.monotonic, time.time),
            split=Split(seed=options.seed),
        )
        self.access_logs = AccessLogs(options.store / "logs")
        self.metrics = Metrics(self.access_logs.path)
        self.execution_logs: dict[str, LogFile] = {}
        self.created = self.updated = time.time()
        self._served: Served | None = None
        self._reloading = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def served(self) -> Served:
        """The state of this moment."""
        if self._served is None:
            raise EmulatorError("the emulator is not started")
        return self._served

    @property
    def url(self) -> str:
        """The first stage's address, without a slash at its end; its domain's base path where only that leads in."""
        graph = self.served.graph
        path = next(iter(graph.stages))
        if graph.closed:
            first = graph.mappings[0]
            path = "/".join(part for part in (first.path, "" if first.stage else path) if part)
        return f"http://{HOST}:{self.gateway_server.port}/{path}".rstrip("/")

    @property
    def admin_url(self) -> str:
        """The second port's address."""
        return f"http://{HOST}:{self.admin_server.port}"

    async def start(self) -> None:
        """Run the program, start its endpoints, then listen, then say where.

        Raises:
            EmulatorError: whatever stood in the way; nothing is left behind.
        """
        await self.prepare()
        try:
            await self.gateway_server.start(HOST, self.options.port)
            await self.admin_server.start(HOST, self.options.admin_port)
        except BaseException:
            await self.gateway_server.stop()
            await self._end(self.served)
            raise
        FolderStore(self.options.store).write(ADDRESS, (json.dumps(self.address(), indent=1) + "\n").encode())

    async def prepare(self) -> None:
        """Run the program and bring its endpoints into service, without listening.

        Raises:
            EmulatorError: whatever stood in the way; nothing is left behind.
        """
        graph = await self._graph(None)
        for problem in without_endpoint(self.options.endpoints, graph):
            print(f"emulator: {problem}", file=sys.stderr)
        functions = await self._functions(graph, None)
        try:
            endpoints = await self.fleet.prepared(graph.endpoints, {})
        except BaseException:
            await functions.retire()
            await self.function_aws.stop()
            raise
        await self.function_aws.take_over(graph, endpoints)
        self._served = serving(graph, endpoints, functions, self.lasting)
        self.metrics.follow(graph.filters)

    async def reload(self, config: Mapping[str, Any] | None = None) -> None:
        """Take over another configuration, or the changed file. Requests in flight end on the old state.

        Raises:
            EmulatorError: what the new configuration leads to cannot be served; the old state goes on.
        """
        async with self._reloading:
            graph = await self._graph(config)
            old = self.served
            functions = await self._functions(graph, old.functions)
            try:
                endpoints = await self.fleet.prepared(graph.endpoints, old.endpoints)
            except BaseException:
                await functions.retire(kept=old.functions)
                raise
            await self.function_aws.take_over(graph, endpoints)
            self._served = serving(graph, endpoints, functions, self.lasting)
            self.metrics.follow(graph.filters)
            self.updated = time.time()
            gone = [each for name, each in old.endpoints.items() if endpoints.get(name) is not each]
            retiring = self._retire(old, functions, gone, list(self._retiring))
            task = asyncio.get_running_loop().create_task(retiring)
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def set_percent(self, percent: float) -> bool:
        """Put the first stage's canary at `percent`, at once and until the next reload; False where there is none.

        A reload under way would put its own percent over this one, so it is set again behind it.
        """
        changed = self._put_percent(percent)
        async with self._reloading:
            return self._put_percent(percent) or changed

    def _put_percent(self, percent: float) -> bool:
        served = self.served
        name, stage = next(iter(served.graph.stages.items()))
        if stage.canary is None:
            return False
        changed = replace(stage, canary=replace(stage.canary, percent=percent))
        graph = replace(served.graph, stages={**served.graph.stages, name: changed})
        access = replace(served.access, graph=graph)
        gateway = replace(served.gateway, graph=graph, admit=access.admit)
        self._served = replace(served, graph=graph, gateway=gateway, access=access)
        self.updated = time.time()
        return True

    async def _retire(
        self, old: Served, functions: Functions, gone: list[Endpoint], before: list[asyncio.Task[None]]
    ) -> None:
        """Stop what only `old` knew, when its requests and those of the states before it are answered."""
        if before:
            await asyncio.wait(before)
        await old.flights.landed()
        self.function_aws.retire(gone)
        await self.fleet.retire(gone)
        await old.functions.retire(kept=functions)

    async def _functions(self, graph: Graph, running: Functions | None) -> Functions:
        """Prepare a graph's functions, with a place to find AWS at."""
        variables = {**await self.function_aws.variables(graph), **self.options.function_variables}
        settings = Settings(log_folder=self.options.store / "logs", variables=variables)
        try:
            return await Functions.prepared(graph.functions, settings, running)
        except BaseException:
            if running is None:
                await self.function_aws.stop()
            raise

    async def _end(self, served: Served) -> None:
        await served.functions.retire()
        await self.function_aws.stop()
        await self.fleet.retire(served.endpoints.values())

    async def stop(self) -> None:
        """Answer what is in flight, then stop everything."""
        await self.gateway_server.stop()
        await self.admin_server.stop()
        for task in list(self._retiring):
            await task
        if self._served is not None:
            await self._end(self._served)
        self.access_logs.close()
        for file in self.execution_logs.values():
            file.close()
        self._forget_address()

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one client."""
        served, started = self.served, time.perf_counter()
        if self.options.trust_source_header:
            try:
                request = believed(request)
            except SourceError as error:
                return HttpResponse(status=400, headers=(("Content-Type", "text/plain"),), body=f"{error}\n".encode())
        with served.flights:
            passage = await respond(request, served.gateway)
        self._log(passage, served.graph, time.perf_counter() - started)
        response = cast("HttpResponse", passage.response)
        if served.graph.ignored:
            told = (IGNORED_HEADER, ignored_value(served.graph.ignored))
            return replace(response, headers=(*response.headers, told))
        return response

    def _log(self, passage: Passage, graph: Graph, seconds: float) -> None:
        arrival = passage.arrival
        if arrival is None:
            return
        log = graph.stages[arrival.stage].access_log
        if log is not None:
            text = line(log.format, passage, graph.place, seconds)
            self.access_logs.write(log.group, text, canary=arrival.canary is True)
        if passage.fault is not None and passage.fault.reason:
            group = f"API-Gateway-Execution-Logs_{arrival.api.id}/{arrival.stage}"
            file = self.execution_logs.setdefault(group, LogFile(self.access_logs.path(group)))
            file.write(f"({arrival.request_id}) Execution failed: {passage.fault.reason}")

    async def _graph(self, config: Mapping[str, Any] | None) -> Graph:
        recording = await asyncio.get_running_loop().run_in_executor(None, self.source, config)
        graph = graph_of(recording, ignore_unsupported=self.options.ignore_unsupported)
        for text in told(graph):
            print(f"emulator: {text}", file=sys.stderr)
        return graph

    def access_log(self, stage: StageState, *, canary: bool = False) -> str | None:
        """Return the file of a stage's access log, or its canary's."""
        if stage.access_log is None:
            return None
        return str(self.access_logs.path(stage.access_log.group + ("/Canary" if canary else "")).absolute())

    def address(self) -> dict[str, object]:
        """Return what `emulator.json` says."""
        stage = next(iter(self.served.graph.stages.values()))
        return {
            "url": self.url,
            "admin": self.admin_url,
            "pid": os.getpid(),
            "stage": stage.name,
            "accessLog": self.access_log(stage),
            "canaryAccessLog": self.access_log(stage, canary=True),
        }

    def _forget_address(self) -> None:
        """Remove `emulator.json`, unless another emulator has written its own there by now."""
        store = FolderStore(self.options.store)
        try:
            written = cast("dict[str, Any]", json.loads(store.read(ADDRESS)))
        except (NotThereError, ValueError):
            return
        if written.get("admin") == self.admin_url:
            store.delete(ADDRESS)
