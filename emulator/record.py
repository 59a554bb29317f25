"""The process of one recording: forked by `emulator.recorder`, or `python -m emulator.record` with the request as JSON
on standard input.

Writes the recording, or `{"error": ...}`, into the request's folder. What the program prints goes where it prints.

Without the cyclic garbage collector: what a program registers is kept until the recording is written, and then the
process ends. The collector would find nothing, and walk a heap that grows with the program again and again: with it,
a resource among a thousand costs two and a half times what it costs among a hundred (`benchmarks/program`).
"""

import gc
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from emulator import (
    errors,
    monitor,
    recording,
    recording_folder,
)  # imported before the program's own packages may hide them

RUNPY = "<frozen runpy>"  # the file that frames of `runpy` name


def explain(error: BaseException, main: Path) -> str:
    """Return the error's text and the frames of the program's own files, innermost last.

    A RunError is a program's word to the person who runs it, and the engine too shows its text alone.
    """
    import pulumi  # noqa: PLC0415 - loaded by then

    if isinstance(error, pulumi.RunError | errors.EmulatorError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    # What called the program is no part of it, also where the program's folder is our own.
    start = max((number for number, f in enumerate(frames) if f.filename == RUNPY), default=-1) + 1
    inside = [f for f in frames[start:] if Path(f.filename).is_relative_to(main)]
    places = [f"  {Path(f.filename).relative_to(main)}:{f.lineno} in {f.name}: {f.line}" for f in inside]
    return "\n".join([f"{type(error).__name__}: {error}", *places])


def forget_our_packages(home: Path) -> None:
    """Take our own folder off the path, and our modules out of the table, so that the program's names are its own."""
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != home]
    for name in [name for name in sys.modules if name.split(".")[0] == "emulator"]:
        del sys.modules[name]


def run(request: dict[str, Any]) -> NoReturn:
    """Run the program that a request names, write what came of it into the request's folder, and end the process."""
    gc.disable()
    program, folder = Path(request["main"]), Path(request["folder"])
    modules = (errors, monitor, recording, recording_folder)  # held: the table forgets them
    forget_our_packages(Path(__file__).resolve().parent.parent)
    sys.path.insert(0, str(program))
    os.chdir(request["directory"])
    sys.modules["emulator.monitor"] = monitor  # `registered` imports it late
    names = {key: request[key] for key in ("project", "stack", "config", "account", "region")}

    def build() -> None:
        sys.modules.pop("emulator.monitor", None)
        if not (program / "__main__.py").is_file() and not program.is_file():
            raise errors.ProgramError("there is no __main__.py")
        runpy.run_path(str(program), run_name="__main__")

    try:
        text = modules[2].registered(build, **names).to_json()
    except BaseException as error:  # noqa: BLE001 - whatever a program does ends in one message
        text = json.dumps({"error": explain(error, program)})
    (folder / recording_folder.LOADED).write_text(
        json.dumps(recording_folder.shareable(dict(sys.modules))), encoding="utf-8"
    )
    part = folder / "recording.part"
    part.write_text(text, encoding="utf-8")
    part.replace(folder / recording_folder.REPLY)
    sys.stdout.flush()
    os._exit(0)  # threads that the program left behind do not keep the process


if __name__ == "__main__":
    run(json.loads(sys.stdin.read()))
