"""Pivot tables: kept on their anchor, computed when read, in step with their source."""

from __future__ import annotations

import pytest

from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.spreadsheets import copy_sheet_to
from tests.server.books import book, cells, do, everything, lines, put, read, span

SALES = [
    ["Region", "Quarter", "Product", "Units"],
    ["West", "Q1", "Pen", 10],
    ["East", "Q1", "Paper", 5],
    ["East", "Q2", "Pen", 7],
    ["West", "Q1", "Pen", 2],
    ["East", "Q1", "Pen", "few"],
]
SOURCE = span(0, 6, 0, 4)
REGION, QUARTER, PRODUCT = ({"sourceColumnOffset": offset, "showTotals": True, "sortOrder": "ASCENDING"} for offset in range(3))  # fmt: skip


def units(function, **rest):
    return {"sourceColumnOffset": 3, "summarizeFunction": function, **rest}


def pivot(at=(0, 6), **table):
    """A request that puts a pivot table of the sales on G1."""
    rows = [{"values": [{"pivotTable": {"source": SOURCE, **table}}]}]
    start = {"sheetId": 0, "rowIndex": at[0], "columnIndex": at[1]}
    return {"updateCells": {"start": start, "rows": rows, "fields": "pivotTable"}}


def made(**table):
    spreadsheet = book(*SALES)
    do(spreadsheet, pivot(**table))
    return spreadsheet


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            {"rows": [REGION], "values": [units("SUM")]},
            [["Region", "SUM of Units"], ["East", 12], ["West", 12], ["Grand Total", 24]],
            id="rows",
        ),
        pytest.param(
            {"rows": [{**REGION, "sortOrder": "DESCENDING", "showTotals": False, "label": "Where"}], "values": [units("SUM", name="sold")]},
            [["Where", "sold"], ["West", 12], ["East", 12]],
            id="named, downwards, without a total",
        ),
        pytest.param(
            {"rows": [REGION], "values": [units(name) for name in ("COUNT", "COUNTA", "AVERAGE", "MIN", "MAX")]},
            [
                ["Region", "COUNT of Units", "COUNTA of Units", "AVERAGE of Units", "MIN of Units", "MAX of Units"],
                ["East", 2, 3, 6, 5, 7],
                ["West", 2, 2, 6, 2, 10],
                ["Grand Total", 4, 5, 6, 2, 10],
            ],
            id="every function",
        ),
        pytest.param(
            {"rows": [REGION], "columns": [PRODUCT], "values": [units("SUM")]},
            [
                ["SUM of Units", "Product"],
                ["Region", "Paper", "Pen", "Grand Total"],
                ["East", 5, 7, 12],
                ["West", "", 12, 12],
                ["Grand Total", 5, 19, 24],
            ],
            id="rows and columns",
        ),
        pytest.param(
            {"rows": [REGION, QUARTER], "values": [units("SUM")]},
            [
                ["Region", "Quarter", "SUM of Units"],
                ["East", "Q1", 5],
                ["", "Q2", 7],
                ["East Total", "", 12],
                ["West", "Q1", 12],
                ["West Total", "", 12],
                ["Grand Total", "", 24],
            ],
            id="rows in rows",
        ),
        pytest.param(
            {"rows": [{**REGION, "repeatHeadings": True}, {**QUARTER, "showTotals": False}], "values": [units("SUM")]},
            [["Region", "Quarter", "SUM of Units"], ["East", "Q1", 5], ["East", "Q2", 7], ["West", "Q1", 12], ["Grand Total", "", 24]],
            id="repeated headings",
        ),
        pytest.param(
            {"columns": [{**REGION, "showTotals": False}], "rows": [{**PRODUCT, "showTotals": False}], "values": [units("SUM"), units("MAX")]},
            [
                ["", "Region"],
                ["", "East", "", "West"],
                ["Product", "SUM of Units", "MAX of Units", "SUM of Units", "MAX of Units"],
                ["Paper", 5, 5],
                ["Pen", 7, 7, 12, 10],
            ],
            id="two values under each column",
        ),
        pytest.param({"values": [units("SUM")]}, [["SUM of Units"], [24]], id="one number"),
        pytest.param({"rows": [REGION]}, [["Region"], ["East"], ["West"], ["Grand Total"]], id="only groups"),
    ],
)  # fmt: skip
def test_values(table, expected):
    assert read(made(**table), "G1:P20") == expected


