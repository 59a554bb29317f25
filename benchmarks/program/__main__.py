"""`python -m benchmarks.program [--repeats N]`: time and resources under mocks for 1, 10 and 100 releases and routes.

Writes `results.json` and `results.md` beside this file. Releases are the program itself, run as Pulumi runs it, with
one stable release and the others warm. Routes are the same components with one endpoint, one invoke role and one
path in the document each; the program of today has one. Times are of this process's own CPU, so that what else the
machine does has no part in them. Importing pulumi and pulumi_aws is measured once and left out of every row.

Rows are timed as the emulator runs a program: without the cyclic garbage collector (`emulator/record.py`). Beside
them stands the same with the collector, which walks a larger heap each time. The calls of functions are counted too,
in a run apart: work that grows faster than the program shows there, on every machine alike. Exits with 1 where a
resource at 100 takes more than 1.5 times the CPU of one at 10 or of one at 1, or more than 1.1 times the calls.
"""

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from benchmarks.program.worlds import releases, routes, stack
from emulator.recording import Recording

SIZES = (1, 10, 100)
SERIES = ("releases", "routes")
STACKS = ("dev", "prod")
TIME_BOUND = 1.5
CALLS_BOUND = 1.1
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One size of one series; times are CPU milliseconds, the median and the range of all repeats.

    `collected_ms` is the median with the garbage collector; `calls` are those of functions, Python's and C's.
    """

    series: str
    size: int
    resources: int
    median_ms: float
    least_ms: float
    most_ms: float
    collected_ms: float
    calls: int

    @property
    def per_resource_ms(self) -> float:
        return self.median_ms / self.resources

    @property
    def calls_per_resource(self) -> float:
        return self.calls / self.resources


def timed(build: Callable[[], Recording], *, collector: bool) -> float:
    """Run `build`, with the garbage collector or without; return the CPU milliseconds that it took."""
    gc.collect()  # what the run before left is not this one's
    if not collector:
        gc.disable()
    start = time.process_time()
    try:
        build()
        return (time.process_time() - start) * 1000
    finally:
        gc.enable()


def counted(build: Callable[[], Recording]) -> int:
    """Run `build`; return how many functions it called in all its threads."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    threading.setprofile(count)  # the program runs in a thread of its own
    try:
        build()
    finally:
        threading.setprofile(None)
    return calls


def measure(series: str, size: int, build: Callable[[], Recording], repeats: int) -> Row:
    """Run `build` once to warm up and then `repeats` times, without and with the collector."""
    resources = len(build().registrations)
    runs = sorted(timed(build, collector=False) for _ in range(repeats))
    collected = sorted(timed(build, collector=True) for _ in range(repeats))
    return Row(
        series=series,
        size=size,
        resources=resources,
        median_ms=runs[len(runs) // 2],
        least_ms=runs[0],
        most_ms=runs[-1],
        collected_ms=collected[len(collected) // 2],
        calls=counted(build),
    )


def import_time() -> float:
    """Return the CPU milliseconds of importing what the program imports, in a fresh interpreter."""
    code = (
        "import time; start = time.process_time()\n"
        "import pulumi_aws as aws; from components import storage\n"
        "aws.apigateway.Stage, aws.sagemaker.Model, aws.iam.Role, aws.cloudwatch.LogGroup, aws.appautoscaling.Target\n"
        "print((time.process_time() - start) * 1000)"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a resource costs at the largest size over what it costs at a smaller one: 1 is exactly linear.

    `calls` and `time` are over the middle size, `from_one` over the smallest.
    """

    calls: float
    time: float
    from_one: float

    @property
    def linear(self) -> bool:
        return self.calls <= CALLS_BOUND and max(self.time, self.from_one) <= TIME_BOUND


def growth(rows: Sequence[Row], series: str) -> Growth:
    """Compare a series' largest size with its middle and smallest one."""
    small, middle, large = (next(row for row in rows if (row.series, row.size) == (series, size)) for size in SIZES)
    return Growth(
        calls=large.calls_per_resource / middle.calls_per_resource,
        time=large.per_resource_ms / middle.per_resource_ms,
        from_one=large.per_resource_ms / small.per_resource_ms,
    )


def sentence(found: Growth, series: str) -> str:
    """Say what `growth` found."""
    return (
        f"A resource at {SIZES[2]} {series} over one at {SIZES[1]} (1 is linear): CPU {found.time:.2f} (at most "
        f"{TIME_BOUND:g} is asked for), calls {found.calls:.2f} (at most {CALLS_BOUND:g}); over one at {SIZES[0]}: "
        f"CPU {found.from_one:.2f}."
    )


def table(rows: Sequence[Row], stacks: Sequence[Row], import_ms: float, machine: str) -> str:
    """Return the result as Markdown."""
    lines = [
        "# The program under mocks",
        "",
        f"{machine}. Times are of the process's own CPU.",
        f"Importing pulumi and pulumi_aws takes {import_ms:.0f} ms once and is not in the rows.",
        "",
        "| series | size | resources | CPU ms | range | a resource | with the collector | calls a resource |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row.series} | {row.size} | {row.resources} | {row.median_ms:.0f} | "
            f"{row.least_ms:.0f} to {row.most_ms:.0f} | {row.per_resource_ms:.2f} | {row.collected_ms:.0f} | "
            f"{row.calls_per_resource:.0f} |"
            for row in rows
        ),
        "",
        *(sentence(growth(rows, series), series) for series in SERIES),
        "",
        "A stack with a stable release and a canary: as its file says, and with every feature of the API's on and the",
        "enriched route.",
        "",
        "| stack | features | resources | CPU ms | range | with the collector |",
        "|---|---|---:|---:|---:|---:|",
        *(
            f"| {row.series.split()[0]} | {row.series.split()[1]} | {row.resources} | {row.median_ms:.0f} | "
            f"{row.least_ms:.0f} to {row.most_ms:.0f} | {row.collected_ms:.0f} |"
            for row in stacks
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, write the files, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.program", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5, help="runs of each row after one to warm up (default 5)")
    repeats = parser.parse_args().repeats
    import_ms = import_time()
    rows: list[Row] = []
    for name, world in zip(SERIES, (releases, routes), strict=True):
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(measure(name, size, world(size, Path(folder)), repeats))
    stacks: list[Row] = []
    for name in STACKS:
        for word, everything in (("own", False), ("all", True)):
            with tempfile.TemporaryDirectory() as folder:
                build = stack(name, Path(folder), everything=everything)
                stacks.append(measure(f"{name} {word}", 1, build, repeats))
    today = datetime.now(UTC).date().isoformat()
    machine = f"{today}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    text = table(rows, stacks, import_ms, machine)
    result = {"machine": machine, "import_ms": import_ms, "repeats": repeats, "rows": [asdict(row) for row in rows]}
    result["stacks"] = [asdict(row) for row in stacks]
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0 if all(growth(rows, series).linear for series in SERIES) else 1


if __name__ == "__main__":
    sys.exit(main())
