"""
A chart's spec and the cells it reads → one inline SVG.

Each kind of chart is one function in a module of this folder, registered by `@draws`; there is no other list.  A kind that
nothing here draws gets its title and a line that says so.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sheetcrm.server.charts.canvas import QUIET, Chart, fitted, tag, title_of, written
from sheetcrm.server.charts.registry import DRAWN
from sheetcrm.server.charts.source import Source
from sheetcrm.server.door import CHARTS

Json = dict[str, Any]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def kind_of(spec: Json) -> str:
    """`COLUMN`, `LINE` and so on for basic charts, else the name of the spec's field, such as `pieChart`."""
    field = next((field for field in CHARTS if field in spec), "")
    return str(spec[field].get("chartType", "COLUMN")) if field == "basicChart" else field


def svg(spec: Json, source: Source, *, size: tuple[int, int], words: Mapping[str, str]) -> str:
    """The chart, `size` (width, height) pixels large; `words` holds the page's own texts."""
    width, height = size
    kind = kind_of(spec)
    body: Json = next((spec[field] for field in CHARTS if field in spec), {})
    title, box = title_of(spec, width, height)
    chart = Chart(spec, body, kind, box, source)
    draw = DRAWN.get(kind)
    inside = draw(chart) if draw else ""
    if not inside:
        inside = _placeholder(chart, words["no data"] if draw else words["undrawn"].format(kind=kind))
    background = source.color(spec, "backgroundColor") or "#ffffff"
    paper = tag("rect", width=width, height=height, fill=background)
    label = str(spec.get("altText") or spec.get("title") or kind)
    content = (tag("title", label, escaped=False), paper, title, inside)
    return tag(
        "svg",
        *content,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        font_family=_font(spec),
    )


def _font(spec: Json) -> str:
    return f"{spec.get('fontName', 'Roboto')}, Arial, sans-serif"


def _placeholder(chart: Chart, text: str) -> str:
    box = chart.box
    middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return written(fitted(text, box.width, 13), *middle, size=13, ink=QUIET, anchor="middle")
