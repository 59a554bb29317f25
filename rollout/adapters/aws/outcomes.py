"""`Outcomes` on AWS: labels from the store, answers from data capture on S3, by inference id."""

from collections.abc import Callable, Iterator

from rollout.adapters.aws.captures import SETTLED, S3Captures
from rollout.adapters.deliveries import Deliveries
from rollout.control.ports import Answer, Delivery
from rollout.judge.policy import LabelRule


class AwsOutcomes:
    """Reads `captures`; `endpoint` is the endpoint's name of a release."""

    settled = SETTLED

    def __init__(self, deliveries: Deliveries, captures: S3Captures, endpoint: Callable[[str], str]) -> None:
        self._deliveries = deliveries
        self._captures = captures
        self._endpoint = endpoint

    def delivered(self, rule: LabelRule) -> Delivery:
        """See `Outcomes.delivered`."""
        return self._deliveries.all(rule)

    def answers(self, release: str, start: float, end: float) -> Iterator[Answer]:
        """See `Outcomes.answers`. Raises AwsError."""
        for each in self._captures.between(self._endpoint(release), start, end):
            yield Answer(id=each.id, at=each.at, ratings=each.scores)
