"""
A chart's fields ↔ Google's ChartSpec.

A column with a header is charted from row 1 on, with `headerCount` 1: its
title names the series.  Pies and scorecards have no such count, so their
ranges begin at row 2 and leave nothing to guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sheetcrm.layout import Layout
from sheetcrm.messages import N_
from sheetcrm.resources.base import Json, color_style, color_text

PIE, SCORECARD = "pieChart", "scorecardChart"
KINDS = frozenset({
    "basicChart", PIE, SCORECARD, "bubbleChart", "candlestickChart", "histogramChart", "orgChart", "treemapChart",
    "waterfallChart",
})  # fmt: skip
OWN = KINDS | {
    "title", "chartType", "legendPosition", "headerCount", "stackedType", "domains", "domain", "series", "sourceRange",
    "sources", "axis", "position", "targetAxis", "type", "color", "colorStyle", "dataLabel", "pieHole", "keyValueData",
    "aggregateType", "numberFormatSource", "customFormatOptions", "prefix", "suffix", "hiddenDimensionStrategy",
}  # fmt: skip
"""What we write, or what another kind of chart has instead: everything else in a spec is people's."""
_SOURCE = re.compile(r"(?P<sheet>[a-z_]\w*)\.(?P<column>[a-z_]\w*)(?P<how>[:@])?(?P<number>\d+)?")


@dataclass(frozen=True)
class Series:
    """
    One series of a chart.

    `source` is a column by its keys: `board.sales` all its data rows,
    `board.sales:12` the first 12 of them, `board.sales@5` the cell in row 5.
    `type` is Google's, of a series of a combo; `color` is `#rrggbb`.
    """

    source: str
    type: str = ""
    color: str = ""
    right: bool = False
    """Whether it is measured by the axis at the right."""
    labels: bool = False
    """Whether its values are written beside their marks."""


@dataclass(frozen=True)
class Drawn:
    """
    What a chart shows and how; `type` is a chartType of Google's, or `pieChart`, or `scorecardChart`.

    `axes` are titles by Google's positions; `hole` is the open part of a pie, 0 to 1; `aggregate`, `prefix` and
    `suffix` are a scorecard's.
    """

    type: str
    title: str
    x: str
    """The source of its categories; empty for a scorecard."""
    series: tuple[Series, ...]
    stacked: str = ""
    legend: str = ""
    axes: tuple[tuple[str, str], ...] = ()
    hole: float = 0.0
    aggregate: str = ""
    prefix: str = ""
    suffix: str = ""


def place_of(source: str) -> str:
    """`board.sales:12` → `board.sales`; empty for cells that are not ours."""
    match = _SOURCE.fullmatch(source)
    return f"{match['sheet']}.{match['column']}" if match else ""


def written(drawn: Drawn, layout: Layout) -> Json:
    """The spec of a chart whose sources are all columns that are there."""
    body = {PIE: _pie, SCORECARD: _scorecard}.get(drawn.type, _basic)(drawn, layout)
    kind = drawn.type if drawn.type in (PIE, SCORECARD) else "basicChart"
    # A helper column that is hidden, and rows that somebody filters away for the moment, stay in the chart.
    return {"title": drawn.title, "hiddenDimensionStrategy": "SHOW_ALL", kind: body}


def read(spec: Json, layout: Layout) -> Drawn:
    """A live spec in our terms; of a kind that we never write only the kind and the title."""
    title = spec.get("title", "")
    if (pie := spec.get(PIE)) is not None:
        x, source = _source(pie.get("domain"), layout, first=2), _source(pie.get("series"), layout, first=2)
        hole = round(float(pie.get("pieHole", 0)), 2)
        return Drawn(PIE, title, x, (Series(source),), legend=pie.get("legendPosition", ""), hole=hole)
    if (card := spec.get(SCORECARD)) is not None:
        source, around = _source(card.get("keyValueData"), layout, first=2), card.get("customFormatOptions", {})
        aggregate = card.get("aggregateType", "")
        texts = around.get("prefix", ""), around.get("suffix", "")
        return Drawn(SCORECARD, title, "", (Series(source),), "", "", (), 0.0, aggregate, *texts)
    if (basic := spec.get("basicChart")) is not None:
        return _read_basic(basic, title, layout)
    return Drawn(next(iter(KINDS & spec.keys()), "unknown"), title, "", ())


def merged(live: Any, ours: Any) -> Any:
    """`ours`, with what people set in `live` beside it: fonts, a subtitle, the range of an axis."""
    if isinstance(live, Mapping) and isinstance(ours, Mapping):
        theirs = {key: value for key, value in live.items() if key not in OWN}
        both = {**theirs, **{key: merged(live.get(key), value) for key, value in ours.items()}}
        return both | ({"axis": _axes(live.get("axis", []), ours["axis"])} if "axis" in ours else {})
    if isinstance(live, list) and isinstance(ours, list) and len(live) == len(ours):
        return [merged(before, after) for before, after in zip(live, ours, strict=True)]
    return ours


