"""A token bucket and its measures. The clock comes from outside."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """A token bucket's measures: `rate` tokens a second, at most `burst` of them."""

    rate: float
    burst: int


class Bucket:
    """A token bucket: `burst` tokens at the start and at most, `rate` more each second, one a request."""

    def __init__(self, measures: Throttle, clock: Callable[[], float]) -> None:
        self.measures, self._clock = measures, clock
        self._tokens, self._at = float(measures.burst), clock()

    def take(self) -> bool:
        """Take a token; False where there is none."""
        now = self._clock()
        self._tokens = min(self.measures.burst, self._tokens + (now - self._at) * self.measures.rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
