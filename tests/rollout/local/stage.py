"""A stage on this machine: a store with small models, this project's program, a running emulator, users who ask."""

import hashlib
import io
import json
import runpy
import tarfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pulumi

from emulator.emulation import Options, Source
from emulator.errors import ProgramError
from emulator.program import engine_config, project_file
from emulator.recording import Recording, registered
from emulator.running import Running, start
from mapping import load_contract
from releases.model import Artifact, ContractRef, Framework, Metrics, Release, Serving
from releases.registry import publish
from rollout.adapters.clock import AcceleratedClock
from rollout.control.conduct import Conduct
from rollout.judge.policy import FAST, Futility, Metric, Policy, Step
from rollout.service import Rollouts
from rollout.stack import ROOT, Stack, open_stack
from settings.stackfile import load_stack, set_values

HANDLER = """
import json, random
def model_fn(folder):
    return json.load(open(folder + "/behaviour.json")), random.Random(7)
def input_fn(body, content_type):
    return json.loads(body)["instances"]
def predict_fn(instances, model):
    behaviour, chance = model
    if chance.random() < behaviour["fails"]:
        raise RuntimeError("as told")
    noise = behaviour["noise"]
    return [min(5.0, max(1.0, 3.5 + behaviour["shift"] + chance.uniform(-noise, noise))) for _ in instances]
def output_fn(scores, accept):
    return json.dumps({"predictions": [{"scores": [round(each, 4)]} for each in scores]}), "application/json"
"""
FACTOR = 60.0
"""One second is a minute: a step of ten minutes takes ten seconds, with the requests that come in them."""
POLICY = Policy(
    name="quick",
    steps=(Step(percent=25, seconds=180), Step(percent=50, seconds=240)),
    alpha=0.02,
    correlation_time=30.0,
    broken_after=120.0,
    deadline=7_200.0,
    futility=Futility.PAUSE,
    metrics=(Metric.ERRORS, Metric.SCORES, Metric.RATIO),
    errors=FAST.errors,
    scores=FAST.scores,
)
CONDUCT = Conduct(
    interval=60,
    trials=3,
    undo_window=6_000,
    keep_failed=6_000,
    try_within=6_000,
    verify_within=6_000,
    provision_within=9_000,
    lease=9_000,
)


@dataclass
class Stage:
    """A served stack. `users` ask all the time between `busy` and the end of its block."""

    folder: Path
    stack: Stack
    emulator: Running | None = None
    clock: AcceleratedClock = field(default_factory=lambda: AcceleratedClock(factor=FACTOR))

    def release(self, name: str, *, fails: float = 0.0, shift: float = 0.0) -> None:
        archive = self.folder / f"{name}.tar.gz"
        behaviour = json.dumps({"fails": fails, "shift": shift, "noise": 1.0})
        with tarfile.open(archive, "w:gz") as tar:
            for member, text in {"code/inference.py": HANDLER, "behaviour.json": behaviour}.items():
                info = tarfile.TarInfo(member)
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
        contract = load_contract("ratings-v1")
        publish(
            self.stack.store,
            Release(
                id=name,
                artifact=Artifact(uri=str(archive), sha256=hashlib.sha256(archive.read_bytes()).hexdigest()),
                framework=Framework(name="sklearn", version="1.2-1"),
                contract=ContractRef(name=contract.name, hash=contract.hash),
                serving=Serving(instance_type="ml.m5.large", instance_count=1),
                metrics=Metrics(protocol="none", rmse=1.0, mae=1.0, coverage=1.0, ratings=1),
                trained_at="2026-01-01T00:00:00Z",
                data_sha256="0" * 64,
            ),
        )

    def serve(self, **values: object) -> None:
        """Serve the configuration with these values."""
        set_values(self.stack.file, values)
        self.stack = opened(self.folder)
        self.emulator = start(in_process(self.stack.file), Options(store=Path(self.stack.store.uri), seed=1))

    def stop(self) -> None:
        if self.emulator is not None:
            self.emulator.stop()
            self.emulator = None

    def rollouts(self, who: str = "ada") -> Rollouts:
        return Rollouts(self.stack, clock=self.clock, who=who, look=60.0)

    def ask(self, count: int) -> None:
        """Send some requests and wait for the answers."""
        assert self.emulator is not None
        with httpx.Client(trust_env=False, timeout=30) as client:
            for number in range(count):
                one(client, self.emulator.url, number)


ITEMS = 5


def one(client: httpx.Client, url: str, number: int) -> str:
    """Send one request; return its id, as the answer's header has it."""
    items = ",".join(str(number * 7 % 1000 + each) for each in range(1, ITEMS + 1))
    return client.get(f"{url}/predicted-ratings/{number % 900 + 1}?items={items}").headers["x-amzn-RequestId"]


class Users:
    """Threads that ask without a pause until they are told to stop; an emulator that is gone is asked again."""

    def __init__(self, url: str, told: Callable[[str], object] = str, threads: int = 2) -> None:
        self._url, self._told, self._threads = url, told, threads
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(threads)

    def __enter__(self) -> Self:
        for index in range(self._threads):
            self._pool.submit(self._go, index)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown()

    def _go(self, index: int) -> None:
        with httpx.Client(trust_env=False, timeout=30) as client:
            number = index
            while not self._stopped.is_set():
                try:
                    self._told(one(client, self._url, number))
                except httpx.HTTPError:
                    self._stopped.wait(0.05)
                number += self._threads


def in_process(file: Path) -> Source:
    """This project's program under mocks, here and not in a process of its own: a reload takes no two seconds."""
    project = project_file(ROOT)

    def source(config: Mapping[str, Any] | None) -> Recording:
        raw = load_stack(file) if config is None else config
        try:
            return registered(
                lambda: runpy.run_path(str(ROOT), run_name="__main__"),
                project=project["name"],
                stack="local",
                config=engine_config(project["name"], project.get("config") or {}, raw),
                region="us-east-1",
            )
        except pulumi.RunError as error:
            raise ProgramError(str(error)) from error

    return source


def opened(folder: Path) -> Stack:
    return open_stack("local", file=folder / "Pulumi.local.yaml", root=folder)
