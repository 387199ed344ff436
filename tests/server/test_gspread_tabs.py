"""gspread's Worksheet, the methods about the tab and its looks, unmodified, through the server."""

from __future__ import annotations

import pytest
from gspread.exceptions import WorksheetNotFound
from gspread.utils import MergeType, ValidationConditionType

from sheetcrm import testing


@pytest.fixture
def running():
    with testing.server() as running:
        yield running


@pytest.fixture
def spreadsheet(running):
    return running.client.create("客户")


@pytest.fixture
def sheet(spreadsheet):
    made = spreadsheet.sheet1
    made.update([["公司", "金额"], ["云帆", 1200]], "A1")
    return made


def live(sheet, part="properties"):
    """What the server says of the sheet now."""
    found = sheet.spreadsheet.fetch_sheet_metadata()["sheets"]
    return next(one for one in found if one["properties"]["sheetId"] == sheet.id).get(part)


def cell(sheet, address):
    found = sheet.spreadsheet.fetch_sheet_metadata({"includeGridData": "true", "ranges": address})["sheets"][0]
    return found["data"][0]["rowData"][0]["values"][0]


def test_worksheet_batch_format(sheet):
    bold = {"textFormat": {"bold": True}}
    sheet.batch_format([{"range": "A1:B1", "format": bold}, {"range": "A2", "format": {"wrapStrategy": "WRAP"}}])
    assert cell(sheet, "B1")["userEnteredFormat"] == bold
    assert cell(sheet, "A2")["userEnteredFormat"] == {"wrapStrategy": "WRAP"}


def test_worksheet_format(sheet):
    sheet.format(["A1", "B2"], {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}})
    assert sheet.acell("B2").value == "1200.00"


def test_worksheet_resize(sheet):
    sheet.resize(rows=5, cols=3)
    assert (live(sheet)["gridProperties"]["rowCount"], live(sheet)["gridProperties"]["columnCount"]) == (5, 3)


def test_worksheet_add_rows(sheet):
    sheet.add_rows(10)
    assert live(sheet)["gridProperties"]["rowCount"] == sheet.row_count == 1010


def test_worksheet_add_cols(sheet):
    sheet.add_cols(2)
    assert live(sheet)["gridProperties"]["columnCount"] == 28


def test_worksheet_update_title(sheet):
    sheet.update_title("人员")
    assert live(sheet)["title"] == "人员"


def test_worksheet_update_tab_color(sheet):
    sheet.update_tab_color("#ff7f00")
    assert sheet.spreadsheet.sheet1.tab_color == "#FF7F00"


def test_worksheet_clear_tab_color(sheet):
    sheet.update_tab_color("#ff7f00")
    sheet.clear_tab_color()
    assert "tabColorStyle" not in live(sheet)


def test_worksheet_update_index(sheet, spreadsheet):
    spreadsheet.add_worksheet("b", 1, 1)
    sheet.update_index(2)  # counted before it leaves its place
    assert live(sheet)["index"] == 1


def test_worksheet_columns_auto_resize(sheet):
    sheet.update_acell("A1", "a very long heading, wider than any column is from the start, wider than two of them")
    sheet.columns_auto_resize(0, 2)
    data = sheet.spreadsheet.fetch_sheet_metadata({"includeGridData": "true", "ranges": "A1:B1"})["sheets"][0]["data"]
    first, second = (size["pixelSize"] for size in data[0]["columnMetadata"])
    assert first > second


def test_worksheet_rows_auto_resize(sheet):
    assert sheet.rows_auto_resize(0, 2)["replies"] == [{}]


def test_worksheet_add_protected_range(sheet, running):
    answer = sheet.add_protected_range("A1:B1", [running.server.owner], warning_only=False)
    assert answer["replies"][0]["addProtectedRange"]["protectedRange"]["range"]["endRowIndex"] == 1


def test_worksheet_delete_protected_range(sheet, running):
    made = sheet.add_protected_range("A1:B1", [running.server.owner])["replies"][0]["addProtectedRange"]
    sheet.delete_protected_range(made["protectedRange"]["protectedRangeId"])
    assert live(sheet, "protectedRanges") is None


def test_worksheet_freeze(sheet):
    sheet.freeze(rows=1, cols=2)
    assert (live(sheet)["gridProperties"]["frozenRowCount"], live(sheet)["gridProperties"]["frozenColumnCount"]) == (
        1,
        2,
    )


def test_worksheet_set_basic_filter(sheet):
    sheet.set_basic_filter("A1:B2")
    assert live(sheet, "basicFilter")["range"]["endRowIndex"] == 2


def test_worksheet_clear_basic_filter(sheet):
    sheet.set_basic_filter()
    sheet.clear_basic_filter()
    assert live(sheet, "basicFilter") is None


def test_worksheet_duplicate(sheet):
    copy = sheet.duplicate(insert_sheet_index=0, new_sheet_id=5, new_sheet_name="副本")
    assert (copy.id, copy.title, copy.acell("A2").value) == (5, "副本", "云帆")


def test_worksheet_copy_to(sheet, running):
    other = running.client.create("other")
    assert sheet.copy_to(other.id)["title"] == "Copy of Sheet1"
    assert other.worksheet("Copy of Sheet1").acell("B2").value == "1200"


def test_worksheet_merge_cells(sheet):
    sheet.merge_cells("A1:B2", MergeType.merge_rows)
    assert len(live(sheet, "merges")) == 2


def test_worksheet_unmerge_cells(sheet):
    sheet.merge_cells("A1:B2")
    sheet.unmerge_cells("A1:B2")
    assert live(sheet, "merges") is None


