"""
A chart's spec → a chart of XlsxWriter, as far as Excel has the same kind.

Columns, bars, lines, areas, scatters, their combination, and pies; other kinds are left out.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.page_style import color
from sheetcrm.server.xlsx.formulas import range_formula

Json = dict[str, Any]

_TYPES = {
    "COLUMN": "column",
    "BAR": "bar",
    "LINE": "line",
    "AREA": "area",
    "SCATTER": "scatter",
    "STEPPED_AREA": "area",
}
_STACKED = {"STACKED": "stacked", "PERCENT_STACKED": "percent_stacked"}
_LEGENDS = {
    "BOTTOM_LEGEND": "bottom", "LEFT_LEGEND": "left", "RIGHT_LEGEND": "right", "TOP_LEGEND": "top", "NO_LEGEND": "none",
    "INSIDE_LEGEND": "overlay_right", "LABELED_LEGEND": "right",
}  # fmt: skip


def drawn(book: Workbook, spreadsheet: Spreadsheet, spec: Json, titles: dict[str, str]) -> Chart | None:
    """The chart that a spec asks for; None when Excel has none of that kind."""
    draw = next((draw for kind, draw in _KINDS.items() if kind in spec), None)
    chart = draw(book, spreadsheet, spec, titles) if draw else None
    if chart is not None:
        chart.set_title({"name": spec["title"]} if spec.get("title") else {"none": True})
    return chart


def _basic(book: Workbook, spreadsheet: Spreadsheet, spec: Json, titles: dict[str, str]) -> Chart | None:
    given = spec["basicChart"]
    kind = given.get("chartType", "")
    wanted: dict[str, list[Json]] = {}
    for series in given.get("series", []):
        own = series.get("type", "") if kind == "COMBO" else kind
        wanted.setdefault(_TYPES.get(own, ""), []).append(series)
    if not wanted or "" in wanted:
        return None
    subtype = _STACKED.get(given.get("stackedType", ""))
    charts: list[Chart] = []
    for type_, all_series in sorted(wanted.items(), key=lambda pair: pair[0] == "line"):
        charts.append(
            book.add_chart({"type": type_, "subtype": subtype} if subtype and type_ != "scatter" else {"type": type_})
        )
        for series in all_series:
            charts[-1].add_series(_series(spreadsheet, given, series, titles))
    for other in charts[1:2]:
        charts[0].combine(other)
    charts[0].set_legend({"position": _LEGENDS.get(given.get("legendPosition", ""), "right")})
    for axis in given.get("axis", []):
        if axis.get("title"):
            across = (axis.get("position") == "BOTTOM_AXIS") != (kind == "BAR")
            (charts[0].set_x_axis if across else charts[0].set_y_axis)({"name": axis["title"]})
    return charts[0]


def _series(spreadsheet: Spreadsheet, given: Json, series: Json, titles: dict[str, str]) -> Json:
    headers = given.get("headerCount", 0)
    made: Json = {"values": _source(spreadsheet, series.get("series", {}), titles, headers)}
    for domain in given.get("domains", [])[:1]:
        made["categories"] = _source(spreadsheet, domain.get("domain", {}), titles, headers)
    if headers:
        made["name"] = _source(spreadsheet, series.get("series", {}), titles, 0, only_first=True)
    if ink := color(series.get("colorStyle"), series.get("color")):
        made |= {"fill": {"color": ink}, "line": {"color": ink}}
    if series.get("targetAxis") == "RIGHT_AXIS":
        made["y2_axis"] = True
    return made


def _source(
    spreadsheet: Spreadsheet, data: Json, titles: dict[str, str], headers: int, *, only_first: bool = False
) -> str:
    """The cells of a ChartData without its heading, or its first cell only, as a reference."""
    place = data["sourceRange"]["sources"][0]
    sheet = spreadsheet.sheet(place.get("sheetId", 0))
    assert sheet is not None
    top, bottom, left, right = (
        place[key] for key in ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    )
    if only_first:
        bottom, right = top + 1, left + 1
    elif bottom - top > headers:
        top += headers
    elif bottom - top == 1:
        left = min(left + headers, right - 1)
    return range_formula(titles[sheet.title.lower()], top, bottom, left, right)


def _pie(book: Workbook, spreadsheet: Spreadsheet, spec: Json, titles: dict[str, str]) -> Chart:
    given = spec["pieChart"]
    hole = given.get("pieHole", 0)
    chart = book.add_chart({"type": "doughnut" if hole else "pie"})
    if hole:
        chart.set_hole_size(min(90, max(10, round(hole * 100))))
    values = _source(spreadsheet, given.get("series", {}), titles, 0)
    chart.add_series({"categories": _source(spreadsheet, given.get("domain", {}), titles, 0), "values": values})
    chart.set_legend({"position": _LEGENDS.get(given.get("legendPosition", ""), "right")})
    return chart


_KINDS = {"basicChart": _basic, "pieChart": _pie}
