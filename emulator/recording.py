"""What a Pulumi program registers, recorded under Pulumi's mocks.

Nothing is registered yet right after a resource's constructor, and an assertion inside an `apply` that nobody
awaits always passes. So there is one way in: `registered` runs the program to its end, in a thread, an event loop
and a context of its own, and returns everything that was registered. Calls reach the monitor one after the other,
so the same program gives the same order.
"""

import asyncio
import contextvars
import json
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from emulator.computed import Place
from emulator.errors import ProgramError


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One registered resource. `inputs` and `outputs` have the engine's camelCase names and are plain JSON values.

    `type` is the token (`aws:apigateway/stage:Stage`), `name` the logical name, `id` the physical one, `parent` the
    URN of the parent (the stack's for a root), `dependencies` the URNs it waits for, `secrets` the names of the
    top-level inputs that were marked secret, and `hooks` the names of its hooks by moment (`before_create`).
    """

    type: str
    name: str
    urn: str
    id: str
    custom: bool
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    parent: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    dependencies: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A program's run: the registrations in order, the stack's outputs, and its resource hooks by name.

    Hooks are recorded and not called: under mocks there is no stack from before that one could guard. `directory` is
    the program's working directory: what an asset's relative path begins at.
    """

    project: str
    stack: str
    place: Place
    registrations: tuple[Registration, ...]
    outputs: Mapping[str, Any]
    hooks: Mapping[str, Callable[..., object]] = field(default_factory=dict[str, Callable[..., object]])
    directory: str = ""

    def of_type(self, kind: str) -> tuple[Registration, ...]:
        """Return the registrations of one type token, in order."""
        return tuple(each for each in self.registrations if each.type == kind)

    def to_json(self) -> str:
        """Return the recording as JSON text, without the hooks' code."""
        document = {name: getattr(self, name) for name in ("project", "stack", "outputs", "directory")}
        return json.dumps(
            {
                **document,
                "place": asdict(self.place),
                "registrations": [asdict(each) for each in self.registrations],
            }
        )

    @staticmethod
    def parse(text: str) -> "Recording":
        """Read what `to_json` wrote."""
        raw = cast("dict[str, Any]", json.loads(text))
        registrations = tuple(_registration(each) for each in raw.pop("registrations"))
        place = Place(**raw.pop("place"))
        return Recording(**raw, place=place, registrations=registrations)


def _registration(raw: dict[str, Any]) -> Registration:
    tuples: dict[str, Any] = {name: tuple(raw.pop(name)) for name in ("dependencies", "ignore_changes", "secrets")}
    hooks = {moment: tuple(names) for moment, names in raw.pop("hooks").items()}
    return Registration(**raw, **tuples, hooks=hooks)


def registered(
    build: Callable[[], object],
    *,
    project: str = "project",
    stack: str = "stack",
    config: Mapping[str, str] | None = None,
    account: str = "123456789012",
    region: str = "eu-central-1",
) -> Recording:
    """Run `build` as a stack's program under mocks, to the end, and return what it registered.

    `config` has full keys (`project:name`, `aws:region`) and text values, structured ones as JSON text, as the
    engine hands them over. `build` may export outputs; an awaitable that it returns is awaited.

    Raises:
        ProgramError: an invoke that nobody here can answer, or a transform (mocks do not run them).
        Exception: whatever `build` raises, or an `apply` in it.
    """
    from emulator.monitor import RecordingMonitor, Refusing  # noqa: PLC0415 - pulumi takes a second to import

    place = Place(account=account, region=region)
    monitor = RecordingMonitor(project=project, stack=stack, place=place)
    callbacks = Refusing()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            contextvars.Context().run(lambda: asyncio.run(_run(build, monitor, callbacks, dict(config or {}))))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure.append(error)

    thread = threading.Thread(target=work, name="pulumi-program")
    thread.start()
    thread.join()
    if monitor.refused:
        raise ProgramError(monitor.refused) from (failure[0] if failure else None)
    if failure:
        raise failure[0]
    return Recording(
        project=project,
        stack=stack,
        place=place,
        registrations=tuple(monitor.registrations),
        outputs=monitor.stack_outputs,
        hooks=dict(callbacks.hooks),
        directory=str(Path.cwd()),
    )


async def _run(build: Callable[[], object], monitor: object, callbacks: object, config: dict[str, str]) -> None:
    """Do what Pulumi's language host does, with our monitor in the engine's place."""
    from pulumi.runtime import config as runtime_config  # noqa: PLC0415 - see above
    from pulumi.runtime import mocks, settings, stack  # noqa: PLC0415 - see above

    logger = logging.getLogger("pulumi.program")
    options: dict[str, Any] = {
        "project": getattr(monitor, "project", ""),
        "stack": getattr(monitor, "stack", ""),
        "dry_run": False,
        "monitor": monitor,
        "engine": mocks.MockEngine(logger),
        "organization": "organization",
        "callbacks": callbacks,
    }
    settings.configure(mocks.MockSettings(**options))
    runtime_config.set_all_config(config, [])
    loop = asyncio.get_running_loop()
    # A program that fails leaves futures behind that nobody awaits; its own exception says what there is to say.
    loop.set_exception_handler(lambda _loop, _context: None)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="pulumi-monitor") as one:
        loop.set_default_executor(one)
        await stack.run_in_stack(cast("Any", build))
