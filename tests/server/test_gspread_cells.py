"""gspread's Worksheet, the methods that read and write cells, unmodified, through the server."""

from __future__ import annotations

import re

import gspread
import pytest
from gspread.utils import PasteOrientation, PasteType, TableDirection, ValueRenderOption

from sheetcrm import testing

ROWS = [["公司", "金额", "阶段"], ["云帆", 1200, "lead"], ["远望", 5, "won"]]


@pytest.fixture
def sheet():
    with testing.server() as running:
        made = running.client.create("客户").sheet1
        made.update(ROWS, "A1")
        yield made


def plain(sheet, range_name=None):
    return sheet.get(range_name, value_render_option=ValueRenderOption.unformatted)


def test_worksheet_acell(sheet):
    assert sheet.acell("B2").numeric_value == 1200
    assert sheet.acell("B2").address == "B2"


def test_worksheet_cell(sheet):
    sheet.update_acell("D2", "=B2*2")
    assert sheet.cell(2, 4).value == "2400"
    assert sheet.cell(2, 4, value_render_option=ValueRenderOption.formula).value == "=B2*2"


def test_worksheet_range(sheet):
    assert [cell.value for cell in sheet.range("A2:B3")] == ["云帆", "1200", "远望", "5"]
    assert [cell.value for cell in sheet.range(1, 3, 2, 3)] == ["阶段", "lead"]


def test_worksheet_get_values(sheet):
    assert sheet.get_values("A2:A4", maintain_size=True) == [["云帆"], ["远望"], [""]]


def test_worksheet_get_all_values(sheet):
    assert sheet.get_all_values() == [["公司", "金额", "阶段"], ["云帆", "1200", "lead"], ["远望", "5", "won"]]


def test_worksheet_get_all_records(sheet):
    assert sheet.get_all_records()[1] == {"公司": "远望", "金额": 5, "阶段": "won"}


def test_worksheet_get_all_cells(sheet):
    cells = sheet.get_all_cells()
    assert (len(cells), cells[1].value) == (26000, "金额")


def test_worksheet_row_values(sheet):
    assert sheet.row_values(3) == ["远望", "5", "won"]


def test_worksheet_col_values(sheet):
    assert sheet.col_values(3) == ["阶段", "lead", "won"]


def test_worksheet_update_acell(sheet):
    sheet.update_acell("A2", "新")
    assert sheet.acell("A2").value == "新"


def test_worksheet_update_cell(sheet):
    sheet.update_cell(2, 2, "=1+1")
    assert sheet.acell("B2").value == "2"


def test_worksheet_update_cells(sheet):
    sheet.update_cells([gspread.Cell(1, 1, "a"), gspread.Cell(4, 4, "d")])
    assert (sheet.acell("A1").value, sheet.acell("B1").value, sheet.acell("D4").value) == ("a", "金额", "d")


def test_worksheet_get(sheet):
    found = sheet.get("A2:B")
    assert (found, found.range, found.major_dimension) == ([["云帆", "1200"], ["远望", "5"]], "Sheet1!A2:B1000", "ROWS")


def test_worksheet_batch_get(sheet):
    assert sheet.batch_get(["A1:A2", "C3"]) == [[["公司"], ["云帆"]], [["won"]]]


def test_worksheet_update(sheet):
    answer = sheet.update([["=1+1", True]], "A4", raw=False, include_values_in_response=True)
    assert answer["updatedData"]["values"] == [["2", "TRUE"]]


def test_worksheet_batch_update(sheet):
    sheet.batch_update([{"range": "A1:B1", "values": [["a", "b"]]}, {"range": "C3", "values": [["lost"]]}])
    assert sheet.get_all_values() == [["a", "b", "阶段"], ["云帆", "1200", "lead"], ["远望", "5", "lost"]]


def test_worksheet_append_row(sheet):
    answer = sheet.append_row(["新", 1], table_range="A1")
    assert answer["updates"]["updatedRange"] == "Sheet1!A4:B4"


def test_worksheet_append_rows(sheet):
    sheet.append_rows([["x", 1], ["y", "=B2"]], value_input_option="USER_ENTERED", insert_data_option="INSERT_ROWS")
    assert plain(sheet, "A4:B5") == [["x", 1], ["y", 1200]]


def test_worksheet_insert_row(sheet):
    sheet.insert_row(["x"], index=2)
    assert sheet.col_values(1) == ["公司", "x", "云帆", "远望"]


def test_worksheet_insert_rows(sheet):
    sheet.insert_rows([["x"], ["y"]], row=2, inherit_from_before=True)
    assert sheet.col_values(1) == ["公司", "x", "y", "云帆", "远望"]


def test_worksheet_insert_cols(sheet):
    sheet.insert_cols([["n", 1, 2]], col=2)
    assert plain(sheet, "A2:C2") == [["云帆", 1, 1200]]


def test_worksheet_delete_dimension(sheet):
    sheet.delete_dimension(gspread.utils.Dimension.rows, 2, 3)
    assert sheet.get_all_values() == [["公司", "金额", "阶段"]]


def test_worksheet_delete_rows(sheet):
    sheet.delete_rows(2)
    assert sheet.col_values(1) == ["公司", "远望"]


def test_worksheet_delete_columns(sheet):
    sheet.delete_columns(1, 2)
    assert sheet.row_values(2) == ["lead"]


def test_worksheet_clear(sheet):
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_worksheet_batch_clear(sheet):
    sheet.batch_clear(["A2:A3", "C1"])
    assert sheet.get_all_values() == [["公司", "金额", ""], ["", "1200", "lead"], ["", "5", "won"]]


def test_worksheet_find(sheet):
    assert sheet.find("远望").address == "A3"
    assert sheet.find(re.compile("^l")).value == "lead"
    assert sheet.find("nosuch") is None


def test_worksheet_findall(sheet):
    assert [cell.address for cell in sheet.findall(re.compile("^[a-z]+$"), in_column=3)] == ["C2", "C3"]


def test_worksheet_sort(sheet):
    sheet.sort((2, "asc"), range="A2:C3")
    assert sheet.col_values(1) == ["公司", "远望", "云帆"]


def test_worksheet_copy_range(sheet):
    sheet.copy_range("A1:C1", "E1", PasteType.values, PasteOrientation.transpose)
    assert sheet.get("E1:E3") == [["公司"], ["金额"], ["阶段"]]


def test_worksheet_cut_range(sheet):
    sheet.cut_range("A2:C2", "A5")
    assert sheet.get("A2:C5") == [[], ["远望", "5", "won"], [], ["云帆", "1200", "lead"]]


def test_worksheet_expand(sheet):
    assert sheet.expand("B2", TableDirection.table) == [["1200", "lead"], ["5", "won"]]
