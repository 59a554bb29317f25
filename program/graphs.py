"""The dashboard's graphs: stable beside canary, from the rows of `rollout/metrics.py`, and the endpoints. Pure.

A canary's count is the larger of its two log groups' counts, as everywhere: `MAX` of both, never their sum.
"""

from collections.abc import Iterator, Mapping, Sequence

from components.alarms import Series
from components.dashboard import GraphArgs, LineArgs, NoteArgs
from components.endpoint import VARIANT
from rollout.metrics import REQUESTS, Kind, Row, Track, namespace, sources
from settings import Settings


def widgets(settings: Settings, rows: Sequence[Row], endpoints: Mapping[str, str]) -> tuple[GraphArgs | NoteArgs, ...]:
    """Return everything that is shown, in its order: requests and split, errors by class, slow answers, endpoints."""
    api = settings.api.name
    errors = [row for row in rows if row.kind is Kind.ERRORS]
    slow = [row for row in rows if row.kind is Kind.SLOW]
    marks = {"alarm": settings.observability.alarms.error_percent} if settings.observability.alarms.enabled else {}
    return (
        NoteArgs(
            text=f"# {api}\nMade by the stack; changes belong there (docs/observability.md). Stable beside canary by "
            "minutes. Predicted scores are not metrics: `canary status` and `canary report` show them.",
        ),
        GraphArgs(title="Requests, and the canary's part", lines=list(_requests(api)), unit="requests a minute"),
        *(
            GraphArgs(
                title=f"Answered {row.key}",
                lines=list(_shares(api, row)),
                unit="percent of the track's requests",
                marks=marks if row.key == "5xx" else {},
            )
            for row in errors
        ),
        *(
            GraphArgs(
                title=f"Slower than {row.part.removesuffix('ms')} ms",
                lines=list(_shares(api, row)),
                unit="percent of the track's requests",
            )
            for row in slow
        ),
        *_endpoints(endpoints),
    )


def _counted(api: str, row: Row, name: str) -> Iterator[LineArgs]:
    """Every track's count of a row, hidden, under the ids `<name>_stable` and `<name>_canary`."""
    for track in Track:
        ids: list[str] = []
        for group in sources(track):
            ids.append(f"{name}_{track.value}_{len(ids)}" if len(sources(track)) > 1 else f"{name}_{track.value}")
            series = Series(namespace=namespace(api), metric=row.metric(track, group))
            yield LineArgs(label=row.metric(track, group), series=series, id=ids[-1], hidden=True)
        if len(ids) > 1:
            label = f"{track.value}-{row.name}"
            yield LineArgs(label=label, expression=f"MAX([{', '.join(ids)}])", id=f"{name}_{track.value}", hidden=True)


def _requests(api: str) -> Iterator[LineArgs]:
    yield from _counted(api, REQUESTS, "n")
    for track in (Track.STABLE, Track.CANARY):
        yield LineArgs(label=track.value, expression=f"n_{track.value}", id=f"shown_{track.value}")
    split = "100 * n_canary / (n_canary + n_stable)"
    yield LineArgs(label="canary, percent", expression=split, id="split", right=True)


def _shares(api: str, row: Row) -> Iterator[LineArgs]:
    yield from _counted(api, REQUESTS, "n")
    yield from _counted(api, row, "k")
    for track in (Track.STABLE, Track.CANARY):
        share = f"IF(n_{track.value} > 0, 100 * k_{track.value} / n_{track.value}, 0)"
        yield LineArgs(label=track.value, expression=share, id=f"share_{track.value}")


def _endpoints(endpoints: Mapping[str, str]) -> Iterator[GraphArgs]:
    def of(metric: str, statistic: str = "Sum") -> list[LineArgs]:
        return [
            LineArgs(
                label=release,
                series=Series(
                    namespace="AWS/SageMaker",
                    metric=metric,
                    dimensions={"EndpointName": endpoint, "VariantName": VARIANT},
                    statistic=statistic,
                ),
            )
            for release, endpoint in sorted(endpoints.items())
        ]

    if endpoints:
        yield GraphArgs(title="Invocations by release", lines=of("Invocations"), unit="invocations a minute")
        yield GraphArgs(title="Model errors by release", lines=of("InvocationModelErrors"), unit="errors a minute")
        yield GraphArgs(title="Model latency by release", lines=of("ModelLatency", "Average"), unit="microseconds")
        yield GraphArgs(title="Overhead by release", lines=of("OverheadLatency", "Average"), unit="microseconds")
