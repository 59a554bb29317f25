"""Worlds with a name: what a rollout usually meets, one trouble each.

All have 600 requests a minute, 0.1 percent errors, log-normal answer times and scores in ten bins.
"""

from dataclasses import replace

from rollout.simulation.worlds import (
    Burst,
    Dependency,
    Effect,
    Fault,
    Latency,
    Outages,
    Scores,
    Swing,
    World,
)

_QUIET = World(
    name="identical",
    summary="the canary is the same release, nothing happens",
    latency=Latency(),
    scores=Scores(),
)
_ALL = (
    _QUIET,
    replace(_QUIET, name="low-traffic", summary="identical at 60 requests a minute", requests_per_minute=60.0),
    replace(
        _QUIET,
        name="diurnal",
        summary="identical; traffic and the common error rate swing over the day",
        traffic_swing=Swing(amplitude=0.5),
        error_swing=Swing(amplitude=0.8),
    ),
    replace(
        _QUIET,
        name="burst",
        summary="identical; a fifth of all requests fails for three minutes, an hour in",
        bursts=(Burst(at_minute=60.0, minutes=3.0, rate=0.2),),
    ),
    replace(_QUIET, name="clumps", summary="identical; errors come ten at a time", clump=10.0),
    replace(
        _QUIET,
        name="outages",
        summary="identical; each of 19 + 1 instances fails for a minute every two hours",
        outages=Outages(per_instance_hour=0.5, seconds=60.0),
    ),
    replace(
        _QUIET,
        name="slow-instances",
        summary="identical; each of 19 + 1 instances is five times slower for a minute every two hours",
        outages=Outages(per_instance_hour=0.5, seconds=60.0, effect=Effect.SLOW),
    ),
    replace(
        _QUIET,
        name="strange-instances",
        summary="identical; each of 19 + 1 instances gives the lowest scores for a minute every two hours",
        outages=Outages(per_instance_hour=0.5, seconds=60.0, effect=Effect.STRANGE),
    ),
    replace(
        _QUIET,
        name="dependency",
        summary="identical; something both need is down for a minute every two hours",
        dependency=Dependency(per_hour=0.5, seconds=60.0, failing=0.5),
    ),
    replace(_QUIET, name="errors-x5", summary="0.1 -> 0.5 percent errors", fault=Fault(errors={"5xx": 0.005})),
    replace(_QUIET, name="errors-x10", summary="0.1 -> 1 percent errors", fault=Fault(errors={"5xx": 0.01})),
    replace(
        _QUIET,
        name="late-errors",
        summary="0.1 -> 1 percent errors from the fortieth minute on",
        fault=Fault(at_minute=40.0, errors={"5xx": 0.01}),
    ),
    replace(_QUIET, name="slower", summary="answers take 1.2 times as long", fault=Fault(latency_factor=1.2)),
    replace(_QUIET, name="slow-tail", summary="1 percent two seconds slower", fault=Fault(tail_share=0.01)),
    replace(_QUIET, name="score-shift", summary="scores up by 0.4 sd", fault=Fault(score_shift=0.4)),
    replace(
        _QUIET,
        name="honest-retrain",
        summary="a retrain on newer data moves the scores as it should",
        scores=Scores(shares=(0.2,) * 5),
        fault=Fault(score_shares=(0.242, 0.188, 0.173, 0.187, 0.210)),
    ),
)
WORLDS = {world.name: world for world in _ALL}
"""By name."""
