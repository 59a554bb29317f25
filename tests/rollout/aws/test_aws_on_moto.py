"""The same calls against moto, where it has the operation: counts, capacity, the journal under an S3 prefix."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto import mock_aws

from rollout.adapters.aws.capacity import Bounds
from rollout.adapters.aws.clients import Clients, clients, whoami
from rollout.adapters.aws.fleet import Endpoints
from rollout.adapters.aws.observations import CloudWatchObservations
from rollout.control.entries import Asked, Entry, Request, Started
from rollout.control.errors import FenceError
from rollout.control.journal import StoreJournal
from rollout.control.split import split_of
from rollout.control.yardstick import Yardstick
from rollout.metrics import Group, Track, namespace, rows
from store import Owned
from store.s3 import connect
from tests.rollout.aws.conftest import Stubbed
from tests.rollout.aws.test_aws_observations import GROUP, source

ENDPOINT = "p-r2-4567abcd"


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield clients("eu-central-1")


def test_counts_come_out_as_the_filters_put_them_in(there: Clients) -> None:
    now = int(datetime.now(tz=UTC).timestamp()) // 60 * 60
    minute = now - 600
    for group in Group:
        there.logs.create_log_group(logGroupName=GROUP if group is Group.ACCESS else f"{GROUP}/Canary")
        for track in Track:
            for row in rows({}):
                name = row.metric(track, group)
                there.logs.put_metric_filter(
                    logGroupName=GROUP if group is Group.ACCESS else f"{GROUP}/Canary",
                    filterName=name,
                    filterPattern=row.pattern(track),
                    metricTransformations=[{"metricName": name, "metricNamespace": namespace("p"), "metricValue": "1"}],
                )
    put = {"stable-requests": 95.0, "canary-requests": 0.0, "canary-requests-in-canary-group": 5.0}
    there.cloudwatch.put_metric_data(
        Namespace=namespace("p"),
        MetricData=[
            {"MetricName": name, "Value": value, "Timestamp": datetime.fromtimestamp(minute + 1, tz=UTC)}
            for name, value in put.items()
        ],
    )
    observed = CloudWatchObservations(source(Stubbed(there, {}), minute + 60 + 180))
    (found,) = observed.since(minute, Yardstick(stable="r1", canary="r2"))
    assert found.canary is not None
    assert found.stable is not None
    assert (found.canary.requests, found.stable.requests, found.stable.errors) == (5, 95, {"4xx": 0, "5xx": 0})


def test_bounds_are_registered_and_read_back(there: Clients) -> None:
    endpoints, wanted = Endpoints(there, "p"), Bounds(fewest=3, most=4, scales_in=False)
    assert endpoints.bounds(ENDPOINT) is None
    endpoints.bind(ENDPOINT, wanted)
    assert endpoints.bounds(ENDPOINT) == wanted


def test_a_journal_under_an_s3_prefix_has_its_fence_and_its_account(there: Clients) -> None:
    there.s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    store = connect("s3://bucket/dev", there.s3, there.sts)
    assert isinstance(store, Owned)
    assert store.account == whoami(there).account
    assert split_of(StoreJournal(store).state()) is None
    begun = Started(release="r2", stable="r1", policy={}, conduct={}, documents={"r1": "{}"})
    asked = Asked(request=Request.ABORT)
    for number, body in enumerate((begun, asked), 1):
        entry = Entry(number=number, began=1, rollout="r2-1", at=1.0, by="ann", body=body)
        StoreJournal(store).append(entry)
    with pytest.raises(FenceError):
        StoreJournal(store).append(Entry(number=2, began=1, rollout="r2-1", at=1.0, by="bob", body=asked))
    split = split_of(StoreJournal(store).state())
    assert split is not None
    assert (split.rollout, split.sequence, split.documents, split.idle) == ("r2-1", 1, {"r1": "{}"}, "r2")
