"""Intervals as an entry of the journal carries them, and back: plain, and without what they do not measure.

With them a rollout can be judged again from its journal alone, by its own policy or by another one.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from rollout.judge.observations import Interval, Labels, TrackCounts


def plain(interval: Interval) -> dict[str, object]:
    """An interval as JSON's own kinds, without its series: that is the rollout."""
    found: dict[str, object] = {"start": interval.start, "seconds": interval.seconds, "share": interval.share}
    for name, track in (("canary", interval.canary), ("stable", interval.stable)):
        if track is not None:
            found[name] = _track(track)
    if not interval.verified:
        found["verified"] = False
    return found


def interval(series: str, data: Mapping[str, object]) -> Interval:
    """What `plain` gave, as an interval of `series`. Raises KeyError, TypeError, ValueError where it is not that."""
    raw = cast("Mapping[str, Any]", data)
    return Interval(
        series=series,
        start=float(raw["start"]),
        seconds=float(raw["seconds"]),
        share=float(raw["share"]),
        canary=_counts(raw.get("canary")),
        stable=_counts(raw.get("stable")),
        verified=bool(raw.get("verified", True)),
    )


def _track(counts: TrackCounts) -> dict[str, object]:
    found: dict[str, object] = {"requests": counts.requests}
    if counts.errors is not None:
        found["errors"] = dict(counts.errors)
    if counts.slow is not None:
        found["slow"] = dict(counts.slow)
    if counts.scores is not None:
        found["scores"] = list(counts.scores)
    if counts.labels is not None:
        found["labels"] = asdict(counts.labels)
    return found


def _counts(data: Mapping[str, Any] | None) -> TrackCounts | None:
    if data is None:
        return None
    scores, labels = data.get("scores"), data.get("labels")
    return TrackCounts(
        requests=int(data["requests"]),
        errors=data.get("errors"),
        slow=_rising(data.get("slow")),
        scores=None if scores is None else tuple(scores),
        labels=None if labels is None else Labels(**labels),
    )


def _rising(slow: Mapping[str, int] | None) -> Mapping[str, int] | None:
    """From the lowest threshold to the highest again: an entry's keys are sorted by name, `p50` before `p9`."""
    return None if slow is None else dict(sorted(slow.items(), key=lambda item: -item[1]))
