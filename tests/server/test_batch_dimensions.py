"""Requests about whole rows and columns."""

from __future__ import annotations

import pytest

from sheetcrm.server import spreadsheets
from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, first_sheet, formulas, lines, read, span


def sizes(spreadsheet, field):
    found = spreadsheets.get(
        spreadsheet, ranges=["Sheet1!A1:E5"], include_grid_data=False, fields=f"sheets.data.{field}"
    )
    return [size["pixelSize"] for size in found["sheets"][0]["data"][0][field]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param({"deleteDimension": {"range": lines("ROWS", 1000, 1001)}}, "Cannot delete a row that doesn't exist. Tried to delete row index 1000 but there are only 1000 rows.", id="a row past the end"),
        pytest.param({"deleteDimension": {"range": lines("COLUMNS", 0, 26)}}, "You can't delete all the columns on the sheet.", id="all columns"),
        pytest.param({"deleteDimension": {"range": lines("ROWS", 2, 1000)}}, "Sorry, it is not possible to delete all non-frozen rows.", id="all but the frozen"),
        pytest.param({"deleteDimension": {"range": lines("ROWS", 0, 1, 9)}}, "No grid with id: 9", id="no such sheet"),
        pytest.param({"deleteDimension": {"range": {"sheetId": 0}}}, "No dimension specified.", id="no dimension"),
        pytest.param({"insertDimension": {"range": lines("ROWS", 3, 3)}}, "range.endIndex[3] must be greater than range.startIndex[3]", id="nothing to insert"),
        pytest.param({"insertDimension": {"range": lines("ROWS", 0, 1), "inheritFromBefore": True}}, "inheritFromBefore cannot be true when inserting before the first row.", id="nothing before the first"),
        pytest.param({"moveDimension": {"source": lines("ROWS", 1, 4), "destinationIndex": 2}}, "The destination index cannot be inside of the source range.", id="into itself"),
        pytest.param({"insertDimension": {"range": lines("COLUMNS", 0, 10_000)}}, "This action would increase the number of cells in the workbook above the limit of 10000000 cells.", id="too many cells"),
        pytest.param({"deleteDimensionGroup": {"range": lines("ROWS", 0, 2)}}, "No group exists over the rows [0, 2).", id="no such group"),
    ],
)  # fmt: skip
def test_refused(request_, message):
    spreadsheet = book()
    do(
        spreadsheet,
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 2}},
                "fields": "gridProperties.frozenRowCount",
            }
        },
    )
    (kind,) = request_
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, request_)
    assert refused.value.message == f"Invalid requests[0].{kind}: {message}"


def test_formulas_follow_wherever_they_are():
    spreadsheet = book(["a", "=A3"], [], ["c", "=SUM(A1:A3)"])
    do(spreadsheet, {"insertDimension": {"range": lines("ROWS", 1, 3)}})
    assert formulas(spreadsheet) == [["a", "=A5"], [], [], [], ["c", "=SUM(A1:A5)"]]
    do(spreadsheet, {"deleteDimension": {"range": lines("ROWS", 4, 5)}})
    assert formulas(spreadsheet) == [["a", "=#REF!"]]
    assert read(spreadsheet) == [["a", "#REF!"]]


def test_a_column_takes_everything_along():
    spreadsheet = book(["name", "stage"])
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "lead"}]}}
    do(
        spreadsheet,
        {"setDataValidation": {"range": span(1, 1000, 1, 2), "rule": rule}},
        {
            "updateDimensionProperties": {
                "range": lines("COLUMNS", 1, 2),
                "properties": {"pixelSize": 77, "hiddenByUser": True},
                "fields": "*",
            }
        },
        {
            "addConditionalFormatRule": {
                "rule": {
                    "ranges": [span(1, 1000, 1, 2)],
                    "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}},
                }
            }
        },
        {"addProtectedRange": {"protectedRange": {"range": span(0, 1, 1, 2)}}},
        {
            "setBasicFilter": {
                "filter": {"range": span(0, 9, 0, 2), "filterSpecs": [{"columnIndex": 1, "filterCriteria": {}}]}
            }
        },
    )
    do(spreadsheet, {"moveDimension": {"source": lines("COLUMNS", 1, 2), "destinationIndex": 4}})
    sheet = spreadsheet.sheets[0]
    assert read(spreadsheet) == [["name", "", "", "stage"]]
    assert cells(spreadsheet, "D2", "dataValidation") == [[rule]]
    assert sizes(spreadsheet, "columnMetadata") == [100, 100, 100, 77, 100]
    assert sheet.things["conditionalFormats"][0]["ranges"] == [span(1, 1000, 3, 4)]
    assert sheet.things["protectedRanges"][0]["range"] == span(0, 1, 3, 4)
    assert sheet.things["basicFilter"][0]["filterSpecs"][0]["columnIndex"] == 3


@pytest.mark.parametrize(
    ("before", "look"), [(True, {"horizontalAlignment": "LEFT"}), (False, {"horizontalAlignment": "RIGHT"})]
)
def test_inserted_rows_look_like_a_neighbour(before, look):
    spreadsheet = book()
    for row, alignment in ((0, "LEFT"), (1, "RIGHT")):
        cell = {"userEnteredFormat": {"horizontalAlignment": alignment}, "note": "stays"}
        do(
            spreadsheet,
            {"repeatCell": {"range": span(row, row + 1, 0, 1), "cell": cell, "fields": "userEnteredFormat,note"}},
        )
    do(spreadsheet, {"insertDimension": {"range": lines("ROWS", 1, 3), "inheritFromBefore": before}})
    assert cells(spreadsheet, "A2:A3", "userEnteredFormat") == [[look], [look]]
    assert cells(spreadsheet, "A2:A3", "note") == [[None], [None]]


