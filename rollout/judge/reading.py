"""JSON lines to intervals. What a line does not say is not measured; what it says wrongly is named, all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from rollout.judge.errors import ObservationError
from rollout.judge.observations import Interval, Labels, TrackCounts

_FIELDS = frozenset({"series", "start", "seconds", "share", "canary", "stable", "verified"})
_TRACK = frozenset({"requests", "errors", "slow", "scores", "labels", "start"})
_LABELS = {"n", "loss_sum", "loss_square_sum"}


def interval_of(data: Mapping[str, Any]) -> Interval:
    """Return the interval that a JSON object describes.

    Kinds are checked here; whether the numbers can be is `rollout.judge.checks`.

    Raises:
        ObservationError: a field is missing, unknown or of another kind, or the tracks tell different times.
    """
    faults: list[str] = []
    _unknown(data, _FIELDS, "", faults)
    start = _time(data.get("start"), "start", faults)
    canary = _track(data.get("canary"), "canary", start, faults)
    stable = _track(data.get("stable"), "stable", start, faults)
    seconds = _number(data.get("seconds"), "seconds", faults)
    share = _number(data.get("share"), "share", faults)
    series, verified = data.get("series", ""), data.get("verified", True)
    if type(series) is not str:
        faults.append(f"series is {series!r}, not a name")
    if type(verified) is not bool:
        faults.append(f"verified is {verified!r}, not true or false")
    if faults:
        raise ObservationError("interval", tuple(faults))
    return Interval(
        start=start, seconds=seconds, share=share, canary=canary, stable=stable, series=series, verified=verified
    )


def _track(data: object, name: str, start: float, faults: list[str]) -> TrackCounts | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        faults.append(f"{name} is {data!r}, not an object")
        return None
    track = cast("dict[str, Any]", data)
    _unknown(track, _TRACK, f"{name}.", faults)
    if "start" in track and _time(track["start"], f"{name}.start", faults) != start:
        faults.append(f"{name}.start is {track['start']!r}, not the interval's: the tracks' clocks differ")
    if "requests" not in track:
        faults.append(f"{name}.requests is missing")
        return None
    scores = track.get("scores")
    if scores is not None and not isinstance(scores, list):
        faults.append(f"{name}.scores is {scores!r}, not a list of counts")
        scores = None
    return TrackCounts(
        requests=track["requests"],
        errors=_table(track.get("errors"), f"{name}.errors", faults),
        slow=_table(track.get("slow"), f"{name}.slow", faults),
        scores=None if scores is None else tuple(cast("list[int]", scores)),
        labels=_labels(track.get("labels"), f"{name}.labels", faults),
    )


def _table(data: object, name: str, faults: list[str]) -> dict[str, int] | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        faults.append(f"{name} is {data!r}, not an object of counts")
        return None
    return cast("dict[str, int]", data)


def _labels(data: object, name: str, faults: list[str]) -> Labels | None:
    if data is None:
        return None
    if not isinstance(data, dict) or set(cast("dict[str, Any]", data)) != _LABELS:
        faults.append(f"{name} is {data!r}, not an object with {', '.join(sorted(_LABELS))}")
        return None
    table = cast("dict[str, Any]", data)
    sums = [_number(table[key], f"{name}.{key}", faults) for key in ("loss_sum", "loss_square_sum")]
    return Labels(n=table["n"], loss_sum=sums[0], loss_square_sum=sums[1])


def _time(value: object, name: str, faults: list[str]) -> float:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if moment.tzinfo is not None:
                return moment.timestamp()
    faults.append(f"{name} is {value!r}, not a time with its zone such as 2026-01-01T00:00:00Z")
    return 0.0


def _number(value: object, name: str, faults: list[str]) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    faults.append(f"{name} is {value!r}, not a number")
    return 0.0


def _unknown(data: Mapping[str, Any], known: frozenset[str], prefix: str, faults: list[str]) -> None:
    if not data.keys() <= known:
        faults.extend(f"{prefix}{key} is not a field" for key in data.keys() - known)
