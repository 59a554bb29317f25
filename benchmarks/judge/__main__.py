"""Run the benchmark, or go on with it: `nice python -m benchmarks.judge`, `--cells "k out"`, `--side judge`."""

import datetime as dt
import re
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.judge import error_peers, latency_peers, results, score_peers
from benchmarks.judge.cells import Cell, Kind, applies, asked
from benchmarks.judge.draw import Chunk, chunks
from benchmarks.judge.registry import cells as every_cell

SEED = 20260101


def main(  # noqa: PLR0917 - options of a command line
    cells: Annotated[
        str, typer.Option(help="Only cells whose name contains this regular expression (several: a;b, in that order).")
    ] = "",
    side: Annotated[str, typer.Option(help="`judge`, `beside` (its tolerances), `peers`, or `all`.")] = "all",
    runs: Annotated[int, typer.Option(help="At most this many runs a cell (0: as the cells say).")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of every generator.")] = SEED,
    folder: Annotated[Path, typer.Option(help="Where results, table and plots go.")] = results.HERE / "results",
    minutes: Annotated[float, typer.Option(help="Stop before a new cell after this long (0: never).")] = 0.0,
    speed: Annotated[bool, typer.Option(help="Measure speeds as well.")] = False,
    report: Annotated[bool, typer.Option(help="Write the table, the claims and the plots at the end.")] = True,
    fresh: Annotated[bool, typer.Option(help="Run cells again whose results are there.")] = False,
) -> None:
    """Run the cells that have no result yet, then write the table."""
    began = time.monotonic()
    chosen = [c for pattern in cells.split(";") for c in every_cell() if re.search(pattern, c.name)]
    chosen = list({c.name: c for c in chosen}.values())
    sides = tuple(results.SIDES) if side == "all" else (side,)
    jobs = [(c, s) for s in sides for c in chosen if applies(c, s)]
    for one in sides:
        results.code(one)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task("cells", total=len(jobs))
        for cell, which in jobs:
            bar.update(task, description=f"{cell.name} ({which})")
            if minutes and time.monotonic() - began > 60.0 * minutes:
                bar.console.print(f"stopped after {minutes:g} minutes before: {cell.name} ({which})")
                break
            most = asked(cell, which)
            wanted = min(most, runs or most)
            mark = results.fingerprint(cell, which, seed, wanted)
            path = results.path_of(cell, which, folder)
            stored = results.load(path)
            if fresh or stored is None or stored["fingerprint"] != mark:
                results.save(path, run(cell, which, seed, wanted, mark))
            bar.advance(task)
    if speed:
        from benchmarks.judge.measured import measure  # noqa: PLC0415 - the judge is not needed for the peers

        measure(folder)
    if report:
        from benchmarks.judge.report import write  # noqa: PLC0415 - matplotlib is slow to import

        write(folder, seed)


def run(cell: Cell, side: str, seed: int, runs: int, mark: str) -> dict[str, object]:
    """One cell, one side: every rule over all chunks."""
    began = time.monotonic()
    parts: dict[str, list[results.Done]] = {}
    for chunk in chunks(cell, seed, runs):
        for name, done in rules(cell, side, chunk).items():
            parts.setdefault(name, []).append(done)
    summed = {name: results.summary(cell, results.joined(done), alpha_of(name)) for name, done in parts.items()}
    return {
        "cell": cell.name,
        "row": cell.row,
        "side": side,
        "seed": seed,
        "runs": runs,
        "identical": cell.world.identical,
        "fingerprint": mark,
        "seconds": round(time.monotonic() - began, 1),
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "rules": summed,
    }


def rules(cell: Cell, side: str, chunk: Chunk) -> "dict[str, results.Done]":
    """What every rule of a side does on one chunk."""
    found: dict[str, results.Done] = {}
    if side == "judge":
        from benchmarks.judge import judge_rules  # noqa: PLC0415 - the peers' side runs without the judge

        found.update(judge_rules.planned(cell, chunk) if cell.kind is Kind.PLAN else judge_rules.fixed(cell, chunk))
    elif side == "beside":
        from benchmarks.judge import judge_rules  # noqa: PLC0415 - the peers' side runs without the judge

        found.update(judge_rules.published(cell, chunk))
    elif cell.kind is Kind.BETTING:
        found.update(error_peers.betting(cell, chunk))
    elif cell.kind is Kind.LATENCY:
        found.update(latency_peers.latency_peers(cell, chunk))
    elif cell.kind is Kind.SCORES:
        found.update(score_peers.score_peers(cell, chunk))
    else:
        found.update(error_peers.documented(cell, chunk))
    return found


def alpha_of(rule: str) -> float:
    """The alpha at which a rule's bound is taken: what its name says, else the judge's 1 percent."""
    said = re.search(r"alpha ([0-9.]+)%", rule)
    if said:
        return float(said[1]) / 100.0
    return 0.02 if rule == "judge, fast policy" else 0.01


if __name__ == "__main__":
    typer.run(main)
