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
        pytest.param({"values": [units("NONE")]}, "the summarizeFunction NONE", id="no function"),
        pytest.param({"values": [units("SUM", calculatedDisplayType="PERCENT_OF_ROW_TOTAL")]}, "pivot tables with values.calculatedDisplayType", id="shares"),
        pytest.param({"values": [{"formula": "=1", "summarizeFunction": "CUSTOM"}]}, "pivot tables with values.formula", id="formulas"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_by_name(table, message):
    with pytest.raises(ApiError, match=f"this embedded server does not support {message} yet"):
        do(book(*SALES), pivot(**table))


def test_a_column_outside_of_the_source():
    with pytest.raises(ApiError, match="sourceColumnOffset 4 is outside of the source"):
        do(book(*SALES), pivot(rows=[{"sourceColumnOffset": 4}]))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param({"filterSpecs": [{"columnOffsetIndex": 9}]}, "columnOffsetIndex 9 is outside of the source", id="filters"),
        pytest.param({"criteria": {"x": {}}}, "TYPE_INT32", id="old filters"),
        pytest.param({"rows": [{**REGION, "groupRule": {"histogramRule": {"interval": 0}}}]}, "interval must be positive", id="no width"),
        pytest.param({"rows": [{**REGION, "groupRule": {"histogramRule": {"interval": 1, "start": 5, "end": 5}}}]}, "less than", id="no room"),
        pytest.param({"rows": [{**REGION, "groupRule": {"dateTimeRule": {}}}]}, "DateTimeRule.type", id="no part of a date"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(table, message):
    with pytest.raises(ApiError, match=message):
        do(book(*SALES), pivot(**table))


def visible(offset, *values, **more):
    return {"columnOffsetIndex": offset, "filterCriteria": {"visibleValues": list(values), **more}}


def only(kind, *values):
    condition = {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
    return {"columnOffsetIndex": 3, "filterCriteria": {"condition": condition, "visibleByDefault": True}}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param([visible(0, "East")], [["East", 12], ["Grand Total", 12]], id="values that are listed"),
        pytest.param([visible(3, "5", "2")], [["East", 5], ["West", 2], ["Grand Total", 7]], id="numbers as they are shown"),
        pytest.param([only("NUMBER_GREATER", "5")], [["East", 7], ["West", 10], ["Grand Total", 17]], id="a condition"),
        pytest.param([visible(0, "West"), only("NUMBER_GREATER", "5")], [["West", 10], ["Grand Total", 10]], id="both"),
        pytest.param([visible(0)], [["Grand Total"]], id="nothing is visible"),
    ],
)  # fmt: skip
def test_filters_choose_what_counts(filters, expected):
    assert read(made(rows=[REGION], values=[units("SUM")], filterSpecs=filters), "G2:H9") == expected


def test_filters_are_told_in_both_ways_and_follow_their_columns():
    spreadsheet = made(rows=[REGION], values=[units("SUM")], criteria={"0": {"visibleValues": ["East"]}})
    assert read(spreadsheet, "G2:H3") == [["East", 12], ["Grand Total", 12]]
    do(spreadsheet, {"moveDimension": {"source": lines("COLUMNS", 0, 1), "destinationIndex": 3}})
    table = cells(spreadsheet, "G1", "pivotTable")[0][0]
    assert table["filterSpecs"] == [{"filterCriteria": {"visibleValues": ["East"]}, "columnOffsetIndex": 2}]
    assert table["criteria"] == {"2": {"visibleValues": ["East"]}}


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        pytest.param({"valuesIndex": 0}, ["East", "West"], id="by the grand total"),
        pytest.param({"valuesIndex": 1}, ["West", "East"], id="by another value"),
        pytest.param({"buckets": [{"stringValue": "Q1"}]}, ["East", "West"], id="by one column"),
    ],
)  # fmt: skip
def test_groups_sort_by_what_they_sum_up_to(bucket, expected):
    row = {**REGION, "showTotals": False, "valueBucket": bucket}
    spreadsheet = made(rows=[row], columns=[QUARTER], values=[units("SUM"), units("COUNTA", name="n")])
    put(spreadsheet, "D2", [20])
    assert [line[0] for line in read(spreadsheet, "G4:G9")] == expected


