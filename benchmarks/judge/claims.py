"""What the benchmark must show, each line an assertion over stored results: measured, bound, holds or not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from benchmarks.judge.registry import cells

Results = dict[str, dict[str, Any]]
"""Rules by name, by cell name, as stored (`results.summary`)."""
DEFAULT, ONE_LOOK = "judge", "judge, one look (first hour)"


class Holds(StrEnum):
    """What became of a claim."""

    YES = "yes"
    """Shown: with a rate, its 99 percent bound is on the right side."""
    NO = "**no**"
    """Refuted: with a rate, its 99 percent bound on the other side is beyond the limit."""
    OPEN = "open"
    """Too few runs to say either."""
    NOT_RUN = "not run"
    """Its cell has no result."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One line of the list."""

    text: str
    measured: str
    bound: str
    holds: Holds


def missing(text: str) -> Claim:
    """A claim whose cell has not been run."""
    return Claim(text=text, measured="", bound="", holds=Holds.NOT_RUN)


def at_most(lower: float, upper: float, limit: float) -> Holds:
    """Is a rate shown to be at most the limit?"""
    return Holds.YES if upper <= limit else Holds.NO if lower > limit else Holds.OPEN


def plain(holds: bool) -> Holds:
    """Of a figure without bounds."""
    return Holds.YES if holds else Holds.NO


def claims(found: Results, alpha: float = 0.01) -> list[Claim]:
    """Every claim on simulated streams, in the issue's order."""
    return [
        *(_false_abort(found, name, alpha) for name in _identical()),
        _exposure(found, "b 0.1% -> 1%, 600 rpm", DEFAULT, 1.3),
        *(_exposure(found, f"b {rise}, 600 rpm", ONE_LOOK, 1.5) for rise in ("0.1% -> 0.5%", "1% -> 2%", "1% -> 5%")),
        _minutes(found, "b 1% -> 5%, 6000 rpm", DEFAULT, 5.0),
        _requests(found, "d x1.2, sigma 0.5", ONE_LOOK, 330.0),
        _minutes(found, "d x1.2, sigma 0.5", DEFAULT, 16.0),
        _requests(found, "d 1% two seconds slower", DEFAULT, 1000.0),
        _requests(found, "d 1% two seconds slower", ONE_LOOK, 1000.0),
        _exposure(found, "e moved by 0.2 sd", ONE_LOOK, 2.0),
        _minutes(found, "e moved by 0.2 sd", DEFAULT, 20.0),
        _detected(found, "e moved by 0.4 sd", "judge, default tolerance"),
        *(_false_abort(found, name, alpha, "judge, default tolerance") for name in _strange()),
        *(_false_abort(found, name, 0.0, rule) for name, rule in _retrain()),
        *_promotion(found),
    ]


def _identical() -> Iterator[str]:
    """Cells in which an identical canary must not be aborted; not those whose null is false or that promise nothing."""
    for row in ("a", "f", "h", "j", "k", "l", "d", "e", "g"):
        for cell in cells():
            promised = row != "k" or ("19+1" in cell.name and "180 s" not in cell.name)
            promised = promised and (row != "e" or cell.world.outages is None)
            if cell.row == row and cell.world.identical and promised:
                yield cell.name


def _strange() -> Iterator[str]:
    """Cells in which instances give strange scores: promised with the default tolerance alone (docs/judge.md)."""
    for cell in cells():
        if cell.row == "e" and cell.world.outages is not None:
            yield cell.name


def _retrain() -> Iterator[tuple[str, str]]:
    for cell in cells():
        if cell.row == "i" and "honest retrain" in cell.name:
            for preset in cell.presets:
                yield cell.name, f"judge, {preset} policy"


def _false_abort(found: Results, cell: str, alpha: float, rule: str = DEFAULT) -> Claim:
    """At most alpha; a retrain (alpha 0 here) is to be stopped no more often than the policy's own alpha allows."""
    got = found.get(cell, {}).get(rule)
    who = "" if rule == DEFAULT else f" ({rule})"
    text = f"{'honest retrain is not stopped' if not alpha else 'false abort'}: {cell}{who}"
    if got is None:
        return missing(text)
    limit = alpha or got["alpha"]
    return Claim(
        text=text,
        measured=f"{got['aborted']} of {got['runs']} = {pc(got['share'])} ({pc(got['lower'])} .. {pc(got['upper'])})",
        bound=f"<= {pc(limit)}",
        holds=at_most(got["lower"], got["upper"], limit),
    )


