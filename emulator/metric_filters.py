"""Metric filters at work on the log groups' files, as `GET /metrics` of the second port shows them.

A filter counts from when it is registered on, as on AWS: what a file holds before is passed over. Counted are filters
whose pattern is for JSON and whose value is a number; others have no effect here. Lines are read when somebody asks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from emulator.errors import GraphError, PatternError
from emulator.filter_pattern import FilterPattern, decoded, filter_pattern
from emulator.recording import Recording

LOG_METRIC_FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFilter:
    """Every line of `group` that matches adds `value` to a metric."""

    name: str
    group: str
    namespace: str
    metric: str
    value: float
    pattern: FilterPattern


def metric_filters(recording: Recording) -> tuple[MetricFilter, ...]:
    """Read the metric filters that a program registers.

    Raises:
        GraphError: a pattern for JSON that AWS would refuse.
    """
    found: list[MetricFilter] = []
    for each in recording.of_type(LOG_METRIC_FILTER):
        made = cast("Mapping[str, Any]", each.inputs["metricTransformation"])
        text, value = str(each.inputs["pattern"]).strip(), _number(str(made["value"]))
        if not text.startswith("{") or value is None or made.get("dimensions"):
            continue
        try:
            pattern = filter_pattern(text)
        except PatternError as error:
            raise GraphError(f"{LOG_METRIC_FILTER} {each.name!r}", "pattern", str(error)) from error
        name, group = str(each.inputs["name"]), str(each.inputs["logGroupName"])
        namespace, metric = str(made["namespace"]), str(made["name"])
        found.append(
            MetricFilter(name=name, group=group, namespace=namespace, metric=metric, value=value, pattern=pattern)
        )
    return tuple(found)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


class Metrics:
    """What filters have counted. `path` says which file a log group is."""

    def __init__(self, path: Callable[[str], Path]) -> None:
        self._path = path
        self._sums: dict[MetricFilter, float] = {}
        self._offsets: dict[str, int] = {}

    def follow(self, filters: Iterable[MetricFilter]) -> None:
        """Let these count from now on, and no others; those that counted before go on."""
        self._count()
        self._sums = {each: self._sums.get(each, 0.0) for each in filters}
        self._offsets = {each.group: self._offsets.get(each.group, self._size(each.group)) for each in self._sums}

    def read(self) -> list[dict[str, object]]:
        """Count on, and return each filter's sum since it is there."""
        self._count()
        return [
            {
                "namespace": each.namespace,
                "metric": each.metric,
                "sum": total,
                "filter": each.name,
                "logGroup": each.group,
                "pattern": each.pattern.text,
            }
            for each, total in self._sums.items()
        ]

    def _count(self) -> None:
        for group in self._offsets:
            own = [each for each in self._sums if each.group == group]
            for event in filter(None, map(decoded, self._lines(group))):
                for each in own:
                    if each.pattern.matches(event):
                        self._sums[each] += each.value

    def _size(self, group: str) -> int:
        path = self._path(group)
        return path.stat().st_size if path.exists() else 0

    def _lines(self, group: str) -> Iterable[bytes]:
        """Give the whole lines that were added to a group's file since the last look."""
        if self._size(group) <= self._offsets[group]:
            return
        with self._path(group).open("rb") as file:
            file.seek(self._offsets[group])
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offsets[group] += len(line)
                yield line
