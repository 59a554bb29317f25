"""The emulator beside other code: in a thread with an event loop of its own.

with running(program_source(directory, config_file), Options(store=store)) as emulator:
    httpx.get(emulator.url + "/predicted-ratings/321?items=101")
    emulator.reload()
"""

import asyncio
import threading
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from emulator.emulation import Emulation, Options, Source
from emulator.errors import ProgramError
from emulator.program import Program, project_file, record
from emulator.recorder import Recorder
from emulator.recording import Recording

T = TypeVar("T")


def program_source(directory: Path, config_file: Path | None = None, *, stack: str = "local") -> Source:
    """Return a source that runs the program in `directory`, with a stack's file read anew each time.

    Without `config_file` it is the directory's `Pulumi.<stack>.yaml`.
    """
    recorder = Recorder()

    def source(config: Mapping[str, Any] | None) -> Recording:
        if config is None:
            config = configuration(directory, config_file, stack=stack)
        return record(Program(directory=directory, stack=stack, config=config), recorder)

    return source


def configuration(directory: Path, config_file: Path | None, *, stack: str) -> Mapping[str, Any]:
    """Read a stack's configuration with the project's one loader.

    Raises:
        ProgramError: no such project or stack, or a file that the engine would not read either.
    """
    from settings.errors import SettingsError  # noqa: PLC0415 - the one import of settings, see pyproject.toml
    from settings.stackfile import load_stack  # noqa: PLC0415 - as above

    file = config_file or directory / f"Pulumi.{stack}.yaml"
    try:
        return load_stack(file, project_file(directory)["name"])
    except SettingsError as error:
        raise ProgramError(str(error)) from error


def store_folder(directory: Path, config_file: Path | None, *, stack: str) -> Path:
    """Return where a stack's emulator writes: its `store` if that is a folder, else `.canary/<stack>`.

    Raises:
        ProgramError: as `configuration`.
    """
    store = configuration(directory, config_file, stack=stack).get(f"{project_file(directory)['name']}:store")
    is_folder = isinstance(store, str) and bool(store) and "://" not in store
    return directory / (str(store) if is_folder else f".canary/{stack}")


class Running:
    """An emulator that serves. `url` is the stage's address; the log paths are None where no log is registered."""

    def __init__(self, emulation: Emulation, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        self._emulation, self._loop, self._thread = emulation, loop, thread
        address = emulation.address()
        self.url, self.admin_url = emulation.url, emulation.admin_url
        self.stage = str(address["stage"])
        self.access_log, self.canary_access_log = (
            None if address[key] is None else Path(str(address[key])) for key in ("accessLog", "canaryAccessLog")
        )

    @property
    def emulation(self) -> Emulation:
        """What runs in the thread; its state may be read, its coroutines only run through `run`."""
        return self._emulation

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the emulator's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def reload(self, config: Mapping[str, Any] | None = None) -> None:
        """Take over the changed configuration file, or this configuration. The old state answers until then.

        Raises:
            EmulatorError: it cannot be served; the old state goes on.
        """
        self.run(self._emulation.reload(config))

    def stop(self) -> None:
        """Answer what is in flight and stop. A second call does nothing."""
        if self._thread.is_alive():
            self.run(self._emulation.stop())
            _end(self._loop, self._thread)


def start(source: Source, options: Options) -> Running:
    """Start an emulator in a thread; it serves when this returns.

    Raises:
        EmulatorError: it could not be started.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop,), name="emulator", daemon=True)
    thread.start()

    async def begin() -> Emulation:
        emulation = Emulation(source, options)
        await emulation.start()
        return emulation

    try:
        emulation = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    except BaseException:
        _end(loop, thread)
        raise
    return Running(emulation, loop, thread)


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def running(source: Source, options: Options) -> Generator[Running]:
    """Serve for the time of a `with` block."""
    emulator = start(source, options)
    try:
        yield emulator
    finally:
        emulator.stop()
