"""The stage's token buckets. The clock comes from outside."""

from collections.abc import Callable

from emulator.api import Method
from emulator.faults import Fault, FaultType
from emulator.graph import StageState
from emulator.throttle import Bucket


class Throttles:
    """The buckets of all stages, one a method: a stage's `*/*` is the measure of each method, not of their sum.

    A bucket lives as long as its measures do, across changes of configuration too. Both tracks of a canary drink
    from the same one.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def check(self, stage: StageState, method: Method) -> None:
        """Let a request through.

        Raises:
            Fault: THROTTLED.
        """
        path = method.identity
        measures = stage.throttles.get(path) or stage.throttles["*/*"]
        bucket = self._buckets.get((stage.name, path))
        if bucket is None or bucket.measures != measures:
            bucket = self._buckets[stage.name, path] = Bucket(measures, self._clock)
        if not bucket.take():
            raise Fault(FaultType.THROTTLED, reason=f"rate {measures.rate:g}/s, burst {measures.burst}")
