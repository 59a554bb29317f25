"""Counts by closed minutes: what CloudWatch and S3 are asked, and what their silence means."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody

from rollout.adapters.aws.captures import S3Captures
from rollout.adapters.aws.counting import Counts, countable, minutes, queries
from rollout.adapters.aws.errors import AwsError
from rollout.adapters.aws.fleet import Endpoints
from rollout.adapters.aws.history import History
from rollout.adapters.aws.observations import CloudWatchObservations, Source
from rollout.adapters.aws.outcomes import AwsOutcomes
from rollout.adapters.deliveries import Deliveries
from rollout.control.fakes import FakeClock
from rollout.control.ports import Answer, Delivery
from rollout.control.yardstick import Yardstick
from rollout.judge.observations import TrackCounts
from rollout.judge.policy import LabelRule
from rollout.metrics import Track, rows, slow, sources
from store import NotThereError
from tests.rollout.aws.conftest import Stubbed
from tests.rollout.aws.test_aws_fleet import described

T0 = 1_764_000_000  # a whole minute
YARDSTICK = Yardstick(stable="r1", canary="r2", thresholds={"p90": 120.0})
ROWS = rows(YARDSTICK.thresholds)
ALL = {row.metric(track, group): row.pattern(track) for row in ROWS for track in Track for group in sources(track)}
GROUP = "/aws/apigateway/p/access"


def counts(values: Mapping[str, Mapping[int, float]], filters: Mapping[str, str] = ALL) -> Counts:
    return Counts(rows=ROWS, values=values, filters=filters)


def test_only_closed_minutes_are_read() -> None:
    assert minutes(T0, T0 + 60 + 180) == range(T0, T0 + 60, 60)
    assert list(minutes(T0, T0 + 60 + 179)) == []
    assert list(minutes(T0 + 1, T0 + 120 + 180)) == [T0 + 60]


def test_no_error_is_zero_where_requests_have_data_and_nothing_is_unmeasured() -> None:
    values = {"canary-requests": {T0: 7.0}, "stable-requests": {T0: 93.0, T0 + 60: 90.0}, "stable-errors-5xx": {T0: 2}}
    one = counts(values)
    assert one.of(Track.CANARY, T0) == TrackCounts(requests=7, errors={"4xx": 0, "5xx": 0}, slow={"p90": 0})
    assert one.of(Track.STABLE, T0) == TrackCounts(requests=93, errors={"4xx": 0, "5xx": 2}, slow={"p90": 0})
    assert one.of(Track.CANARY, T0 + 60) is None


@pytest.mark.parametrize(("access", "canary", "requests"), [(7.0, 0.0, 7), (0.0, 9.0, 9), (7.0, 9.0, 9)])
def test_the_canarys_count_is_the_larger_of_two_groups_never_the_sum(
    access: float, canary: float, requests: int
) -> None:
    values = {"canary-requests": {T0: access}, "canary-requests-in-canary-group": {T0: canary}}
    found = counts(values).of(Track.CANARY, T0)
    assert found is not None
    assert found.requests == requests


def test_errors_go_with_the_group_whose_requests_count() -> None:
    values = {
        "canary-requests": {T0: 7.0},
        "canary-errors-5xx": {T0: 1.0},
        "canary-requests-in-canary-group": {T0: 9.0},
        "canary-errors-5xx-in-canary-group": {T0: 3.0},
    }
    found = counts(values).of(Track.CANARY, T0)
    assert found is not None
    assert found.errors == {"4xx": 0, "5xx": 3}


def test_a_row_without_its_filter_is_not_measured() -> None:
    stale = {**ALL, "stable-slow-120ms": '{ ($.isCanaryRequest != "true") && ($.responseLatency > 99) }'}
    found = counts({"stable-requests": {T0: 5.0}}, stale).of(Track.STABLE, T0)
    assert found == TrackCounts(requests=5, errors={"4xx": 0, "5xx": 0}, slow=None)
    half = {name: pattern for name, pattern in ALL.items() if name != "stable-errors-4xx"}
    found = counts({"stable-requests": {T0: 5.0}}, half).of(Track.STABLE, T0)
    assert found == TrackCounts(requests=5, errors=None, slow={"p90": 0})


def source(stubbed: Stubbed, now: float, captures: S3Captures | None = None) -> Source:
    clock = FakeClock(now)
    cloudwatch = stubbed.clients.cloudwatch
    history = History(
        cloudwatch=cloudwatch,
        endpoints=Endpoints(stubbed.clients, "p"),
        api="p",
        stage="v1",
        clock=clock,
        captures=captures,
    )
    return Source(
        cloudwatch=cloudwatch,
        logs=stubbed.clients.logs,
        api="p",
        log_group=GROUP,
        endpoint=lambda release: f"p-{release}-00000000",
        clock=clock,
        history=history,
        captures=captures,
    )


def filters(stubbed: Stubbed, there: Mapping[str, str]) -> None:
    for group, inside in ((GROUP, False), (f"{GROUP}/Canary", True)):
        made = [
            {
                "filterPattern": pattern,
                "metricTransformations": [{"metricName": name, "metricNamespace": "n", "metricValue": "1"}],
            }
            for name, pattern in there.items()
            if name.endswith("-in-canary-group") is inside
        ]
        stubbed.answer("logs", "describe_metric_filters", {"metricFilters": made}, {"logGroupName": group})


def asked(start: int, end: int) -> dict[str, Any]:
    return {
        "MetricDataQueries": [
            {
                "Id": each.id,
                "MetricStat": {
                    "Metric": {"Namespace": "PredictedRatings/p", "MetricName": each.metric},
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for each in queries(ROWS)
        ],
        "StartTime": datetime.fromtimestamp(start, tz=UTC),
        "EndTime": datetime.fromtimestamp(end, tz=UTC),
        "ScanBy": "TimestampAscending",
    }


def answered(values: Mapping[str, Mapping[int, float]]) -> dict[str, Any]:
    ids = {each.metric: each.id for each in queries(ROWS)}
    return {
        "MetricDataResults": [
            {
                "Id": ids[metric],
                "Timestamps": [datetime.fromtimestamp(at, tz=UTC) for at in series],
                "Values": list(series.values()),
            }
            for metric, series in values.items()
        ]
    }


def test_both_tracks_are_counted_minute_by_minute(stubbed: Stubbed) -> None:
    values = {"canary-requests": {T0: 7.0}, "stable-requests": {T0: 93.0, T0 + 60: 90.0}}
    stubbed.answer("cloudwatch", "get_metric_data", answered(values), asked(T0, T0 + 120))
    filters(stubbed, ALL)
    found = CloudWatchObservations(source(stubbed, T0 + 120 + 180)).since(T0 - 59, YARDSTICK)
    assert [(each.start, each.seconds) for each in found] == [(T0, 60), (T0 + 60, 60)]
    assert [each.canary and each.canary.requests for each in found] == [7, None]
    assert [each.stable and each.stable.requests for each in found] == [93, 90]


def test_a_stack_without_filters_is_told_what_to_do(stubbed: Stubbed) -> None:
    stubbed.answer("cloudwatch", "get_metric_data", {"MetricDataResults": []}, asked(T0, T0 + 60))
    filters(stubbed, {})
    with pytest.raises(AwsError, match="no metric filter of /aws/apigateway/p/access counts stable-requests"):
        CloudWatchObservations(source(stubbed, T0 + 60 + 180)).since(T0, YARDSTICK)


def test_nothing_is_asked_before_a_minute_is_closed(stubbed: Stubbed) -> None:
    assert CloudWatchObservations(source(stubbed, T0 + 100)).since(T0, YARDSTICK) == []


def captured(at: int, *scores: float) -> bytes:
    output = json.dumps({"predictions": [{"scores": [score]} for score in scores]})
    told = {"inferenceId": "1", "inferenceTime": datetime.fromtimestamp(at, tz=UTC).isoformat()}
    data = {"endpointOutput": {"data": output, "encoding": "JSON"}}
    return json.dumps({"captureData": data, "eventMetadata": told}).encode() + b"\n"


def test_scores_are_counted_out_of_each_releases_captures(stubbed: Stubbed) -> None:
    hour = f"{datetime.fromtimestamp(T0, tz=UTC):%Y/%m/%d/%H}"
    for release, lines in (
        ("r2", captured(T0, 1.0, 3.0) + captured(T0 + 70, 5.0)),
        ("r1", captured(T0 + 59, 2.0) + b"{torn\n"),
    ):
        below = f"stack/captures/p-{release}-00000000/AllTraffic/{hour}/"
        stubbed.answer(
            "s3", "list_objects_v2", {"Contents": [{"Key": f"{below}a.jsonl"}]}, {"Bucket": "b", "Prefix": below}
        )
        body = StreamingBody(io.BytesIO(lines), len(lines))
        stubbed.answer("s3", "get_object", {"Body": body}, {"Bucket": "b", "Key": f"{below}a.jsonl"})
    values = {"canary-requests": {T0: 1.0}, "stable-requests": {T0: 1.0}}
    stubbed.answer("cloudwatch", "get_metric_data", answered(values), asked(T0, T0 + 60))
    filters(stubbed, ALL)
    captures = S3Captures(stubbed.clients.s3, "s3://b/stack/captures")
    scored = Yardstick(stable="r1", canary="r2", thresholds={"p90": 120.0}, edges=(2.0, 4.0))
    (found,) = CloudWatchObservations(source(stubbed, T0 + 60 + 900, captures)).since(T0, scored)
    assert found.canary is not None
    assert found.stable is not None
    assert (found.canary.scores, found.stable.scores) == ((1, 1, 0), (0, 1, 0))


def test_a_baseline_is_the_stages_own_history(stubbed: Stubbed) -> None:
    begin, now = T0 // 3600 * 3600, T0 // 3600 * 3600 + 7300
    described(stubbed, "p-r1-00000000", current=3, desired=3)
    stats = [("Count", "SampleCount"), ("5XXError", "Sum")]
    stats += [("Latency", stat) for stat in ("p50", "p90", "p99", "p99.9")]
    dimensions = [{"Name": "ApiName", "Value": "p"}, {"Name": "Stage", "Value": "v1"}]
    wanted = {
        "MetricDataQueries": [
            {
                "Id": f"h{index}",
                "MetricStat": {
                    "Metric": {"Namespace": "AWS/ApiGateway", "MetricName": metric, "Dimensions": dimensions},
                    "Period": 3600,
                    "Stat": stat,
                },
            }
            for index, (metric, stat) in enumerate(stats)
        ],
        "StartTime": datetime.fromtimestamp(begin, tz=UTC),
        "EndTime": datetime.fromtimestamp(begin + 7200, tz=UTC),
        "ScanBy": "TimestampAscending",
    }
    hours = [datetime.fromtimestamp(begin + 3600 * each, tz=UTC) for each in range(2)]
    series = [[600.0, 6000.0], [0.0, 33.0], [10.0, 20.0], [30.0, 40.0], [50.0, 40.0], [60.0, 90.0]]
    results = [{"Id": f"h{index}", "Timestamps": hours, "Values": values} for index, values in enumerate(series)]
    stubbed.answer("cloudwatch", "get_metric_data", {"MetricDataResults": results}, wanted)
    filters(stubbed, filters_for(25.0, 50.0, 100.0))
    found = CloudWatchObservations(source(stubbed, now)).baseline("r1", begin - 10)
    assert (found.requests, found.per_minute, found.error_rate, found.instances) == (6600, 55.0, 0.005, 3)
    assert found.thresholds == {"p50": 25.0, "p90": 50.0, "p99.9": 100.0}  # nearest to 20, 40 and 90, which is p99 too
    assert found.limits == (25.0, 50.0, 100.0)
    assert found.edges == ()


def filters_for(*limits: float) -> dict[str, str]:
    asked = rows({str(limit): limit for limit in limits})
    return {
        row.metric(track, group): row.pattern(track) for row in asked for track in Track for group in sources(track)
    }


def test_a_threshold_is_counted_where_every_track_has_its_filter() -> None:
    there = filters_for(0.5, 20.0, 1000.0)
    assert countable(there) == (0.5, 20.0, 1000.0)
    for track in Track:
        for group in sources(track):
            row = slow("", 20.0)
            assert countable({**there, row.metric(track, group): row.pattern(track).replace("20", "21")}) == (
                0.5,
                1000.0,
            )
            assert countable({name: each for name, each in there.items() if name != row.metric(track, group)}) == (
                0.5,
                1000.0,
            )
    assert countable({}) == ()


def test_a_baseline_without_filters_is_told_what_to_do(stubbed: Stubbed) -> None:
    filters(stubbed, {})
    with pytest.raises(AwsError, match="Apply the stack, which makes the filters"):
        CloudWatchObservations(source(stubbed, T0)).baseline("r1", 0.0)


def test_a_stage_that_answered_nothing_has_no_thresholds(stubbed: Stubbed) -> None:
    filters(stubbed, filters_for(25.0))
    described(stubbed, "p-r1-00000000")
    now = T0 // 3600 * 3600 + 30  # no whole hour since
    found = CloudWatchObservations(source(stubbed, now)).baseline("r1", T0 // 3600 * 3600 - 10)
    assert (found.requests, found.thresholds, found.instances, found.limits) == (0, {}, 2, (25.0,))


def test_answers_are_found_by_their_inference_id_on_s3(stubbed: Stubbed) -> None:
    hour = f"{datetime.fromtimestamp(T0, tz=UTC):%Y/%m/%d/%H}"
    below = f"stack/captures/p-r2-00000000/AllTraffic/{hour}/"
    stubbed.answer(
        "s3", "list_objects_v2", {"Contents": [{"Key": f"{below}a.jsonl"}]}, {"Bucket": "b", "Prefix": below}
    )
    lines = captured(T0 - 1, 1.0) + captured(T0, 2.0, 3.0) + captured(T0 + 60, 4.0)
    body = StreamingBody(io.BytesIO(lines), len(lines))
    stubbed.answer("s3", "get_object", {"Body": body}, {"Bucket": "b", "Key": f"{below}a.jsonl"})
    captures = S3Captures(stubbed.clients.s3, "s3://b/stack/captures")
    outcomes = AwsOutcomes(Deliveries(MemoryStore()), captures, lambda release: f"p-{release}-00000000")
    assert outcomes.settled == 900.0
    assert list(outcomes.answers("r2", T0, T0 + 60)) == [Answer(id="1", at=float(T0), ratings=(2.0, 3.0))]
    assert outcomes.delivered(LabelRule()) == Delivery()


class MemoryStore:
    """A store that holds nothing."""

    uri = "memory"

    def read(self, key: str) -> bytes:
        raise NotThereError(key)

    def write(self, key: str, data: bytes, *, once: bool = False) -> None:
        raise NotImplementedError

    def keys(self, prefix: str = "") -> list[str]:
        return []

    def delete(self, key: str) -> None:
        raise NotImplementedError
