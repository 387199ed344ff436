"""
Scatter charts and histograms → SVG: charts whose axes both measure numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from sheetcrm.server.charts.axes import AXIS_TITLE, LABEL_GAP, Frame, Scale, scale, value_axis
from sheetcrm.server.charts.basic import columns
from sheetcrm.server.charts.canvas import Box, Chart, Entry, hint, legend, tag, wide, written
from sheetcrm.server.charts.plot import plotted, stacked, title_of_axis, titles
from sheetcrm.server.charts.registry import draws
from sheetcrm.server.charts.source import Cells
from sheetcrm.server.charts.table import Series, Table, table

MOST_BUCKETS = 200


@draws("SCATTER")
def scatter(chart: Chart) -> str:
    """Points by two numbers; a row without a number in the domain has none."""
    data = table(chart)
    pairs = [(one, place, value) for one in data.series for place, value in zip(data.places, one.values, strict=True)]
    dots = [(one, place, value) for one, place, value in pairs if place is not None and value is not None]
    if not dots:
        return ""
    entries = [Entry(one.name, one.color) for one in data.series if one.name]
    position = chart.body.get("legendPosition") or ("RIGHT_LEGEND" if len(entries) > 1 else "NO_LEGEND")
    drawn, box = legend(entries, position, chart.box)
    xs, ys = [place for _, place, _ in dots], [value for _, _, value in dots]
    across = scale(min(xs), max(xs), ticks=int(box.width / 90))
    up = scale(min(0.0, *ys), max(ys), ticks=int(box.height / 42))
    frame, axes = _frame(chart, box, across, up, data.series[0])
    drawn += axes
    for one, place, value in dots:
        x, y = frame.box.left + across.share(place) * frame.box.width, frame.along(up, value)
        dot = tag("circle", cx=x, cy=y, r=4.0, fill=one.color, fill_opacity=0.75)
        drawn += tag("g", dot, hint(f"{chart.source.text(place)}, {chart.source.text(value, one.look)}"))
    return drawn


def _frame(chart: Chart, box: Box, across: Scale, up: Scale, first: Series) -> tuple[Frame, str]:
    """A frame between two axes of numbers, and the axes."""

    def label(tick: float) -> str:
        return chart.source.text(tick, first.look)

    bottom, left = title_of_axis(chart, "BOTTOM_AXIS"), title_of_axis(chart, "LEFT_AXIS")
    names = max(wide(label(tick)) for tick in up.ticks) + LABEL_GAP
    inner = Box(
        box.left + names + (AXIS_TITLE if left else 0),
        box.top + 8,
        box.right - 8,
        box.bottom - 24 - (AXIS_TITLE if bottom else 0),
    )
    frame = Frame(inner, 1)
    drawn = value_axis(frame, up, label) + titles(box, inner, left=left, bottom=bottom)
    for tick in across.ticks:
        x = inner.left + across.share(tick) * inner.width
        drawn += written(chart.source.text(tick), x, inner.bottom + 14, anchor="middle")
    return frame, drawn


@draws("histogramChart")
def histogram(chart: Chart) -> str:
    """How many numbers fall between round borders; a number on a border falls above it."""
    specs = chart.body.get("series") or []
    found = [chart.source.cells(one.get("data"), strategy=chart.strategy) for one in specs]
    numbers = [value for cells in found for value in cells.numbers() if value is not None]
    if not numbers:
        return ""
    step = _step(numbers, float(chart.body.get("bucketSize") or 0))
    first = math.floor(min(numbers) / step)
    count = math.floor(max(numbers) / step) - first + 1
    shades = (chart.source.color(one, "barColor") or chart.source.palette(index) for index, one in enumerate(specs))
    series = tuple(
        _fallen(cells, step, range(first, first + count), shade) for cells, shade in zip(found, shades, strict=True)
    )
    borders = [chart.source.text(round((first + at) * step, 12)) for at in range(count + 1)]
    data = Table(tuple(f"{low}–{high}" for low, high in pairwise(borders)), (), series)
    marks = stacked(series, "STACKED")
    entries = [Entry(one.name, one.color) for one in series if one.name]
    drawn, box = legend(entries, chart.body.get("legendPosition") or "NO_LEGEND", chart.box)
    plot, axes = plotted(replace(chart, body={**chart.body, "stackedType": "STACKED"}), data, marks, box)
    return drawn + axes + columns(plot, marks)


def _step(numbers: list[float], wanted: float) -> float:
    """How wide a bucket is: as wanted, else round and for about as many as the root of their count; never too many."""
    span = max(numbers) - min(numbers)
    fewest = span / MOST_BUCKETS
    if wanted > fewest:
        return wanted
    return max(scale(min(numbers), max(numbers), ticks=min(max(math.isqrt(len(numbers)), 4), 20)).step, fewest)


def _fallen(cells: Cells, step: float, buckets: range, color: str) -> Series:
    falls = Counter(math.floor(value / step) for value in cells.numbers() if value is not None)
    name = cells.texts[0] if cells.texts and cells.numbers()[0] is None else ""
    return Series(name, tuple(float(falls[bucket]) for bucket in buckets), "COLUMN", color, None)
