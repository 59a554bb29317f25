"""The handler on the oldest Python and NumPy of its container, as far as this machine has them.

Three looks, from always possible to most telling: the syntax and the names that it uses; NumPy 1.24.1 under this
Python; Python 3.8 or 3.9 with NumPy 1.24.1. The last two need a package index, the last one an interpreter on PATH
(or named by CANARY_CONTAINER_PYTHON); where something is missing they skip and say what.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.container import inference
from training.model import Model

OLDEST_PYTHON = (3, 8)
OLDEST_NUMPY = "1.24.1"
HANDLER = Path(inference.__file__)
# Built-in methods and keywords that came after 3.8 (What's New in Python 3.9 to 3.13).
NEWER_NAMES = {"removeprefix", "removesuffix", "bit_count", "batched", "pairwise", "aiter", "anext", "walk"}
NEWER_KEYWORDS = {"strict", "slots", "kw_only"}

PROGRAM = """
import json, platform, sys
sys.path.insert(0, sys.argv[1] + "/code")
import inference, numpy
model = inference.model_fn(sys.argv[1])
data = inference.input_fn(sys.stdin.read(), "application/json")
answer, content_type = inference.output_fn(inference.predict_fn(data, model), "application/json")
bad = ""
try:
    inference.input_fn('{"instances": [{"in0": [1]}]}', "application/json")
except ValueError as error:
    bad = str(error)
versions = [platform.python_version(), numpy.__version__]
print(json.dumps({"versions": versions, "answer": answer, "type": content_type, "bad": bad}))
"""


def numpy_for(python: str, folder: Path) -> Path:
    """NumPy 1.24.1 for that version of Python, beside nothing else; skips where no index has it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    options = ["--target", str(folder), "--no-deps", "--only-binary=:all:", "--retries=1", "--python-version", python]
    done = subprocess.run(
        [*command, *options, f"numpy=={OLDEST_NUMPY}"], check=False, capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        pytest.skip(f"NumPy {OLDEST_NUMPY} for Python {python} cannot be had: {done.stderr.strip()[-200:]}")
    return folder


def old_interpreter() -> tuple[str, str]:
    """An interpreter as old as the container's, and its version; skips where there is none."""
    named = os.environ.get("CANARY_CONTAINER_PYTHON")
    for path in [named] if named else [shutil.which(f"python3.{minor}") for minor in (8, 9)]:
        if path is None:
            continue
        show = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([path, "-c", show], check=False, capture_output=True, text=True, timeout=30)
        if done.returncode == 0:  # what is on PATH may be a shim for a Python that is not chosen
            return path, done.stdout.strip()
    pytest.skip("no working python3.8 or python3.9 on PATH, and CANARY_CONTAINER_PYTHON names none")


def check_there(python: str, libraries: Path, folder: Path, model: Model) -> list[str]:
    """Serve one request in another process and compare with this one; return its versions."""
    users, items = [100, 101, 999999999, 100], [7, 27, 7, 999999999]
    body = {"instances": [{"in0": [user], "in1": [item]} for user, item in zip(users, items, strict=True)]}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-W", "error", "-c", PROGRAM, str(folder)],
        input=json.dumps(body),
        env={**environment, "PYTHONPATH": str(libraries)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    expected = inference.output_fn(model.predict(np.array(users), np.array(items)))
    assert (found["answer"], found["type"]) == expected
    assert found["bad"].startswith("instance 0: in1 must be a list of one id")
    return found["versions"]


def test_its_syntax_is_old_enough() -> None:
    ast.parse(HANDLER.read_text(), feature_version=OLDEST_PYTHON)
    with pytest.raises(SyntaxError):
        ast.parse("match 1:\n    case 1: pass", feature_version=OLDEST_PYTHON)


def test_it_uses_no_name_that_came_later() -> None:
    tree = ast.parse(HANDLER.read_text())
    assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
    annotations = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.AnnAssign | ast.arg)]
    annotations += [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    unread = {id(inner) for annotation in annotations if annotation for inner in ast.walk(annotation)}
    for node in ast.walk(tree):
        if id(node) in unread:
            continue  # annotations are never evaluated there
        if isinstance(node, ast.Attribute):
            assert node.attr not in NEWER_NAMES, node.lineno
        if isinstance(node, ast.keyword):
            assert node.arg not in NEWER_KEYWORDS, node.value.lineno
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in {"list", "dict", "tuple", "set", "type"}, node.lineno


def test_it_runs_on_the_oldest_numpy(model: Model, folder: Path, tmp_path: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    libraries = numpy_for(version, tmp_path / "libraries")
    assert check_there(sys.executable, libraries, folder, model)[1] == OLDEST_NUMPY


def test_it_runs_on_the_oldest_python(model: Model, folder: Path, tmp_path: Path) -> None:
    python, version = old_interpreter()
    libraries = numpy_for(version, tmp_path / "libraries")
    python_found, numpy_found = check_there(python, libraries, folder, model)
    assert python_found.startswith(version)
    assert numpy_found == OLDEST_NUMPY
