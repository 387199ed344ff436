"""
Requests about charts: add, and replace the spec.

A spec is kept and shown, not drawn.  It is replaced whole: there is no mask, and one that names no kind of chart is
refused, in Google's own spelling.
"""

from collections.abc import Iterator
from typing import Any

from sheetcrm.server import proto, ranges
from sheetcrm.server.batch.objects import claim_id, place, put
from sheetcrm.server.batch.registry import request
from sheetcrm.server.door import CHARTS
from sheetcrm.server.errors import ApiError, invalid, unsupported
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

NO_KIND = (
    "One of basicChart, pieChart, bubbleChart, candelstickChart, histogramChart, or orgChart must be set on chartSpec."
)
FONT = "Roboto"
# Fields of a spec that only charts over data sources (BigQuery, Looker) have.
OF_SOURCES = ("dataSourceChartProperties", "filterSpecs", "sortSpecs")
DATA_OF_SOURCES = ("columnReference", "groupRule", "aggregateType")


@request("addChart", edits=None)
def add_chart(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("chart", {})
    chart = {"chartId": claim_id(spreadsheet, given.get("chartId"), "chart"), "spec": _spec(spreadsheet, given)}
    if given.get("border"):
        chart["border"] = proto.colored(given["border"], spreadsheet.theme)
    sheet, position = place(spreadsheet, given.get("position", {}))
    chart["position"] = position
    put(spreadsheet, sheet, "charts", chart)
    return {"chart": proto.shown(chart)}


@request("updateChartSpec", edits=None)
def update_chart_spec(spreadsheet: Spreadsheet, body: Json) -> None:
    wanted = body.get("chartId", 0)
    found = spreadsheet.thing("charts", wanted)
    if found is None:
        raise invalid(f"No chart with id: {wanted}")
    sheet, chart = found
    put(spreadsheet, sheet, "charts", {**chart, "spec": _spec(spreadsheet, body)})


def _spec(spreadsheet: Spreadsheet, holder: Json) -> Json:
    """The spec in a chart or a request as it is kept: ranges closed, colours in both spellings, defaults filled in."""
    given = holder.get("spec", {})
    kind = next((kind for kind in CHARTS if kind in given), None)
    if kind is None:
        raise invalid(NO_KIND)
    if any(given.get(field) for field in OF_SOURCES):
        raise unsupported("charts over data sources")
    if kind == "basicChart" and not given[kind].get("domains") and not given[kind].get("series"):
        raise ApiError(500, "Internal error encountered.")
    _check(given[kind])
    made: Json = _closed(spreadsheet, proto.colored(given, spreadsheet.theme))
    made.setdefault("hiddenDimensionStrategy", "SKIP_HIDDEN_ROWS_AND_COLUMNS")
    made["fontName"] = made.get("fontName") or FONT
    if made.get("title"):
        made["titleTextFormat"] = {"fontFamily": made["fontName"], **made.get("titleTextFormat", {})}
    return made


def _check(chart: Json) -> None:
    """Refuse what the reference says that a chart cannot be."""
    if "bubbleSizes" in chart and "groupIds" not in chart:
        raise invalid("bubbleChart.groupIds must be specified if bubbleChart.bubbleSizes is specified.")
    if chart.get("bucketSize", 0) < 0:
        raise invalid("histogramChart.bucketSize cannot be negative.")
    for key in ("bubbleMaxRadiusSize", "bubbleMinRadiusSize"):
        if chart.get(key, 1) <= 0:
            raise invalid(f"bubbleChart.{key} must be positive.")
    for data in _data(chart):
        if any(field in data for field in DATA_OF_SOURCES):
            raise unsupported("charts over data sources")
        if not data.get("sourceRange", {}).get("sources"):
            raise invalid("ChartData must have a sourceRange with at least one source.")


def _data(value: Any) -> Iterator[Json]:
    """Every ChartData of a spec."""
    if isinstance(value, list):
        for part in value:
            yield from _data(part)
    elif isinstance(value, dict):
        if any(field in value for field in ("sourceRange", "columnReference")):
            yield value
        else:
            for part in value.values():
                yield from _data(part)


def _closed(spreadsheet: Spreadsheet, value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(spreadsheet, part) for part in value]
    if not isinstance(value, dict):
        return value
    if "sources" in value:
        return {"sources": _sources(spreadsheet, value["sources"])}
    return {key: _closed(spreadsheet, part) for key, part in value.items()}


def _sources(spreadsheet: Spreadsheet, sources: list[Json]) -> list[Json]:
    areas = [ranges.area(spreadsheet, one) for one in sources]
    if not (all(area.height == 1 for area in areas) or all(area.width == 1 for area in areas)):
        raise invalid("ChartSourceRange ranges require all rows or all columns to have length of 1")
    return [area.json() for area in areas]
