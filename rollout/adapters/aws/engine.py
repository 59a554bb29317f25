"""Pulumi's engine on one stack, through the Automation API: targeted steps, whole updates, and what a kill left behind.

Every update refreshes what it touches first, since an emergency changes the gateway behind the engine's back, and
names the journal's sequence that it was decided by (`CANARY_EXPECT`): the program refuses to declare any other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pulumi.automation import Deployment, EngineEvent, LocalWorkspace, PulumiCommand, Stack
from pulumi.automation.errors import CommandError, ConcurrentUpdateError

from rollout.adapters.aws.calls import Show
from rollout.adapters.aws.clients import Clients
from rollout.adapters.aws.errors import BusyError, EngineError
from rollout.adapters.aws.locks import Updates, locks_in
from rollout.adapters.aws.ownership import Operation
from rollout.adapters.aws.pending import pending_in, settled, state_id
from rollout.control.ports import Clock

EXPECT = "CANARY_EXPECT"
"""The environment variable by which the program is told which sequence it is to declare."""
_PAUSE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the engine said of one resource, by its logical name; empty where it spoke of the program or the stack."""

    name: str
    text: str


class FaultyError(EngineError):
    """An update that failed, with what the engine said of each resource."""

    def __init__(self, what: str, faults: Sequence[Fault], said: str) -> None:
        self.faults = tuple(faults)
        told = "; ".join(f"{each.name}: {each.text}" if each.name else each.text for each in faults)
        super().__init__(f"{what} failed: {told or said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The checkout whose program declares the stack, and the environment of its commands."""

    folder: Path
    stack: str
    command: Callable[[], PulumiCommand]
    environment: Mapping[str, str]


class Engine:
    """One stack's engine. `wait` seconds are waited for another's lock; with `dry` nothing is updated, only shown."""

    def __init__(
        self,
        project: Project,
        *,
        clients: Clients,
        updates: Updates,
        clock: Clock,
        wait: float = 60.0,
        show: Show | None = None,
        dry: bool = False,
    ) -> None:
        self._project = project
        self._clients = clients
        self._updates = updates
        self._clock = clock
        self._wait = wait
        self._show = show
        self._dry = dry
        self._command: PulumiCommand | None = None

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs as the last update left them. Raises EngineError."""
        try:
            return {name: output.value for name, output in self._stack().outputs().items()}
        except CommandError as error:
            raise EngineError(f"the outputs of the stack {self._project.stack} cannot be read: {error}") from error

    def preview(self, sequence: int) -> tuple[Operation, ...]:
        """Say what a whole, refreshed update would do. Raises EngineError."""
        seen = _Events()
        self._shown("preview", [], sequence)
        stack = self._stack(sequence)
        self._run("the preview", seen, lambda: stack.preview(refresh=True, on_event=seen.take))
        return tuple(seen.operations)

    def update(self, sequence: int, targets: Sequence[str] = ()) -> None:
        """Update the stack: the resources of these logical names, or all. Raises EngineError, BusyError."""
        if self._dry:
            self._shown("up", targets, sequence)
            return
        seen = _Events()
        stack = self._stack(sequence)

        def run() -> None:
            urns = self._repaired(stack)
            known = [urn for urn in urns if urn.rpartition("::")[2] in targets]
            if len(known) < len(targets):
                raise EngineError(f"the stack {self._project.stack} has no {', '.join(targets)}: update it whole first")
            self._shown("up", targets, sequence)
            stack.up(target=known or None, refresh=True, on_event=seen.take)

        self._run("the update", seen, run)

    def _run(self, what: str, seen: "_Events", run: Callable[[], object]) -> None:
        """Run to the end, waiting for other updates and breaking the lock that a dead one of ours left."""
        end = self._clock.now() + self._wait
        while True:
            seen.clear()
            try:
                run()
            except ConcurrentUpdateError as error:
                self._unlock(str(error), end)
            except CommandError as error:
                raise FaultyError(f"{what} of {self._project.stack}", seen.faults, str(error)[-600:]) from error
            else:
                return

    def _unlock(self, said: str, end: float) -> None:
        held = locks_in(said)
        if held and all(self._updates.left_by_us(each) for each in held):
            self._stack().cancel()
            for each in held:
                self._updates.forget(each)
            return
        if self._clock.now() >= end:
            whose = ", ".join(map(str, held)) or "its backend does not say whose"
            raise BusyError(
                f"another update of the stack {self._project.stack} is under way: {whose}. It is waited for; where "
                "that process is dead, its owner breaks the lock (pulumi cancel)"
            )
        self._clock.sleep(min(_PAUSE, self._wait))

    def _repaired(self, stack: Stack) -> list[str]:
        """Settle what a killed engine was creating; return the stack's URNs."""
        exported = stack.export_stack()
        state = cast("Mapping[str, Any]", exported.deployment or {})
        pending = pending_in(state)
        if pending:
            found = {each.urn: state_id(self._clients, each) for each in pending}
            state = settled(state, found)
            self._shown("stack import", [urn.rpartition("::")[2] for urn in found], 0)
            stack.import_stack(Deployment(version=exported.version, deployment=state))
        resources = cast("list[dict[str, Any]]", state.get("resources") or [])
        return [each["urn"] for each in resources]

    def _stack(self, sequence: int | None = None) -> Stack:
        told = {} if sequence is None else {EXPECT: str(sequence)}
        workspace = LocalWorkspace(
            work_dir=str(self._project.folder),
            env_vars={**self._project.environment, **told},
            pulumi_command=self._pulumi(),
        )
        try:
            return Stack.select(self._project.stack, workspace)
        except CommandError as error:
            raise EngineError(f"the stack {self._project.stack} cannot be selected: {error}") from error

    def _pulumi(self) -> PulumiCommand:
        if self._command is None:
            try:
                self._command = self._project.command()
            except (OSError, ValueError) as error:
                raise EngineError(f"no pulumi command can be run: {error}. Install it (docs/runbooks)") from error
        return self._command

    def _shown(self, command: str, targets: Sequence[str], sequence: int) -> None:
        if self._show is not None:
            which = "".join(f" --target {name}" for name in targets)
            told = f"{EXPECT}={sequence} " if sequence else ""
            tail = "  (not run: dry run)" if self._dry and command == "up" else ""
            refreshed = " --refresh" if command in {"up", "preview"} else ""
            self._show(f"{told}pulumi {command} --stack {self._project.stack}{refreshed}{which}{tail}")


class _Events:
    """What one run of the engine tells: its steps, and its errors by resource."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.faults: list[Fault] = []

    def clear(self) -> None:
        self.operations.clear()
        self.faults.clear()

    def take(self, event: EngineEvent) -> None:
        step = event.resource_pre_event
        if step is not None:
            told = step.metadata
            changed = frozenset(_property(path) for path in (told.diffs or []))
            name = told.urn.rpartition("::")[2]
            self.operations.append(Operation(op=told.op.value, type=told.type, name=name, changed=changed))
        said = event.diagnostic_event
        if said is not None and said.severity == "error":
            text = " ".join(said.message.split())
            self.faults.append(Fault(name=_resource(said.urn or ""), text=text))


def _property(path: str) -> str:
    """The property that a path begins with: `canarySettings.percentTraffic` is of canarySettings."""
    return path.replace("[", ".").partition(".")[0]


def _resource(urn: str) -> str:
    return "" if "pulumi:pulumi:Stack" in urn else urn.rpartition("::")[2]
