"""
Pie and doughnut charts → SVG.

Slices begin at the top and go clockwise, in the order of the cells; a number below or at zero has no slice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sheetcrm.server.charts.canvas import LINE, QUIET, Box, Chart, Entry, fitted, hint, ink_on, legend, tag, written
from sheetcrm.server.charts.registry import draws
from sheetcrm.server.charts.table import headed

LEGIBLE = 0.045  # slices smaller than this have no room for their percentage
LABELLED = 31  # a name outside at least this many pixels below the one before it


@dataclass(frozen=True)
class Slice:
    """From `start` to `end` of the whole turn; `text` is the value as its cell shows it."""

    name: str
    text: str
    color: str
    start: float
    end: float

    @property
    def share(self) -> float:
        return self.end - self.start

    @property
    def percent(self) -> str:
        return f"{self.share * 100:.1f}".removesuffix(".0") + "%"


@draws("pieChart")
def pie(chart: Chart) -> str:
    """A disc, or a ring when `pieHole` says how much of it is open."""
    slices = _slices(chart)
    if not slices:
        return ""
    position = chart.body.get("legendPosition") or "RIGHT_LEGEND"
    outside = position == "LABELED_LEGEND"
    entries = [Entry(one.name, one.color) for one in slices]
    drawn, box = legend([] if outside else entries, position, chart.box)
    middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    radius = min(box.width * (0.24 if outside else 0.5), box.height * 0.5) - 4
    hole = radius * min(max(float(chart.body.get("pieHole", 0)), 0), 0.95)
    for one in slices:
        drawn += tag("g", _sector(one, middle, radius, hole), hint(f"{one.name}\n{one.text} ({one.percent})"))
        if not outside and one.share >= LEGIBLE:
            x, y = _at(middle, (radius + hole) / 2 if hole else radius * 0.68, (one.start + one.end) / 2)
            drawn += written(one.percent, x, y, ink=ink_on(one.color), anchor="middle")
    return drawn + (_names(slices, middle, radius, box) if outside else "")


def _slices(chart: Chart) -> list[Slice]:
    domain = chart.source.cells(chart.body.get("domain"), strategy=chart.strategy)
    cells = chart.source.cells(chart.body.get("series"), strategy=chart.strategy)
    start = headed([cells])
    found = [
        (domain.texts[row] if row < len(domain.texts) else "", cells.texts[row], value)
        for row, value in enumerate(cells.numbers())
        if row >= start and value is not None and 0 < value < math.inf
    ]
    total, sofar, slices = sum(value for _, _, value in found), 0.0, []
    for index, (name, text, value) in enumerate(found):
        slices.append(Slice(name, text, chart.source.palette(index), sofar / total, (sofar + value) / total))
        sofar += value
    return slices


def _at(middle: tuple[float, float], radius: float, turn: float) -> tuple[float, float]:
    angle = 2 * math.pi * turn
    return middle[0] + radius * math.sin(angle), middle[1] - radius * math.cos(angle)


def _sector(one: Slice, middle: tuple[float, float], radius: float, hole: float) -> str:
    # An arc from a point to itself is nothing, so a whole turn stops just short of one.
    end = min(one.end, one.start + 0.99999)
    large = int(end - one.start > 0.5)

    def arc(size: float, turn: float, sweep: int) -> str:
        x, y = _at(middle, size, turn)
        return f"A{size:.1f} {size:.1f} 0 {large} {sweep} {x:.2f} {y:.2f}"

    outer, inner = _at(middle, radius, one.start), _at(middle, hole, end)
    back = f"L{inner[0]:.2f} {inner[1]:.2f}" + (arc(hole, one.start, 0) if hole else "")
    path = f"M{outer[0]:.2f} {outer[1]:.2f}{arc(radius, end, 1)}{back}Z"
    return tag("path", d=path, fill=one.color, stroke="#ffffff", stroke_width=1)


def _names(slices: list[Slice], middle: tuple[float, float], radius: float, box: Box) -> str:
    """Name and percentage of each slice outside, on lines that keep their distance; those without room are left out."""
    drawn = ""
    for right in (True, False):
        side = [one for one in slices if ((one.start + one.end) / 2 < 0.5) == right]
        lowest = -math.inf
        for one in side if right else reversed(side):
            x, y = _at(middle, radius + 4, (one.start + one.end) / 2)
            height = max(min(y, box.bottom - 16), lowest + LABELLED, box.top + 10)
            if height > box.bottom - 12:
                break
            lowest = height
            edge = box.right if right else box.left
            room = abs(edge - middle[0]) - radius - 24
            text = fitted(one.name, room)
            elbow = middle[0] + (radius + 16) * (1 if right else -1)
            drawn += tag(
                "path", d=f"M{x:.1f} {y:.1f}L{elbow:.1f} {height:.1f}", stroke=LINE, fill="none", stroke_width=1.5
            )
            start = elbow + (4 if right else -4)
            anchor = "start" if right else "end"
            drawn += written(text, start, height - 6, anchor=anchor) + written(
                one.percent, start, height + 8, anchor=anchor, ink=QUIET
            )
    return drawn
