"""
Series over categories → a frame with its axes, and where every mark of the series begins and ends.

Room is shared out from the outside in: titles of axes, labels of ticks, names of categories; what is left is the frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from sheetcrm.server.charts.canvas import Box, Chart, hint, wide
from sheetcrm.server.charts.table import Series, Table

Json = dict[str, Any]
Stack = tuple[tuple[float, float] | None, ...]
"""The (from, to) of each mark of a series; None where there is no number."""
Marks = list[tuple[Series, Stack]]

STACKED = {"STACKED", "PERCENT_STACKED"}
PERCENT: Json = {"type": "PERCENT", "pattern": "0%"}
MARGIN = 6


@dataclass(frozen=True)
class Axis:
    """An axis of values: its scale, the number format of its ticks, its title."""

    chart: Chart
    scale: Scale
    look: Json | None
    title: str

    def label(self, tick: float) -> str:
        """A tick as the cells would show it, without `.00` where all ticks are whole."""
        pattern = str((self.look or {}).get("pattern", ""))
        if self.scale.step >= 1 and ".00" in pattern and "%" not in pattern:
            return self.chart.source.text(tick, {**(self.look or {}), "pattern": pattern.replace(".00", "")})
        return self.chart.source.text(tick, self.look)

    @property
    def labels(self) -> float:
        """How wide the labels are."""
        return max((wide(self.label(tick)) for tick in self.scale.ticks), default=0) + LABEL_GAP

    @property
    def titled(self) -> int:
        """How much room the title takes."""
        return AXIS_TITLE if self.title else 0


@dataclass(frozen=True)
class Plot:
    """A frame with its axes of values, left (or at the bottom of lying bars) and right."""

    chart: Chart
    frame: Frame
    left: Axis
    right: Axis
    labels: Sequence[str]

    @property
    def stacked(self) -> bool:
        """Whether columns stand on each other, rather than side by side."""
        return self.chart.body.get("stackedType") in STACKED

    def scale_of(self, series: Series) -> Scale:
        """The scale that a series is measured by."""
        return self.right.scale if series.right else self.left.scale

    def hint(self, series: Series, category: int) -> str:
        """What shows on a mark: category, series, value."""
        text = self.chart.source.text(series.values[category] or 0.0, series.look)
        name = self.labels[category] if category < len(self.labels) else ""
        return hint("\n".join([*filter(None, (name, series.name)), text]))


def stacked(series: Iterable[Series], kind: str) -> Marks:
    """Every series with the (from, to) of its marks.

    Of a stack, numbers above zero grow up and those below grow down, in shares of their sum if `kind` says percent.
    """
    series = list(series)
    if kind not in STACKED:
        return [(one, tuple(None if value is None else (0.0, value) for value in one.values)) for one in series]
    totals: dict[tuple[str, int], float] = {}
    for one in series:
        for category, value in enumerate(one.values):
            totals[one.kind, category] = totals.get((one.kind, category), 0.0) + abs(value or 0.0)
    shares = totals if kind == "PERCENT_STACKED" else {}
    sums: dict[tuple[str, int, bool], float] = {}
    return [(one, _stack(one, shares, sums)) for one in series]


def _stack(one: Series, totals: dict[tuple[str, int], float], sums: dict[tuple[str, int, bool], float]) -> Stack:
    """Put a series on those before it; lines are never stacked."""
    stack: list[tuple[float, float] | None] = []
    for category, value in enumerate(one.values):
        if value is None or one.kind == "LINE":
            stack.append(None if value is None else (0.0, value))
            continue
        share = value / (totals.get((one.kind, category), 1.0) or 1.0)
        key = (one.kind, category, value < 0)
        start = sums.get(key, 0.0)
        sums[key] = start + share
        stack.append((start, start + share))
    return tuple(stack)


def plotted(chart: Chart, data: Table, marks: Marks, box: Box) -> tuple[Plot, str]:
    """The frame inside its axes, and the axes."""
    lying = chart.kind == "BAR"
    left = _axis(chart, [mark for mark in marks if not mark[0].right], box, "BOTTOM_AXIS" if lying else "LEFT_AXIS")
    right = _axis(chart, [mark for mark in marks if mark[0].right], box, "RIGHT_AXIS")
    beneath, beside = title_of_axis(chart, "BOTTOM_AXIS"), title_of_axis(chart, "LEFT_AXIS")
    names = min(max(map(wide, data.labels), default=0), box.width * 0.3) + LABEL_GAP if lying else left.labels
    has_right = not lying and any(one.right for one, _ in marks)
    inner = replace(
        box,
        top=box.top + 8,
        left=box.left + names + (AXIS_TITLE if beside else 0),
        right=box.right - (right.labels + right.titled if has_right else left.labels / 2 if lying else 4),
    )
    room = 24.0
    if not lying and slants(data.labels, inner.width / max(len(data.labels), 1)):
        room = min(max(map(wide, data.labels), default=0) * 0.65 + 22, box.height * 0.36)
    inner = replace(inner, bottom=box.bottom - room - (AXIS_TITLE if beneath else 0))
    backwards = bool((chart.body.get("domains") or [{}])[0].get("reversed"))
    frame = Frame(inner, len(data.labels), lying=lying, backwards=backwards)
    drawn = value_axis(frame, left.scale, left.label) + category_axis(frame, data.labels, names if lying else room)
    drawn += value_axis(frame, right.scale, right.label, right=True) if has_right else ""
    drawn += titles(box, inner, left=beside, bottom=beneath, right=right.title if has_right else "")
    return Plot(chart, frame, left, right, data.labels), drawn


def title_of_axis(chart: Chart, position: str) -> str:
    """What people called an axis."""
    return str(_spec_of(chart, position).get("title", ""))


def titles(box: Box, inner: Box, *, left: str, bottom: str, right: str = "") -> str:
    """The titles of axes, at the edges of a box and in the middle of the frame inside of it."""
    around = replace(inner, left=box.left + MARGIN, right=box.right - MARGIN, bottom=box.bottom - 4)
    beside = replace(around, bottom=inner.bottom)
    drawn = axis_title(left, beside, side="left") + axis_title(right, beside, side="right")
    return drawn + axis_title(bottom, replace(around, left=inner.left, right=inner.right), side="bottom")


def _spec_of(chart: Chart, position: str) -> Json:
    return next((one for one in chart.body.get("axis", []) if one.get("position") == position), {})


def _axis(chart: Chart, marks: Marks, box: Box, position: str) -> Axis:
    """The axis that measures some series; zero is on it unless all of them are lines far away from it."""
    values = [edge for _, stack in marks for span in stack if span for edge in span]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if marks and all(one.kind == "LINE" for one, _ in marks):
        lowest = min(value for one, _ in marks for value in (*one.values, high) if value is not None)
        low = lowest if lowest > 0.7 * high > 0 else low
    spec = _spec_of(chart, position)
    window = spec.get("viewWindowOptions", {})
    ends = (window.get("viewWindowMin"), window.get("viewWindowMax"))
    whole = all(edge.is_integer() for edge in values)
    ticks = int(box.width / 110) if chart.kind == "BAR" else int(box.height / 42)
    look = next((one.look for one, _ in marks), None)
    if chart.body.get("stackedType") == "PERCENT_STACKED" and position != "RIGHT_AXIS":
        look, whole = PERCENT, False
    return Axis(chart, scale(low, high, ticks=max(ticks, 2), ends=ends, whole=whole), look, str(spec.get("title", "")))
