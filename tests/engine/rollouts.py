"""A stack on the real engine with a rollout's service around it, a clock that is told the time, and colleagues."""

import copy
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pulumi.automation import CommandResult, OnOutput

from components.cloud import Cloud
from program.documents import documents_of
from rollout.adapters.aws.command import KnownCommand
from rollout.adapters.aws.locks import Updates
from rollout.adapters.aws.ports import There, aws_ports
from rollout.control.conduct import Conduct
from rollout.control.controller import Judge, Tick
from rollout.control.fakes import FakeNotifier, ScriptedJudge
from rollout.control.ports import Order, Ports, Traffic
from rollout.control.state import State
from rollout.judge.policy import Metric, Policy, Step
from rollout.service import Rollouts
from rollout.stack import open_stack
from settings.stackfile import load_stack
from tests.engine.fake_aws import FakeAws, MinuteClock
from tests.engine.harness import Engine
from tests.engine.stand_in.account import PLACE
from tests.engine.stand_in.host import EXPECT

CONDUCT = Conduct(trials=2, undo_window=600, keep_failed=600, verify_within=3_600, lease=36_000)
POLICY = Policy(
    name="brief",
    steps=(Step(percent=5, seconds=60), Step(percent=50, seconds=60)),
    metrics=(Metric.ERRORS,),
)


class HostedCommand(KnownCommand):
    """Runs `pulumi` against the test's own host, where program and provider stay loaded."""

    def __init__(self, updates: Updates, port: str, account: Path) -> None:
        super().__init__(updates)
        self._port = port
        self._told = account / EXPECT

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        if args[0] in ("up", "preview"):
            place = args.index("--exec-kind")
            args = [*args[:place], f"--client=127.0.0.1:{self._port}", "--exec-kind", "auto.inline", *args[place + 2 :]]
        if EXPECT in additional_env:
            self._told.write_text(additional_env[EXPECT])
        try:
            return super().run(args, cwd, additional_env, on_output, on_error)
        finally:
            self._told.unlink(missing_ok=True)


class KilledError(BaseException):
    """As a kill: nobody catches it."""


@dataclass
class KilledBeforeApply:
    """A gateway whose controller dies when it is about to apply."""

    inner: Traffic

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def apply(self, order: Order) -> None:
        raise KilledError


def _dying(ports: Ports) -> Ports:
    return replace(ports, traffic=KilledBeforeApply(ports.traffic))  # pyright: ignore[reportArgumentType] # by delegation


@dataclass
class World:
    """One stack, its fake AWS, its clock, and the service of a controller on it."""

    engine: Engine
    aws: FakeAws
    clock: MinuteClock

    @staticmethod
    def on(engine: Engine) -> "World":
        aws = FakeAws(engine.account)
        return World(engine=engine, aws=aws, clock=MinuteClock(1_764_000_000.0, aws.minute))

    def service(self, judge: Judge | None = None, change: Callable[[Ports], Ports] = lambda ports: ports) -> Rollouts:
        """A new controller, as another process would make it."""
        stack = open_stack("dev", file=self.file, store=str(self.engine.store), root=self.engine.program)
        there = There(
            stack="dev",
            settings=stack.settings,
            store=stack.store,
            project=self.engine.program,
            clock=self.clock,
            notifier=FakeNotifier(),
            environment=self.engine.environment(),
            wait=5,
        )
        ports = aws_ports(
            there,
            using=self.aws.clients(),
            command=lambda updates: HostedCommand(updates, self.engine.port, self.engine.account),
        )
        cloud = Cloud(account_id=PLACE.account, region=PLACE.region)
        return Rollouts(
            stack,
            ports=change(ports),
            judge=judge or ScriptedJudge(given=POLICY),
            who="ann",
            documents=lambda releases: documents_of(releases, stack.settings, cloud),
        )

    @property
    def file(self) -> Path:
        return self.engine.program / "Pulumi.dev.yaml"

    def tick(self) -> Tick:
        """One tick of a new controller, a minute after the last one."""
        self.clock.sleep(60)
        tick = self.service().tick()
        assert tick is not None
        return tick

    def until(self, done: Callable[[State], bool], most: int = 12) -> State:
        told: list[object] = []
        for _ in range(most):
            tick = self.tick()
            if done(tick.state):
                return tick.state
            told.append((tick.state.phase, tick.state.last_reason, tick.troubles))
        raise AssertionError(f"not within {most} ticks: {told}")

    def killed_before_apply(self) -> State:
        """One tick of a controller that dies between its decision and the update; return what it left."""
        with pytest.raises(KilledError):
            self.service(change=_dying).tick()
        state = self.service().state()
        assert state is not None
        return state

    @staticmethod
    def throttled(engine: Engine, rate: float) -> None:
        """Let a checkout's configuration ask for another rate."""
        api = load_stack(engine.program / "Pulumi.dev.yaml")["predicted-ratings:api"]
        assert isinstance(api, dict)
        throttling: dict[str, object] = {**api["throttling"], "rate": rate}
        engine.configure(api={**api, "throttling": throttling})

    def percent(self) -> float:
        return self.aws.percent()

    def colleague(self, name: str) -> Engine:
        """The same stack from another checkout, by the plain command line."""
        other = copy.copy(self.engine)
        other.program = self.engine.folder / name
        shutil.copytree(self.engine.program, other.program, ignore=shutil.ignore_patterns("__pycache__"))
        other.unhosted()
        return other


def awaited(done: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for another process's doing."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def started_up(engine: Engine) -> subprocess.Popen[str]:
    """Begin an `up` without waiting for it."""
    return subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", engine.stack],
        cwd=engine.program,
        env=engine.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
