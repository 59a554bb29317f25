"""Many runs at once: the same comparisons as tick by tick, over runs x units.

All that a unit's bets may know is in sums over earlier units, so time is an axis like any other: units are cut by
cumulative sums, factors are computed for all of them, and wealth is a cumulative sum of logs.
"""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rollout.judge.arrays import Arrays, BatchVerdicts, Floats, Ints, TrackArrays
from rollout.judge.comparisons.comparison import Comparison
from rollout.judge.errors import ObservationError
from rollout.judge.policy import Metric, Policy, Role
from rollout.judge.spending import alphas, comparison, names
from rollout.judge.units import boundaries, unit_looks

_NEVER = np.iinfo(np.int64).max
_CELLS = 2_000_000


def judge_batch(
    policy: Policy, arrays: Arrays, metrics: tuple[Metric, ...] | None = None, alpha: float | None = None
) -> BatchVerdicts:
    """Judge every run of `arrays`, as `rollout.judge.judge.observe` would interval by interval.

    Args:
        policy: the policy.
        arrays: the runs; every metric that the policy selects must be in them (labels never are).
        metrics: select these instead of the policy's.
        alpha: spend this instead of the policy's.

    Returns:
        one entry per run.

    Raises:
        ObservationError: counts or shares that cannot be.
    """
    chosen = policy if metrics is None else policy.select(metrics)
    if metrics is None:
        chosen = chosen.select(tuple(metric for metric in chosen.metrics if metric is not Metric.LABELS))
    if alpha is not None:
        chosen = replace(chosen, alpha=alpha)
    runs, looks = np.asarray(arrays.canary.requests).shape
    size = max(1, _CELLS // max(1, looks))
    pieces = [_judge(chosen, _slice(arrays, slice(at, at + size))) for at in range(0, runs, size)]
    if len(pieces) == 1:
        return pieces[0]
    return BatchVerdicts(
        abort_look=np.concatenate([piece.abort_look for piece in pieces]),
        abort_metric=np.concatenate([piece.abort_metric for piece in pieces]),
        canary_requests=np.concatenate([piece.canary_requests for piece in pieces]),
        canary_errors=np.concatenate([piece.canary_errors for piece in pieces]),
        pass_look=np.concatenate([piece.pass_look for piece in pieces]),
        split_look=np.concatenate([piece.split_look for piece in pieces]),
        evidence={name: np.concatenate([piece.evidence[name] for piece in pieces]) for name in pieces[0].evidence},
    )


def _judge(policy: Policy, arrays: Arrays) -> BatchVerdicts:
    requests = np.asarray(arrays.canary.requests, dtype=np.float64)
    runs, looks = requests.shape
    counts = _counted(policy, arrays, runs, looks)
    spent = alphas(policy)
    abort = np.full(runs, _NEVER)
    metric = np.full(runs, "", dtype="<U64")
    split = np.full(runs, -1, dtype=np.int64)
    evidence: dict[str, Floats] = {}
    promotable = np.ones((runs, looks), dtype=np.bool_)
    guarded = False
    for name in names(policy):
        bins = 0 if arrays.canary.scores is None else arrays.canary.scores.shape[-1]
        test = comparison(policy, name, spent[name], tuple(arrays.canary.slow), bins)
        ends, crossed, promotion = _run(policy, test, arrays, counts)
        over = crossed + math.log(spent[name])
        evidence[name] = np.exp(over.max(axis=1, initial=-np.inf))
        first = _first(over >= 0.0, ends)
        if test.metric is Metric.RATIO:
            split = np.where(first == _NEVER, -1, first)
        elif test.role is Role.GUARD:
            metric = np.where(first < abort, name, metric)
            abort = np.minimum(abort, first)
        if test.role is Role.GUARD and test.promotions:
            guarded = True
            promotable &= _spread(promotion >= -math.log1p(-policy.confidence), ends, looks)
    stop = np.where(abort == _NEVER, looks, abort)
    passes: npt.NDArray[np.bool_] = promotable & (np.arange(1, looks + 1, dtype=np.int64) < abort[:, None])
    pass_look = np.where(passes.any(axis=1) & guarded, passes.argmax(axis=1) + 1, -1)
    failed = sum(
        (np.asarray(table, dtype=np.float64) for table in arrays.canary.errors.values()), start=np.zeros_like(requests)
    )
    return BatchVerdicts(
        abort_look=np.where(abort == _NEVER, -1, abort),
        abort_metric=metric,
        canary_requests=_until(requests, stop),
        canary_errors=_until(failed, stop),
        pass_look=pass_look.astype(np.int64),
        split_look=split,
        evidence=evidence,
    )


def _run(
    policy: Policy, test: Comparison, arrays: Arrays, counts: npt.NDArray[np.bool_]
) -> tuple[Ints, Floats, Floats]:
    """Return per unit its last look (1-based; `_NEVER` where there is none), and both log e-values after it."""
    looks = test.looks(arrays)
    starts = boundaries(counts, test.alerts(looks), arrays.seconds, policy.correlation_time)
    size = unit_looks(arrays.seconds, policy.correlation_time)
    there = starts >= 0
    units = _cut(looks, np.where(there, starts, 0), size) * there[..., None]
    carried = test.carry(units) * there[..., None]
    past = np.zeros_like(carried)
    np.cumsum(carried[:, :-1], axis=1, out=past[:, 1:])
    wealth = np.cumsum(test.log_factors(units, past) * there[..., None], axis=1)
    evidence = test.evidence(wealth)
    promotion = np.full(evidence.shape, np.inf)
    if test.promotions:
        promotion = test.promotion(np.cumsum(test.promotion_log_factors(units, past) * there[..., None], axis=1))
    return np.where(there, starts + size, _NEVER), evidence, promotion


def _cut(looks: Floats, starts: Ints, size: int) -> Floats:
    """Return the sums of `size` looks from each start on: runs x units x width."""
    sums = np.zeros((looks.shape[0], looks.shape[1] + 1, looks.shape[2]))
    np.cumsum(looks, axis=1, out=sums[:, 1:])
    rows: Ints = np.arange(looks.shape[0], dtype=np.int64)[:, None]
    return sums[rows, np.minimum(starts + size, looks.shape[1])] - sums[rows, starts]


def _first(crossed: npt.NDArray[np.bool_], ends: Ints) -> Ints:
    return np.where(crossed, ends, _NEVER).min(axis=1, initial=_NEVER)


def _spread(state: npt.NDArray[np.bool_], ends: Ints, looks: int) -> npt.NDArray[np.bool_]:
    """Return per look what held after the last unit that had ended by then (false before the first)."""
    last = np.zeros((state.shape[0], looks + 1), dtype=np.int64)
    rows, columns = np.nonzero(ends != _NEVER)
    last[rows, ends[rows, columns]] = columns + 1
    column = np.maximum.accumulate(last, axis=1)[:, 1:]
    padded = np.concatenate([np.zeros((state.shape[0], 1), dtype=np.bool_), state], axis=1)
    return np.take_along_axis(padded, column, axis=1)


def _until(numbers: Floats, stop: Ints) -> Ints:
    sums = np.cumsum(numbers, axis=1)
    return np.take_along_axis(sums, stop[:, None] - 1, axis=1)[:, 0].astype(np.int64)


def _counted(policy: Policy, arrays: Arrays, runs: int, looks: int) -> npt.NDArray[np.bool_]:
    """Return runs x looks, whether a look counts: verified, after the warm-up, not the first of another share."""
    _check(arrays)
    counts = np.array(np.broadcast_to(np.asarray(arrays.verified), (runs, looks)))
    share = np.broadcast_to(np.asarray(arrays.share, dtype=np.float64), (runs, looks))
    counts[:, 1:] &= share[:, 1:] == share[:, :-1]
    counts[:, : math.ceil((policy.warm_up - 1e-6) / arrays.seconds) if policy.warm_up > 0 else 0] = False
    return counts


def _check(arrays: Arrays) -> None:
    share = np.asarray(arrays.share, dtype=np.float64)
    faults: list[str] = []
    if not bool(((share > 0) & (share < 1)).all()):
        faults.append("a share is not between 0 and 1: both tracks need traffic to be compared")
    for name, track in (("canary", arrays.canary), ("stable", arrays.stable)):
        requests = np.asarray(track.requests, dtype=np.float64)
        tables = {f"errors {key}": table for key, table in track.errors.items()}
        tables |= {f"slow {key}": table for key, table in track.slow.items()}
        for label, table in {"requests": requests, **tables}.items():
            values = np.asarray(table, dtype=np.float64)
            if not bool((values >= 0).all()):
                faults.append(f"{name} {label} has a negative count or NaN")
            if not bool((values <= requests).all()):
                faults.append(f"{name} {label} is above the requests")
    if faults:
        raise ObservationError("arrays", tuple(faults))


def _slice(arrays: Arrays, rows: slice) -> Arrays:
    def one(value: "float | bool | npt.NDArray[np.generic]") -> "float | bool | npt.NDArray[np.generic]":
        return value[rows] if isinstance(value, np.ndarray) and value.ndim == 2 else value  # noqa: PLR2004 - runs x looks

    def track(value: TrackArrays) -> TrackArrays:
        return TrackArrays(
            requests=value.requests[rows],
            errors={key: table[rows] for key, table in value.errors.items()},
            slow={key: table[rows] for key, table in value.slow.items()},
            scores=None if value.scores is None else value.scores[rows],
        )

    return replace(
        arrays,
        share=one(arrays.share),
        verified=one(arrays.verified),
        canary=track(arrays.canary),
        stable=track(arrays.stable),
    )
