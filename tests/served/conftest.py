"""The real program, served for tests: made-up releases, and model containers that write down what they get."""

import json
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cli.wiring import ROOT, contract
from emulator.emulation import Options
from emulator.running import Running, program_source, start
from releases.identity import endpoint_name
from releases.model import Artifact, Framework, Metrics, Release, Serving
from releases.registry import publish
from settings.stackfile import set_values
from store import open_store

PREFIX = "predicted-ratings-local"
RELEASE = Release(
    id="r1",
    artifact=Artifact(uri="file:///nowhere/model.tar.gz", sha256="1" * 64),
    framework=Framework(name="sklearn", version="1.2-1"),
    contract=contract(),
    serving=Serving(instance_type="ml.m5.large", instance_count=1),
    metrics=Metrics(protocol="none", rmse=1.0, mae=1.0, coverage=1.0, ratings=1),
    trained_at="2026-01-01T00:00:00Z",
    data_sha256="0" * 64,
)


@dataclass
class Container:
    """A model container on loopback. `answer`, where set, is what it answers instead of one score an instance.

    `delay` is how many seconds it takes.
    """

    score: float
    url: str = ""
    bodies: list[Any] = field(default_factory=list[Any])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    answer: tuple[int, bytes] | None = None
    delay: float = 0.0

    def reply(self, body: bytes) -> tuple[int, bytes]:
        request = json.loads(body)
        self.bodies.append(request)
        time.sleep(self.delay)
        predictions = [{"scores": [self.score]} for _ in request["instances"]]
        return self.answer or (200, json.dumps({"predictions": predictions}).encode())


def serve_container(container: Container) -> ThreadingHTTPServer:
    """Speak SageMaker's two routes, `/ping` and `/invocations`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(200, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            container.headers.append({name.lower(): value for name, value in self.headers.items()})
            self._send(*container.reply(body))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    container.url = f"http://127.0.0.1:{server.server_port}"
    return server


@dataclass
class Served:
    """The local stack's program, served with recording containers for two releases."""

    emulator: Running
    config: Path
    containers: dict[str, Container]

    def configure(self, **values: object) -> None:
        """Change the stack's configuration and let the emulator take it over."""
        set_values(self.config, values)
        self.emulator.reload()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@contextmanager
def serving(folder: Path, *, values: Mapping[str, object] | None = None, **more: Any) -> Generator[Served]:
    """Serve the program with `values` over the local stack's; `more` goes into the emulator's options."""
    store = open_store("store", folder)
    releases = [RELEASE, replace(RELEASE, id="r2", artifact=replace(RELEASE.artifact, sha256="2" * 64))]
    containers = {"r1": Container(score=3.5), "r2": Container(score=4.5)}
    servers = [serve_container(container) for container in containers.values()]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    config = folder / "Pulumi.local.yaml"
    config.write_text((ROOT / "Pulumi.local.yaml").read_text())
    set_values(config, {"store": store.uri, "stable": "r1", "warm": ["r2"], **(values or {})})
    for release in releases:
        publish(store, release)
    options = Options(store=folder / "store", seed=7, endpoints=_urls(releases, containers), **more)
    try:
        emulator = start(program_source(ROOT, config), options)
        try:
            yield Served(emulator=emulator, config=config, containers=containers)
        finally:
            emulator.stop()
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _urls(releases: Sequence[Release], containers: dict[str, Container]) -> dict[str, str]:
    return {endpoint_name(PREFIX, release): containers[release.id].url for release in releases}
