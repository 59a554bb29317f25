"""A model container's inside: `python -m emulator.container MODEL_DIR HANDLER`, SageMaker's `/ping` and `/invocations`.

Loads the archive's own handler (`model_fn`, `input_fn`, `predict_fn`, `output_fn`, or `transform_fn`, as SageMaker's
framework containers do), listens on a free loopback port and writes one line to standard output: `ready PORT`, or
`failed REASON` before it ends. It ends when its standard input does, so it never outlives the emulator.
"""

import asyncio
import contextlib
import importlib.util
import os
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from emulator.errors import ArtifactError
from emulator.exchange import HttpRequest, HttpResponse
from emulator.http_server import HttpServer

THREADS = 4
"""Invocations at once. One that hangs leaves the others, and /ping, answering."""

OURS = {"emulator", "mapping"}


class Model:
    """A loaded model and the functions of its handler."""

    def __init__(self, folder: Path, handler: Path) -> None:
        module = _load(handler)
        missing = [name for name in ("input_fn", "predict_fn", "output_fn") if not hasattr(module, name)]
        if not hasattr(module, "model_fn") or (missing and not hasattr(module, "transform_fn")):
            needed = "model_fn, and either transform_fn or input_fn, predict_fn and output_fn"
            raise ArtifactError(f"{handler.name} needs {needed}; framework defaults are not imitated")
        self.module = cast("Any", module)
        self.model: object = self.module.model_fn(str(folder))

    def __call__(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Answer one invocation: the answer's body and content type."""
        text: str | bytes = body
        with contextlib.suppress(UnicodeDecodeError):
            text = body.decode() if _textual(content_type) else body
        if hasattr(self.module, "transform_fn"):
            result = self.module.transform_fn(self.model, text, content_type, accept)
        else:
            prediction = self.module.predict_fn(self.module.input_fn(text, content_type), self.model)
            result = self.module.output_fn(prediction, accept)
        answer, kind = cast("tuple[object, str]", result) if isinstance(result, tuple) else (result, accept)
        return (answer if isinstance(answer, bytes) else str(answer).encode()), kind


def _textual(content_type: str) -> bool:
    return content_type.startswith("text/") or "json" in content_type


def _load(handler: Path) -> ModuleType:
    """Import the handler with its own folder on the path, and ours off it: in a container we are not there."""
    home = Path(__file__).resolve().parent.parent
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    sys.path[:] = [str(handler.parent), *(entry for entry in sys.path if Path(entry or ".").resolve() != home)]
    spec = importlib.util.spec_from_file_location(handler.stem, handler)
    if spec is None or spec.loader is None:
        raise ArtifactError(f"{handler} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[handler.stem] = module
    spec.loader.exec_module(module)
    return module


def application(model: Callable[[bytes, str, str], tuple[bytes, str]], pool: ThreadPoolExecutor) -> HttpServer:
    """Build the server around a model. A handler's exception is a 500, or what its `status_code` says."""

    async def handle(request: HttpRequest) -> HttpResponse:
        if request.target == "/ping":
            return HttpResponse(status=200)
        if request.target != "/invocations" or request.method != "POST":
            return HttpResponse(status=404)
        content_type = request.header("Content-Type") or "application/json"
        accept = request.header("Accept") or "application/json"
        loop = asyncio.get_running_loop()
        try:
            body, kind = await loop.run_in_executor(pool, model, request.body, content_type, accept)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is the answer's business
            traceback.print_exc(file=sys.stderr)
            status = getattr(error, "status_code", 500)
            text = str(error) or type(error).__name__
            return HttpResponse(
                status=status if isinstance(status, int) else 500,
                headers=(("Content-Type", "text/plain"),),
                body=text.encode(),
            )
        return HttpResponse(status=200, headers=(("Content-Type", kind),), body=body)

    return HttpServer(handle)


def end_with_standard_input() -> None:
    """Leave when nobody holds the other end any more."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


async def serve(folder: Path, handler: Path, say: Callable[[str], None]) -> None:
    """Load the model, listen, say so, and serve for ever."""
    model = Model(folder, handler)
    server = application(model, ThreadPoolExecutor(THREADS, thread_name_prefix="invocation"))
    await server.start("127.0.0.1", 0)
    say(f"ready {server.port}")
    await asyncio.Event().wait()


def main() -> None:
    folder, handler = Path(sys.argv[1]), Path(sys.argv[2])
    wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the model prints belongs into its log

    def say(line: str) -> None:
        wire.write(" ".join(line.split()) + "\n")
        wire.flush()

    end_with_standard_input()
    try:
        asyncio.run(serve(folder, handler, say))
    except BaseException as error:  # noqa: BLE001 - a model that cannot be loaded ends in one line
        traceback.print_exc(file=sys.stderr)
        say(f"failed {type(error).__name__}: {error}")
    os._exit(1)


if __name__ == "__main__":
    main()
