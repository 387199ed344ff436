"""
Numbers and categories → places in a box, ticks and their labels.

`Frame` knows two directions, so that bars are columns lying down: what is drawn asks it for points and rectangles by
(category, value) and never cares which way they run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheetcrm.server.charts.canvas import BASE_LINE, LINE, QUIET, SMALL, Box, fitted, tag, wide, written

LABEL_GAP = 8
SLANT = math.radians(40)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high`, with a tick at every multiple of `step`."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """The round values between both ends, lowest first."""
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        return [round(index * self.step, 12) for index in range(first, last + 1)]

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high end, and nothing beyond."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def scale(
    low: float, high: float, *, ticks: int, ends: tuple[float | None, float | None] = (None, None), whole: bool = False
) -> Scale:
    """A scale that holds both values, with at most about so many round ticks, at whole numbers only if so wanted.

    `ends` are those that people set.
    """
    bottom, top = (given if given is not None else found for given, found in zip(ends, (low, high), strict=True))
    if not (math.isfinite(bottom) and math.isfinite(top)) or top <= bottom:
        bottom, top = (bottom, bottom + (abs(bottom) or 1)) if math.isfinite(bottom) else (0.0, 1.0)
    step = max(_round_step((top - bottom) / max(ticks, 1)), 1.0 if whole else 0.0)
    return Scale(
        bottom if ends[0] is not None else math.floor(bottom / step + 1e-9) * step,
        top if ends[1] is not None else math.ceil(top / step - 1e-9) * step,
        step,
    )


def _round_step(rough: float) -> float:
    """1, 2, 2.5 or 5 times a power of ten, at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next((power * factor for factor in (1, 2, 2.5, 5) if rough <= power * factor * (1 + 1e-9)), power * 10)


@dataclass(frozen=True)
class Frame:
    """The inside of a chart with axes: `count` categories across it, or down it when `lying`."""

    box: Box
    count: int
    lying: bool = False
    backwards: bool = False

    @property
    def slot(self) -> float:
        """How many pixels a category has."""
        return (self.box.height if self.lying else self.box.width) / max(self.count, 1)

    def across(self, category: float) -> float:
        """Where along the axis of categories something is; the middle of the first category is 0.5."""
        place = self.count - category if self.backwards else category
        return (self.box.top if self.lying else self.box.left) + place * self.slot

    def along(self, scale: Scale, value: float) -> float:
        """Where along the axis of values something is."""
        share = scale.share(value)
        return self.box.left + share * self.box.width if self.lying else self.box.bottom - share * self.box.height

    def point(self, scale: Scale, category: float, value: float) -> tuple[float, float]:
        """(x, y) of a value."""
        place, height = self.across(category), self.along(scale, value)
        return (height, place) if self.lying else (place, height)

    def block(self, scale: Scale, span: tuple[float, float], values: tuple[float, float]) -> Box:
        """The rectangle over a span of the axis of categories between two values."""
        one, other = self.point(scale, span[0], values[0]), self.point(scale, span[1], values[1])
        return Box(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def value_axis(frame: Frame, scale: Scale, label: Callable[[float], str], *, right: bool = False) -> str:
    """Labels of the ticks, with lines across unless the axis is the one at the right."""
    drawn, box = "", frame.box
    for tick in scale.ticks:
        place = frame.along(scale, tick)
        if frame.lying:
            drawn += tag(
                "path", d=f"M{place:.1f} {box.top:.1f}V{box.bottom:.1f}", stroke=BASE_LINE if tick == 0 else LINE
            )
            drawn += written(label(tick), place, box.bottom + 14, anchor="middle")
            continue
        if not right:
            drawn += tag(
                "path", d=f"M{box.left:.1f} {place:.1f}H{box.right:.1f}", stroke=BASE_LINE if tick == 0 else LINE
            )
        x = box.right + LABEL_GAP if right else box.left - LABEL_GAP
        drawn += written(label(tick), x, place, anchor="start" if right else "end")
    return drawn


def category_axis(frame: Frame, labels: Sequence[str], room: float) -> str:
    """The names of the categories; `room` pixels are there for them.  Slanted, or not all of them, when they are many."""
    if frame.lying:
        every = max(math.ceil(13 / frame.slot), 1)
        return "".join(
            written(
                fitted(label, room - LABEL_GAP), frame.box.left - LABEL_GAP, frame.across(index + 0.5), anchor="end"
            )
            for index, label in enumerate(labels)
            if index % every == 0
        )
    if not slants(labels, frame.slot):
        y = frame.box.bottom + 14
        return "".join(
            written(label, frame.across(index + 0.5), y, anchor="middle") for index, label in enumerate(labels)
        )
    every, drawn = max(math.ceil(16 / frame.slot), 1), ""
    for index, label in list(enumerate(labels))[::every]:
        x = frame.across(index + 0.5)
        # A name ends below its category and begins further down to the left: neither may leave the chart.
        fits = min((room - 12) / math.sin(SLANT), (x - 4) / math.cos(SLANT))
        drawn += written(
            fitted(label, fits), x, frame.box.bottom + 10, anchor="end", turned=-round(math.degrees(SLANT))
        )
    return drawn


def slants(labels: Sequence[str], slot: float) -> bool:
    """Whether the names of categories do not fit beside each other."""
    return max(map(wide, labels), default=0) > slot - 6


def axis_title(text: str, box: Box, *, side: str) -> str:
    """The title of an axis in the middle of a side of the box: left, right or bottom."""
    if not text:
        return ""
    if side == "bottom":
        return written(fitted(text, box.width), (box.left + box.right) / 2, box.bottom, ink=QUIET, anchor="middle")
    x = box.left if side == "left" else box.right
    return written(fitted(text, box.height), x, (box.top + box.bottom) / 2, anchor="middle", turned=-90)


AXIS_TITLE = SMALL + 8