DATED = [
    ["Day", "Paid"],
    ["2026-01-15", "$5"],
    ["2026-02-01", "$7"],
    ["2026-01-31", "$1.50"],
    ["2025-01-02", "$2"],
    [None, "$3"],
]


def dated(kind, locale="en_US", **more):
    spreadsheet = book(*DATED, locale=locale)
    group = {"groupRule": {"dateTimeRule": {"type": kind}}, "sortOrder": "ASCENDING", **more}
    do(
        spreadsheet,
        pivot(source=span(0, 6, 0, 2), rows=[group], values=[{"sourceColumnOffset": 1, "summarizeFunction": "COUNTA"}]),
    )
    return {line[0]: line[1] for line in read(spreadsheet, "G2:H9")}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("YEAR", {2025: 1, 2026: 3, "": 1}),
        ("MONTH", {"Jan": 3, "Feb": 1, "": 1}),
        ("QUARTER", {"Q1": 4, "": 1}),
        ("YEAR_MONTH", {"2025-Jan": 1, "2026-Jan": 2, "2026-Feb": 1, "": 1}),
        ("YEAR_QUARTER", {"2025 Q1": 1, "2026 Q1": 3, "": 1}),
        ("YEAR_MONTH_DAY", {"2025-01-02": 1, "2026-01-15": 1, "2026-01-31": 1, "2026-02-01": 1, "": 1}),
        ("DAY_OF_WEEK", {"Sunday": 1, "Thursday": 2, "Saturday": 1, "": 1}),
        ("DAY_OF_MONTH", {1: 1, 2: 1, 15: 1, 31: 1, "": 1}),
        ("DAY_OF_YEAR", {2: 1, 15: 1, 31: 1, 32: 1, "": 1}),
        ("DAY_MONTH", {"2-Jan": 1, "15-Jan": 1, "31-Jan": 1, "1-Feb": 1, "": 1}),
        ("HOUR_MINUTE", {"0:00": 4, "": 1}),
    ],
)  # fmt: skip
def test_dates_grouped_by_a_part_of_them(kind, expected):
    assert dated(kind) == expected
    assert list(dated(kind)) == list(expected)


def test_months_are_called_as_the_spreadsheet_calls_them():
    assert list(dated("MONTH", locale="zh_CN")) == ["1月", "2月", ""]


def test_numbers_grouped_by_their_size():
    rule = {"histogramRule": {"start": 5, "interval": 5, "end": 10}}
    row = {**units("SUM"), "groupRule": rule, "sortOrder": "ASCENDING"}
    del row["summarizeFunction"]
    spreadsheet = made(rows=[row], values=[units("COUNTA")])
    put(spreadsheet, "D5", [11])
    assert read(spreadsheet, "G2:H9") == [["5-10", 3], ["> 10", 1], ["few", 1]]


def test_groups_of_ones_own():
    rule = {
        "manualRule": {
            "groups": [
                {"groupName": {"stringValue": "Both"}, "items": [{"stringValue": "East"}, {"stringValue": "West"}]}
            ]
        }
    }
    assert read(made(rows=[{**REGION, "groupRule": rule, "showTotals": False}], values=[units("SUM")]), "G2:H9") == [
        ["Both", 24]
    ]


@pytest.mark.parametrize(
    ("function", "value"),
    [("COUNTUNIQUE", 5), ("MEDIAN", 6), ("PRODUCT", 700), ("VAR", 11.333333333333334), ("VARP", 8.5), ("STDEVP", 2.9154759474226504)],
)  # fmt: skip
def test_other_functions(function, value):
    assert read(made(values=[units(function)]), "G2") == [[value]]


