"""
Scorecard charts → one large number, with its distance to a base line where there is one.

The key value is the first number of its cells, unless the spec says to add them up or the like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from sheetcrm.server.charts.canvas import INK, QUIET, Chart, fitted, wide, written
from sheetcrm.server.charts.registry import draws

Json = dict[str, Any]

AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVERAGE": lambda values: sum(values) / len(values),
    "COUNT": lambda values: float(len(values)),
    "MAX": max,
    "MIN": min,
    "MEDIAN": median,
}
RISE, FALL = "#188038", "#c5221f"
LARGEST, SMALLEST = 64.0, 12.0


@draws("scorecardChart")
def scorecard(chart: Chart) -> str:
    """The number as large as the box allows."""
    key, look = _value(chart, "keyValueData")
    if key is None:
        return ""
    base, _ = _value(chart, "baselineValueData")
    text = _text(chart, key, look)
    box = chart.box
    below = _baseline(chart, key, base, look) if base is not None else None
    height = box.height - (26 if below else 0)
    set_size = chart.body.get("keyValueFormat", {}).get("textFormat", {}).get("fontSize", 0) * 4 / 3
    size = min(set_size or LARGEST, height * 0.8, box.width / max(wide(text, 1), 0.1))
    ink = chart.source.color(chart.body.get("keyValueFormat", {}).get("textFormat", {}), "foregroundColor") or INK
    middle = (box.left + box.right) / 2
    drawn = written(text, middle, box.top + height / 2, size=max(size, SMALLEST), ink=ink, anchor="middle")
    if below:
        drawn += written(
            fitted(below[0], box.width, 14), middle, box.bottom - 12, size=14, ink=below[1], anchor="middle"
        )
    return drawn


def _value(chart: Chart, field: str) -> tuple[float | None, Json | None]:
    cells = chart.source.cells(chart.body.get(field), strategy=chart.strategy)
    numbers = [value for value in cells.numbers() if value is not None]
    if not numbers:
        return None, None
    aggregate = AGGREGATES.get(chart.body.get("aggregateType", ""))
    number = aggregate(numbers) if aggregate else numbers[0]
    return number * float(chart.body.get("scaleFactor") or 1), cells.look


def _text(chart: Chart, value: float, look: Json | None) -> str:
    options = chart.body.get("customFormatOptions") or {}
    if chart.body.get("aggregateType") == "COUNT" or chart.body.get("numberFormatSource") == "CUSTOM":
        look = None
    return f"{options.get('prefix', '')}{chart.source.text(value, look)}{options.get('suffix', '')}"


def _baseline(chart: Chart, key: float, base: float, look: Json | None) -> tuple[str, str]:
    """What is said of the base line, and its colour: green above it and red below, unless the spec has others."""
    form = chart.body.get("baselineValueFormat", {})
    change = key - base
    text = chart.source.text(abs(change), look)
    if form.get("comparisonType") == "PERCENTAGE_DIFFERENCE":
        text = chart.source.text(abs(change / base), {"type": "PERCENT", "pattern": "0.0%"}) if base else "–"
    sign = "▲ " if change > 0 else "▼ " if change < 0 else ""
    side, own = ("positiveColor", RISE) if change > 0 else ("negativeColor", FALL)
    color = (chart.source.color(form, side) or own) if change else QUIET
    return f"{sign}{text} {form.get('description', '')}".strip(), color
