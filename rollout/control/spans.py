"""The times in which the canary verifiably had a share of the traffic. Pure."""

from dataclasses import dataclass

from rollout.control.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` to `end` the canary verifiably had `share` (0..1, exclusive) of the traffic."""

    start: float
    end: float
    share: float


def closed(before: tuple[Span, ...], since: float | None, target: Target, end: float) -> tuple[Span, ...]:
    """Return the spans with the one in which `target` was served from `since` to `end`, where it was one at all."""
    share = target.percent / 100
    if since is None or not 0 < share < 1:
        return before
    return (*before, Span(start=since, end=end, share=share))
