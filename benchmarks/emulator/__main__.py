"""`python -m benchmarks.emulator [--seconds S] [--rounds N]`: requests per second and latency with 3, 100, 1000 items.

Emulator and constant answer are asked in turn, round by round, in one run, so that what else the machine does falls
on both. The figure is the ratio: how many times as many requests the same server answers when it only hands out
bytes of the same size. Writes `results.json` and `results.md` beside this file.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from benchmarks.emulator.load import CONNECTIONS, Load, path, run, sizes

HERE = Path(__file__).parent
WARM_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of items: rates in requests per second, latencies in milliseconds, the medians of all rounds."""

    items: int
    bytes: int
    rate: float
    p50_ms: float
    p99_ms: float
    constant_rate: float
    constant_p50_ms: float
    constant_p99_ms: float

    @property
    def ratio(self) -> float:
        return self.constant_rate / self.rate


def row(items: int, size: int, asked: Sequence[Load], constant: Sequence[Load]) -> Row:
    """Fold the rounds into one row."""
    return Row(
        items=items,
        bytes=size,
        rate=statistics.median(load.rate for load in asked),
        p50_ms=statistics.median(load.percentile(50) for load in asked),
        p99_ms=statistics.median(load.percentile(99) for load in asked),
        constant_rate=statistics.median(load.rate for load in constant),
        constant_p50_ms=statistics.median(load.percentile(50) for load in constant),
        constant_p99_ms=statistics.median(load.percentile(99) for load in constant),
    )


async def measure(said: dict[str, Any], seconds: float, rounds: int) -> list[Row]:
    """Measure every number of items against the addresses that the measured process said."""
    rows: list[Row] = []
    for items in sizes():
        ports = {kind: said["ports"][kind][str(items)] for kind in ("api", "constant")}
        loads: dict[str, list[Load]] = {"api": [], "constant": []}
        for port in ports.values():
            await run(port, path(items), WARM_UP_SECONDS)
        for _ in range(rounds):
            for kind, port in ports.items():
                loads[kind].append(await run(port, path(items), seconds))
        rows.append(row(items, said["bytes"][str(items)], loads["api"], loads["constant"]))
    return rows


def machine() -> str:
    """Name the machine in one line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def table(rows: Sequence[Row], when: str) -> str:
    """Return the results as Markdown."""
    lines = [
        "# Emulator",
        "",
        f"{machine()}; {when}; {CONNECTIONS} connections, client and server on the same machine.",
        "",
        "| items | answer | requests/s | p50 | p99 | constant: requests/s | p50 | p99 | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {each.items} | {each.bytes:,} B | {each.rate:,.0f} | {each.p50_ms:.1f} ms | {each.p99_ms:.1f} ms "
            f"| {each.constant_rate:,.0f} | {each.constant_p50_ms:.2f} ms | {each.constant_p99_ms:.2f} ms "
            f"| {each.ratio:.1f} |"
            for each in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emulator-benchmark-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.emulator.served", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = cast("dict[str, Any]", json.loads(cast("IO[str]", process.stdout).readline()))
            rows = asyncio.run(measure(said, arguments.seconds, arguments.rounds))
        finally:
            process.communicate()
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    document = {"machine": machine(), "date": when, "rows": [{**asdict(each), "ratio": each.ratio} for each in rows]}
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    text = table(rows, when)
    (HERE / "results.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
