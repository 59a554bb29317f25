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
from benchmarks.emulator.served import KEY

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What API key, plan and validation cost: requests per second with 3 items without and with them, and p50 in ms.

    `..._cpu_ms` is the emulator's processor time a request, which other work on the machine disturbs least; None where
    the system does not say.
    """

    open_rate: float
    open_p50_ms: float
    open_cpu_ms: float | None
    guarded_rate: float
    guarded_p50_ms: float
    guarded_cpu_ms: float | None

    @property
    def ratio(self) -> float:
        """How many times as many requests are answered without."""
        return self.open_rate / self.guarded_rate

    @property
    def cpu_ratio(self) -> float | None:
        """How many times as much processor time a request takes with them."""
        return self.guarded_cpu_ms / self.open_cpu_ms if self.guarded_cpu_ms and self.open_cpu_ms else None


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process has used so far; None where there is no /proc."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        return None


async def measure_access(said: dict[str, Any], pid: int, seconds: float, rounds: int) -> Access:
    """Ask the open and the guarded API in turn, round by round; `pid` serves both."""
    loads: dict[str, list[Load]] = {"open": [], "guarded": []}
    used: dict[str, list[float]] = {"open": [], "guarded": []}
    target, headers = path(sizes()[0]), {"x-api-key": KEY}
    for kind in loads:
        await run(said["access"][kind], target, WARM_UP_SECONDS, headers)
    for _ in range(rounds):
        for kind, found in loads.items():
            before = cpu_seconds(pid)
            found.append(await run(said["access"][kind], target, seconds, headers))
            after = cpu_seconds(pid)
            if before is not None and after is not None:
                used[kind].append((after - before) * 1000 / len(found[-1].latencies))
    cpu = {kind: statistics.median(values) if values else None for kind, values in used.items()}
    rate = {kind: statistics.median(load.rate for load in found) for kind, found in loads.items()}
    p50 = {kind: statistics.median(load.percentile(50) for load in found) for kind, found in loads.items()}
    return Access(
        open_rate=rate["open"],
        open_p50_ms=p50["open"],
        open_cpu_ms=cpu["open"],
        guarded_rate=rate["guarded"],
        guarded_p50_ms=p50["guarded"],
        guarded_cpu_ms=cpu["guarded"],
    )


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


def shown(value: float | None, unit: str) -> str:
    """Return a figure that may not be known."""
    return "unknown" if value is None else f"{value:.2f}{unit}"


def _line(what: str, rate: float, p50: float, cpu: float | None) -> str:
    return f"| {what} | {rate:,.0f} | {p50:.1f} ms | {shown(cpu, ' ms')} |"


def table(rows: Sequence[Row], access: Access, when: str, load: str) -> str:
    """Return the results as Markdown."""
    lines = [
        "# Emulator",
        "",
        f"{machine()}; {when}; {CONNECTIONS} connections, client and server on the same machine; {load}.",
        "",
        "| items | answer | requests/s | p50 | p99 | constant: requests/s | p50 | p99 | ratio |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {each.items} | {each.bytes:,} B | {each.rate:,.0f} | {each.p50_ms:.1f} ms | {each.p99_ms:.1f} ms "
            f"| {each.constant_rate:,.0f} | {each.constant_p50_ms:.2f} ms | {each.constant_p99_ms:.2f} ms "
            f"| {each.ratio:.1f} |"
            for each in rows
        ),
        "",
        "| 3 items | requests/s | p50 | emulator's processor time a request |",
        "|---|---|---|---|",
        _line("nothing asked for", access.open_rate, access.open_p50_ms, access.open_cpu_ms),
        _line(
            "key, plan and its limits, validation", access.guarded_rate, access.guarded_p50_ms, access.guarded_cpu_ms
        ),
        f"| ratio | {access.ratio:.2f} | | {shown(access.cpu_ratio, '')} |",
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
            before = os.getloadavg()[0]
            rows = asyncio.run(measure(said, arguments.seconds, arguments.rounds))
            access = asyncio.run(measure_access(said, process.pid, arguments.seconds, arguments.rounds))
        finally:
            process.communicate()
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    load = f"load average {before:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    document = {
        "machine": machine(),
        "date": when,
        "load": load,
        "rows": [{**asdict(each), "ratio": each.ratio} for each in rows],
        "access": {**asdict(access), "ratio": access.ratio, "cpu_ratio": access.cpu_ratio},
    }
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    text = table(rows, access, when, load)
    (HERE / "results.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
