"""A question that CloudWatch's metric math answers: what becomes of a series that has never had a point."""

from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.probe.answers import Answer, Outcome
from emulator.probe.log_trials import MINUTE, counted_as
from emulator.probe.site import Site

SHARE = "IF(whole >= 1, 100 * part / whole, 0)"
"""The program's alarms' expression (`components/alarms.py`)."""
LARGEST = "MAX([whole, part])"
"""The dashboard's count of a canary over its two log groups (`program/graphs.py`)."""


def math_without_points(site: Site) -> Answer:
    """Ask for both over the hour in which `filter-delay` has counted; `part` is a metric that nobody has written."""
    now = datetime.fromtimestamp(site.clock.now(), tz=UTC)
    name = counted_as(site)
    queries: list[Any] = [
        _metric("whole", site.errand.stem, name),
        {**_metric("part", site.errand.stem, f"{name}-never"), "ReturnData": False},
        {"Id": "largest", "Expression": LARGEST},
        {"Id": "share", "Expression": SHARE},
    ]
    said = site.there.cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(hours=1), EndTime=now
    )
    found = {each.get("Id", ""): each.get("Values", []) for each in said["MetricDataResults"]}
    whole, largest, share = (list(found.get(each, [])) for each in ("whole", "largest", "share"))
    if not whole:
        return Answer(question="math-without-points", outcome=Outcome.UNSETTLED, seen="nothing has been counted")
    same = largest == whole and share == [0.0] * len(whole)
    outcome = Outcome.AS_ASSUMED if same else Outcome.OTHERWISE
    return Answer(question="math-without-points", outcome=outcome, seen=f"a {whole}, MAX {largest}, share {share}")


def _metric(id_: str, namespace: str, name: str) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": name}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": MINUTE, "Stat": "Sum"}}


TRIALS = {"math-without-points": math_without_points}
