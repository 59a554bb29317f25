"""Plots of the stored results: false aborts against clumps, exposure against its bound, curves to the abort."""

from pathlib import Path
from typing import Any

import numpy as np

from rollout.simulation.plots import write_whole

OUTAGES = ("k out 10 s, 19+1, 0.5/h", "k out 30 s, 19+1, 0.5/h", "k out 60 s, 19+1, 0.5/h", "k out 180 s, 19+1, 0.5/h")
FALSE_CELLS = ("a identical, 600 rpm, 0.1%", "j clumps of 3, 600 rpm, 5%", "j clumps of 10, 600 rpm, 5%", *OUTAGES)
FALSE_RULES = (
    "judge",
    "error split per request, alpha 1%",
    "GrowthBook sequence, alpha 5%",
    "Kayenta 98%, hourly",
    "Flagger 99%, threshold 1 (default)",
    "z-test peeked each minute, alpha 5%",
)
NONE = 1e-4
"""Where the axis of shares ends: nothing that was run could show less."""
WORSE = tuple(f"b {rise}, 600 rpm" for rise in ("0.1% -> 0.5%", "0.1% -> 1%", "0.1% -> 5%", "1% -> 2%", "1% -> 5%"))
WORSE_RULES = (
    "judge",
    "judge, one look (first hour)",
    "error split per request, alpha 1%",
    "GrowthBook sequence, alpha 5%",
    "Kayenta 98%, hourly",
    "Flagger 99%, threshold 10 (docs)",
)


CURVES = {
    "judge": "C0-",
    "judge, one look (first hour)": "C0:",
    "judge, tolerance 2": "C0--",
    "error split per request, alpha 1%": "C1-",
    "z-test peeked each minute, alpha 5%": "C5-",
    "GrowthBook sequence, alpha 5%": "C2-",
    "Kayenta 98%, hourly": "C3-",
    "Flagger 99%, threshold 1 (default)": "C4-",
    "Flagger 99%, threshold 10 (docs)": "C4--",
    "Argo 99%, 5 min, limit 0": "C6-",
    "SageMaker, alarm average > 1%, 1 of 1": "C7-",
    "SageMaker, alarm average > 1%, 3 of 3": "C7--",
    "CodeDeploy, version alone": "C8-",
    "Wald SPRT p0 against 10 p0, alpha 5%": "C9-",
}
"""One colour a system: what of them is drawn in the plot of curves."""


def charts(found: dict[str, dict[str, Any]], folder: Path) -> None:
    """Write every plot whose cells are there."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    false_aborts(found, folder / "false-aborts.png")
    exposure(found, folder / "exposure.png")
    curves(found, folder / "curves.png")


def false_aborts(found: dict[str, dict[str, Any]], path: Path) -> None:
    """Bars: the share of identical canaries that each rule aborts."""
    cells = [c for c in FALSE_CELLS if c in found]
    title = "identical canaries aborted in three hours (dashed: alpha, 1 percent; 0: none of the runs)"
    bars(found, cells, FALSE_RULES, path, title=title, key="share", log=True)


def exposure(found: dict[str, dict[str, Any]], path: Path) -> None:
    """Bars: median canary requests to the abort, aborted runs only, beside the bound."""
    cells = [c for c in WORSE if c in found]
    bars(
        found,
        cells,
        WORSE_RULES,
        path,
        title="canary requests to the abort, median of all runs (dashed: what no test of alpha 1 percent can beat; "
        "-: most runs were never aborted)",
        key="n",
        log=True,
    )


def bars(
    found: dict[str, dict[str, Any]],
    cells: list[str],
    rules: tuple[str, ...],
    path: Path,
    *,
    title: str,
    key: str,
    log: bool,
) -> None:
    """Grouped bars, one group a cell."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the back end is chosen

    if not cells:
        return
    figure: Any
    figure, panel = plt.subplots(figsize=(12, 5.5), layout="constrained")  # pyright: ignore[reportUnknownMemberType] # matplotlib's stubs are partial
    canvas: Any = panel
    width = 0.8 / len(rules)
    for index, rule in enumerate(rules):
        heights = [value(found[cell].get(rule), key) for cell in cells]
        places = np.arange(len(cells)) + (index - len(rules) / 2 + 0.5) * width
        canvas.bar(places, heights, width, label=rule)
        for place, height in zip(places, heights, strict=True):
            if not height > NONE:
                canvas.annotate(
                    "-" if key == "n" else "0",
                    (place, 0.01),
                    xycoords=("data", "axes fraction"),
                    ha="center",
                    fontsize=8,
                )
    if key == "share":
        canvas.axhline(0.01, color="black", linewidth=0.8, linestyle="--")
        canvas.set_ylim(NONE, 1.0)
    else:
        for index, cell in enumerate(cells):
            bound = next((r["bound"] for r in found[cell].values() if "bound" in r and r["alpha"] == 0.01), None)
            if bound is not None:
                canvas.hlines(bound, index - 0.45, index + 0.45, color="black", linestyle="--", linewidth=0.9)
    canvas.set_xticks(np.arange(len(cells)), [c[2:].replace(", 600 rpm", "") for c in cells], rotation=20, ha="right")
    canvas.set_title(title, fontsize=10)
    canvas.set(yscale="log" if log else "linear", ylabel="share of the runs" if key == "share" else "canary requests")
    figure.legend(*canvas.get_legend_handles_labels(), fontsize=8, frameon=False, ncols=3, loc="outside lower center")
    save(figure, path)


def curves(found: dict[str, dict[str, Any]], path: Path) -> None:
    """How many runs have been aborted after how many canary requests, 0.1 -> 1 percent at 600 a minute."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the back end is chosen

    cell = "b 0.1% -> 1%, 600 rpm"
    if cell not in found:
        return
    figure: Any
    figure, panel = plt.subplots(figsize=(11, 5), layout="constrained")  # pyright: ignore[reportUnknownMemberType] # matplotlib's stubs are partial
    canvas: Any = panel
    for name, style in CURVES.items():
        rule = found[cell].get(name, {})
        if "curve" in rule:
            points = rule["curve"]
            share = np.linspace(0, 1, len(points)) * rule["share"]
            canvas.plot(points, share, style, label=name, linewidth=2.2 if name == "judge" else 1.2)
    bound = next((r["bound"] for r in found[cell].values() if "bound" in r and r["alpha"] == 0.01), None)
    if bound is not None:
        canvas.axvline(bound, color="black", linestyle="--", linewidth=0.9)
    canvas.set(xscale="log", xlabel="canary requests", ylabel="share of runs aborted")
    canvas.set_title(f"{cell[2:]} (dashed: what no test of alpha 1 percent can beat on average)", fontsize=10)
    figure.legend(*canvas.get_legend_handles_labels(), fontsize=8, frameon=False, loc="outside right upper")
    save(figure, path)


def value(rule: dict[str, Any] | None, key: str) -> float:
    """A bar's height; NaN, no bar, where the rule did not run or never aborted."""
    if rule is None:
        return float("nan")
    if key == "share":
        return max(rule["share"], NONE)
    return rule.get("median", float("nan"))


def save(figure: Any, path: Path) -> None:  # noqa: ANN401 - matplotlib's stubs are partial
    """Write a figure whole and forget it."""
    import io  # noqa: PLC0415 - beside matplotlib

    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the back end is chosen

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    plt.close(figure)
    write_whole(path, buffer.getvalue())