def test_what_lived_only_on_deleted_rows_is_gone():
    spreadsheet = book()
    do(
        spreadsheet,
        {"addNamedRange": {"namedRange": {"name": "gone", "range": span(1, 3, 0, 2)}}},
        {"addNamedRange": {"namedRange": {"name": "cut", "range": span(2, 9, 0, 2)}}},
        {"mergeCells": {"range": span(1, 3, 0, 1)}},
        {"mergeCells": {"range": span(2, 4, 3, 4)}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 2}},
                "fields": "gridProperties.frozenRowCount",
            }
        },
    )
    do(spreadsheet, {"deleteDimension": {"range": lines("ROWS", 1, 3)}})
    assert [(one["name"], one["range"]) for one in spreadsheet.named_ranges] == [("cut", span(1, 7, 0, 2))]
    assert "merges" not in first_sheet(spreadsheet)
    assert first_sheet(spreadsheet)["properties"]["gridProperties"]["frozenRowCount"] == 1


def test_a_conditional_formula_stays_with_its_rows_when_the_first_is_deleted():
    spreadsheet = book()
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>$D$1"}]}
    do(
        spreadsheet,
        {
            "addConditionalFormatRule": {
                "rule": {"ranges": [span(1, 9, 0, 3)], "booleanRule": {"condition": condition, "format": {}}}
            }
        },
    )
    do(spreadsheet, {"deleteDimension": {"range": lines("ROWS", 1, 3)}})
    (rule,) = spreadsheet.sheets[0].things["conditionalFormats"]
    assert rule["ranges"] == [span(1, 7, 0, 3)]
    assert rule["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=$B2>$D$1"}]
    do(spreadsheet, {"insertDimension": {"range": lines("ROWS", 0, 1)}})
    (rule,) = spreadsheet.sheets[0].things["conditionalFormats"]
    assert rule["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=$B3>$D$2"}]


def test_append_makes_the_grid_larger():
    spreadsheet = book(rows_in_grid=3, columns_in_grid=3)
    do(spreadsheet, {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 2}})
    assert first_sheet(spreadsheet)["properties"]["gridProperties"] == {"rowCount": 5, "columnCount": 3}


def test_sizes_can_be_set_and_taken_back():
    spreadsheet = book()
    wide = {"range": lines("COLUMNS", 0, 2), "properties": {"pixelSize": 42}, "fields": "pixelSize"}
    do(spreadsheet, {"updateDimensionProperties": wide})
    assert sizes(spreadsheet, "columnMetadata") == [42, 42, 100, 100, 100]
    do(spreadsheet, {"updateDimensionProperties": {**wide, "range": lines("COLUMNS", 0, 1), "properties": {}}})
    assert sizes(spreadsheet, "columnMetadata") == [100, 42, 100, 100, 100]
    assert sizes(spreadsheet, "rowMetadata") == [21] * 5


def test_auto_resize_fits_the_longest_text():
    spreadsheet = book(["A" * 1024, "客户" * 50, "i"])
    do(spreadsheet, {"autoResizeDimensions": {"dimensions": lines("COLUMNS", 0, 4)}})
    first, second, third, blank, _ = sizes(spreadsheet, "columnMetadata")
    assert first == 8691
    assert second == 1307
    assert third < 20
    assert blank == 100


@pytest.mark.parametrize("dimension", ["ROWS", "COLUMNS"])
def test_folding_a_group_up_hides_it_and_folding_it_out_shows_it(dimension):
    spreadsheet = book()
    group = {"range": lines(dimension, 1, 4), "depth": 1}
    size = {"range": lines(dimension, 2, 3), "properties": {"pixelSize": 50}, "fields": "pixelSize"}
    do(spreadsheet, {"updateDimensionProperties": size}, {"addDimensionGroup": {"range": group["range"]}})
    for collapsed, hidden in ((True, [1, 2, 3]), (False, [])):
        do(spreadsheet, {"updateDimensionGroup": {"dimensionGroup": {**group, "collapsed": collapsed}, "fields": "collapsed"}})  # fmt: skip
        sized = spreadsheet.sheets[0].sizes[dimension]
        assert sorted(index for index in sized if sized[index].get("hiddenByUser")) == hidden
        assert sized[2]["pixelSize"] == 50


def test_groups_nest():
    spreadsheet = book()
    (one,) = do(spreadsheet, {"addDimensionGroup": {"range": lines("ROWS", 0, 6)}})
    (two,) = do(spreadsheet, {"addDimensionGroup": {"range": lines("ROWS", 2, 4)}})
    outer = {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 6}, "depth": 1}
    inner = {"range": {"dimension": "ROWS", "startIndex": 2, "endIndex": 4}, "depth": 2}
    assert one["addDimensionGroup"] == {"dimensionGroups": [outer]}
    assert two["addDimensionGroup"] == {"dimensionGroups": [outer, inner]}
    do(spreadsheet, {"updateDimensionGroup": {"dimensionGroup": {**inner, "collapsed": True}, "fields": "collapsed"}})
    assert first_sheet(spreadsheet)["rowGroups"] == [outer, {**inner, "collapsed": True}]
    (gone,) = do(spreadsheet, {"deleteDimensionGroup": {"range": lines("ROWS", 0, 6)}})
    assert gone["deleteDimensionGroup"] == {"dimensionGroups": [{**inner, "depth": 1, "collapsed": True}]}
