"""
A basic chart's spec and its cells → names of categories, and series of numbers.

How many header rows there are is often left to Sheets to guess: one, when the first cell of a series is text and a number
follows.  Rows with nothing in them are left out, so a chart over `A1:A1000` ends with its data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sheetcrm.server.charts.canvas import Chart
from sheetcrm.server.charts.source import Cells, number

Json = dict[str, Any]

MOST = 2000  # categories; of more than any chart has pixels for, some are left out at regular distances


@dataclass(frozen=True)
class Series:
    """One series: a number or None for each category, and how it is drawn."""

    name: str
    values: tuple[float | None, ...]
    kind: str
    color: str
    look: Json | None
    right: bool = False
    labelled: bool = False
    dashed: bool = False
    points: tuple[tuple[int, str], ...] = ()  # (category, colour) of those with one of their own

    def color_at(self, category: int) -> str:
        """The colour of one category's mark."""
        return dict(self.points).get(category, self.color)


@dataclass(frozen=True)
class Table:
    """What a basic chart draws; `places` are the categories as numbers, where they are numbers."""

    labels: tuple[str, ...]
    places: tuple[float | None, ...]
    series: tuple[Series, ...]


def table(chart: Chart) -> Table:
    """The categories and series of a basic chart."""
    body = chart.body
    domain = chart.source.cells((body.get("domains") or [{}])[0].get("domain"), strategy=chart.strategy)
    specs = body.get("series") or []
    columns = [chart.source.cells(one.get("series"), strategy=chart.strategy) for one in specs]
    headers = _headers(body, columns)
    length = max([len(domain.values), *(len(cells.values) for cells in columns)], default=0)
    rows = [row for row in range(headers, length) if any(_filled(cells, row) for cells in (domain, *columns))]
    rows = rows[:: max(math.ceil(len(rows) / MOST), 1)]
    series = [_series(chart, index, cells, headers, rows) for index, cells in enumerate(columns)]
    labels = tuple(domain.texts[row] if row < len(domain.texts) else "" for row in rows)
    places = tuple(number(domain.values[row]) if row < len(domain.values) else None for row in rows)
    return Table(labels, places, tuple(series))


def _headers(body: Json, columns: list[Cells]) -> int:
    if "headerCount" in body:
        return int(body["headerCount"])
    return headed(columns)


def headed(columns: list[Cells]) -> int:
    """1 when these look like columns under a header, else 0."""
    firsts = [cells.values[0] for cells in columns if cells.values]
    follow = any(value is not None for cells in columns for value in cells.numbers()[1:])
    return int(bool(firsts) and follow and all(isinstance(first, str) and first for first in firsts))


def _filled(cells: Cells, row: int) -> bool:
    return row < len(cells.values) and cells.values[row] not in (None, "")


def _series(chart: Chart, index: int, cells: Cells, headers: int, rows: list[int]) -> Series:
    spec = chart.body["series"][index]
    numbers = cells.numbers()
    overrides = ((one.get("index", 0), chart.source.color(one, "color")) for one in spec.get("styleOverrides", []))
    return Series(
        name=cells.texts[headers - 1] if headers and len(cells.texts) >= headers else "",
        values=tuple(numbers[row] if row < len(numbers) else None for row in rows),
        kind=_kind(chart, spec, index),
        color=chart.source.color(spec, "color") or chart.source.palette(index),
        look=cells.look,
        right=spec.get("targetAxis") == "RIGHT_AXIS",
        labelled=spec.get("dataLabel", {}).get("type") in {"DATA", "CUSTOM"},
        dashed="DASH" in spec.get("lineStyle", {}).get("type", "")
        or "DOT" in spec.get("lineStyle", {}).get("type", ""),
        points=tuple((at, color) for at, color in overrides if color),
    )


def _kind(chart: Chart, spec: Json, index: int) -> str:
    """In a combo chart each series has its own kind: the first is columns and the others are lines, unless they say."""
    if chart.kind != "COMBO":
        return "COLUMN" if chart.kind == "BAR" else chart.kind
    return str(spec.get("type") or ("LINE" if index else "COLUMN"))
