"""gspread's Client and Spreadsheet, method by method, unmodified, through the server."""

from __future__ import annotations

from io import BytesIO

import gspread
import pytest
from gspread.exceptions import APIError, SpreadsheetNotFound, WorksheetNotFound
from gspread.utils import ExportFormat
from python_calamine import load_workbook

from sheetcrm import testing

OTHER = "bob@x.org"


@pytest.fixture
def running():
    with testing.server() as running:
        yield running


@pytest.fixture
def client(running):
    return running.client


@pytest.fixture
def spreadsheet(client):
    made = client.create("客户")
    made.sheet1.update([["公司", "金额"], ["云帆", 1200]], "A1")
    return made


def titles(spreadsheet):
    return [sheet.title for sheet in spreadsheet.worksheets()]


def roles(spreadsheet):
    return {one.get("emailAddress", one["id"]): one["role"] for one in spreadsheet.list_permissions()}


def test_client_copy(client, spreadsheet):
    spreadsheet.share(OTHER, perm_type="user", role="reader", notify=False)
    copy = client.copy(spreadsheet.id, title="副本", copy_permissions=True, copy_comments=True)
    assert (copy.title, copy.sheet1.get_all_values()) == ("副本", [["公司", "金额"], ["云帆", "1200"]])
    assert roles(copy)[OTHER] == "reader"


def test_client_create(client):
    made = client.create("new", folder_id="folder")
    assert made.id in {one["id"] for one in client.list_spreadsheet_files("new", folder_id="folder")}


def test_client_del_spreadsheet(client, spreadsheet):
    client.del_spreadsheet(spreadsheet.id)
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key(spreadsheet.id)


@pytest.mark.parametrize(("form", "begins"), [
    pytest.param(ExportFormat.CSV, "公司,金额\r\n云帆,1200".encode(), id="csv"),
    pytest.param(ExportFormat.TSV, "公司\t金额\r\n云帆\t1200".encode(), id="tsv"),
    pytest.param(ExportFormat.EXCEL, b"PK", id="xlsx"),
])  # fmt: skip
def test_client_export(client, spreadsheet, form, begins):
    assert client.export(spreadsheet.id, form).startswith(begins)


def test_client_export_of_what_the_server_does_not_write_is_refused_by_name(client, spreadsheet):
    with pytest.raises(APIError, match="pdf"):
        client.export(spreadsheet.id, ExportFormat.PDF)


def test_client_get_file_drive_metadata(client, spreadsheet):
    found = client.get_file_drive_metadata(spreadsheet.id)
    assert (found["id"], found["name"]) == (spreadsheet.id, "客户")
    assert found["createdTime"] <= found["modifiedTime"]


def test_client_import_csv(client, spreadsheet):
    client.import_csv(spreadsheet.id, "a,b\n1,2\n")
    assert client.open_by_key(spreadsheet.id).sheet1.get_all_values() == [["a", "b"], ["1", "2"]]


def test_client_insert_permission(client, spreadsheet):
    client.insert_permission(spreadsheet.id, OTHER, perm_type="user", role="writer", notify=False)
    client.insert_permission(spreadsheet.id, None, perm_type="anyone", role="reader", with_link=True)
    assert roles(spreadsheet)[OTHER] == "writer"
    assert "reader" in roles(spreadsheet).values()


def test_client_list_permissions(client, running, spreadsheet):
    (owner,) = client.list_permissions(spreadsheet.id)
    assert (owner["emailAddress"], owner["role"], owner["type"]) == (running.server.owner, "owner", "user")


def test_client_list_spreadsheet_files(client, spreadsheet):
    assert [one["name"] for one in client.list_spreadsheet_files()] == ["客户"]
    assert client.list_spreadsheet_files("nosuch") == []


def test_client_open(client, spreadsheet):
    assert client.open("客户").id == spreadsheet.id
    with pytest.raises(SpreadsheetNotFound):
        client.open("nosuch")


def test_client_open_by_key(client, spreadsheet):
    assert client.open_by_key(spreadsheet.id).title == "客户"


def test_client_open_by_url(client, spreadsheet):
    assert client.open_by_url(spreadsheet.url).id == spreadsheet.id


def test_client_openall(client, spreadsheet):
    assert [one.id for one in client.openall()] == [spreadsheet.id]
    assert client.openall("nosuch") == []


def test_client_remove_permission(client, spreadsheet):
    made = client.insert_permission(spreadsheet.id, OTHER, perm_type="user", role="writer", notify=False).json()
    client.remove_permission(spreadsheet.id, made["id"])
    assert OTHER not in roles(spreadsheet)


