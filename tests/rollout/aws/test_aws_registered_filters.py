"""What prod registers, at work: its filters count lines of its access log into CloudWatch, and the adapter reads them.

moto keeps filters, alarms, dashboards and metrics and checks every request against AWS's models, but counts no line
itself; that is done here, by the emulator's filter patterns. Which log group gets a canary's lines is open on AWS, so
each of the three possibilities is tried.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from components.access_log import access_log_format
from emulator.filter_pattern import filter_pattern
from emulator.recording import Registration
from rollout.adapters.aws.captures import S3Captures
from rollout.adapters.aws.clients import Clients, clients
from rollout.adapters.aws.fleet import Endpoints
from rollout.adapters.aws.history import History
from rollout.adapters.aws.observations import CloudWatchObservations, Source
from rollout.control.fakes import FakeClock
from rollout.control.ports import Counted
from rollout.control.yardstick import Yardstick
from rollout.judge.observations import TrackCounts
from tests.program.golden import LINEUPS, World

API = "predicted-ratings-prod"
GROUP = f"/aws/apigateway/{API}/access"
CANARYS = f"{GROUP}/Canary"
POLICYS = {"late": 1000.0, "early": 50.0}
"""A policy's own thresholds: two of prod's, by keys of its own."""


@pytest.fixture(scope="module")
def registrations(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registration, ...]:
    world = World(tmp_path_factory.mktemp("prod") / "world", "prod")
    return world.run(**LINEUPS["model-canary"]).registrations


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield clients("us-east-1")


def of(registrations: Sequence[Registration], kind: str) -> list[Mapping[str, Any]]:
    return [each.inputs for each in registrations if each.type.endswith(f":{kind}")]


def deploy(there: Clients, registrations: Sequence[Registration]) -> None:
    """Make what is watched, as the provider does."""
    for group in of(registrations, "LogGroup"):
        there.logs.create_log_group(logGroupName=group["name"])
    for each in of(registrations, "LogMetricFilter"):
        made = each["metricTransformation"]
        there.logs.put_metric_filter(
            logGroupName=each["logGroupName"],
            filterName=each["name"],
            filterPattern=each["pattern"],
            metricTransformations=[
                {"metricName": made["name"], "metricNamespace": made["namespace"], "metricValue": made["value"]}
            ],
        )


def line(at: float, canary: str, status: int = 200, latency: int = 30) -> str:
    """One line in the registered format; what has no value is printed as API Gateway does."""
    told = {"isCanaryRequest": canary, "status": status, "responseLatency": latency}
    told |= {"requestTimeEpoch": round(at * 1000)}
    return re.sub(r"\$context\.([A-Za-z.]+)", lambda found: str(told.get(found[1], "-")), access_log_format())


def count(
    there: Clients, registrations: Sequence[Registration], groups: Mapping[str, Sequence[tuple[int, str]]]
) -> None:
    """Do what CloudWatch Logs does: every match adds to its filter's metric, and without one there is no datapoint."""
    for each in of(registrations, "LogMetricFilter"):
        pattern, made = filter_pattern(each["pattern"]), each["metricTransformation"]
        matched = Counter(at for at, text in groups[each["logGroupName"]] if pattern.matches_line(text))
        for at, times in matched.items():
            datum: Any = {
                "MetricName": made["name"],
                "Value": float(times),
                "Timestamp": datetime.fromtimestamp(at, tz=UTC),
            }
            there.cloudwatch.put_metric_data(Namespace=made["namespace"], MetricData=[datum])


def adapter(there: Clients, now: float, captures: S3Captures | None = None) -> CloudWatchObservations:
    clock, endpoints = FakeClock(now), Endpoints(there, API)
    history = History(cloudwatch=there.cloudwatch, endpoints=endpoints, api=API, stage="v1", clock=clock)
    return CloudWatchObservations(
        Source(
            cloudwatch=there.cloudwatch,
            logs=there.logs,
            api=API,
            log_group=GROUP,
            endpoint=lambda release: f"{API}-{release}-00000000",
            clock=clock,
            history=history,
            captures=captures,
        )
    )


@pytest.mark.parametrize("gets", [(GROUP, CANARYS), (GROUP,), (CANARYS,)], ids=["both", "access", "canary"])
def test_lines_that_registered_filters_count_come_back_as_exact_counts(
    there: Clients, registrations: tuple[Registration, ...], gets: tuple[str, ...]
) -> None:
    deploy(there, registrations)
    first = int(datetime.now(tz=UTC).timestamp()) // 60 * 60 - 600
    second = first + 60
    stable = [(200, 30), (200, 60), (502, 1200), (404, 10)]
    lines = [(first, line(first, "false", *each)) for each in stable]
    lines += [(second, line(second, track)) for track in ("false", "false", "-")]
    lines += [(first, "{torn"), (first, line(first, "true")[:-20])]
    canary = [(first, line(first, "true", 200, 20)), (first, line(first, "true", 503, 2000))]
    groups = {GROUP: list(lines), CANARYS: list[tuple[int, str]]()}
    for group in gets:
        groups[group] += canary
    count(there, registrations, groups)
    yardstick = Yardstick(stable="r1", canary="r2", thresholds=POLICYS)
    assert adapter(there, second + 60 + 180).since(first, yardstick) == [
        Counted(
            start=float(first),
            seconds=60.0,
            canary=TrackCounts(requests=2, errors={"4xx": 0, "5xx": 1}, slow={"early": 1, "late": 1}),
            stable=TrackCounts(requests=4, errors={"4xx": 1, "5xx": 1}, slow={"early": 2, "late": 1}),
        ),
        Counted(
            start=float(second),
            seconds=60.0,
            canary=None,
            stable=TrackCounts(requests=3, errors={"4xx": 0, "5xx": 0}, slow={"early": 0, "late": 0}),
        ),
    ]
    assert len(adapter(there, second + 60 + 179).since(first, yardstick)) == 1, "only closed minutes are read"