def test_worksheet_batch_merge(sheet):
    sheet.batch_merge([{"range": "A1:B1"}, {"range": "A3:B4", "mergeType": MergeType.merge_columns}])
    assert len(live(sheet, "merges")) == 3


def test_worksheet_get_notes(sheet):
    sheet.clear()
    sheet.update_notes({"A1": "a", "B2": "b"})
    assert sheet.get_notes() == [["a"], ["", "b"]]
    assert sheet.get_notes(grid_range="A2:B2") == [["", "b"]]


def test_worksheet_get_note(sheet):
    assert sheet.get_note("A1") == ""


def test_worksheet_update_notes(sheet):
    sheet.update_notes({"A1": "必填", "B1": "元"})
    assert (sheet.get_note("A1"), sheet.acell("A1").value) == ("必填", "公司")


def test_worksheet_update_note(sheet):
    sheet.update_note("B2", "x")
    sheet.update_note("B2", "y")
    assert sheet.get_note("B2") == "y"


def test_worksheet_insert_note(sheet):
    sheet.insert_note("A1", "x")
    assert sheet.get_note("A1") == "x"


def test_worksheet_insert_notes(sheet):
    sheet.insert_notes({"A1": "x", "C7": "z"})
    assert sheet.get_note("C7") == "z"


def test_worksheet_clear_notes(sheet):
    sheet.insert_notes({"A1": "x", "B1": "y"})
    sheet.clear_notes(["A1", "B1"])
    assert sheet.get_note("A1") == sheet.get_note("B1") == ""


def test_worksheet_clear_note(sheet):
    sheet.insert_note("A1", "x")
    sheet.clear_note("A1")
    assert sheet.get_note("A1") == ""


def test_worksheet_define_named_range(sheet):
    answer = sheet.define_named_range("A1:B1", "标题")
    assert answer["replies"][0]["addNamedRange"]["namedRange"]["name"] == "标题"


def test_worksheet_delete_named_range(sheet, spreadsheet):
    made = sheet.define_named_range("A1:B1", "标题")["replies"][0]["addNamedRange"]["namedRange"]
    sheet.delete_named_range(made["namedRangeId"])
    assert spreadsheet.list_named_ranges() == []


def test_worksheet_add_dimension_group_columns(sheet):
    answer = sheet.add_dimension_group_columns(1, 3)
    assert answer["replies"][0]["addDimensionGroup"]["dimensionGroups"][0]["depth"] == 1


def test_worksheet_add_dimension_group_rows(sheet):
    sheet.add_dimension_group_rows(1, 3)
    assert len(live(sheet, "rowGroups")) == 1


def test_worksheet_delete_dimension_group_columns(sheet):
    sheet.add_dimension_group_columns(1, 3)
    sheet.delete_dimension_group_columns(1, 3)
    assert live(sheet, "columnGroups") is None


def test_worksheet_delete_dimension_group_rows(sheet):
    sheet.add_dimension_group_rows(1, 3)
    sheet.delete_dimension_group_rows(1, 3)
    assert live(sheet, "rowGroups") is None


def test_worksheet_list_dimension_group_columns(sheet):
    sheet.add_dimension_group_columns(1, 3)
    assert sheet.list_dimension_group_columns()[0]["range"]["endIndex"] == 3


def test_worksheet_list_dimension_group_rows(sheet):
    assert sheet.list_dimension_group_rows() == []


@pytest.fixture
def hidden(sheet):
    def of(dimension):
        found = sheet.spreadsheet.fetch_sheet_metadata({"includeGridData": "true", "ranges": "A1:C3"})["sheets"][0]
        return [size.get("hiddenByUser", False) for size in found["data"][0][dimension]]

    return of


def test_worksheet_hide_columns(sheet, hidden):
    sheet.hide_columns(1, 2)
    assert hidden("columnMetadata") == [False, True, False]


def test_worksheet_hide_rows(sheet, hidden):
    sheet.hide_rows(0, 2)
    assert hidden("rowMetadata") == [True, True, False]


def test_worksheet_unhide_columns(sheet, hidden):
    sheet.hide_columns(0, 3)
    sheet.unhide_columns(0, 2)
    assert hidden("columnMetadata") == [False, False, True]


def test_worksheet_unhide_rows(sheet, hidden):
    sheet.hide_rows(0, 2)
    sheet.unhide_rows(0, 2)
    assert not any(hidden("rowMetadata"))


def test_worksheet_hide(sheet, spreadsheet):
    spreadsheet.add_worksheet("b", 1, 1)
    sheet.hide()
    assert live(sheet)["hidden"] is True


def test_worksheet_show(sheet, spreadsheet):
    spreadsheet.add_worksheet("b", 1, 1)
    sheet.hide()
    sheet.show()
    assert "hidden" not in live(sheet)


def test_worksheet_hide_gridlines(sheet):
    sheet.hide_gridlines()
    assert live(sheet)["gridProperties"]["hideGridlines"] is True


def test_worksheet_show_gridlines(sheet):
    sheet.hide_gridlines()
    sheet.show_gridlines()
    assert "hideGridlines" not in live(sheet)["gridProperties"]


def test_worksheet_add_validation(sheet):
    sheet.add_validation("B2:B9", ValidationConditionType.one_of_list, ["a", "b"], showCustomUi=True, strict=True)
    rule = cell(sheet, "B2")["dataValidation"]
    assert (rule["condition"]["type"], rule["strict"], rule["showCustomUi"]) == ("ONE_OF_LIST", True, True)


def test_a_worksheet_that_was_deleted_is_not_found(sheet, spreadsheet):
    spreadsheet.del_worksheet(spreadsheet.add_worksheet("gone", 1, 1))
    with pytest.raises(WorksheetNotFound):
        spreadsheet.worksheet("gone")
