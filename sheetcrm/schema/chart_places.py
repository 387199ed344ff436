"""
Charts of a sheet → where each of them stands, and which of them stand on each other.

Reckoned with the widths of the template and rows of 21 pixels: what people drag
wider later moves charts along with their cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Resource
from sheetcrm.resources.chart import Chart
from sheetcrm.resources.chart_place import ChartPlace
from sheetcrm.schema.rules import Trouble

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.template import SheetSpec

ROW = 21
GAP = 16


def resources(sheet: str, spec: SheetSpec, context: Context) -> Iterator[tuple[Address, Resource]]:
    """Every chart of a sheet and its place."""
    places = placed(spec)
    for key, chart in spec.charts.items():
        yield Address(sheet, "", f"{Chart.kind}.{key}"), Chart(chart.drawn(sheet, context), places[key])
        yield Address(sheet, "", f"{ChartPlace.kind}.{key}"), places[key]


def placed(spec: SheetSpec) -> dict[str, ChartPlace]:
    """By chart: at its cell, or one below the other at the right of the last column."""
    shown = [key for key, column in spec.columns.items() if not column.hidden] or list(spec.columns)
    last, row, places = shown[-1], 2, {}
    for key, chart in spec.charts.items():
        size = (chart.width, chart.height)
        if chart.at is not None:
            places[key] = ChartPlace(chart.at.column, chart.at.row, chart.at.x, chart.at.y, *size)
        else:
            places[key] = ChartPlace(last, row, _width(spec, last) + GAP, 0, *size)
            row += -(-(chart.height + GAP) // ROW)
    return places


def problems(sheet: str, spec: SheetSpec, context: Context) -> Iterator[Trouble]:
    """What does not fit each chart; where all are right, those that stand on another or below the grid."""
    wrong = [
        (("charts", key, *path), said)
        for key, chart in spec.charts.items()
        for path, said in chart.problems(sheet, context)
    ]
    yield from wrong or _crowds(spec)


def _crowds(spec: SheetSpec) -> Iterator[Trouble]:
    places = placed(spec)
    for key, place in places.items():
        if spec.charts[key].at is None and place.row > spec.rows:
            yield (
                ("charts", key),
                tr(
                    "there is no room for it below the other charts; raise rows: of the sheet above {row}",
                    row=place.row,
                ),
            )
    boxes = {key: _box(spec, place) for key, place in places.items()}
    for (key, one), (other, another) in combinations(boxes.items(), 2):
        if one[0] < another[2] and another[0] < one[2] and one[1] < another[3] and another[1] < one[3]:
            yield (
                ("charts", other, "at"),
                tr("stands on the chart {key}; give it another row:, column: or distance", key=key),
            )


def _width(spec: SheetSpec, key: str) -> int:
    column = spec.columns[key]
    return 0 if column.hidden else column.width or column.looks()[0]


def _box(spec: SheetSpec, place: ChartPlace) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels from the corner of the grid."""
    before = list(spec.columns)[: list(spec.columns).index(place.column)]
    left = sum(_width(spec, key) for key in before) + place.x
    top = (place.row - 1) * ROW + place.y
    return left, top, left + place.width, top + place.height
