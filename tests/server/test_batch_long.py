"""
A batch of thousands: four times as many requests are four times the work, whatever they ask for.

The work is counted, in steps of Python's interpreter, so that no clock and no other program has a say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sheetcrm.server import metadata
from sheetcrm.server.batch import HANDLERS
from tests.server.books import book, do, lines, put, span

Json = dict[str, Any]
Make = Callable[[int, int], tuple[str, Json]]

FEW = 200 if os.environ.get("SHEETCRM_PROVE") else 50
# Four would be exact; what takes the square of the number comes to 16 for many, and to 7 or more for so few.
GROWTH = 5.2
WHITE = {"red": 1, "green": 1, "blue": 1}
BANDS = {"firstBandColor": WHITE, "secondBandColor": {"green": 1}}
RULE = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "3"}]}, "format": {"textFormat": {"bold": True}}}  # fmt: skip
SOURCE = {"sourceRange": {"sources": [span(0, 5, 0, 1)]}}
CHART = {"pieChart": {"domain": SOURCE, "series": SOURCE}}
CORNER = {"overlayPosition": {"anchorCell": {"sheetId": 0}}}
TINY = {"rowCount": 2, "columnCount": 2}
FORMULA_RULE = {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1>2"}]}}


def cell(i: int, height: int = 1, width: int = 1) -> Json:
    """One place after the other, none of which overlaps another."""
    top, left = i // 8 * height, 8 + i % 8 * width
    return span(top, top + height, left, left + width)


def mark(i: int) -> Json:
    return {"metadataId": i + 1, "metadataKey": f"k{i}", "location": {"spreadsheet": True}, "visibility": "DOCUMENT"}


def chart(i: int) -> Json:
    return {"chartId": i + 1, "spec": CHART, "position": CORNER}


# How each kind of thing is made: the request, and its body for number i.
MADE: dict[str, Callable[[int], Json]] = {
    "addSheet": lambda i: {"properties": {"sheetId": i + 10, "gridProperties": TINY}},
    "addNamedRange": lambda i: {"namedRange": {"namedRangeId": f"n{i}", "name": f"name_{i}", "range": cell(i)}},
    "createDeveloperMetadata": lambda i: {"developerMetadata": mark(i)},
    "addProtectedRange": lambda i: {"protectedRange": {"protectedRangeId": i + 1, "range": cell(i)}},
    "addConditionalFormatRule": lambda i: {"rule": {"ranges": [cell(i)], "booleanRule": RULE}, "index": 0},
    "addBanding": lambda i: {"bandedRange": {"bandedRangeId": i + 1, "range": cell(i), "rowProperties": BANDS}},
    "addFilterView": lambda i: {"filter": {"filterViewId": i + 1, "title": f"view {i}", "range": cell(i)}},
    "addChart": lambda i: {"chart": chart(i)},
    "addSlicer": lambda i: {"slicer": {"slicerId": i + 1, "spec": {"dataRange": cell(i)}, "position": CORNER}},
    "addTable": lambda i: {"table": {"tableId": f"t{i}", "range": cell(i, 2)}},
    "mergeCells": lambda i: {"range": cell(i, 1, 2)},
}


def only(kind: str, body: Callable[[int], Json]) -> Make:
    """The same kind of request every time."""
    return lambda i, _: (kind, body(i))


def after(making: str, kind: str, body: Callable[[int], Json]) -> Make:
    """Half of the batch makes things, the other half does something to each."""
    return lambda i, n: (making, MADE[making](i)) if i < n // 2 else (kind, body(i - n // 2))


def turns(first: tuple[str, Json], second: tuple[str, Json]) -> Make:
    """One request and then the other, again and again."""
    return lambda i, _: second if i % 2 else first


def number(i: int) -> Json:
    return {"rows": [{"values": [{"userEnteredValue": {"numberValue": i}}]}], "fields": "userEnteredValue"}


INSERT = ("insertDimension", {"range": lines("ROWS", 3, 4)})
GROUP = ("addDimensionGroup", {"range": lines("ROWS", 3, 5)})
PLAIN: dict[str, Callable[[int], Json]] = {
    **MADE,
    "updateSpreadsheetProperties": lambda i: {"properties": {"title": f"t{i}"}, "fields": "title"},
    "updateSheetProperties": lambda i: {"properties": {"sheetId": 0, "title": f"t{i}"}, "fields": "title"},
    "duplicateSheet": lambda _: {"sourceSheetId": 1},
    "moveDimension": lambda _: {"source": lines("ROWS", 1, 2), "destinationIndex": 9},
    "appendDimension": lambda _: {"sheetId": 0, "dimension": "ROWS", "length": 1},
    "updateDimensionProperties": lambda i: {"range": lines("ROWS", i, i + 1), "properties": {"pixelSize": 9}, "fields": "pixelSize"},
    "autoResizeDimensions": lambda _: {"dimensions": lines("COLUMNS", 1, 2)},
    "setBasicFilter": lambda _: {"filter": {"range": span(0, 9, 0, 2)}},
    "clearBasicFilter": lambda _: {"sheetId": 0},
    "updateBorders": lambda i: {"range": cell(i), "top": {"style": "SOLID"}},
    "updateCells": lambda i: {"start": {"sheetId": 0, "rowIndex": i}, **number(i)},
    "repeatCell": lambda i: {"range": cell(i), "cell": {"note": "n"}, "fields": "note"},
    "appendCells": lambda i: {"sheetId": 0, **number(i)},
    "cutPaste": lambda i: {"source": span(3, 4, 0, 1), "destination": {"sheetId": 0, "rowIndex": i, "columnIndex": 4}},
    "autoFill": lambda _: {"range": span(0, 4, 4, 6)},
    "findReplace": lambda i: {"range": span(0, 9, 0, 2), "find": f"row {i}", "replacement": "y"},
    "sortRange": lambda i: {"range": span(0, 9, 0, 2), "sortSpecs": [{"sortOrder": ("ASCENDING", "DESCENDING")[i % 2]}]},
    "trimWhitespace": lambda _: {"range": span(0, 9, 0, 2)},
    "deleteDuplicates": lambda _: {"range": span(0, 9, 0, 2)},
    "randomizeRange": lambda _: {"range": span(0, 9, 4, 6)},
    "textToColumns": lambda _: {"source": span(0, 3, 1, 2), "delimiterType": "COMMA"},
    "pasteData": lambda i: {"coordinate": {"sheetId": 0, "rowIndex": i, "columnIndex": 4}, "data": "a,b", "delimiter": ","},
    "setDataValidation": lambda _: {"range": span(0, 3, 1, 2), "rule": FORMULA_RULE},
}  # fmt: skip
LATER: dict[str, tuple[str, Callable[[int], Json]]] = {
    "deleteSheet": ("addSheet", lambda i: {"sheetId": i + 10}),
    "updateNamedRange": ("addNamedRange", lambda i: {"namedRange": {"namedRangeId": f"n{i}", "name": f"other_{i}"}, "fields": "name"}),
    "deleteNamedRange": ("addNamedRange", lambda i: {"namedRangeId": f"n{i}"}),
    "updateDeveloperMetadata": ("createDeveloperMetadata", lambda i: {"dataFilters": [{"developerMetadataLookup": {"metadataKey": f"k{i}"}}], "developerMetadata": {"metadataValue": "v"}, "fields": "metadataValue"}),
    "deleteDeveloperMetadata": ("createDeveloperMetadata", lambda i: {"dataFilter": {"developerMetadataLookup": {"metadataId": i + 1}}}),
    "updateProtectedRange": ("addProtectedRange", lambda i: {"protectedRange": {"protectedRangeId": i + 1, "description": "d"}, "fields": "description"}),
    "deleteProtectedRange": ("addProtectedRange", lambda i: {"protectedRangeId": i + 1}),
    "updateConditionalFormatRule": ("addConditionalFormatRule", lambda i: {"sheetId": 0, "index": i, "newIndex": 0}),
    "deleteConditionalFormatRule": ("addConditionalFormatRule", lambda _: {"sheetId": 0, "index": 0}),
    "updateBanding": ("addBanding", lambda i: {"bandedRange": {"bandedRangeId": i + 1, "rowProperties": {"firstBandColor": WHITE}}, "fields": "rowProperties.firstBandColor"}),
    "deleteBanding": ("addBanding", lambda i: {"bandedRangeId": i + 1}),
    "updateFilterView": ("addFilterView", lambda i: {"filter": {"filterViewId": i + 1, "title": f"other {i}"}, "fields": "title"}),
    "duplicateFilterView": ("addFilterView", lambda i: {"filterId": i + 1}),
    "deleteFilterView": ("addFilterView", lambda i: {"filterId": i + 1}),
    "updateChartSpec": ("addChart", lambda i: {"chartId": i + 1, "spec": CHART}),
    "updateEmbeddedObjectPosition": ("addChart", lambda i: {"objectId": i + 1, "newPosition": CORNER, "fields": "anchorCell"}),
    "updateEmbeddedObjectBorder": ("addChart", lambda i: {"objectId": i + 1, "border": {"color": WHITE}, "fields": "color"}),
    "deleteEmbeddedObject": ("addSlicer", lambda i: {"objectId": i + 1}),
    "updateSlicerSpec": ("addSlicer", lambda i: {"slicerId": i + 1, "spec": {"title": "s"}, "fields": "title"}),
    "updateTable": ("addTable", lambda i: {"table": {"tableId": f"t{i}", "name": f"Other{i}"}, "fields": "name"}),
    "deleteTable": ("addTable", lambda i: {"tableId": f"t{i}"}),
    "unmergeCells": ("mergeCells", lambda i: {"range": cell(i, 1, 2)}),
}  # fmt: skip
BATCHES: dict[str, Make] = {
    **{kind: only(kind, body) for kind, body in PLAIN.items()},
    **{kind: after(making, kind, body) for kind, (making, body) in LATER.items()},
    "insertDimension": turns(INSERT, ("deleteDimension", INSERT[1])),
    "deleteDimension": turns(INSERT, ("deleteDimension", INSERT[1])),
    "insertRange": turns(*((kind, {"range": span(3, 4, 4, 5), "shiftDimension": "ROWS"}) for kind in ("insertRange", "deleteRange"))),
    "deleteRange": turns(*((kind, {"range": span(3, 4, 4, 5), "shiftDimension": "COLUMNS"}) for kind in ("insertRange", "deleteRange"))),
    "addDimensionGroup": turns(GROUP, ("deleteDimensionGroup", GROUP[1])),
    "deleteDimensionGroup": turns(GROUP, ("deleteDimensionGroup", GROUP[1])),
    "updateDimensionGroup": lambda i, _: ("updateDimensionGroup", {"dimensionGroup": {"range": GROUP[1]["range"], "depth": 1}, "fields": "collapsed"}) if i else GROUP,
    "copyPaste": only("copyPaste", lambda i: {"source": span(0, 2, 0, 2), "destination": cell(i)}),
    "addSheet, titles made up": only("addSheet", lambda _: {"properties": {"gridProperties": TINY}}),
    "addChart on a sheet of its own": only("addChart", lambda _: {"chart": {"spec": CHART, "position": {"newSheet": True}}}),
    "addTable, names and ids made up": only("addTable", lambda i: {"table": {"range": cell(i, 2)}}),
    "appendCells to a table": lambda i, _: ("appendCells", {"tableId": "t0", **number(i)}) if i else ("addTable", {"table": {"tableId": "t0", "range": span(50, 53, 8, 9)}}),
}  # fmt: skip


def steps(make: Make, count: int) -> int:
    """How many steps Python takes for a batch of `count` requests."""
    rows = [[row, f"row {row}", f"=A{row + 1}*2"] for row in range(10)]
    spreadsheet = book(*rows, rows_in_grid=5_000, columns_in_grid=40)
    do(spreadsheet, {"addSheet": {"properties": {"sheetId": 1, "gridProperties": TINY}}})
    put(spreadsheet, "Sheet2!A1", ["=Sheet1!A1", "x"])
    requests = [dict([make(i, count)]) for i in range(count)]
    return steps_of(lambda: do(spreadsheet, *requests))


def steps_of(work: Callable[[], object]) -> int:
    """How many steps Python takes for this."""
    counted = 0

    def step(frame: Any, event: str, _: Any) -> Any:
        nonlocal counted
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        counted += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("name", BATCHES)
def test_four_times_as_many_requests_are_four_times_the_work(name):
    assert steps(BATCHES[name], 4 * FEW) < GROWTH * steps(BATCHES[name], FEW)


def test_four_times_as_many_filters_over_four_times_as_much_metadata_are_four_times_the_work():
    def searched(count: int) -> int:
        spreadsheet = book(rows_in_grid=5_000)
        places = [{"dimensionRange": lines("ROWS", row, row + 1)} for row in range(count)]
        marks = [{"metadataKey": "k", "location": place, "visibility": "DOCUMENT"} for place in places]
        do(spreadsheet, *({"createDeveloperMetadata": {"developerMetadata": one}} for one in marks))
        filters = [{"gridRange": span(row, row + 1, 0, 1)} for row in range(count)]
        assert len(metadata.search(spreadsheet, {"dataFilters": filters})["matchedDeveloperMetadata"]) == count
        return steps_of(lambda: metadata.search(spreadsheet, {"dataFilters": filters}))

    assert searched(4 * FEW) < GROWTH * searched(FEW)


def test_no_kind_of_request_is_left_out():
    assert HANDLERS.keys() <= BATCHES.keys()