def test_spreadsheet_accept_ownership(spreadsheet, running):
    own = next(one["id"] for one in spreadsheet.list_permissions() if one["role"] == "owner")
    assert spreadsheet.accept_ownership(own).json()["role"] == "owner"
    assert roles(spreadsheet) == {running.server.owner: "owner"}


def test_spreadsheet_transfer_ownership(spreadsheet):
    made = spreadsheet.share(OTHER, perm_type="user", role="writer", notify=False).json()
    assert spreadsheet.transfer_ownership(made["id"]).json()["role"] == "writer"
    assert roles(spreadsheet)[OTHER] == "writer"


def test_spreadsheet_add_worksheet(spreadsheet):
    made = spreadsheet.add_worksheet("团队", rows=50, cols=5, index=0)
    assert (made.row_count, made.col_count, titles(spreadsheet)) == (50, 5, ["团队", "Sheet1"])


def test_spreadsheet_batch_update(spreadsheet):
    spreadsheet.batch_update({"requests": [{"addSheet": {"properties": {"title": "a"}}}]})
    assert titles(spreadsheet) == ["Sheet1", "a"]


def test_spreadsheet_creation_time(client, spreadsheet):
    opened = client.open_by_key(spreadsheet.id)
    assert opened.creationTime == client.get_file_drive_metadata(spreadsheet.id)["createdTime"]


def test_spreadsheet_last_update_time(client, spreadsheet):
    opened = client.open_by_key(spreadsheet.id)
    with pytest.warns(DeprecationWarning, match="lastUpdateTime"):
        assert opened.lastUpdateTime == client.get_file_drive_metadata(spreadsheet.id)["modifiedTime"]


def test_spreadsheet_get_last_update_time(spreadsheet):
    before = spreadsheet.get_lastUpdateTime()
    spreadsheet.sheet1.update([["x"]], "A1")
    assert spreadsheet.get_lastUpdateTime() >= before


def test_spreadsheet_update_drive_metadata(client, spreadsheet):
    client.http_client.request(
        "patch", f"https://www.googleapis.com/drive/v3/files/{spreadsheet.id}", json={"name": "renamed"}
    )
    spreadsheet.update_drive_metadata()
    assert spreadsheet._properties["name"] == "renamed"


def test_spreadsheet_del_worksheet(spreadsheet):
    spreadsheet.del_worksheet(spreadsheet.add_worksheet("gone", 1, 1))
    assert titles(spreadsheet) == ["Sheet1"]


def test_spreadsheet_del_worksheet_by_id(spreadsheet):
    spreadsheet.del_worksheet_by_id(spreadsheet.add_worksheet("gone", 1, 1).id)
    assert titles(spreadsheet) == ["Sheet1"]


def test_spreadsheet_duplicate_sheet(spreadsheet):
    copy = spreadsheet.duplicate_sheet(0, insert_sheet_index=0, new_sheet_id=7, new_sheet_name="copy")
    assert (copy.id, copy.index, copy.acell("A2").value) == (7, 0, "云帆")


def test_spreadsheet_export(spreadsheet):
    assert spreadsheet.export(ExportFormat.CSV).decode() == "公司,金额\r\n云帆,1200"
    exported = load_workbook(BytesIO(spreadsheet.export(ExportFormat.EXCEL)))
    assert exported.get_sheet_by_name("Sheet1").to_python() == [["公司", "金额"], ["云帆", 1200]]


def test_spreadsheet_fetch_sheet_metadata(spreadsheet):
    found = spreadsheet.fetch_sheet_metadata({"fields": "properties.title,sheets.properties.title"})
    assert found == {"properties": {"title": "客户"}, "sheets": [{"properties": {"title": "Sheet1"}}]}


def test_spreadsheet_get_worksheet(spreadsheet):
    assert spreadsheet.get_worksheet(0).title == "Sheet1"
    with pytest.raises(WorksheetNotFound):
        spreadsheet.get_worksheet(9)


def test_spreadsheet_get_worksheet_by_id(spreadsheet):
    assert spreadsheet.get_worksheet_by_id(0).title == "Sheet1"


def test_spreadsheet_sheet1(spreadsheet):
    assert spreadsheet.sheet1.id == 0


def test_spreadsheet_list_named_ranges(spreadsheet):
    assert spreadsheet.list_named_ranges() == []


def test_spreadsheet_named_range(spreadsheet):
    spreadsheet.sheet1.define_named_range("A1:B2", "表")
    assert [cell.value for cell in spreadsheet.named_range("表")] == ["公司", "金额", "云帆", "1200"]