def test_a_pivot_table_is_on_its_anchor_and_its_values_are_shown_not_entered():
    spreadsheet = made(rows=[REGION], values=[units("SUM")])
    table = cells(spreadsheet, "G1", "pivotTable")[0][0]
    assert table["rows"][0]["showTotals"]
    assert {**table["source"], "sheetId": 0} == SOURCE
    assert cells(spreadsheet, "H2", "formattedValue") == [["12"]]
    assert cells(spreadsheet, "H2", "userEnteredValue") in ([], [[None]])
    again = Spreadsheet.load(spreadsheet.id, spreadsheet.dump())
    assert everything(again) == everything(spreadsheet)
    assert read(again, "G1:H4") == read(spreadsheet, "G1:H4")


def test_what_changes_in_the_source_changes_in_the_table():
    spreadsheet = made(rows=[REGION], values=[units("SUM")])
    assert read(spreadsheet, "H4") == [[24]]
    put(spreadsheet, "D2", ["=3*100"])
    put(spreadsheet, "A3", ["North"])
    assert read(spreadsheet, "G2:H5") == [["East", 7], ["North", 5], ["West", 302], ["Grand Total", 314]]


def test_structural_edits():
    spreadsheet = made(rows=[REGION], values=[units("SUM")])
    do(
        spreadsheet,
        {"insertDimension": {"range": lines("COLUMNS", 1, 2)}},
        {"insertDimension": {"range": lines("ROWS", 0, 1)}},
        {"deleteDimension": {"range": lines("ROWS", 2, 3)}},
    )
    assert read(spreadsheet, "H2:I5") == [["Region", "SUM of Units"], ["East", 12], ["West", 2], ["Grand Total", 14]]
    do(spreadsheet, {"deleteDimension": {"range": lines("COLUMNS", 4, 5)}})
    assert read(spreadsheet, "G2:H5") == [["Region"], ["East"], ["West"], ["Grand Total"]]
    do(spreadsheet, {"deleteDimension": {"range": lines("COLUMNS", 0, 4)}})
    assert read(spreadsheet, "A1:E9") == [[], ["", "", "#REF!"]]


def test_on_a_sheet_of_its_own():
    spreadsheet = book(*SALES)
    request = pivot((0, 0), rows=[REGION], values=[units("SUM")])
    request["updateCells"]["start"]["sheetId"] = 7
    do(spreadsheet, {"addSheet": {"properties": {"sheetId": 7, "title": "report"}}}, request)
    do(spreadsheet, {"sortRange": {"range": span(1, 6, 0, 4), "sortSpecs": [{"dimensionIndex": 3}]}})
    assert read(spreadsheet, "report!A4:B4") == [["Grand Total", 24]]
    other = book()
    copy_sheet_to(spreadsheet, 7, other)
    assert read(other, "'Copy of report'!A1:B4") == [["#REF!"]]
    do(spreadsheet, {"deleteSheet": {"sheetId": 0}})
    assert read(spreadsheet, "report") == [["#REF!"]]


def test_a_table_overwrites_nothing():
    spreadsheet = made(rows=[REGION], values=[units("SUM")])
    put(spreadsheet, "H3", ["mine"])
    assert read(spreadsheet, "G1:H4") == [["#REF!"], [], ["", "mine"]]
    put(spreadsheet, "H3", [""])
    assert read(spreadsheet, "H4") == [[24]]


def test_a_table_of_its_own_surroundings_is_computed_once():
    spreadsheet = book(*SALES)
    do(spreadsheet, pivot((6, 0), source=span(0, 9, 0, 4), rows=[REGION], values=[units("COUNTA")]))
    assert read(spreadsheet, "A7:B8") == [["Region", "COUNTA of Units"], ["East", 3]]


def test_taken_away_with_its_cell():
    spreadsheet = made(rows=[REGION], values=[units("SUM")])
    do(spreadsheet, {"updateCells": {"range": span(0, 1, 6, 7), "fields": "pivotTable"}})
    assert read(spreadsheet, "G1:H9") == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param({"valueLayout": "VERTICAL"}, "pivot tables with values laid out vertically", id="vertical"),
        pytest.param({"rows": [{"groupLimit": {"countLimit": 3}}]}, "pivot tables with rows.groupLimit", id="limits"),
        pytest.param({"values": [units("MEDIAN")]}, "the summarizeFunction MEDIAN", id="other functions"),
        pytest.param({"values": [{"formula": "=1", "summarizeFunction": "CUSTOM"}]}, "pivot tables with values.formula", id="formulas"),
        pytest.param({"filterSpecs": []}, "pivot tables with filterSpecs", id="filters"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_by_name(table, message):
    with pytest.raises(ApiError, match=f"this embedded server does not support {message} yet"):
        do(book(*SALES), pivot(**table))


def test_a_column_outside_of_the_source():
    with pytest.raises(ApiError, match="sourceColumnOffset 4 is outside of the source"):
        do(book(*SALES), pivot(rows=[{"sourceColumnOffset": 4}]))
