"""What the commands do once their options are read: serve until a signal, or try one request."""

import asyncio
import json
import signal
import sys

from emulator.emulation import Emulation, Options, Source
from emulator.errors import EmulatorError
from emulator.exchange import HttpRequest
from emulator.trial import Trial, attempt, shown_headers

FIRST_ERROR = 400


async def run(source: Source, options: Options) -> None:
    """Serve until SIGINT or SIGTERM; SIGHUP reloads.

    Raises:
        EmulatorError: it could not be started.
    """
    emulation = Emulation(source, options)
    await emulation.start()
    stopped = asyncio.Event()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.get_running_loop().create_task(_reload(emulation))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    print(f"serving  {emulation.url}")
    print(f"admin    {emulation.admin_url}")
    print(f"log      {emulation.address()['accessLog'] or 'none is registered'}", flush=True)
    try:
        await stopped.wait()
    finally:
        await emulation.stop()


async def _reload(emulation: Emulation) -> None:
    try:
        await emulation.reload()
    except EmulatorError as error:
        print(f"emulator: nothing is changed: {error}", file=sys.stderr)
    else:
        print("reloaded", flush=True)


async def try_once(source: Source, options: Options, request: HttpRequest, *, canary: bool, as_json: bool) -> int:
    """Try one request without listening; print its steps, and return the exit status."""
    emulation = Emulation(source, options)
    await emulation.prepare()
    try:
        trial = await attempt(emulation.served, request, canary=canary)
    finally:
        await emulation.stop()
    if as_json:
        print(json.dumps(trial.document(), indent=1))
    else:
        _show(trial)
    return 1 if trial.response.status >= FIRST_ERROR else 0


def _show(trial: Trial) -> None:
    print("\n".join(trial.lines))
    print()
    print(f"Status: {trial.response.status}")
    print(f"Latency: {round(trial.seconds * 1000)} ms")
    for name, value in shown_headers(trial.response.headers):
        print(f"{name}: {value}")
    print(trial.response.body.decode("utf-8", "replace"))
    if trial.unchecked not in ((), ("throttles",)):
        print()
        print(f"Not asked for in a method's test: {', '.join(trial.unchecked)}")