def test_every_alarm_and_the_dashboard_are_what_cloudwatch_takes(
    there: Clients, registrations: tuple[Registration, ...]
) -> None:
    for each in of(registrations, "MetricAlarm"):
        request = {f"{key[0].upper()}{key[1:]}": value for key, value in each.items() if key not in RENAMED}
        request |= {"AlarmName": each["name"], "Tags": [{"Key": k, "Value": v} for k, v in each["tags"].items()]}
        queries = [upper(query) for query in each.get("metricQueries", [])]
        if queries:
            request["Metrics"] = queries
        if "dimensions" in each:
            request["Dimensions"] = [{"Name": name, "Value": value} for name, value in each["dimensions"].items()]
        request["OKActions"] = each["okActions"]
        put: Any = there.cloudwatch.put_metric_alarm
        put(**request)
    made = there.cloudwatch.describe_alarms()["MetricAlarms"]
    names = sorted(each.get("AlarmName", "").removeprefix(f"{API}-") for each in made)
    tracks = ("canary-{}", "canary-{}-in-canary-group", "stable-{}")
    shares = [track.format(share) for share in ("errors-5xx", "slow-1000ms") for track in tracks]
    models = [f"{release}-model-{what}" for release in ("r1", "r2") for what in ("errors", "latency")]
    assert names == sorted([*shares, *models])
    (dashboard,) = of(registrations, "Dashboard")
    there.cloudwatch.put_dashboard(DashboardName=dashboard["dashboardName"], DashboardBody=dashboard["dashboardBody"])
    titles = [each["properties"].get("title") for each in json.loads(dashboard["dashboardBody"])["widgets"]]
    assert titles[1:4] == ["Requests, and the canary's part", "Answered 4xx", "Answered 5xx"]


RENAMED = ("name", "metricQueries", "dimensions", "tags", "okActions")


def upper(query: Mapping[str, Any]) -> dict[str, Any]:
    """One query in botocore's words."""
    named: dict[str, Any] = {"Id": query["id"], "ReturnData": query.get("returnData", False)}
    if "expression" in query:
        return named | {"Expression": query["expression"], "Label": query["label"]}
    metric = query["metric"]
    dimensions = [{"Name": name, "Value": value} for name, value in metric.get("dimensions", {}).items()]
    where = {"Namespace": metric["namespace"], "MetricName": metric["metricName"], "Dimensions": dimensions}
    return named | {"MetricStat": {"Metric": where, "Period": metric["period"], "Stat": metric["stat"]}}


def captured(at: float, *scores: float) -> bytes:
    output = json.dumps({"predictions": [{"scores": [score]} for score in scores]})
    told = {"inferenceId": "1", "inferenceTime": datetime.fromtimestamp(at, tz=UTC).isoformat()}
    data = {"endpointOutput": {"data": output, "encoding": "JSON"}}
    return json.dumps({"captureData": data, "eventMetadata": told}).encode() + b"\n"


def test_captures_that_come_late_and_in_pieces_are_all_counted_once(there: Clients) -> None:
    there.s3.create_bucket(Bucket="store")
    captures = S3Captures(there.s3, "s3://store/prod/captures")
    hour = 1_764_000_000 // 3600 * 3600
    last = hour + 3_540  # the hour's last minute

    def put(release: str, folder: int, name: str, body: bytes) -> None:
        key = f"prod/captures/{API}-{release}-00000000/AllTraffic/{datetime.fromtimestamp(folder, tz=UTC):%Y/%m/%d/%H}"
        there.s3.put_object(Bucket="store", Key=f"{key}/{name}", Body=body)

    def scores(release: str) -> list[tuple[float, ...]]:
        return [each.scores for each in captures.between(f"{API}-{release}-00000000", last, last + 60)]

    put("r2", hour, "59-00-1.jsonl", captured(last, 1.0) + captured(last - 1, 9.0))
    put("r1", hour, "59-00-1.jsonl", captured(last + 59, 4.0))
    assert (scores("r2"), scores("r1")) == ([(1.0,)], [(4.0,)])
    put("r2", hour, "59-30-2.jsonl", captured(last + 30, 2.0, 2.5))
    put("r2", hour + 3_600, "00-10-3.jsonl", captured(last + 59, 3.0) + captured(last + 60, 9.0))
    put("r2", hour, "59-30-2.jsonl.tmp", b"no capture")
    assert (scores("r2"), scores("r1")) == ([(1.0,), (2.0, 2.5), (3.0,)], [(4.0,)])
    assert scores("r2") == [(1.0,), (2.0, 2.5), (3.0,)], "what was read before is read again, and no file twice from S3"
