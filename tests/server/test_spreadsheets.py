"""spreadsheets.create and get: what comes back, and how much of it."""

from __future__ import annotations

import pytest

from sheetcrm.server import spreadsheets
from sheetcrm.server.errors import ApiError
from tests.server.books import book, do, everything, put, read, span


def get(spreadsheet, *ranges, fields=None, grid=False):
    return spreadsheets.get(spreadsheet, ranges=list(ranges), include_grid_data=grid, fields=fields)


def test_create_with_sheets_replaces_the_default_one():
    body = {
        "properties": {"title": "客户", "locale": "zh_CN", "timeZone": "Asia/Shanghai"},
        "sheets": [
            {
                "properties": {"title": "a"},
                "data": [{"startRow": 1, "rowData": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}]}],
            },
            {"properties": {"title": "b", "sheetId": 7}, "merges": [span(0, 2, 0, 2, 7)]},
        ],
        "namedRanges": [{"name": "there", "range": span(0, 1, 0, 1, 7)}],
    }
    made = spreadsheets.create(body, new_id="new")
    assert [(sheet.title, sheet.id) for sheet in made.sheets] == [("a", 0), ("b", 7)]
    assert read(made, "a") == [[], ["x"]]
    assert made.sheets[1].things["merges"] == [span(0, 2, 0, 2, 7)]
    shown = everything(made)
    assert (shown["spreadsheetId"], shown["properties"]["locale"], shown["namedRanges"][0]["name"]) == (
        "new",
        "zh_CN",
        "there",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"sheets": [{"commentAnchors": [{}]}]}, "this embedded server does not create sheets with commentAnchors yet (Google does)", id="comments"),
        pytest.param({"properties": {"timeZone": "Nowhere"}}, "Unsupported time zone: Nowhere", id="no such zone"),
        pytest.param({"properties": {"locale": "?"}}, "Unsupported locale: ?", id="no such locale"),
        pytest.param({"dataSources": []}, "this embedded server does not create spreadsheets with dataSources yet (Google does)", id="data sources"),
    ],
)  # fmt: skip
def test_create_refused(body, message):
    with pytest.raises(ApiError) as refused:
        spreadsheets.create(body, new_id="new")
    assert refused.value.message == message


def test_ranges_choose_sheets_and_cells():
    spreadsheet = book(["a", "b"], ["c", "d"])
    do(spreadsheet, {"addSheet": {"properties": {"title": "other"}}})
    (sheet,) = get(spreadsheet, "Sheet1!B2:C3", "Sheet1!A1", grid=True)["sheets"]
    first, second = sheet["data"]
    assert (first["startRow"], first["startColumn"]) == (1, 1)
    assert [cell["formattedValue"] for cell in first["rowData"][0]["values"]] == ["d"]
    assert len(first["rowMetadata"]) == len(first["columnMetadata"]) == 2
    assert second["rowData"][0]["values"][0]["formattedValue"] == "a"


def test_without_grid_data_there_is_none():
    assert "data" not in get(book(["a"]))["sheets"][0]
    assert "data" not in get(book(["a"]), fields="sheets")["sheets"][0]


def test_a_mask_that_names_data_brings_it():
    answer = get(book(["a"], ["b"]), fields="sheets.data.rowData.values.formattedValue")
    assert answer == {
        "sheets": [
            {"data": [{"rowData": [{"values": [{"formattedValue": "a"}]}, {"values": [{"formattedValue": "b"}]}]}]}
        ]
    }


def test_an_empty_sheet_has_no_rows():
    assert get(book(), fields="sheets.data.rowData.values.note") == {"sheets": [{"data": [{}]}]}


def test_what_a_cell_says():
    spreadsheet = book(["=1/0", "$5.00", '=HYPERLINK("http://x.org","x")', "=1=1"])
    row = get(
        spreadsheet,
        "A1:D1",
        fields="sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue,hyperlink)",
    )
    failed, money, link, truth = row["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert failed["userEnteredValue"] == {"formulaValue": "=1/0"}
    assert failed["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert failed["formattedValue"] == "#DIV/0!"
    assert money == {
        "userEnteredValue": {"numberValue": 5},
        "effectiveValue": {"numberValue": 5},
        "formattedValue": "$5.00",
    }
    assert link["hyperlink"] == "http://x.org"
    assert truth["effectiveValue"] == {"boolValue": True}


def test_the_effective_format_says_how_a_value_lies():
    spreadsheet = book(["text", 1, True])
    row = get(
        spreadsheet,
        "A1:C1",
        fields="sheets.data.rowData.values.effectiveFormat(horizontalAlignment,textFormat.fontFamily)",
    )
    looks = [cell["effectiveFormat"] for cell in row["sheets"][0]["data"][0]["rowData"][0]["values"]]
    assert [look["horizontalAlignment"] for look in looks] == ["LEFT", "RIGHT", "CENTER"]
    assert looks[0]["textFormat"] == {"fontFamily": "Arial"}


def test_by_data_filter():
    spreadsheet = book(["a", "b"])
    body = {"dataFilters": [{"gridRange": span(0, 1, 1, 2)}], "includeGridData": True}
    answer = spreadsheets.get_by_data_filter(
        spreadsheet, body, fields="sheets.data(startColumn,rowData.values.formattedValue)"
    )
    assert answer["sheets"][0]["data"] == [{"startColumn": 1, "rowData": [{"values": [{"formattedValue": "b"}]}]}]


def test_a_mask_that_nothing_matches_is_refused():
    with pytest.raises(ApiError, match=r"^Request contains an invalid argument\.$"):
        get(book(), fields="sheets.sheetProperties")


def test_what_was_read_does_not_change_when_the_spreadsheet_does():
    spreadsheet = book(["a"])
    before = everything(spreadsheet)
    text = str(before)
    put(spreadsheet, "A1", ["b"])
    do(spreadsheet, {"repeatCell": {"range": span(0, 9, 0, 9), "cell": {"note": "n"}, "fields": "note"}})
    assert str(before) == text
