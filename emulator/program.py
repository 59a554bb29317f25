"""Runs a Pulumi program's directory under mocks, in a process of its own.

In a process of its own, because a program may have packages of any name (ours included), may change the process it
runs in, and may crash. It is run as Pulumi runs it: the directory itself (`runpy.run_path`), with the project's
folder as working directory and its packages importable.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from emulator.errors import ProgramError
from emulator.recorder import ENVIRONMENT, HOME, SUPPORTED, Recorder
from emulator.recording import Recording
from emulator.recording_folder import REPLY, SAID

DEFAULT_REGION = "us-east-1"
UNREADABLE = "(a secret, which the emulator does not decrypt)"
TAIL = 4000  # characters of a crashed program's standard error that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run: its directory, the stack's name, and the stack's configuration as its file has it.

    `config` is the mapping under `config:` (full keys, structured values as they are); `account` stands in for the
    account that a deployment would go to.
    """

    directory: Path
    stack: str
    config: Mapping[str, Any]
    account: str = "123456789012"
    timeout_seconds: float = 120.0


def engine_config(project: str, declared: Mapping[str, Any], stack: Mapping[str, Any]) -> dict[str, str]:
    """Return configuration as the engine hands it to a program: full keys, text values, structured ones as JSON.

    `declared` is Pulumi.yaml's `config:` block, whose `default:` or `value:` stands where the stack is silent.
    A value that is encrypted in the stack's file becomes a placeholder: nothing here can decrypt it.
    """
    merged: dict[str, Any] = {}
    for key, entry in declared.items():
        settled = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {"value": entry}
        for word in ("default", "value"):
            if word in settled:
                merged[key] = settled[word]
    merged.update(stack)
    full = {(key if ":" in key else f"{project}:{key}"): value for key, value in merged.items()}
    return {key: _text(_revealed(value)) for key, value in full.items()}


def _revealed(value: object) -> object:
    if isinstance(value, dict):
        items = cast("dict[str, object]", value)
        return UNREADABLE if set(items) == {"secure"} else {key: _revealed(each) for key, each in items.items()}
    return [_revealed(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def project_file(directory: Path) -> dict[str, Any]:
    """Read Pulumi.yaml.

    Raises:
        ProgramError: the directory holds no readable Pulumi.yaml, or one without a name.
    """
    from ruamel.yaml import YAML, YAMLError  # noqa: PLC0415 - only where a program is run

    path = directory / "Pulumi.yaml"
    try:
        document: object = YAML(typ="safe").load(path.read_text(encoding="utf-8"))  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # ruamel.yaml has no types
    except FileNotFoundError:
        raise ProgramError(f"{path}: not there; name the folder of a Pulumi program with --program") from None
    except (OSError, YAMLError) as error:
        raise ProgramError(f"{path}: cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(cast("dict[str, Any]", document).get("name"), str):
        raise ProgramError(f"{path}: needs a `name`, as every Pulumi project does")
    return cast("dict[str, Any]", document)


def record(program: Program, recorder: Recorder | None = None) -> Recording:
    """Run the program under mocks in a process of its own, and return what it registered.

    The process is a fresh one, or one that `recorder` forks, which is faster by the import of Pulumi.

    Raises:
        ProgramError: no project there, the program failed (its own message and the frames of its own files are in
            the error), crashed, or did not end within the time allowed.
    """
    directory = program.directory.absolute()
    project = project_file(directory)
    main = str(directory / str(project.get("main", ".")))
    config = engine_config(project["name"], project.get("config") or {}, program.config)
    request = {
        "main": main,
        "directory": str(directory),
        "project": project["name"],
        "stack": program.stack,
        "config": config,
        "account": program.account,
        "region": config.get("aws:region", DEFAULT_REGION),
    }
    with tempfile.TemporaryDirectory(prefix="emulator-") as name:
        folder = Path(name)
        try:
            status = _run(request, folder, program.timeout_seconds, recorder)
        except TimeoutError:
            raise ProgramError(
                f"{main}: the program did not end within {program.timeout_seconds:g} s under mocks; "
                "a program registers resources and waits for nothing"
            ) from None
        reply, said = folder / REPLY, folder / SAID
        if not reply.exists():
            printed = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
            raise ProgramError(f"{main}: the program's process ended with status {status}: {printed[-TAIL:].strip()}")
        document = cast("dict[str, Any]", json.loads(reply.read_text(encoding="utf-8")))
    if "error" in document:
        raise ProgramError(f"{main}: the program failed: {document['error']}")
    return Recording.parse(json.dumps(document))


def _run(request: Mapping[str, Any], folder: Path, seconds: float, recorder: Recorder | None) -> int:
    """Run a request's process to its end; return its status. Raises TimeoutError."""
    told = {**request, "folder": str(folder)}
    if recorder is not None and SUPPORTED:
        try:
            return recorder.run(told, folder, seconds)
        except TimeoutError:
            raise
        except OSError:
            pass  # the forking process is gone: this one is recorded by a fresh process, the next by a new forking one
    with (folder / SAID).open("wb") as said:
        try:
            return subprocess.run(
                [sys.executable, "-m", "emulator.record"],
                input=json.dumps(told).encode(),
                env={**os.environ, **ENVIRONMENT},
                cwd=HOME,  # `-m` looks there first; the child goes to the project's folder itself
                stdout=said,
                stderr=said,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
