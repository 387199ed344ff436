"""Requests about the spreadsheet and its sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetcrm.server import batch as requests
from sheetcrm.server import spreadsheets
from sheetcrm.server.batch import HANDLERS, registry
from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, everything, first_sheet, formulas, lines, put, read, span


def titles(spreadsheet):
    return [sheet.title for sheet in spreadsheet.sheets]


def refusal(spreadsheet, *requests):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, *requests)
    assert everything(spreadsheet) == before
    assert refused.value.code == 400
    return refused.value.message


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param({"addSheet": {"properties": {"title": "Sheet1"}}}, 'A sheet with the name "Sheet1" already exists. Please enter another name.', id="title taken"),
        pytest.param({"addSheet": {"properties": {"title": "sheet1"}}}, 'A sheet with the name "sheet1" already exists. Please enter another name.', id="title taken, in other letters"),
        pytest.param({"addSheet": {"properties": {"title": "x" * 101}}}, "The sheet name cannot be greater than 100 characters.", id="title too long"),
        pytest.param({"addSheet": {"properties": {"sheetId": 0}}}, "Sheet with id 0 already exists", id="id taken"),
        pytest.param({"addSheet": {"properties": {"index": 9}}}, "Invalid index: 9. The index must be between 0 and 1.", id="no such place"),
        pytest.param({"addSheet": {"properties": {"gridProperties": {"rowCount": 1_000_000, "columnCount": 11}}}}, "This action would increase the number of cells in the workbook above the limit of 10000000 cells.", id="ten million cells"),
        pytest.param({"addSheet": {"properties": {"gridProperties": {"rowCount": 1, "columnCount": 18_279}}}}, "This action would increase the number of columns above the limit of 18278 columns.", id="too wide"),
        pytest.param({"addSheet": {"properties": {"sheetType": "OBJECT"}}}, "this embedded server does not support sheets of type OBJECT yet (Google does)", id="no grid"),
        pytest.param({"deleteSheet": {"sheetId": 5}}, "No sheet with id: 5", id="delete what is not there"),
        pytest.param({"deleteSheet": {"sheetId": 0}}, "You can't remove all the sheets in a document.", id="delete the last"),
        pytest.param({"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}}, "You can't hide all the sheets in a document.", id="hide the last"),
        pytest.param({"updateSheetProperties": {"properties": {"sheetId": 0, "title": ""}, "fields": "title"}}, "The sheet name cannot be empty.", id="no title"),
        pytest.param({"updateSheetProperties": {"properties": {"sheetId": 0}}}, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)", id="no mask"),
        pytest.param({"updateSheetProperties": {"properties": {"sheetId": 0}, "fields": "titel"}}, "Invalid field: titel", id="misspelt mask"),
        pytest.param({"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1000}}, "fields": "gridProperties.frozenRowCount"}}, "You can't freeze all visible rows on the sheet.", id="freeze all"),
        pytest.param({"updateSpreadsheetProperties": {"properties": {"timeZone": "Mars/Base"}, "fields": "timeZone"}}, "Unsupported time zone: Mars/Base", id="no such zone"),
        pytest.param({"duplicateSheet": {"sourceSheetId": 0, "newSheetName": "Sheet1"}}, 'A sheet with the name "Sheet1" already exists. Please enter another name.', id="copy with a taken title"),
    ],
)  # fmt: skip
def test_refused(request_, message):
    (kind,) = request_
    assert refusal(book(), request_) == f"Invalid requests[0].{kind}: {message}"


def test_the_message_names_the_request_that_failed():
    fine = {"addSheet": {"properties": {"title": "new"}}}
    assert refusal(book(), fine, fine).startswith("Invalid requests[1].addSheet: ")


def test_an_empty_batch():
    with pytest.raises(ApiError, match=r"^Must specify at least one request\.$"):
        spreadsheets.batch_update(book(), {"requests": []})


def test_what_google_knows_and_we_do_not_is_refused_by_name():
    message = refusal(book(), {"addDataSource": {}})
    assert message == (
        "Invalid requests[0].addDataSource: this embedded server does not support addDataSource yet (Google does)"
    )


def test_every_family_registers_its_requests():
    homes = {handler.__module__.rpartition(".")[2] for handler in HANDLERS.values()}
    written = {
        path.stem
        for path in Path(requests.__file__).parent.glob("*.py")
        if "\n@request(" in path.read_text(encoding="utf-8")
    }
    assert homes == written


def test_a_request_must_say_which_cells_it_edits_so_that_protection_is_not_forgotten():
    with pytest.raises(TypeError, match="edits"):
        registry.request("frobnicate")


def test_every_request_is_google_s():
    from sheetcrm.server import door

    assert set(HANDLERS) <= set(door._schemas()["Request"])


def test_add_answers_everything_about_the_new_sheet():
    (reply,) = do(
        book(), {"addSheet": {"properties": {"title": "客户", "sheetId": 7, "index": 0, "tabColor": {"red": 1}}}}
    )
    assert reply["addSheet"]["properties"] == {
        "sheetId": 7,
        "title": "客户",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26},
        "tabColor": {"red": 1},
        "tabColorStyle": {"rgbColor": {"red": 1}},
    }


@pytest.mark.parametrize(
    ("title", "index", "order"),
    [
        pytest.param("c", 0, ["c", "Sheet1", "b"], id="to the front"),
        pytest.param("Sheet1", 2, ["b", "Sheet1", "c"], id="the index counts before the removal"),
        pytest.param("Sheet1", 3, ["b", "c", "Sheet1"], id="to the end"),
        pytest.param("b", 1, ["Sheet1", "b", "c"], id="where it is"),
    ],
)
def test_order(title, index, order):
    spreadsheet = book()
    do(spreadsheet, {"addSheet": {"properties": {"title": "b"}}}, {"addSheet": {"properties": {"title": "c"}}})
    sheet = spreadsheet.titled(title)
    do(spreadsheet, {"updateSheetProperties": {"properties": {"sheetId": sheet.id, "index": index}, "fields": "index"}})
    assert titles(spreadsheet) == order


def test_a_new_title_is_written_into_formulas_and_rules():
    spreadsheet = book(["=SUM('b 1'!A1:A2)"])
    do(spreadsheet, {"addSheet": {"properties": {"title": "b 1", "sheetId": 5}}})
    rule = {"condition": {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "='b 1'!$A$1:$A$9"}]}}
    do(spreadsheet, {"setDataValidation": {"range": span(0, 2, 1, 2), "rule": rule}})
    put(spreadsheet, "'b 1'!A1", [1], [2])
    do(spreadsheet, {"updateSheetProperties": {"properties": {"sheetId": 5, "title": "客户"}, "fields": "title"}})
    assert "客户" in formulas(spreadsheet)[0][0]
    assert read(spreadsheet) == [[3]]
    source = cells(spreadsheet, "B1", "dataValidation")[0][0]["condition"]["values"][0]["userEnteredValue"]
    assert source == "='客户'!$A$1:$A$9"


def test_deleting_a_sheet_breaks_what_pointed_at_it():
    spreadsheet = book(["=b!A1"])
    do(
        spreadsheet,
        {"addSheet": {"properties": {"title": "b", "sheetId": 5}}},
        {"addNamedRange": {"namedRange": {"name": "there", "range": span(0, 1, 0, 1, 5)}}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {"metadataKey": "k", "location": {"sheetId": 5}, "visibility": "DOCUMENT"}
            }
        },
    )
    do(spreadsheet, {"deleteSheet": {"sheetId": 5}})
    assert read(spreadsheet) == [["#REF!"]]
    assert (spreadsheet.named_ranges, spreadsheet.metadata) == ([], [])


def test_a_smaller_grid_loses_cells_and_a_larger_one_does_not():
    spreadsheet = book(["a", "b"], ["c", "=A1"])
    grid = {"rowCount": 1, "columnCount": 2}
    do(
        spreadsheet,
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": grid},
                "fields": "gridProperties(rowCount,columnCount)",
            }
        },
    )
    assert read(spreadsheet) == [["a", "b"]]
    grid = {"rowCount": 5, "columnCount": 9}
    do(
        spreadsheet,
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": grid},
                "fields": "gridProperties(rowCount,columnCount)",
            }
        },
    )
    assert read(spreadsheet) == [["a", "b"]]
    assert first_sheet(spreadsheet)["properties"]["gridProperties"] == grid


def test_properties_that_a_mask_names_and_a_request_leaves_out_are_cleared():
    spreadsheet = book()
    frozen = {"sheetId": 0, "gridProperties": {"frozenRowCount": 2}, "tabColorStyle": {"themeColor": "ACCENT5"}}
    do(
        spreadsheet,
        {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount,tabColorStyle"}},
    )
    shown = first_sheet(spreadsheet)["properties"]
    assert shown["gridProperties"]["frozenRowCount"] == 2
    assert shown["tabColor"] == {"red": 1, "green": 0.42745098, "blue": 0.003921569}
    do(
        spreadsheet,
        {"updateSheetProperties": {"properties": {"sheetId": 0}, "fields": "gridProperties.frozenRowCount,tabColor"}},
    )
    assert first_sheet(spreadsheet)["properties"] == {
        "sheetId": 0,
        "title": "Sheet1",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26},
    }


def test_a_copy_stands_on_its_own():
    spreadsheet = book(["a", "=A1"])
    do(
        spreadsheet,
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 3, "range": span(0, 1, 0, 1)}}},
        {"mergeCells": {"range": span(3, 5, 0, 2)}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": 4,
                    "metadataKey": "k",
                    "location": {"dimensionRange": lines("COLUMNS", 0, 1)},
                    "visibility": "DOCUMENT",
                }
            }
        },
    )
    (reply,) = do(spreadsheet, {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 1}})
    assert reply["duplicateSheet"]["properties"]["title"] == "Copy of Sheet1"
    put(spreadsheet, "'Copy of Sheet1'!A1", ["changed"])
    assert (read(spreadsheet), read(spreadsheet, "'Copy of Sheet1'")) == ([["a", "a"]], [["changed", "changed"]])
    copy = spreadsheet.sheet(9)
    assert copy.things["merges"] == [span(3, 5, 0, 2, 9)]
    assert copy.things["protectedRanges"][0]["protectedRangeId"] != 3
    assert len({one["metadataId"] for one in spreadsheet.metadata}) == 2


def test_copy_to_another_spreadsheet():
    source, target = book(["a", "=A1"]), book()
    answer = spreadsheets.copy_sheet_to(source, 0, target)
    assert (answer["title"], answer["index"]) == ("Copy of Sheet1", 1)
    assert read(target, "'Copy of Sheet1'") == [["a", "a"]]


def test_the_spreadsheet_may_come_with_the_answer():
    spreadsheet = book(["a"])
    body = {
        "requests": [{"addSheet": {}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Sheet1!A1"],
        "responseIncludeGridData": True,
    }
    shown = spreadsheets.batch_update(spreadsheet, body)["updatedSpreadsheet"]
    assert [sheet["properties"]["title"] for sheet in shown["sheets"]] == ["Sheet1"]
    assert shown["sheets"][0]["data"][0]["rowData"][0]["values"][0]["formattedValue"] == "a"


def test_locale_and_zone_may_change():
    spreadsheet = book(["=TODAY()"])
    do(
        spreadsheet,
        {
            "updateSpreadsheetProperties": {
                "properties": {"locale": "zh_CN", "timeZone": "Pacific/Auckland"},
                "fields": "locale,timeZone",
            }
        },
    )
    assert read(spreadsheet) == [[46084]]  # noon of 2 March in UTC is the 3rd there
    assert spreadsheet.properties["title"]
