"""
Column, bar, line, area, combo and scatter charts → SVG.

Series of different kinds are layers over one frame: areas, then columns, then lines.  Each layer is one function in LAYERS.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sheetcrm.server.charts.axes import (
    AXIS_TITLE,
    LABEL_GAP,
    Frame,
    Scale,
    axis_title,
    category_axis,
    scale,
    slants,
    value_axis,
)
from sheetcrm.server.charts.canvas import INK, Box, Chart, Entry, hint, legend, tag, wide, written
from sheetcrm.server.charts.registry import draws
from sheetcrm.server.charts.table import Series, Table, table

FILLED = 0.64  # the part of a category's room that its columns fill
FEW_POINTS = 31  # lines with fewer points show them
Stack = tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True)
class Plot:
    """A frame with scales for its two axes of values, and the series with the (from, to) of each of their marks."""

    chart: Chart
    frame: Frame
    left: Scale
    right: Scale
    labels: Sequence[str]
    stacked: bool

    def scale_of(self, series: Series) -> Scale:
        """The scale that a series is measured by."""
        return self.right if series.right else self.left

    def hint(self, series: Series, category: int) -> str:
        """What shows on a mark: category, series, value."""
        value = series.values[category]
        text = self.chart.source.text(value or 0.0, series.look)
        parts = (self.labels[category] if category < len(self.labels) else "", series.name)
        return hint("\n".join([*filter(None, parts), text]))


Layer = Callable[[Plot, list[tuple[Series, Stack]]], str]


@draws("COLUMN", "BAR", "LINE", "AREA", "STEPPED_AREA", "COMBO")
def basic(chart: Chart) -> str:
    """A chart with categories on one axis and values on the other."""
    data = table(chart)
    series = [one for one in data.series if one.kind in LAYERS]
    if not data.labels or not any(value is not None for one in series for value in one.values):
        return ""
    kind = chart.body.get("stackedType", "NOT_STACKED")
    stacks = stacked(series, kind)
    entries = [Entry(one.name, one.color) for one in series if one.name]
    position = chart.body.get("legendPosition") or ("RIGHT_LEGEND" if len(series) > 1 else "NO_LEGEND")
    drawn, box = legend(entries if len(entries) == len(series) else [], position, chart.box)
    plot, axes = _plotted(chart, data, list(zip(series, stacks, strict=True)), box, percent=kind == "PERCENT_STACKED")
    for name, layer in LAYERS.items():
        chosen = [(one, stack) for one, stack in zip(series, stacks, strict=True) if one.kind == name]
        axes += layer(plot, chosen) if chosen else ""
    return drawn + axes


def stacked(series: Sequence[Series], kind: str) -> list[Stack]:
    """(from, to) of every mark; of a stack those above zero grow up and those below down, in percent of their sum if so wanted."""
    if kind not in {"STACKED", "PERCENT_STACKED"}:
        return [tuple(None if value is None else (0.0, value) for value in one.values) for one in series]
    sums: dict[tuple[str, int, bool], float] = {}
    totals: dict[tuple[str, int], float] = {}
    for one in series:
        for category, value in enumerate(one.values):
            totals[one.kind, category] = totals.get((one.kind, category), 0.0) + abs(value or 0.0)
    stacks = []
    for one in series:
        stack: list[tuple[float, float] | None] = []
        for category, value in enumerate(one.values):
            if value is None or one.kind == "LINE":
                stack.append(None if value is None else (0.0, value))
                continue
            share = value / (totals[one.kind, category] or 1) if kind == "PERCENT_STACKED" else value
            key = (one.kind, category, value < 0)
            start = sums.get(key, 0.0)
            sums[key] = start + share
            stack.append((start, start + share))
        stacks.append(tuple(stack))
    return stacks


def _plotted(
    chart: Chart, data: Table, marks: list[tuple[Series, Stack]], box: Box, *, percent: bool
) -> tuple[Plot, str]:
    """The frame inside its axes, and the axes."""
    lying = chart.kind == "BAR"
    titles = {one.get("position"): str(one.get("title", "")) for one in chart.body.get("axis", [])}
    scales = [
        _scale(chart, [mark for mark in marks if mark[0].right == right], box, right=right) for right in (False, True)
    ]
    looks = [next((one.look for one, _ in marks if one.right == right), None) for right in (False, True)]
    if percent:
        looks[0] = {"type": "PERCENT", "pattern": "0%"}

    def label(tick: float, *, right: bool = False) -> str:
        look = looks[right]
        return chart.source.text(tick, _whole(look, scales[right]))

    has_right = any(one.right for one, _ in marks) and not lying
    bottom_title, left_title = titles.get("BOTTOM_AXIS", ""), titles.get("LEFT_AXIS", "")
    ticks = [label(tick) for tick in scales[0].ticks]
    names = min(max(map(wide, data.labels), default=0), box.width * 0.3) if lying else max(map(wide, ticks), default=0)
    left = box.left + names + LABEL_GAP + (AXIS_TITLE if left_title else 0)
    right = box.right - (_right_room(scales[1], label) if has_right else 4)
    right -= AXIS_TITLE if has_right and titles.get("RIGHT_AXIS") else 0
    slot = (right - left) / max(len(data.labels), 1)
    slanted = not lying and slants(data.labels, slot)
    room = min(max(map(wide, data.labels), default=0) * 0.65 + 22, box.height * 0.36) if slanted else 24
    inner = Box(left, box.top + 8, right, box.bottom - room - (AXIS_TITLE if bottom_title else 0))
    backwards = bool((chart.body.get("domains") or [{}])[0].get("reversed"))
    frame = Frame(inner, len(data.labels), lying=lying, backwards=backwards)
    drawn = value_axis(frame, scales[0], label) + category_axis(
        frame, data.labels, names + LABEL_GAP if lying else room
    )
    if has_right:
        drawn += value_axis(frame, scales[1], lambda tick: label(tick, right=True), right=True)
    middle = replace(inner, left=box.left + 6, right=box.right - 6, bottom=box.bottom - 4)
    drawn += axis_title(bottom_title, middle, side="bottom")
    upright = replace(inner, left=box.left + 6, right=box.right - 6)
    drawn += axis_title(left_title, upright, side="left")
    drawn += axis_title(titles.get("RIGHT_AXIS", "") if has_right else "", upright, side="right")
    stack = chart.body.get("stackedType") in {"STACKED", "PERCENT_STACKED"}
    return Plot(chart, frame, scales[0], scales[1], data.labels, stack), drawn


def _right_room(one: Scale, label: Callable[..., str]) -> float:
    return max((wide(label(tick, right=True)) for tick in one.ticks), default=0) + LABEL_GAP


def _whole(look: dict[str, object] | None, one: Scale) -> dict[str, object] | None:
    """The number format of a tick: that of the cells, without `.00` where all ticks are whole."""
    pattern = str((look or {}).get("pattern", ""))
    if one.step < 1 or ".00" not in pattern or "%" in pattern:
        return look
    return {**(look or {}), "pattern": pattern.replace(".00", "")}


def _scale(chart: Chart, marks: list[tuple[Series, Stack]], box: Box, *, right: bool) -> Scale:
    values = [edge for _, stack in marks for span in stack if span for edge in span if math.isfinite(edge)]
    lines = [value for one, _ in marks for value in one.values if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if marks and all(one.kind == "LINE" for one, _ in marks) and min(lines, default=0.0) > 0.7 * high > 0:
        low = min(lines)
    whole = all(edge.is_integer() for edge in values)
    lying = chart.kind == "BAR"
    name = "RIGHT_AXIS" if right else "BOTTOM_AXIS" if lying else "LEFT_AXIS"
    window: dict[str, float] = next(
        (one.get("viewWindowOptions", {}) for one in chart.body.get("axis", []) if one.get("position") == name), {}
    )
    ends = (window.get("viewWindowMin"), window.get("viewWindowMax"))
    return scale(low, high, ticks=max(int(box.width / 110 if lying else box.height / 42), 2), ends=ends, whole=whole)


def _columns(plot: Plot, marks: list[tuple[Series, Stack]]) -> str:
    """Side by side, or one on the other; lying ones are bars."""
    lanes = 1 if plot.stacked else len(marks)
    width = FILLED / lanes
    drawn = ""
    for index, (one, stack) in enumerate(marks):
        start = (1 - FILLED) / 2 + (0 if plot.stacked else index * width)
        for category, span in enumerate(stack):
            if span is None:
                continue
            at = category + start
            box = plot.frame.block(plot.scale_of(one), (at, at + width * (1 if lanes == 1 else 0.94)), span)
            bar = tag(
                "rect",
                x=box.left,
                y=box.top,
                width=round(box.right - box.left, 1),
                height=round(box.bottom - box.top, 1),
            )
            drawn += tag("g", bar, plot.hint(one, category), fill=one.color_at(category))
            drawn += _bar_label(plot, one, category, box) if one.labelled else ""
    return drawn


def _bar_label(plot: Plot, one: Series, category: int, box: Box) -> str:
    value = one.values[category] or 0.0
    text = plot.chart.source.text(value, one.look)
    middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    if plot.stacked:
        fits = wide(text) < box.right - box.left and box.bottom - box.top > 13
        return written(text, *middle, ink="#ffffff", anchor="middle") if fits else ""
    if plot.frame.lying:
        return written(text, box.right + 4, middle[1], ink=INK)
    return written(text, middle[0], box.top - 8 if value >= 0 else box.bottom + 8, ink=INK, anchor="middle")


def _runs(plot: Plot, one: Series, stack: Stack) -> list[list[tuple[int, tuple[float, float]]]]:
    """The series without its gaps: a blank cell ends a line and the next number begins another."""
    filled = groupby(enumerate(stack), key=lambda mark: mark[1] is not None)
    return [[(at, span) for at, span in run if span is not None] for there, run in filled if there]


def _lines(plot: Plot, marks: list[tuple[Series, Stack]]) -> str:
    drawn = ""
    for one, stack in marks:
        measure = plot.scale_of(one)
        for run in _runs(plot, one, stack):
            points = [plot.frame.point(measure, at + 0.5, span[1]) for at, span in run]
            dash = "6 4" if one.dashed else None
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            drawn += tag(
                "path",
                d=path,
                fill="none",
                stroke=one.color,
                stroke_width=2,
                stroke_linejoin="round",
                stroke_dasharray=dash,
            )
            dots = len(stack) < FEW_POINTS or len(run) == 1
            for (at, _), (x, y) in zip(run, points, strict=True):
                dot = tag("circle", cx=x, cy=y, r=3.0, fill=one.color_at(at), fill_opacity=None if dots else 0)
                drawn += tag("g", dot, plot.hint(one, at))
                if one.labelled:
                    drawn += written(
                        plot.chart.source.text(one.values[at] or 0.0, one.look), x, y - 10, ink=INK, anchor="middle"
                    )
    return drawn


def _areas(plot: Plot, marks: list[tuple[Series, Stack]]) -> str:
    drawn = ""
    for one, stack in marks:
        measure = plot.scale_of(one)
        for run in _runs(plot, one, stack):
            tops = [plot.frame.point(measure, at + 0.5, span[1]) for at, span in run]
            feet = [plot.frame.point(measure, at + 0.5, span[0]) for at, span in reversed(run)]
            drawn += _area(one, tops, feet)
            for (at, _), (x, y) in zip(run, tops, strict=True):
                drawn += tag("g", tag("circle", cx=x, cy=y, r=3.0, fill=one.color, fill_opacity=0), plot.hint(one, at))
    return drawn


def _steps(plot: Plot, marks: list[tuple[Series, Stack]]) -> str:
    drawn = ""
    for one, stack in marks:
        measure = plot.scale_of(one)
        for run in _runs(plot, one, stack):
            tops = [plot.frame.point(measure, at + edge, span[1]) for at, span in run for edge in (0, 1)]
            feet = [plot.frame.point(measure, at + edge, span[0]) for at, span in reversed(run) for edge in (1, 0)]
            drawn += _area(one, tops, feet)
    return drawn


def _area(one: Series, tops: list[tuple[float, float]], feet: list[tuple[float, float]]) -> str:
    edge = "L".join(f"{x:.1f} {y:.1f}" for x, y in tops)
    ground = "L".join(f"{x:.1f} {y:.1f}" for x, y in feet)
    filled = tag("path", d=f"M{edge}L{ground}Z", fill=one.color, fill_opacity=0.3)
    return filled + tag("path", d=f"M{edge}", fill="none", stroke=one.color, stroke_width=2)


LAYERS: dict[str, Layer] = {"AREA": _areas, "STEPPED_AREA": _steps, "COLUMN": _columns, "LINE": _lines}


@draws("SCATTER")
def scatter(chart: Chart) -> str:
    """Points by two numbers, where the domain has numbers."""
    data = table(chart)
    dots = [
        (one, place, value)
        for one in data.series
        for place, value in zip(data.places, one.values, strict=True)
        if place is not None and value is not None
    ]
    if not dots:
        return ""
    entries = [Entry(one.name, one.color) for one in data.series if one.name]
    position = chart.body.get("legendPosition") or ("RIGHT_LEGEND" if len(entries) > 1 else "NO_LEGEND")
    drawn, box = legend(entries, position, chart.box)
    across = scale(min(dot[1] for dot in dots), max(dot[1] for dot in dots), ticks=int(box.width / 90))
    up = scale(min(0.0, *(dot[2] for dot in dots)), max(dot[2] for dot in dots), ticks=int(box.height / 55))
    titles = {one.get("position"): str(one.get("title", "")) for one in chart.body.get("axis", [])}
    numbers = [chart.source.text(tick, dots[0][0].look) for tick in up.ticks]
    inner = Box(
        box.left + max(map(wide, numbers)) + LABEL_GAP + (AXIS_TITLE if titles.get("LEFT_AXIS") else 0),
        box.top + 8,
        box.right - 8,
        box.bottom - 24 - (AXIS_TITLE if titles.get("BOTTOM_AXIS") else 0),
    )
    frame = Frame(inner, 1)
    drawn += value_axis(frame, up, lambda tick: chart.source.text(tick, dots[0][0].look))
    for tick in across.ticks:
        x = inner.left + across.share(tick) * inner.width
        drawn += written(chart.source.text(tick), x, inner.bottom + 14, anchor="middle")
    drawn += axis_title(titles.get("BOTTOM_AXIS", ""), replace(inner, bottom=box.bottom - 4), side="bottom")
    drawn += axis_title(titles.get("LEFT_AXIS", ""), replace(inner, left=box.left + 6), side="left")
    for one, place, value in dots:
        x, y = inner.left + across.share(place) * inner.width, frame.along(up, value)
        dot = tag("circle", cx=x, cy=y, r=4.0, fill=one.color, fill_opacity=0.75)
        drawn += tag("g", dot, hint(f"{chart.source.text(place)}, {chart.source.text(value, one.look)}"))
    return drawn


@draws("histogramChart")
def histogram(chart: Chart) -> str:
    """How many numbers fall between round borders."""
    specs = chart.body.get("series") or []
    columns = [chart.source.cells(one.get("data"), strategy=chart.strategy) for one in specs]
    found = [[value for value in cells.numbers() if value is not None] for cells in columns]
    numbers = [value for values in found for value in values]
    if not numbers:
        return ""
    wanted = chart.body.get("bucketSize")
    step = (
        scale(min(numbers), max(numbers), ticks=min(max(math.isqrt(len(numbers)), 4), 20)).step
        if not wanted
        else float(wanted)
    )
    first = math.floor(min(numbers) / step)
    count = min(math.floor(max(numbers) / step) - first + 1, 500)
    series = []
    for index, (spec, values, cells) in enumerate(zip(specs, found, columns, strict=True)):
        falls = [min(max(math.floor(value / step) - first, 0), count - 1) for value in values]
        name = cells.texts[0] if cells.texts and cells.numbers()[0] is None else ""
        color = chart.source.color(spec, "barColor") or chart.source.palette(index)
        series.append(Series(name, tuple(float(falls.count(bucket)) for bucket in range(count)), "COLUMN", color, None))
    labels = tuple(
        f"{chart.source.text(round((first + at) * step, 12))}–{chart.source.text(round((first + at + 1) * step, 12))}"
        for at in range(count)
    )
    stacks = stacked(series, "STACKED")
    drawn, box = legend(
        [Entry(one.name, one.color) for one in series if one.name],
        chart.body.get("legendPosition") or "NO_LEGEND",
        chart.box,
    )
    as_basic = replace(chart, body={"stackedType": "STACKED", "axis": chart.body.get("axis", [])})
    plot, axes = _plotted(
        as_basic, Table(labels, (), tuple(series)), list(zip(series, stacks, strict=True)), box, percent=False
    )
    return drawn + axes + _columns(plot, list(zip(series, stacks, strict=True)))