def test_numbers_look_like_their_source():
    spreadsheet = book(*DATED)
    values = [{"sourceColumnOffset": 1, "summarizeFunction": name} for name in ("SUM", "COUNT")]
    do(
        spreadsheet,
        pivot(source=span(0, 5, 0, 2), rows=[{"sortOrder": "ASCENDING", "showTotals": True}], values=values),
    )
    assert read(spreadsheet, "G2:I6", "FORMATTED_VALUE") == [
        ["2025-01-02", "$2", "1"], ["2026-01-15", "$5", "1"], ["2026-01-31", "$2", "1"], ["2026-02-01", "$7", "1"], ["Grand Total", "$16", "4"],
    ]  # fmt: skip


class TestFormulasRead:
    """What a pivot table shows, wherever they stand."""

    def test_the_values(self):
        spreadsheet = made(rows=[REGION], values=[units("SUM")])
        put(spreadsheet, "J1", ["=H2*2", "=SUM(H2:H3)", '=VLOOKUP("West",G:H,2,FALSE)', "=COUNTA(G1:G20)"])
        assert read(spreadsheet, "J1:M1") == [[24, 24, 12, 4]]

    def test_on_other_sheets(self):
        spreadsheet = made(rows=[REGION], values=[units("SUM")])
        do(spreadsheet, {"addSheet": {"properties": {"title": "board", "sheetId": 7}}})
        put(spreadsheet, "board!A1", ["=Sheet1!H4", "=FILTER(Sheet1!G2:G3,Sheet1!H2:H3>0)"])
        assert read(spreadsheet, "board!A1:B2") == [[24, "East"], ["", "West"]]

    def test_after_an_edit_of_the_source(self):
        spreadsheet = made(rows=[REGION], values=[units("SUM")])
        do(spreadsheet, {"addSheet": {"properties": {"title": "board", "sheetId": 7}}})
        put(spreadsheet, "board!A1", ["=COUNTA(Sheet1!G:G)", "=MAX(Sheet1!H:H)"])
        assert read(spreadsheet, "board!A1:B1") == [[4, 24]]
        put(spreadsheet, "A2", ["North"])
        assert read(spreadsheet, "board!A1:B1") == [[5, 24]]
        put(spreadsheet, "D2", [110])
        assert read(spreadsheet, "board!A1:B1") == [[5, 124]]
        put(spreadsheet, "A2", ["West"])
        assert read(spreadsheet, "board!A1:B1") == [[4, 124]]
        put(spreadsheet, "H3", [1])
        assert read(spreadsheet, "board!A1:B1") == [[1, 1]]
        put(spreadsheet, "H3", [""])
        do(spreadsheet, {"updateCells": {"range": span(0, 1, 6, 7), "fields": "pivotTable"}})
        assert read(spreadsheet, "board!A1:B1") == [[0, 0]]

    def test_of_a_source_that_is_computed_itself(self):
        spreadsheet = made(rows=[REGION], values=[units("SUM")])
        put(spreadsheet, "D2", ["=D3*2"])
        put(spreadsheet, "J1", ["=H3"])
        assert read(spreadsheet, "J1") == [[12]]
        put(spreadsheet, "D3", [50])
        assert read(spreadsheet, "J1") == [[102]]

    def test_errors_too(self):
        spreadsheet = made(rows=[REGION], values=[units("AVERAGE")])
        put(spreadsheet, "D2", ["x"])
        put(spreadsheet, "D5", ["x"])
        put(spreadsheet, "J1", ["=H3", '=IFERROR(H3,"none")'])
        assert read(spreadsheet, "J1:K1") == [["#DIV/0!", "none"]]

    def test_tables_that_sum_up_each_other_end(self):
        spreadsheet = made(rows=[REGION], values=[units("SUM")])
        put(spreadsheet, "D2", ["=H3"])
        assert len(read(spreadsheet, "G1:H9")) == 4