def test_spreadsheet_list_permissions(spreadsheet, running):
    assert [one["emailAddress"] for one in spreadsheet.list_permissions()] == [running.server.owner]


def test_spreadsheet_list_protected_ranges(spreadsheet, running):
    spreadsheet.sheet1.add_protected_range("A1:B1", [running.server.owner], description="heading")
    assert [one["description"] for one in spreadsheet.list_protected_ranges(0)] == ["heading"]


def test_spreadsheet_remove_permissions(spreadsheet):
    made = spreadsheet.share(OTHER, perm_type="user", role="writer", notify=False).json()
    assert spreadsheet.remove_permissions(OTHER, role="any") == [made["id"]]
    assert OTHER not in roles(spreadsheet)


def test_spreadsheet_reorder_worksheets(spreadsheet):
    second, third = spreadsheet.add_worksheet("b", 1, 1), spreadsheet.add_worksheet("c", 1, 1)
    spreadsheet.reorder_worksheets([third, spreadsheet.sheet1, second])
    assert titles(spreadsheet) == ["c", "Sheet1", "b"]


@pytest.mark.parametrize("role", ["reader", "commenter", "writer"])
def test_spreadsheet_share(spreadsheet, role):
    spreadsheet.share(OTHER, perm_type="user", role=role, notify=True, email_message="您好")
    assert roles(spreadsheet)[OTHER] == role


def test_spreadsheet_update_locale(spreadsheet):
    spreadsheet.update_locale("zh_CN")
    assert spreadsheet.fetch_sheet_metadata()["properties"]["locale"] == spreadsheet.locale == "zh_CN"


def test_spreadsheet_update_timezone(spreadsheet):
    spreadsheet.update_timezone("Asia/Shanghai")
    assert spreadsheet.fetch_sheet_metadata()["properties"]["timeZone"] == "Asia/Shanghai"


def test_spreadsheet_update_title(client, spreadsheet):
    spreadsheet.update_title("改名")
    assert client.open("改名").id == spreadsheet.id


def test_spreadsheet_values_append(spreadsheet):
    spreadsheet.values_append("A1", {"valueInputOption": "RAW"}, {"values": [["远望", 5]]})
    assert spreadsheet.sheet1.row_values(3) == ["远望", "5"]


def test_spreadsheet_values_batch_clear(spreadsheet):
    spreadsheet.values_batch_clear(body={"ranges": ["A1", "B2"]})
    assert spreadsheet.sheet1.get_all_values() == [["", "金额"], ["云帆", ""]]


def test_spreadsheet_values_batch_get(spreadsheet):
    found = spreadsheet.values_batch_get(["A1:A2", "B2"], {"majorDimension": "COLUMNS"})
    assert [one["values"] for one in found["valueRanges"]] == [[["公司", "云帆"]], [["1200"]]]


def test_spreadsheet_values_batch_update(spreadsheet):
    data = [{"range": "A1", "values": [["x"]]}, {"range": "C1", "values": [["=1+1"]]}]
    answer = spreadsheet.values_batch_update({"valueInputOption": "USER_ENTERED", "data": data})
    assert answer["totalUpdatedCells"] == 2
    assert spreadsheet.sheet1.row_values(1) == ["x", "金额", "2"]


def test_spreadsheet_values_clear(spreadsheet):
    assert spreadsheet.values_clear("A1:B1")["clearedRange"] == "Sheet1!A1:B1"
    assert spreadsheet.sheet1.row_values(1) == []


def test_spreadsheet_values_get(spreadsheet):
    assert spreadsheet.values_get("A2:B2", {"valueRenderOption": "UNFORMATTED_VALUE"})["values"] == [["云帆", 1200]]


def test_spreadsheet_values_update(spreadsheet):
    spreadsheet.values_update("B2", {"valueInputOption": "RAW"}, {"values": [[7]]})
    assert spreadsheet.sheet1.acell("B2").value == "7"


def test_spreadsheet_worksheet(spreadsheet):
    assert spreadsheet.worksheet("Sheet1").id == 0


def test_spreadsheet_worksheets(spreadsheet):
    spreadsheet.add_worksheet("hidden", 1, 1).hide()
    assert len(spreadsheet.worksheets()) == 2
    assert [sheet.title for sheet in spreadsheet.worksheets(exclude_hidden=True)] == ["Sheet1"]
    assert isinstance(spreadsheet.worksheets()[0], gspread.Worksheet)
