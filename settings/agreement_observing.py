"""What must hold between the settings of `observability`. Pure; see `settings/agreement.py`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from settings import limits
from settings.errors import Fault

Draft = Mapping[str, Any]
_THRESHOLDS = "observability.latencyThresholdsMilliseconds"
_ALARMS = "observability.alarms"


def _thresholds(draft: Draft) -> Iterator[Fault]:
    count, most = len(draft.get(_THRESHOLDS, ())), limits.LATENCY_THRESHOLDS_MAX
    if count > most:
        bound = f"at most {most}: each is three metric filters, and a log group takes 100"
        yield Fault(_THRESHOLDS, f"has {count}", bound, "Take some out; four near the quantiles tell most")


def _slow(draft: Draft) -> Iterator[Fault]:
    path, counted = f"{_ALARMS}.slowMilliseconds", draft.get(_THRESHOLDS)
    slow = draft.get(path)
    if slow is not None and counted is not None and slow not in counted:
        bound = f"one of {_THRESHOLDS}: {', '.join(f'{each:g}' for each in counted) or 'none'}"
        yield Fault(path, f"is {slow:g}", bound, "Take one of them, or add it to them")


def _periods(draft: Draft) -> Iterator[Fault]:
    seconds, periods, bad = (draft.get(f"{_ALARMS}.{key}") for key in ("periodSeconds", "periods", "breachingPeriods"))
    if periods is None:
        return
    if bad is not None and bad > periods:
        bound = f"at most {_ALARMS}.periods, {periods}"
        yield Fault(f"{_ALARMS}.breachingPeriods", f"is {bad}", bound, "Lower it, or raise the other")
    if seconds is not None and seconds * periods > limits.ALARM_WINDOW_SECONDS:
        problem = f"is {periods}, of {seconds} seconds each"
        bound = f"{limits.ALARM_WINDOW_SECONDS} seconds together at most, a day"
        yield Fault(f"{_ALARMS}.periods", problem, bound, "Lower it, or the period")


def _actions(draft: Draft) -> Iterator[Fault]:
    actions, topic = draft.get(f"{_ALARMS}.actions"), draft.get(f"{_ALARMS}.topic")
    if actions is None or topic is None:
        return
    most = limits.ALARM_ACTIONS_MAX - bool(topic)
    if len(actions) > most:
        own = " beside the stack's own topic" if topic else ""
        yield Fault(
            f"{_ALARMS}.actions", f"has {len(actions)}", f"at most {most}{own}", "Tell one topic, and let it fan out"
        )


CHECKS = cast("tuple[Callable[[Draft], Iterator[Fault]], ...]", (_thresholds, _slow, _periods, _actions))
