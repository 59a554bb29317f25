"""Measure the engines side by side in one run, print a table, write results.json and results.md.

    python -m benchmarks.vtl [--quick] [--airspeed FOLDER] [--out FOLDER]

Velocity is measured where Java, Debian's package `velocity` and Jayway's jars are present; `--airspeed` names a
folder made by `pip install --target FOLDER airspeed`, since airspeed and its fork cannot be installed together.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from benchmarks.vtl.cases import Case, cases
from benchmarks.vtl.engines import Effort, Result, airspeed, airspeed_from, airspeed_name, floor, ours, velocity
from mapping.vtl import compile as compile_template

OURS = "mapping.vtl"
VELOCITY = "Velocity 1.7"
FLOOR = "orjson + repr"

Table = dict[str, dict[str, Result]]


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vtl", description="Time the template engines.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, for a look")
    parser.add_argument("--airspeed", type=Path, metavar="FOLDER", help="where the original airspeed is installed")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the results go")
    chosen = parser.parse_args()
    effort = Effort(0.05, 0.02, 5) if chosen.quick else Effort(0.3, 0.2, 7)
    table = measure(cases(), effort, chosen.airspeed)
    costs = compile_costs()
    text = markdown(table, costs)
    print(text)
    write(chosen.out / "results.md", text)
    write(chosen.out / "results.json", json.dumps(as_json(table, costs), indent=1) + "\n")


def measure(chosen: list[Case], effort: Effort, folder: Path | None) -> Table:
    """Return results by engine and case; the engines of one case follow each other, Java comes last."""
    table: Table = {OURS: {}, FLOOR: {}}
    installed = airspeed_name()
    for case in chosen:
        print(case.name, file=sys.stderr)
        table[OURS][case.name] = ours(case, effort)
        table[FLOOR][case.name] = floor(case, effort)
        if installed:
            table.setdefault(installed, {})[case.name] = airspeed(case, effort)
    if folder is not None:
        name, results = airspeed_from(folder, effort)
        table[name] = results
    java = velocity(chosen, effort)
    if java is not None:
        table[VELOCITY] = java
    return table


def compile_costs() -> dict[str, tuple[float, int]]:
    """Return for each template the seconds that compiling takes and the bytes that it keeps."""
    found: dict[str, tuple[float, int]] = {}
    for case in cases():
        name = f"{case.templates} {case.side}"
        if name in found:
            continue
        times: list[float] = []
        for _ in range(15):
            start = time.process_time()
            compile_template(case.template)
            times.append(time.process_time() - start)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        kept = compile_template(case.template)
        size = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        del kept
        found[name] = (sorted(times)[len(times) // 2], size)
    return found


def machine() -> str:
    """Return the machine without its name."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def markdown(table: Table, costs: dict[str, tuple[float, int]]) -> str:
    """Return the results as Markdown tables, milliseconds a rendering."""
    engines = list(table)
    lines = [
        "# Rendering mapping templates",
        "",
        "Milliseconds of processor time a rendering, the body's parsing included; in brackets, compared with ours.",
        f"{machine()}; written by `python -m benchmarks.vtl`.",
        "",
        "`ratings-v1` are the two templates of the predicted-ratings route, with all their checks; `bare` is a pair of",
        "the same shape without checks.",
        "",
        "| Case | " + " | ".join(engines) + " |",
        "|---|" + "---:|" * len(engines),
    ]
    notes: dict[str, dict[str, None]] = {}
    for name, own in table[OURS].items():
        cells: list[str] = []
        for engine in engines:
            result = table[engine][name]
            cells.append(_cell(result, own))
            note = _note(result, own)
            if note and engine != FLOOR:
                notes.setdefault(f"{engine} {note}", {})[name.split(",")[0]] = None
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "| Template | compile, ms | memory, KB |", "|---|---:|---:|"]
    lines += [f"| {name} | {seconds * 1e3:.2f} | {size / 1024:.0f} |" for name, (seconds, size) in costs.items()]
    return "\n".join([*lines, "", *(f"- {note}: {'; '.join(names)}." for note, names in notes.items())]).rstrip() + "\n"


def _note(result: Result, own: Result) -> str:
    """Return what is to be said of a result beside its time; nothing where the text is ours."""
    if result.seconds is None:
        return f"cannot run ({result.problem})"
    if result.output == own.output:
        return ""
    return "prints other white space" if result.output.split() == own.output.split() else "prints another text"


def _cell(result: Result, own: Result) -> str:
    if result.seconds is None:
        return "-"
    times = "" if result is own or not own.seconds else f" ({result.seconds / own.seconds:.1f}x)"
    return f"{result.seconds * 1e3:.3f}{times}"


def as_json(table: Table, costs: dict[str, tuple[float, int]]) -> object:
    """Return the results for a machine; seconds and bytes."""
    return {
        "machine": machine(),
        "render": {
            engine: {name: result.seconds for name, result in results.items()} for engine, results in table.items()
        },
        "compile": {name: {"seconds": seconds, "bytes": size} for name, (seconds, size) in costs.items()},
    }


def write(file: Path, text: str) -> None:
    """Write a file at once."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as new:
        new.write(text)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(file)


if __name__ == "__main__":
    main()
