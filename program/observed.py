"""What is watched of a stack: the rows of `rollout/metrics.py` as metric filters, alarms and graphs. Pure.

A filter counts from when it is made on, so the thresholds are fixed ones of the settings; a rollout brings its own,
and they are counted until nothing of it is left, whatever an older checkout's settings say. Which log group gets a
canary's lines is not settled by AWS's pages. Both are counted, each under a name of its own, and each has an alarm of
its own: whichever has the lines goes off, and nothing is added up.
"""

from collections.abc import Iterator, Mapping

from components.alarms import MICROSECONDS, AlarmArgs, LevelAlarmArgs, LookArgs, Series, ShareAlarmArgs
from components.cloud import Cloud
from components.dashboard import DashboardArgs
from components.endpoint import VARIANT
from components.filters import MetricFilterArgs
from components.logs import CANARY_SUFFIX
from components.observability import ObservabilityArgs
from program.graphs import widgets
from rollout.metrics import ERRORS, REQUESTS, Group, Row, Track, namespace, rows, slow, sources
from settings import Settings
from settings.observing import AlarmSettings

SERVER_ERRORS = ERRORS["5xx"]


def observed(
    settings: Settings,
    cloud: Cloud,
    *,
    log_group: str,
    endpoints: Mapping[str, str],
    thresholds: Mapping[str, float],
    tags: Mapping[str, str],
) -> ObservabilityArgs:
    """Return the Args of what is watched.

    `endpoints` maps the releases that have one to its name; without any there is nothing to be alarmed by, and no
    dashboard. `thresholds` (milliseconds by key) are those of a rollout under way.

    Raises:
        ComponentError: more is to be counted than AWS counts.
    """
    asked, api = settings.observability, settings.api.name
    limits = sorted({*asked.latency_thresholds_milliseconds, *thresholds.values()})
    counted = rows({f"{limit:.15g}": limit for limit in limits})
    groups = {Group.ACCESS: log_group, Group.CANARY: f"{log_group}{CANARY_SUFFIX}"}
    filters = {
        row.metric(track, group): MetricFilterArgs(
            log_group=groups[group],
            metric=row.metric(track, group),
            namespace=namespace(api),
            pattern=row.pattern(track),
        )
        for track in Track
        for group in sources(track)
        for row in counted
    }
    watched = asked.alarms if asked.alarms.enabled and endpoints else None
    shown = DashboardArgs(
        name=f"{api}-{cloud.region}",  # dashboards are the account's, not a region's
        region=cloud.region,
        widgets=widgets(settings, counted, endpoints),
    )
    return ObservabilityArgs(
        filters=filters,
        alarms={} if watched is None else dict(_alarms(settings, watched, endpoints)),
        look=LookArgs(
            seconds=asked.alarms.period_seconds,
            periods=asked.alarms.periods,
            breaching=asked.alarms.breaching_periods,
        ),
        topic=f"{api}-alarms" if watched is not None and watched.topic else "",
        actions=() if watched is None else watched.actions,
        dashboard=shown if asked.dashboard and endpoints else None,
        tags=tags,
    )


def _alarms(settings: Settings, asked: AlarmSettings, endpoints: Mapping[str, str]) -> Iterator[tuple[str, AlarmArgs]]:
    for track in Track:
        for group in sources(track):
            yield from _track_alarms(settings, asked, track, group)
    for release, endpoint in endpoints.items():
        yield from _endpoint_alarms(settings.api.name, asked, release, endpoint)


def _track_alarms(
    settings: Settings, asked: AlarmSettings, track: Track, group: Group
) -> Iterator[tuple[str, AlarmArgs]]:
    counted = settings.observability.latency_thresholds_milliseconds
    limit = asked.slow_milliseconds or max(counted, default=None)
    shares = [(SERVER_ERRORS, asked.error_percent, "answered with a 5xx")]
    if limit is not None:
        shares.append((slow("", limit), asked.slow_percent, f"slower than {limit:g} ms"))
    for row, percent, what in shares:
        end = row.metric(track, group)
        where = "" if group is Group.ACCESS else f", as counted in the log group {CANARY_SUFFIX}"
        yield (
            f"{end}-alarm",
            ShareAlarmArgs(
                name=f"{settings.api.name}-{end}",
                description=f"More than {percent:g} percent of the {track.value}'s requests are {what}{where}. "
                "What to do: docs/runbooks/alarms.md",
                part=_series(settings, row, track, group),
                whole=_series(settings, REQUESTS, track, group),
                percent=percent,
                minimum=asked.minimum_requests,
            ),
        )


def _endpoint_alarms(api: str, asked: AlarmSettings, release: str, endpoint: str) -> Iterator[tuple[str, AlarmArgs]]:
    dimensions = {"EndpointName": endpoint, "VariantName": VARIANT}
    told = "What to do: docs/runbooks/alarms.md"

    def of(metric: str, statistic: str = "Sum") -> Series:
        return Series(namespace="AWS/SageMaker", metric=metric, dimensions=dimensions, statistic=statistic)

    yield (
        f"{release}-model-errors",
        ShareAlarmArgs(
            name=f"{api}-{release}-model-errors",
            description=f"The model of {release} fails on more than {asked.model_error_percent:g} percent of its "
            f"invocations, or does not answer. {told}",
            part=of("InvocationModelErrors"),
            whole=of("Invocations"),
            percent=asked.model_error_percent,
            minimum=asked.minimum_requests,
        ),
    )
    limit = asked.model_latency_milliseconds
    yield (
        f"{release}-model-latency",
        LevelAlarmArgs(
            name=f"{api}-{release}-model-latency",
            description=f"The model of {release} takes more than {limit:g} ms on average (the metric is in "
            f"microseconds). {told}",
            series=of("ModelLatency", "Average"),
            threshold=limit * MICROSECONDS,
        ),
    )


def _series(settings: Settings, row: Row, track: Track, group: Group) -> Series:
    return Series(namespace=namespace(settings.api.name), metric=row.metric(track, group))
