"""A chart over time as SVG: axes, lines, steps, markers. Pure text; colours are CSS classes of the page's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10

WIDTH = 960
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 10, 22
Point = tuple[float, float]


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that span `low` to `high`: multiples of 1, 2 or 5 times a power of ten, about `count` of them."""
    if high <= low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [index * step for index in range(first, floor(high / step + 1e-9) + 1)]


@dataclass
class Chart:
    """One chart. `x` and `y` are the ranges that are drawn, `show_x` and `show_y` write a tick's label."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    show_x: Callable[[float], str]
    show_y: Callable[[float], str]
    height: int = 150
    parts: list[str] = field(default_factory=list[str])

    def at(self, point: Point) -> Point:
        """Where a point lies on the canvas; what is beyond the range lies on its edge."""
        return self._along(point[0]), self._up(point[1])

    def line(self, points: Sequence[Point], name: str) -> None:
        """Draw points as one line of class `name`; a single point as a dot."""
        places = [self.at(point) for point in points]
        if len(places) == 1:
            self.parts.append(f'<circle class="{name} dot" cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="3"/>')
        elif places:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            self.parts.append(f'<polyline class="{name}" points="{path}"/>')

    def steps(self, points: Sequence[Point], name: str) -> None:
        """Draw a value that holds until the next point, filled down to the axis."""
        corners: list[Point] = []
        for point in points:
            if corners:
                corners.append((point[0], corners[-1][1]))
            corners.append(point)
        if not corners:
            return
        places = [self.at(point) for point in corners]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        floor_y = self._up(self.y[0])
        self.parts.append(
            f'<polygon class="{name} area" points="{places[0][0]:.1f},{floor_y:.1f} {path} '
            f'{places[-1][0]:.1f},{floor_y:.1f}"/><polyline class="{name}" points="{path}"/>'
        )

    def level(self, value: float, text: str) -> None:
        """Draw a horizontal line to compare with, and name it."""
        y = self._up(value)
        self.parts.append(
            f'<line class="level" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{WIDTH - RIGHT}" y="{y - 4:.1f}" text-anchor="end">{escape(text)}</text>'
        )

    def mark(self, x: float, name: str, text: str) -> None:
        """Draw a vertical line where something was decided; hovering tells what."""
        place = self._along(x)
        self.parts.append(
            f'<g class="mark {name}"><title>{escape(text)}</title>'
            f'<line x1="{place:.1f}" y1="{TOP}" x2="{place:.1f}" y2="{self.height - BOTTOM}"/></g>'
        )

    def flag(self, x: float, text: str) -> None:
        """Write a word at the top of a mark."""
        place = self._along(x)
        anchor, shift = ("end", -4) if place > WIDTH - 140 else ("start", 4)
        self.parts.append(
            f'<text class="flag" x="{place + shift:.1f}" y="{TOP + 9}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def drawn(self) -> str:
        """The chart as SVG."""
        grid: list[str] = []
        for value in ticks(*self.y, count=4):
            y = self._up(value)
            grid.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
            grid.append(_label(LEFT - 6, y + 3.5, "end", self.show_y(value)))
        beneath = ticks(*self.x, count=8)
        grid += [_label(self._along(value), self.height - 6, "middle", self.show_x(value)) for value in beneath]
        body = "".join([*grid, *self.parts])
        label = escape(self.title, quote=True)
        return f'<svg viewBox="0 0 {WIDTH} {self.height}" role="img" aria-label="{label}">{body}</svg>'

    def _along(self, value: float) -> float:
        return _scaled(value, self.x, LEFT, WIDTH - RIGHT)

    def _up(self, value: float) -> float:
        return _scaled(value, self.y, self.height - BOTTOM, TOP)


def _label(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _scaled(value: float, span: tuple[float, float], begin: float, end: float) -> float:
    low, high = span
    part = 0.0 if high <= low else min(1.0, max(0.0, (value - low) / (high - low)))
    return begin + part * (end - begin)
