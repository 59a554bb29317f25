"""`Outcomes` of the emulator: labels from the store, answers from what it captured of the endpoints."""

from collections.abc import Callable, Iterator
from pathlib import Path

from rollout.adapters.clock import Stamps
from rollout.adapters.deliveries import Deliveries
from rollout.adapters.local.captures import Captures
from rollout.control.ports import Answer, Delivery
from rollout.judge.policy import LabelRule


class LocalOutcomes:
    """Reads the captures in `folder`; `endpoint` is the endpoint's name of a release. Times are the clock's."""

    settled = 1.0

    def __init__(self, deliveries: Deliveries, folder: Path, endpoint: Callable[[str], str], clock: Stamps) -> None:
        self._deliveries = deliveries
        self._folder = folder
        self._endpoint = endpoint
        self._clock = clock

    def delivered(self, rule: LabelRule) -> Delivery:
        """See `Outcomes.delivered`."""
        return self._deliveries.all(rule)

    def answers(self, release: str, start: float, end: float) -> Iterator[Answer]:
        """See `Outcomes.answers`."""
        captures = Captures(self._folder, self._endpoint(release))
        for each in captures.since(self._clock.stamp(start)):
            at = self._clock.of(each.at)
            if start <= at < end:
                yield Answer(id=each.id, at=at, ratings=each.scores)
