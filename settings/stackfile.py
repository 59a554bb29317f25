"""Stack files (`Pulumi.<stack>.yaml`), read by the engine's rules and changed without losing a comment.

This is the one loader of the project: what runs here is what `pulumi up` would run (`settings/documents.py`,
`settings/scalars.py`).
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from settings.documents import read_document
from settings.edits import edit
from settings.errors import StackFileError
from settings.model import PROJECT


def load_stack(path: Path, project: str = PROJECT) -> Mapping[str, object]:
    """Read the configuration of one stack: every key with its namespace, every value decoded.

    A key without a namespace belongs to `project`, and a value that is not there is the empty string, as the engine
    has it. Encrypted values stay as they are, `{"secure": ...}`.

    Raises:
        StackFileError: there is no such file, or the engine would not read it either.
    """
    return _configuration(_text(path), path, project)


def set_values(path: Path, values: Mapping[str, object], project: str = PROJECT) -> None:
    """Set keys of a stack file, and take away those whose value is None; everything else stays, comments too.

    Keys are named as in `load_stack`, or without a namespace. The new file is read back before it takes the old
    one's place, so that it holds what was asked for and nothing else has changed.

    Raises:
        StackFileError: the file cannot be read or written, or YAML cannot say a value. The file is as it was.
    """
    before = _text(path)
    wanted = {_full(key, project): value for key, value in values.items()}
    expected = {**_configuration(before, path, project), **wanted}
    expected = {key: value for key, value in expected.items() if value is not None}
    spelt = {_full(key, project): key for key in _keys(before, path)}
    after = edit(before, {spelt.get(key, key): value for key, value in wanted.items()}, str(path))
    if _configuration(after, path, project) != expected:
        raise StackFileError(f"{path}: {', '.join(values)} cannot be written without changing something else. Edit it")
    _replace(path, after)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = ", ".join(sorted(found.name for found in path.parent.glob("Pulumi.*.yaml"))) or "none"
        raise StackFileError(f"{path}: no such stack file. There: {there}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StackFileError(f"{path}: cannot be read: {error}") from None


def _full(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _keys(text: str, path: Path) -> list[str]:
    document = cast("dict[str, Any]", read_document(text, str(path)) or {})
    return list(document.get("config") or {})


def _configuration(text: str, path: Path, project: str) -> dict[str, object]:
    document = read_document(text, str(path))
    if not isinstance(document, dict | None):
        raise StackFileError(f"{path}: a stack file is a mapping with a key config")
    held = cast("dict[str, object]", document or {})
    if held.get("environment"):
        raise StackFileError(f"{path}: environment is resolved by Pulumi's service only. Write the values under config")
    config = held.get("config")
    if not isinstance(config, dict | None):
        raise StackFileError(f"{path}: config is a mapping of keys with their namespace, such as {project}:store")
    found: dict[str, object] = {}
    for key, value in cast("dict[str, object]", config or {}).items():
        full = _full(key, project)
        if full.count(":") > 1 or full in found:
            problem = "stands twice" if full in found else "has more than one colon"
            raise StackFileError(f"{path}: the key {key} {problem}. A key is a namespace and a name: {project}:store")
        found[full] = "" if value is None else value
    return found


def _replace(path: Path, text: str) -> None:
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=real.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            shutil.copymode(real, part)
            part.replace(real)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StackFileError(f"{path}: cannot be written: {error.strerror}. The file is as it was") from error
