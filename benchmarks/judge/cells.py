"""Every cell of the benchmark: a row of its definition (docs/judge.md), a world, and the rules that run in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from rollout.simulation.worlds import Latency, World


class Kind(StrEnum):
    """Which rules run in a cell."""

    DOCUMENTED = "documented"
    """C4: the peers alone, a look a minute, as they were simulated before."""
    BETTING = "betting"
    """C5: the per-request split test and plain betting per interval."""
    ERRORS = "errors"
    """Peers and judge on errors, at a fixed share where the rule has none of its own."""
    LATENCY = "latency"
    """Peers and judge on answer times."""
    SCORES = "scores"
    """Peers and judge on predicted scores."""
    PLAN = "plan"
    """The whole rollout by the plan of each preset."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One world and its rules.

    `bound`: canary requests that no test of level alpha can beat, from alpha. `one_look`: the judge also with a
    correlation time of one look, over the first hour. Beside it, in every cell of one metric: its tolerances, and the
    metric's part of the default policy's alpha.
    """

    row: str
    name: str
    kind: Kind
    world: World
    runs: int = 3000
    share: float = 0.05
    bound: Callable[[float], float] | None = None
    presets: tuple[str, ...] = ("standard",)
    one_look: bool = False


MANY = 10_000
"""Runs of the judge where three thousand leave its bound open, and in the outage row."""
PEER_RUNS = 3000
"""Runs of the peers at most."""
BESIDE_RUNS = 3000
"""Runs of what is published beside the judge, at most."""
LATENCY = Latency()
NO_ERRORS = dict[str, float]()
RETRAIN = (0.242, 0.188, 0.173, 0.187, 0.210)
"""Shares of the quintiles after an honest retrain (MovieLens-100K, 70 percent by time against all of it)."""


def world(name: str, **changed: object) -> World:
    """The benchmark's usual world (600 requests a minute, 0.1 percent errors, three hours) with changes."""
    return replace(World(name=name), **changed)  # pyright: ignore[reportArgumentType] # keys are the world's fields


def percent(rate: float) -> str:
    """A rate in percent, without trailing zeros."""
    return f"{100.0 * rate:g}%"


def applies(cell: Cell, side: str) -> bool:
    """Whether a side has anything to run in a cell."""
    if side == "judge":
        return cell.kind not in (Kind.DOCUMENTED, Kind.BETTING)
    if side == "beside":
        return cell.kind in (Kind.ERRORS, Kind.LATENCY, Kind.SCORES)
    return cell.kind is not Kind.PLAN


def asked(cell: Cell, side: str) -> int:
    """How many runs a side of a cell is to have."""
    return min(cell.runs, {"peers": PEER_RUNS, "beside": BESIDE_RUNS}.get(side, cell.runs))