def _exposure(found: Results, cell: str, rule: str, times: float) -> Claim:
    def read(got: dict[str, Any]) -> tuple[float, float, str]:
        return got["ratio"], times, f"{got['median']:.0f} canary requests = {got['ratio']:.2f} x {got['bound']:.0f}"

    return _median(found, cell, rule, f"median exposure at most {times:g} x the bound", read)


def _requests(found: Results, cell: str, rule: str, limit: float) -> Claim:
    def read(got: dict[str, Any]) -> tuple[float, float, str]:
        return got["median"], limit, f"{got['median']:.0f} canary requests"

    return _median(found, cell, rule, f"median at most {limit:g} canary requests", read)


def _minutes(found: Results, cell: str, rule: str, limit: float) -> Claim:
    def read(got: dict[str, Any]) -> tuple[float, float, str]:
        return got["median_minutes"], limit, f"{got['median_minutes']:.1f} minutes"

    return _median(found, cell, rule, f"median at most {limit:g} minutes", read)


def _median(
    found: Results, cell: str, rule: str, text: str, read: Callable[[dict[str, Any]], tuple[float, float, str]]
) -> Claim:
    got, text = found.get(cell, {}).get(rule), f"{cell} ({rule}): {text}"
    if got is None:
        return missing(text)
    if "median" not in got:
        return Claim(text=text, measured=f"aborted in {pc(got['share'])} only", bound="", holds=Holds.NO)
    value, limit, words = read(got)
    return Claim(
        text=text, measured=f"{words} ({got['runs']} runs)", bound=f"<= {limit:g}", holds=plain(value <= limit)
    )


def _detected(found: Results, cell: str, rule: str) -> Claim:
    got, text = found.get(cell, {}).get(rule), f"{cell} ({rule}): detected"
    if got is None:
        return missing(text)
    return Claim(
        text=text,
        measured=f"{pc(got['share'])} of runs, median {got.get('median_minutes', float('nan')):.0f} minutes",
        bound=">= 95% (99 % lower bound)",
        holds=at_most(1.0 - got["upper"], 1.0 - got["lower"], 0.05),
    )


def _promotion(found: Results) -> Iterator[Claim]:
    rule = "judge, standard policy"
    got = found.get("i identical, 600 rpm", {}).get(rule)
    yield _promoted(got, "identical canary at 600 rpm is promoted within the standard plan", 0.95, at_least=True)
    for cell in ("i margin exceeded, 0.1% -> 0.61%", "i margin exceeded, 1% -> 2.01%"):
        for rpm in (60, 600):
            got = found.get(f"{cell}, {rpm} rpm", {}).get(rule)
            yield _promoted(got, f"{cell}, {rpm} rpm: passed", 0.05, at_least=False)
    got = found.get("i identical, 60 rpm", {}).get(rule)
    if got is None:
        yield missing("identical canary at 60 rpm: holds, or passes with evidence; is not aborted")
    else:
        yield Claim(
            text="identical canary at 60 rpm: holds, or passes with evidence; is not aborted",
            measured=f"aborted {pc(got['share'])}, promoted {pc(got['promoted']['share'])}, held the rest",
            bound="aborted <= 1%",
            holds=at_most(got["lower"], got["upper"], 0.01),
        )


def _promoted(got: dict[str, Any] | None, text: str, limit: float, *, at_least: bool) -> Claim:
    if got is None:
        return missing(text)
    rate = got["promoted"]
    points = got["promote_minutes"]
    when = f", median {points[1]:.0f} minutes" if points else ""
    return Claim(
        text=text,
        measured=f"{pc(rate['share'])} ({pc(rate['lower'])} .. {pc(rate['upper'])}){when}",
        bound=f"{'>=' if at_least else '<='} {pc(limit)}, at the 99 % bound",
        holds=at_most(1.0 - rate["upper"], 1.0 - rate["lower"], 1.0 - limit)
        if at_least
        else at_most(rate["lower"], rate["upper"], limit),
    )


def pc(value: float) -> str:
    """A share as percent with two significant digits."""
    return f"{100.0 * value:.3g}%"
