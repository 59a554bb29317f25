"""Questions that the logs answer: which group has a canary's lines, what a line holds, when a count is complete."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emulator.probe.answers import Answer, Outcome
from emulator.probe.site import STAGE, Site, track_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SENT = 20
ARRIVAL_SECONDS = 300.0
MINUTE = 60
SETTLED_SECONDS = 600.0
QUIET_READS = 4
FORGED = 'a"b'


def _lines(site: Site, group: str) -> "Sequence[str] | None":
    """The events of a group; None where there is no such group."""
    try:
        pages = site.there.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event.get("message", "") for page in pages for event in page.get("events", [])]
    except site.there.logs.exceptions.ResourceNotFoundException:
        return None


def canary_log_groups(site: Site) -> Answer:
    """Send requests of both tracks and look for the line of each in both groups."""
    site.plain()
    site.canary(50, x="canary")
    site.clock.sleep(20.0)
    replies = [site.ask("/track") for _ in range(SENT)]
    tracks = {reply.request_id: track_of(reply) for reply in replies}
    own, canary = site.errand.log_group, f"{site.errand.log_group}/Canary"
    stable = [request for request, track in tracks.items() if track != "true"]

    def arrived() -> bool:
        return all(any(request in line for line in _lines(site, own) or ()) for request in stable)

    if site.clock.wait(arrived, at_most=ARRIVAL_SECONDS, every=10.0) is None:
        return Answer(question="canary-log-groups", outcome=Outcome.UNSETTLED, seen="the lines did not come")
    site.clock.sleep(30.0)  # what else is to come comes with them
    said = "; ".join(
        f"{name} {_counted(_lines(site, group), tracks)}" for name, group in (("its own", own), ("/Canary", canary))
    )
    sent = f"{len(tracks) - len(stable)} canary and {len(stable)} stable requests"
    return Answer(question="canary-log-groups", outcome=Outcome.SETTLED, seen=f"of {sent}: {said}")


def _counted(lines: "Sequence[str] | None", tracks: "Mapping[str, str]") -> str:
    """How many requests of each track have a line there."""
    if lines is None:
        return "is not there"
    there = [track for request, track in tracks.items() if any(request in line for line in lines)]
    return f"has {there.count('true')} canary and {len(there) - there.count('true')} stable lines"


def log_quotes(site: Site) -> Answer:
    """Send a user agent with a quote in it and read its line."""
    site.plain()
    request = site.ask("/track", headers={"User-Agent": FORGED}).request_id
    found: list[str] = []

    def there() -> bool:
        found.extend(line for line in _lines(site, site.errand.log_group) or () if request in line)
        return bool(found)

    if site.clock.wait(there, at_most=ARRIVAL_SECONDS, every=10.0) is None:
        return Answer(question="log-quotes", outcome=Outcome.UNSETTLED, seen="the line did not come")
    try:
        escaped = json.loads(found[0])["agent"] == FORGED
    except ValueError:
        escaped = False
    agent = found[0].partition(', "requestId"')[0]
    outcome = Outcome.AS_ASSUMED if escaped else Outcome.OTHERWISE
    return Answer(
        question="log-quotes", outcome=outcome, seen=f"{'escaped' if escaped else 'NOT escaped'}: `{agent}...`"
    )


def execution_log_groups(site: Site) -> Answer:
    """List the groups that begin as an execution log's does."""
    found: list[str] = []

    def there() -> bool:
        prefix = f"API-Gateway-Execution-Logs_{site.api}"
        pages = site.there.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        found[:] = [each.get("logGroupName", "") for page in pages for each in page["logGroups"]]
        return any("Canary" in name for name in found)

    site.canary(100, x="canary")
    for _ in range(SENT):
        site.ask("/track")
    site.clock.wait(there, at_most=ARRIVAL_SECONDS, every=10.0)
    names = sorted(name.replace(site.api, "{id}").replace(f"/{STAGE}", "/{stage}") for name in found)
    expected = ["API-Gateway-Execution-Logs_{id}/{stage}", "API-Gateway-Execution-Logs_{id}/{stage}/Canary"]
    outcome = Outcome.AS_ASSUMED if names == expected else Outcome.OTHERWISE
    return Answer(question="execution-log-groups", outcome=outcome, seen=", ".join(names) or "none")


def counted_as(site: Site) -> str:
    """Name the metric that counts the access log's lines, in a namespace called as the probe."""
    return f"{site.errand.stem}-requests"


def filter_delay(site: Site) -> Answer:
    """Count a minute's lines by a metric filter, and ask until the count no longer changes."""
    site.plain()
    name = counted_as(site)
    site.there.logs.put_metric_filter(
        logGroupName=site.errand.log_group,
        filterName=name,
        filterPattern="{ $.status >= 100 }",
        metricTransformations=[{"metricName": name, "metricNamespace": site.errand.stem, "metricValue": "1"}],
    )
    site.clock.sleep(MINUTE - site.clock.now() % MINUTE + 1)
    minute = int(site.clock.now()) // MINUTE * MINUTE
    for _ in range(SENT):
        site.ask("/track")
    site.clock.sleep(max(0.0, minute + MINUTE - site.clock.now()))
    last, since, quiet = -1.0, 0.0, 0
    while site.clock.now() < minute + MINUTE + SETTLED_SECONDS and not (last >= SENT and quiet >= QUIET_READS):
        value = _count(site, name, minute)
        quiet = quiet + 1 if value == last else 0
        since = since if value == last else site.clock.now() - minute - MINUTE
        last = value
        site.clock.sleep(5.0)
    if last < SENT:
        seen = f"{max(last, 0):g} of {SENT} requests after {SETTLED_SECONDS:g} s"
        return Answer(question="filter-delay", outcome=Outcome.UNSETTLED, seen=seen)
    outcome = Outcome.AS_ASSUMED if since <= 180.0 else Outcome.OTHERWISE  # noqa: PLR2004 - what is assumed
    seen = f"all {SENT} requests counted {since:.0f} s after the minute's end"
    return Answer(question="filter-delay", outcome=outcome, seen=seen)


def _count(site: Site, name: str, minute: int) -> float:
    said = site.there.cloudwatch.get_metric_statistics(
        Namespace=site.errand.stem,
        MetricName=name,
        StartTime=datetime.fromtimestamp(minute, tz=UTC),
        EndTime=datetime.fromtimestamp(minute + MINUTE, tz=UTC),
        Period=MINUTE,
        Statistics=["Sum"],
    )
    return sum(point.get("Sum", 0.0) for point in said["Datapoints"])


TRIALS = {
    "canary-log-groups": canary_log_groups,
    "log-quotes": log_quotes,
    "execution-log-groups": execution_log_groups,
    "filter-delay": filter_delay,
}
