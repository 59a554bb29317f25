"""Results on disk, one JSON file per cell and side, so that an interrupted run goes on where it stopped.

A file says what it was made from: seed, runs, and a fingerprint of the code and the cell. One that no longer fits is
made anew.
"""

import ast
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchmarks.judge.cells import Cell
from rollout.judge.policy import PRESETS
from rollout.simulation.outcome import Outcome, Rollouts
from rollout.simulation.summary import proportion, spread

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DRAWN = ("rollout/simulation/scene.py", "rollout/simulation/chances.py")
BATCH = ("batch", "bets", "comparisons", "promotion", "spending", "units")
JUDGE = (*(f"rollout/judge/{name}" for name in BATCH), *DRAWN)
SIDES = {"judge": JUDGE, "beside": JUDGE, "peers": ("rollout/peers", *DRAWN)}
"""The code on which a side's results depend."""


Done = Outcome | Rollouts


def joined(parts: list[Done]) -> Done:
    """One result of several chunks."""
    kind = type(parts[0])
    return kind(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)})


def fingerprint(cell: Cell, side: str, seed: int, runs: int) -> str:
    """Hash of everything that a result follows from: the world and the presets by their values, and the code."""
    presets = said(PRESETS) if side != "peers" else ""
    told = (said(cell.world), cell.share, cell.kind.value, cell.presets, presets, seed, runs)
    digest = hashlib.sha256(repr(told).encode())
    digest.update(code(side).encode())
    return digest.hexdigest()[:16]


def said(value: object) -> str:
    """A value in words, of dataclasses what is there: a field that is new and empty changes nothing."""
    if is_dataclass(value) and not isinstance(value, type):
        there = {f.name: getattr(value, f.name) for f in fields(value)}
        parts = [f"{name}={said(each)}" for name, each in there.items() if each not in (None, (), {})]
        return f"{type(value).__name__}({', '.join(parts)})"
    if isinstance(value, Mapping):
        table = cast("Mapping[object, object]", value)
        return f"{{{', '.join(f'{key}: {said(each)}' for key, each in table.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(said(each) for each in cast('tuple[object, ...]', value))})"
    return repr(value)


@cache
def code(side: str) -> str:
    """Hash of the code that a side runs, as it was when first asked for."""
    digest = hashlib.sha256()
    for place in SIDES[side]:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]:
            digest.update(meaning(file.read_text()).encode())
    return digest.hexdigest()


def meaning(source: str) -> str:
    """What a module does, without comments, docstrings, annotations and layout: words may change, results stay."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [s for s in node.body if not is_text(s)]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(tree)


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring or another bare constant."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def path_of(cell: Cell, side: str, folder: Path) -> Path:
    """Where a cell's result lies."""
    name = "".join(c if c.isalnum() or c in ".+" else "-" for c in cell.name.replace("->", "to").replace("%", "pc"))
    return folder / f"{'-'.join(part for part in name.split('-') if part)}.{side}.json"


def load(path: Path) -> dict[str, Any] | None:
    """A stored result, None without one."""
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def save(path: Path, result: dict[str, Any]) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".tmp")
    half.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    os.replace(half, path)  # noqa: PTH105 - Path.replace is the same call with less said


def summary(cell: Cell, done: Outcome | Rollouts, alpha: float) -> dict[str, Any]:
    """One rule in one cell: how often it aborted, with bounds, and what that cost."""
    aborted = proportion(done.aborted)
    found: dict[str, Any] = {
        "runs": aborted.runs,
        "aborted": aborted.count,
        "share": aborted.share,
        "lower": aborted.lower,
        "upper": aborted.upper,
        "alpha": alpha,
    }
    for key, values in (("requests", done.requests), ("failed", done.failed), ("minutes", done.minute)):
        points = spread(values, done.aborted)
        found[key] = None if points is None else [points.low, points.median, points.high]
    if done.aborted.any():
        found["curve"] = [round(float(q), 1) for q in np.quantile(done.requests[done.aborted], np.linspace(0, 1, 21))]
    if aborted.count * 2 >= aborted.runs:
        every = np.where(done.aborted, done.requests, np.iinfo(np.int64).max)
        found["median"] = float(np.median(every))
        found["median_minutes"] = float(np.median(np.where(done.aborted, done.minute, np.inf)))
        if cell.bound is not None:
            found["bound"] = cell.bound(alpha)
            found["ratio"] = found["median"] / found["bound"]
    if isinstance(done, Rollouts):
        promoted = proportion(done.promoted)
        found["promoted"] = {
            "count": promoted.count,
            "share": promoted.share,
            "lower": promoted.lower,
            "upper": promoted.upper,
        }
        points = spread(done.minute, done.promoted)
        found["promote_minutes"] = None if points is None else [points.low, points.median, points.high]
    return found
