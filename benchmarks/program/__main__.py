"""`python -m benchmarks.program [--repeats N]`: time and resources under mocks for 1, 10 and 100 releases and routes.

Writes `results.json` and `results.md` beside this file. Releases are the program itself, run as Pulumi runs it, with
one stable release and the others warm. Routes are the same components with one endpoint, one invoke role and one
path in the document each; the program of today has one. Times are of this process's own CPU, so that what else the
machine does has no part in them. Importing pulumi and pulumi_aws is measured once and left out of every row. Exits
with 1 where the time for a resource at 100 is more than twice that at 10: growth is linear.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.program.worlds import releases, routes
from emulator.recording import Recording

SIZES = (1, 10, 100)
BOUND = 2.0
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One size of one series; times are CPU milliseconds, the median and the range of all repeats."""

    series: str
    size: int
    resources: int
    median_ms: float
    least_ms: float
    most_ms: float

    @property
    def per_resource_ms(self) -> float:
        return self.median_ms / self.resources


def measure(series: str, size: int, build: Callable[[], Recording], repeats: int) -> Row:
    """Run `build` once to warm up and then `repeats` times."""
    resources = len(build().registrations)
    times: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        build()
        times.append((time.process_time() - start) * 1000)
    return Row(
        series=series,
        size=size,
        resources=resources,
        median_ms=statistics.median(times),
        least_ms=min(times),
        most_ms=max(times),
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


def growth(rows: Sequence[Row], series: str) -> float:
    """Return the time for a resource at the largest size over that at the middle one: 1 is exactly linear."""
    of = {row.size: row.per_resource_ms for row in rows if row.series == series}
    return of[SIZES[2]] / of[SIZES[1]]


def table(rows: Sequence[Row], import_ms: float, machine: str) -> str:
    """Return the result as Markdown."""
    lines = [
        "# The program under mocks",
        "",
        f"{machine}. Times are of the process's own CPU.",
        f"Importing pulumi and pulumi_aws takes {import_ms:.0f} ms once and is not in the rows.",
        "",
        "| series | size | resources | CPU ms, median | range | per resource |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {row.series} | {row.size} | {row.resources} | {row.median_ms:.0f} | "
            f"{row.least_ms:.0f} to {row.most_ms:.0f} | {row.per_resource_ms:.2f} |"
            for row in rows
        ),
        "",
        *(
            f"Time for a resource at {SIZES[2]} {series} over that at {SIZES[1]}: {growth(rows, series):.2f} "
            f"(linear is 1, at most {BOUND:g} is asked for)."
            for series in ("releases", "routes")
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
    for name, world in (("releases", releases), ("routes", routes)):
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(measure(name, size, world(size, Path(folder)), repeats))
    today = datetime.now(UTC).date().isoformat()
    machine = f"{today}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    text = table(rows, import_ms, machine)
    result = {"machine": machine, "import_ms": import_ms, "repeats": repeats, "rows": [asdict(row) for row in rows]}
    (HERE / "results.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0 if all(growth(rows, series) <= BOUND for series in ("releases", "routes")) else 1


if __name__ == "__main__":
    sys.exit(main())
