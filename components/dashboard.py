"""The text of a CloudWatch dashboard. Pure.

Amazon CloudWatch API reference, "Dashboard body structure and syntax": a grid 24 units wide; a metric is an array of
namespace, name, dimensions and options, an expression an object. The text holds no Output: everything in it is named.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.alarms import Series
from components.errors import ArgumentError
from components.limits import DASHBOARD_NAME, require

WIDTH = 24
HEIGHT = 6
MOST_LINES = 500
"""Metrics and expressions in one graph. CloudWatch user guide, "Using math expressions with CloudWatch metrics"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineArgs:
    """One line of a graph: a metric, or an `expression` over others' ids; `hidden` ones are only computed with."""

    label: str
    series: Series | None = None
    expression: str = ""
    id: str = ""
    hidden: bool = False
    right: bool = False

    def __post_init__(self) -> None:
        if (self.series is None) == (not self.expression):
            raise ArgumentError(f"the line {self.label!r} must have a metric or an expression, one of the two")

    @property
    def entry(self) -> list[object]:
        """The line as the dashboard's `metrics` has it."""
        options: dict[str, object] = {"label": self.label}
        options |= {"id": self.id} if self.id else {}
        options |= {"visible": False} if self.hidden else {}
        options |= {"yAxis": "right"} if self.right else {}
        if self.series is None:
            return [{"expression": self.expression, **options}]
        dimensions = [word for pair in self.series.dimensions.items() for word in pair]
        return [self.series.namespace, self.series.metric, *dimensions, {**options, "stat": self.series.statistic}]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphArgs:
    """A graph over time; `unit` labels its left axis, `marks` are horizontal lines by label."""

    title: str
    lines: Sequence[LineArgs]
    unit: str = ""
    marks: Mapping[str, float] = field(default_factory=dict[str, float])
    width: int = 12

    def __post_init__(self) -> None:
        if not 0 < len(self.lines) <= MOST_LINES:
            raise ArgumentError(
                f"the graph {self.title!r} has {len(self.lines)} lines, from 1 to {MOST_LINES} are allowed"
            )
        ids = [line.id for line in self.lines if line.id]
        if len(set(ids)) < len(ids):
            raise ArgumentError(f"the graph {self.title!r} has ids twice: {', '.join(ids)}")

    def properties(self, region: str) -> dict[str, Any]:
        """The widget's properties, by minutes."""
        axis = {"min": 0, **({"label": self.unit, "showUnits": False} if self.unit else {})}
        marks = [{"label": label, "value": value} for label, value in self.marks.items()]
        return {
            "title": self.title,
            "view": "timeSeries",
            "region": region,
            "period": 60,
            "metrics": [line.entry for line in self.lines],
            "yAxis": {"left": axis},
            **({"annotations": {"horizontal": marks}} if marks else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteArgs:
    """Markdown, over the whole width."""

    text: str
    height: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardArgs:
    """`widgets` from left to right, and on in the next row where one does not fit any more."""

    name: str
    region: str
    widgets: Sequence[GraphArgs | NoteArgs]

    def __post_init__(self) -> None:
        require("dashboard", self.name, DASHBOARD_NAME)

    @property
    def body(self) -> str:
        """The dashboard's text: JSON, the same for the same widgets."""
        return json.dumps({"periodOverride": "inherit", "start": "-PT3H", "widgets": self._placed()}, sort_keys=True)

    def _placed(self) -> list[dict[str, Any]]:
        placed: list[dict[str, Any]] = []
        x = y = row = 0
        for widget in self.widgets:
            note = isinstance(widget, NoteArgs)
            width, height = (WIDTH, widget.height) if note else (widget.width, HEIGHT)
            if x + width > WIDTH:
                x, y, row = 0, y + row, 0
            properties: dict[str, Any] = {"markdown": widget.text} if note else widget.properties(self.region)
            kind = "text" if note else "metric"
            placed.append({"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties})
            x, row = x + width, max(row, height)
        return placed
