"""What each client has used of its plan: token buckets and quotas. The clocks come from outside.

Order: the client's throttle for the method, then its own over all methods (API Gateway developer guide, "Throttle API
requests": "applied in the following order"), then the quota. Both are "for individual API keys ... aggregated across
all API stages within a usage plan" (the same guide, "Creating and using usage plans"). A request that a throttle
refused uses nothing of the quota: nobody said whether it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emulator.faults import Fault, FaultType
from emulator.plans import Client, Period
from emulator.throttle import Bucket, Throttle


@dataclass(slots=True)
class Used:
    """A key's requests in the period that began at `since`, and whether that was its plan's first here."""

    since: datetime
    count: int
    first: bool


def began(period: Period, epoch: float) -> datetime:
    """Return when the period around a moment (seconds since 1970) began, in UTC."""
    day = datetime.fromtimestamp(epoch, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)


class Metering:
    """The buckets and counts of all clients. They outlive a reload where the plan's measures stay as they are."""

    def __init__(self, monotonic: Callable[[], float], clock: Callable[[], float]) -> None:
        self._monotonic, self._clock = monotonic, clock
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._used: dict[tuple[str, str], Used] = {}

    def take(self, client: Client, stage: str, path: str) -> None:
        """Let one request of a client through; `path` is `/path/VERB`.

        Raises:
            Fault: THROTTLED or QUOTA_EXCEEDED.
        """
        plan, key = client.plan, client.key
        method = plan.methods[stage].get(path)
        if method is not None:
            self._throttle((plan.id, key.id, stage, path), method, f"for {path}")
        if plan.throttle is not None:
            self._throttle((plan.id, key.id), plan.throttle, "of the plan")
        if plan.quota is not None:
            self._count(client)

    def _throttle(self, name: tuple[str, ...], measures: Throttle, what: str) -> None:
        bucket = self._buckets.get(name)
        if bucket is None or bucket.measures != measures:
            bucket = self._buckets[name] = Bucket(measures, self._monotonic)
        if not bucket.take():
            reason = f"usage plan {name[0]}, key {name[1]}: rate {measures.rate:g}/s, burst {measures.burst} {what}"
            raise Fault(FaultType.THROTTLED, reason=reason)

    def used(self, client: Client) -> tuple[int, int]:
        """Return how many requests a client has used of its quota's period, and how many it has left; 0 without one."""
        quota = client.plan.quota
        if quota is None:
            return 0, 0
        used = self._period(client)
        limit = max(0, quota.limit - (quota.offset if used.first else 0))
        return used.count, limit - used.count

    def _count(self, client: Client) -> None:
        used, (count, left) = self._period(client), self.used(client)
        if left <= 0:
            reason = f"usage plan {client.plan.id}, key {client.key.id}: {count} requests since {used.since:%Y-%m-%d}"
            raise Fault(FaultType.QUOTA_EXCEEDED, reason=reason)
        used.count += 1

    def _period(self, client: Client) -> Used:
        quota, name = client.plan.quota, (client.plan.id, client.key.id)
        assert quota is not None  # noqa: S101 - who asks has looked
        since, used = began(quota.period, self._clock()), self._used.get(name)
        if used is None or used.since != since:
            used = self._used[name] = Used(since, 0, first=used is None)
        return used
