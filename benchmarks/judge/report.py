"""The committed table: results.md, results.json and plots, made from the stored cells."""

import json
import os
import platform
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judge import results
from benchmarks.judge.cells import Cell, applies, asked
from benchmarks.judge.charts import charts
from benchmarks.judge.claims import Claim, Holds, claims, pc
from benchmarks.judge.measured import measured
from benchmarks.judge.registry import cells as every_cell

ROWS = {
    "C4": "C4: the peers as they were simulated before (a look a minute; a check of worlds and rules)",
    "C5": "C5: clumps and outages against the unit of evidence (two hours, alpha 1 %; a check of worlds and rules)",
    "a": "(a) identical canary: false aborts in three hours",
    "b": "(b), (c) worse canary: exposure, and what is missed",
    "d": "(d) answer times",
    "e": "(e) scores",
    "f": "(f) drift of the common error rate",
    "g": "(g) nothing measured for k minutes",
    "h": "(h) a burst that hits both tracks",
    "i": "(i) whole rollouts by the presets' plans, everything measured",
    "j": "(j) clumps within a look",
    "k": "(k) instances out alone",
    "l": "(l) something that both tracks need is down",
}


def write(folder: Path, seed: int) -> None:
    """Write everything that is made from the results beside their folder."""
    stored = gather(folder)
    by_rule: dict[str, dict[str, Any]] = {}
    for cell, side in stored:
        by_rule.setdefault(cell.name, {}).update(side["rules"])
    shown = [*claims(by_rule), *measured(folder)]
    home = folder.parent
    facts = machine(stored, seed)
    text = "\n".join([*head(facts), "", *assertions(shown), *tables(stored)])
    put(home / "results.md", text + "\n")
    whole = {"facts": facts, "claims": [vars(c) for c in shown], "cells": by_rule}
    put(home / "results.json", json.dumps(whole, indent=1, sort_keys=True) + "\n")
    charts(by_rule, home / "plots")
    page = home / "README.md"
    if page.exists():
        put(page, between(page.read_text(encoding="utf-8"), [*told(facts), "", *assertions(shown)[2:-1]]))


BEGIN, END = "<!-- claims: written by the benchmark -->", "<!-- end of claims -->"


def between(text: str, lines: list[str]) -> str:
    """The page with these lines between its two marks; one without marks stays as it is."""
    if BEGIN not in text or END not in text:
        return text
    return text.partition(BEGIN)[0] + "\n".join([BEGIN, "", *lines, "", END]) + text.partition(END)[2]


def told(facts: dict[str, Any]) -> list[str]:
    """Seed, machine, dates and what is missing, for the page."""
    where = f"{facts['cores']} cores ({facts['processor']}), Python {facts['python']}, numpy {facts['numpy']}"
    return [
        f"Seed {facts['seed']}; {where}; run on {', '.join(facts['dates'])}.",
        f"{facts['stored']} of {facts['wanted']} results, {facts['short']} with too few runs, {facts['stale']} stale.",
    ]


def gather(folder: Path) -> list[tuple[Cell, dict[str, Any]]]:
    """Stored sides in the order of the cells."""
    found: list[tuple[Cell, dict[str, Any]]] = []
    for cell in every_cell():
        for side in results.SIDES:
            stored = results.load(results.path_of(cell, side, folder))
            if stored is not None:
                found.append((cell, stored))
    return found


def machine(stored: list[tuple[Cell, dict[str, Any]]], seed: int) -> dict[str, Any]:
    """What a reader needs to repeat it."""
    dates = sorted({side["date"] for _, side in stored})
    stale = sum(
        side["fingerprint"] != results.fingerprint(cell, side["side"], side["seed"], side_runs(side))
        for cell, side in stored
    )
    return {
        "seed": seed,
        "dates": dates,
        "cores": os.cpu_count(),
        "processor": f"{platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seconds": {s: round(sum(v["seconds"] for _, v in stored if v["side"] == s)) for s in results.SIDES},
        "stored": len(stored),
        "wanted": sum(applies(cell, side) for cell in every_cell() for side in results.SIDES),
        "short": sum(side["runs"] < asked(cell, side["side"]) for cell, side in stored),
        "stale": stale,
    }


def side_runs(side: dict[str, Any]) -> int:
    """The runs that a stored side was asked for."""
    return int(side["runs"])


def head(facts: dict[str, Any]) -> list[str]:
    """Where, when and with what."""
    seconds = facts["seconds"]
    where = f"{facts['cores']} cores ({facts['processor']}), Python {facts['python']}, numpy {facts['numpy']}"
    ours, theirs = (seconds["judge"] + seconds["beside"]) / 60.0, seconds["peers"] / 60.0
    return f"""# The judge and its peers: measured

Made by `python -m benchmarks.judge`; seed {facts["seed"]}; {", ".join(facts["dates"])}; {where}.
{facts["stored"]} of {facts["wanted"]} results are there, {facts["short"]} of them with fewer runs than their cell asks
for, {facts["stale"]} older than the code they measure; one process on a machine shared with others: {ours:.0f} minutes
for the judge, {theirs:.0f} for the peers. `python -m benchmarks.judge` goes on with the rest.

Bounds are one-sided 99 percent Clopper-Pearson bounds. `n` are canary requests at the abort (median of the aborted
runs), `min` minutes; `ratio` is the median over all runs divided by the least that a test of that alpha can need.
What the worlds are is in README.md.
""".splitlines()


def assertions(shown: list[Claim]) -> list[str]:
    """The claims as a table."""
    count = Counter(c.holds for c in shown)
    told = ", ".join(f"{count[h]} {h.value.strip('*')}" for h in Holds)
    return [
        f"## What it must show: {len(shown)} claims, {told}",
        "",
        "A claim about a rate holds when its 99 percent bound is on the right side; open: that takes more runs.",
        "",
        "| claim | measured | bound | holds |",
        "|---|---|---|---|",
        *(f"| {c.text} | {c.measured} | {c.bound} | {c.holds} |" for c in shown),
        "",
    ]


def tables(stored: list[tuple[Cell, dict[str, Any]]]) -> list[str]:
    """One table a row of the definition."""
    lines: list[str] = []
    for row, title in ROWS.items():
        sides = [(cell, side) for cell, side in stored if cell.row == row]
        if not sides:
            continue
        lines += [f"## {title}", "", "| cell | rule | aborted | 99 % bounds | n | min | ratio | promoted |"]
        lines += ["|---|---|---|---|---|---|---|---|"]
        lines += [line(cell, name, rule) for cell, side in sides for name, rule in side["rules"].items()]
        lines.append("")
    return lines


def line(cell: Cell, name: str, rule: dict[str, Any]) -> str:
    """One rule in one cell."""
    n = f"{rule['requests'][1]:.0f}" if rule["requests"] else "-"
    minutes = f"{rule['minutes'][1]:.1f}" if rule["minutes"] else "-"
    ratio = f"{rule['ratio']:.2f}" if "ratio" in rule else ""
    promoted = ""
    if "promoted" in rule:
        points = rule["promote_minutes"]
        promoted = pc(rule["promoted"]["share"]) + (f", {points[1]:.0f} min" if points else "")
    rate = f"{pc(rule['share'])} of {rule['runs']}"
    bounds = f"{pc(rule['lower'])} .. {pc(rule['upper'])}"
    return f"| {cell.name} | {name} | {rate} | {bounds} | {n} | {minutes} | {ratio} | {promoted} |"


def put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(path.name + ".tmp")
    half.write_text(text, encoding="utf-8")
    os.replace(half, path)  # noqa: PTH105 - Path.replace is the same call with less said
