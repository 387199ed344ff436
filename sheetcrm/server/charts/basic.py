"""
Column, bar, line, area and combo charts → SVG.

Series of different kinds are layers over one frame: areas, then columns, then lines.  Each layer is one function in LAYERS.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from sheetcrm.server.charts.canvas import INK, Box, Chart, Entry, ink_on, legend, tag, wide, written
from sheetcrm.server.charts.plot import Marks, Plot, Stack, plotted, stacked
from sheetcrm.server.charts.registry import draws
from sheetcrm.server.charts.table import Series, table

FILLED = 0.64  # the part of a category's room that its columns fill
FEW_POINTS = 31  # lines with fewer points show them

Layer = Callable[[Plot, Marks], str]


@draws("COLUMN", "BAR", "LINE", "AREA", "STEPPED_AREA", "COMBO")
def basic(chart: Chart) -> str:
    """A chart with categories on one axis and values on the other."""
    data = table(chart)
    marks = stacked((one for one in data.series if one.kind in LAYERS), chart.body.get("stackedType", ""))
    if not any(span for _, stack in marks for span in stack):
        return ""
    entries = [Entry(one.name, one.color) for one, _ in marks if one.name]
    position = chart.body.get("legendPosition") or ("RIGHT_LEGEND" if len(marks) > 1 else "NO_LEGEND")
    drawn, box = legend(entries, position, chart.box)
    plot, axes = plotted(chart, data, marks, box)
    layers = (layer(plot, [mark for mark in marks if mark[0].kind == kind]) for kind, layer in LAYERS.items())
    return drawn + axes + "".join(layers)


def columns(plot: Plot, marks: Marks) -> str:
    """Side by side, or one on the other; lying ones are bars."""
    lanes = 1 if plot.stacked else len(marks)
    width = FILLED / max(lanes, 1)
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
        return written(text, *middle, ink=ink_on(one.color_at(category)), anchor="middle") if fits else ""
    if plot.frame.lying:
        return written(text, box.right + 4, middle[1], ink=INK)
    return written(text, middle[0], box.top - 8 if value >= 0 else box.bottom + 8, ink=INK, anchor="middle")


def _runs(plot: Plot, one: Series, stack: Stack) -> list[list[tuple[int, tuple[float, float]]]]:
    """The series without its gaps: a blank cell ends a line and the next number begins another."""
    filled = groupby(enumerate(stack), key=lambda mark: mark[1] is not None)
    return [[(at, span) for at, span in run if span is not None] for there, run in filled if there]


def _lines(plot: Plot, marks: Marks) -> str:
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


def _areas(plot: Plot, marks: Marks) -> str:
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


def _steps(plot: Plot, marks: Marks) -> str:
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


LAYERS: dict[str, Layer] = {"AREA": _areas, "STEPPED_AREA": _steps, "COLUMN": columns, "LINE": _lines}
