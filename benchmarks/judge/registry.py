"""The list of cells, in the order in which they run and are printed."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.judge.cells import LATENCY, MANY, NO_ERRORS, RETRAIN, Cell, Kind, percent, world
from rollout.simulation.bounds import requests_to_tell, scores_to_tell
from rollout.simulation.worlds import (
    Burst,
    Dependency,
    Effect,
    Fault,
    Gap,
    Latency,
    Outages,
    Scores,
    Swing,
    World,
)

TRAFFIC = (30, 60, 600, 6000)
RATES = (0.001, 0.01)
DENSEST = ("h", 6000, 0.01)
"""The cell whose bound ten thousand runs leave open."""
RISES = ((0.001, 0.005), (0.001, 0.01), (0.001, 0.05), (0.01, 0.02), (0.01, 0.05))


def cells() -> tuple[Cell, ...]:
    """Every cell; names are unique."""
    return (
        *documented(),
        *clumped_as_measured(),
        *identical(),
        *worse(),
        *latency(),
        *scores(),
        *missing(),
        *clumps(),
        *outages(),
        *dependencies(),
        *plans(),
    )


def documented() -> Iterator[Cell]:
    """C4: errors and latency, looks and rules as they were simulated before."""
    for rpm in (600, 60):
        for rate in (0.001, 0.005, 0.01, 0.05):
            fault = Fault(errors={"5xx": rate}) if rate != 0.001 else None
            name = f"C4 {rpm} rpm, {percent(rate)}"
            yield Cell(
                row="C4",
                name=name,
                kind=Kind.DOCUMENTED,
                world=world(name, seconds=60.0, requests_per_minute=rpm, fault=fault),
            )


def clumped_as_measured() -> Iterator[Cell]:
    """C5: two hours at 600 requests a minute."""
    base = world("C5", minutes=120.0)
    yield _c5("independent", base)
    yield _c5("clumps of 3", replace(base, clump=3.0))
    yield _c5("clumps of 10", replace(base, clump=10.0))
    yield _c5("clumps of 10, 6000 rpm, 10%", replace(base, clump=10.0, requests_per_minute=6000.0), 0.1)
    for seconds in (10.0, 60.0):
        for stable in (19, 9):
            out = Outages(per_instance_hour=0.5, seconds=seconds, stable_instances=stable)
            yield _c5(f"out {seconds:g} s, {stable}+1", replace(base, outages=out))


def identical() -> Iterator[Cell]:
    """(a), (f), (h): false aborts of an identical canary, plain, with drift, with a burst on both tracks."""
    drift = Swing(amplitude=0.8, period_minutes=360.0)
    burst = (Burst(at_minute=60.0, minutes=3.0, rate=0.2),)
    for row, title, changed in (
        ("a", "identical", dict[str, object]()),
        ("f", "identical, drift", {"error_swing": drift}),
        ("h", "identical, burst", {"bursts": burst}),
    ):
        for rpm in TRAFFIC:
            for rate in RATES:
                name = f"{row} {title}, {rpm} rpm, {percent(rate)}"
                yield Cell(
                    row=row,
                    name=name,
                    kind=Kind.ERRORS,
                    runs=4 * MANY if (row, rpm, rate) == DENSEST else MANY if rpm >= 600 else 3000,
                    world=world(name, requests_per_minute=float(rpm), errors={"5xx": rate}, **changed),
                )


def worse() -> Iterator[Cell]:
    """(b), (c): exposure and misses of a worse canary; (f) again: the fault under drift."""
    for rpm in (60, 600, 6000):
        for p0, p1 in RISES:
            name = f"b {percent(p0)} -> {percent(p1)}, {rpm} rpm"
            yield Cell(
                row="b",
                name=name,
                kind=Kind.ERRORS,
                world=world(name, requests_per_minute=float(rpm), errors={"5xx": p0}, fault=Fault(errors={"5xx": p1})),
                bound=partial(requests_to_tell, p0, p1, 0.05),
                one_look=rpm == 600,
            )
    name = "f 0.1% -> 1% from minute 60, drift, 600 rpm"
    drift = Swing(amplitude=0.8, period_minutes=360.0)
    fault = Fault(at_minute=60.0, errors={"5xx": 0.01})
    yield Cell(row="f", name=name, kind=Kind.ERRORS, world=world(name, error_swing=drift, fault=fault))


def latency() -> Iterator[Cell]:
    """(d): log-normal answer times, 10 percent share."""
    for sigma in (0.3, 0.5, 0.8):
        for times in (1.0, 1.1, 1.2, 1.5):
            name = f"d x{times:g}, sigma {sigma:g}"
            fault = Fault(latency_factor=times) if times != 1.0 else None
            cell = _latency(name, world(name, latency=Latency(sigma=sigma), fault=fault))
            yield replace(cell, one_look=sigma == 0.5 and times == 1.2)
    tail = Fault(tail_share=0.01, tail_ms=2000.0)
    name = "d 1% two seconds slower"
    yield replace(_latency(name, world(name, latency=LATENCY, fault=tail)), one_look=True)
    for seconds in (10.0, 60.0):
        slow = Outages(per_instance_hour=0.5, seconds=seconds, stable_instances=9, effect=Effect.SLOW)
        name = f"d identical, an instance slow for {seconds:g} s, 9+1"
        yield _latency(name, world(name, latency=LATENCY, outages=slow))
        slow = replace(slow, stable_instances=19)
        name = f"d identical, an instance slow for {seconds:g} s, 19+1"
        yield replace(_latency(name, world(name, latency=LATENCY, outages=slow)), share=0.05)


def scores() -> Iterator[Cell]:
    """(e): a normal score moved or widened, ten bins of equal share, 10 percent share; instances that are strange."""
    for name, fault in (
        ("e identical", None),
        ("e moved by 0.1 sd", Fault(score_shift=0.1)),
        ("e moved by 0.2 sd", Fault(score_shift=0.2)),
        ("e moved by 0.4 sd", Fault(score_shift=0.4)),
        ("e moved by 0.5 sd", Fault(score_shift=0.5)),
        ("e variance x1.5", Fault(score_scale=1.5**0.5)),
    ):
        moved = fault.score_shift if fault else 0.0
        yield Cell(
            row="e",
            name=name,
            kind=Kind.SCORES,
            share=0.1,
            one_look=moved == 0.2,
            world=world(name, errors=NO_ERRORS, scores=Scores(bins=10), fault=fault),
            bound=partial(scores_to_tell, moved, 0.1) if moved else None,
        )
    name = "e honest retrain"
    retrain = World(name=name, errors=NO_ERRORS, scores=Scores(shares=(0.2,) * 5), fault=Fault(score_shares=RETRAIN))
    yield Cell(row="e", name=name, kind=Kind.SCORES, share=0.1, world=retrain)
    for stable, share, rpm in ((19, 0.05, 60), (19, 0.05, 600), (19, 0.05, 6000), (9, 0.1, 6000)):
        name = f"e identical, an instance strange for 60 s, {stable}+1, {rpm} rpm"
        out = Outages(per_instance_hour=0.5, seconds=60.0, stable_instances=stable, effect=Effect.STRANGE)
        here = World(name=name, errors=NO_ERRORS, scores=Scores(bins=10), outages=out, requests_per_minute=float(rpm))
        yield Cell(row="e", name=name, kind=Kind.SCORES, share=share, world=here)


def missing() -> Iterator[Cell]:
    """(g): nothing is measured for k minutes; the canary is ten times worse, or the same."""
    for minutes in (3.0, 30.0):
        for fault in (None, Fault(errors={"5xx": 0.01})):
            name = f"g nothing measured for {minutes:g} min, {'0.1% -> 1%' if fault else 'identical'}"
            gap = (Gap(at_minute=5.0, minutes=minutes),)
            yield Cell(row="g", name=name, kind=Kind.ERRORS, world=world(name, gaps=gap, fault=fault))


def clumps() -> Iterator[Cell]:
    """(j): clumps within a look on both tracks."""
    for rpm, share in ((600, 0.05), (6000, 0.1)):
        for size in (3.0, 10.0, 50.0):
            name = f"j clumps of {size:g}, {rpm} rpm, {percent(share)}"
            here = world(name, clump=size, requests_per_minute=float(rpm))
            yield Cell(row="j", name=name, kind=Kind.ERRORS, world=here, share=share)


def outages() -> Iterator[Cell]:
    """(k): instances out alone, the same hazard for each."""
    for stable in (19, 9, 2):
        for hazard in (0.1, 0.5):
            for seconds in (10.0, 30.0, 60.0, 180.0):
                name = f"k out {seconds:g} s, {stable}+1, {hazard:g}/h"
                out = Outages(per_instance_hour=hazard, seconds=seconds, stable_instances=stable)
                promised = stable == 19 and seconds <= 60.0
                yield Cell(
                    row="k",
                    name=name,
                    kind=Kind.ERRORS,
                    world=world(name, outages=out),
                    runs=MANY if promised else 3000,
                )


def dependencies() -> Iterator[Cell]:
    """(l): episodes on both tracks at once."""
    for seconds in (10.0, 60.0, 180.0):
        name = f"l dependency down for {seconds:g} s, 0.5/h"
        down = Dependency(per_hour=0.5, seconds=seconds, failing=0.5)
        yield Cell(row="l", name=name, kind=Kind.ERRORS, world=world(name, dependency=down))


def plans() -> Iterator[Cell]:
    """(i): promotion by the presets' own plans, everything measured; margins; low traffic; the honest retrain."""
    everything = world("i", latency=LATENCY, scores=Scores(bins=10))
    every = ("cautious", "standard", "fast")
    for rpm in (60, 600, 6000):
        yield _plan(f"i identical, {rpm} rpm", replace(everything, requests_per_minute=float(rpm)), every)
    for p0, p1 in ((0.001, 0.0061), (0.01, 0.0201)):
        for rpm in (60, 600):
            here = replace(
                everything,
                requests_per_minute=float(rpm),
                errors={"5xx": p0},
                fault=Fault(errors={"5xx": p1}),
            )
            yield _plan(f"i margin exceeded, {percent(p0)} -> {percent(p1)}, {rpm} rpm", here)
    five = replace(everything, scores=Scores(shares=(0.2,) * 5), fault=Fault(score_shares=RETRAIN))
    yield _plan("i honest retrain, 600 rpm", five, every)
    yield _plan(
        "i honest retrain, scores of 3 items a request, 6000 rpm",
        replace(five, requests_per_minute=6000.0, scores=Scores(shares=(0.2,) * 5, items=3)),
        every,
    )
    for p1 in (0.005, 0.01, 0.05):
        here = replace(everything, fault=Fault(errors={"5xx": p1}))
        yield _plan(f"i 0.1% -> {percent(p1)}, 600 rpm", here, every)


def _c5(title: str, here: World, share: float = 0.05) -> Cell:
    name = f"C5 {title}"
    return Cell(row="C5", name=name, kind=Kind.BETTING, world=replace(here, name=name), share=share)


def _latency(name: str, here: World) -> Cell:
    return Cell(row="d", name=name, kind=Kind.LATENCY, world=replace(here, errors=NO_ERRORS), share=0.1)


def _plan(name: str, here: World, presets: tuple[str, ...] = ("standard",)) -> Cell:
    return Cell(row="i", name=name, kind=Kind.PLAN, world=replace(here, name=name), presets=presets)