def _axes(live: list[Json], ours: list[Json]) -> list[Json]:
    """Our titles, with what people set on each axis."""
    by_position: dict[str, Json] = {
        one.get("position", ""): {"position": one.get("position", "")} for one in [*live, *ours]
    }
    for one in live:
        by_position[one.get("position", "")] |= {key: value for key, value in one.items() if key != "title"}
    for one in ours:
        by_position[one["position"]] |= one
    return list(by_position.values())


def _basic(drawn: Drawn, layout: Layout) -> Json:
    lying = drawn.type == "BAR"
    series = []
    for one in drawn.series:
        axis = "BOTTOM_AXIS" if lying else "RIGHT_AXIS" if one.right else "LEFT_AXIS"
        made: Json = {"series": _data(one.source, layout, first=1), "targetAxis": axis}
        made |= {"type": one.type} if one.type else {}
        made |= {"colorStyle": color_style(one.color)} if one.color else {}
        made |= {"dataLabel": {"type": "DATA"}} if one.labels else {}
        series.append(made)
    return {
        "chartType": drawn.type,
        "headerCount": 1,
        "domains": [{"domain": _data(drawn.x, layout, first=1)}],
        "series": series,
        "axis": [{"position": position, "title": title} for position, title in drawn.axes],
        **({"legendPosition": drawn.legend} if drawn.legend else {}),
        **({"stackedType": drawn.stacked} if drawn.stacked else {}),
    }


def _pie(drawn: Drawn, layout: Layout) -> Json:
    return {
        "domain": _data(drawn.x, layout, first=2),
        "series": _data(drawn.series[0].source, layout, first=2),
        **({"legendPosition": drawn.legend} if drawn.legend else {}),
        **({"pieHole": drawn.hole} if drawn.hole else {}),
    }


def _scorecard(drawn: Drawn, layout: Layout) -> Json:
    around = {name: text for name, text in (("prefix", drawn.prefix), ("suffix", drawn.suffix)) if text}
    return {
        "keyValueData": _data(drawn.series[0].source, layout, first=2),
        "numberFormatSource": "CUSTOM" if around else "FROM_DATA",
        **({"customFormatOptions": around} if around else {}),
        **({"aggregateType": drawn.aggregate} if drawn.aggregate else {}),
    }


def _read_basic(basic: Json, title: str, layout: Layout) -> Drawn:
    kind = basic.get("chartType", "")
    domain = (basic.get("domains") or [{}])[0].get("domain")
    stacked = basic.get("stackedType", "")
    axes = tuple((one.get("position", ""), one["title"]) for one in basic.get("axis", []) if one.get("title"))
    series = tuple(
        Series(
            source=_source(one.get("series"), layout, first=1),
            type=one.get("type", "") if kind == "COMBO" else "",
            color=color_text(one.get("colorStyle")),
            right=one.get("targetAxis") == "RIGHT_AXIS",
            labels=one.get("dataLabel", {}).get("type") == "DATA",
        )
        for one in basic.get("series", [])
    )
    return Drawn(
        type=kind,
        title=title,
        x=_source(domain, layout, first=1),
        series=series,
        stacked="" if stacked == "NOT_STACKED" else stacked,
        legend=basic.get("legendPosition", ""),
        axes=tuple(sorted(axes)),
    )


def _data(source: str, layout: Layout, *, first: int) -> Json:
    """The ChartData of a source, its column from row `first` (1-based) on."""
    match = _SOURCE.fullmatch(source)
    assert match is not None, source
    number = int(match["number"] or 0)
    if match["how"] == "@":
        first, last = number, number
    else:
        last = number + 1 if number else layout.rows(match["sheet"])
    return {"sourceRange": {"sources": [layout.grid_range(match["sheet"], match["column"], first=first, last=last)]}}


def _source(data: Json | None, layout: Layout, *, first: int) -> str:
    """A ChartData as a source; in words, which are equal to no source, where it is not one column of ours from `first` on."""
    sources = (data or {}).get("sourceRange", {}).get("sources", [])
    if len(sources) != 1:
        return N_("no cells") if not sources else N_("several ranges")
    place = sources[0]
    sheet = layout.sheet_key(place.get("sheetId", 0))
    start, end = place.get("startColumnIndex", 0), place.get("endColumnIndex", 0)
    column = layout.column_at(sheet, start) if sheet and end - start == 1 else None
    if sheet is None or column is None:
        return N_("other cells")
    top, bottom = place.get("startRowIndex", 0) + 1, place.get("endRowIndex", layout.rows(sheet))
    if first == 2 and top == bottom:
        return f"{sheet}.{column}@{top}"
    if top != first:
        return f"{sheet}.{column} from row {top}"
    return f"{sheet}.{column}" if bottom == layout.rows(sheet) else f"{sheet}.{column}:{bottom - 1}"
