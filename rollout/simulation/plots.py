"""Rollouts as a picture: how many have been aborted and promoted by when, and at which exposure."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rollout.simulation.outcome import Counts, Flags, Floats, Rollouts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"aborted": "#c0392b", "promoted": "#2471a3"}


def plot(done: Rollouts, title: str, path: Path) -> None:
    """Write a PNG of two panels: share of runs aborted and promoted over time, aborted over canary requests."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only a plot needs it

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the back end is chosen

    figure: Any
    figure, panels = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")  # pyright: ignore[reportUnknownMemberType] # matplotlib's stubs are partial
    time, exposure = panels
    for word, flags in (("aborted", done.aborted), ("promoted", done.promoted)):
        steps(time, done.minute, flags, word)
    steps(exposure, done.requests, done.aborted, "aborted")
    time.set(xlabel="minutes since the canary's first request", ylabel="share of runs", ylim=(0.0, 1.02))
    exposure.set(xlabel="canary requests by then")
    time.legend(loc="upper left", frameon=False)
    figure.suptitle(title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    plt.close(figure)
    write_whole(path, buffer.getvalue())


def steps(panel: "Axes", values: Floats | Counts, flags: Flags, word: str) -> None:
    """Draw the share of all runs that have come to it by each value."""
    reached = np.sort(values[flags])
    share = np.arange(1, len(reached) + 1) / len(flags)
    end = float(values.max())
    x, y = np.concatenate([[0.0], reached, [end]]), np.concatenate([[0.0], share, share[-1:] if len(share) else [0.0]])
    panel.step(x, y, where="post", label=word, color=COLOURS[word])  # pyright: ignore[reportUnknownMemberType] # matplotlib's stubs are partial


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".tmp")
    half.write_bytes(content)
    os.replace(half, path)  # noqa: PTH105 - Path.replace is the same call with less said
