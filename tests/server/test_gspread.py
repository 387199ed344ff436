"""Unmodified gspread and google-api-python-client cannot tell this server from Google's."""

from __future__ import annotations

import gspread
import pytest
from gspread.exceptions import APIError, SpreadsheetNotFound, WorksheetNotFound

from sheetcrm import testing


@pytest.fixture(params=["in process", "http"])
def running(request):
    with testing.server(http=request.param == "http") as running:
        yield running


@pytest.fixture
def spreadsheet(running):
    return running.client.create("客户管理")


@pytest.fixture
def sheet(spreadsheet):
    return spreadsheet.sheet1


def test_create_and_open(running, spreadsheet):
    assert running.client.open("客户管理").id == spreadsheet.id
    assert running.client.open_by_key(spreadsheet.id).title == "客户管理"
    assert running.client.open_by_url(spreadsheet.url).id == spreadsheet.id
    assert [one.id for one in running.client.openall()] == [spreadsheet.id]


def test_what_is_not_there_cannot_be_opened(running):
    with pytest.raises(SpreadsheetNotFound):
        running.client.open("nosuch")
    with pytest.raises(SpreadsheetNotFound):
        running.client.open_by_key("nosuch")


def test_tabs_are_added_renamed_duplicated_and_deleted(spreadsheet):
    made = spreadsheet.add_worksheet("团队", rows=50, cols=5)
    assert (made.row_count, made.col_count) == (50, 5)
    made.update_title("人员")
    made.duplicate(new_sheet_name="副本")
    spreadsheet.del_worksheet(spreadsheet.worksheet("Sheet1"))
    assert sorted(one.title for one in spreadsheet.worksheets()) == ["人员", "副本"]
    with pytest.raises(WorksheetNotFound):
        spreadsheet.worksheet("Sheet1")


def test_values(sheet):
    sheet.update([["公司", "金额"], ["云帆", 1200]], "A1")
    sheet.append_row(["远望", 5], table_range="A1")
    assert sheet.get("A1:B3") == [["公司", "金额"], ["云帆", "1200"], ["远望", "5"]]
    assert sheet.get_all_records() == [{"公司": "云帆", "金额": 1200}, {"公司": "远望", "金额": 5}]
    assert sheet.acell("A2").value == "云帆"
    assert sheet.find("远望").address == "A3"
    sheet.batch_clear(["A3:B3"])
    assert sheet.col_values(1) == ["公司", "云帆"]


def test_what_a_person_types_is_read_as_sheets_reads_it(sheet):
    sheet.update([["0012", "=1+1", "TRUE"]], "A1", value_input_option="USER_ENTERED")
    assert sheet.get("A1:C1", value_render_option="UNFORMATTED_VALUE") == [[12, 2, True]]
    sheet.update([["0012", "=1+1", "+86 138"]], "A2", value_input_option="RAW")
    assert sheet.get("A2:C2") == [["0012", "=1+1", "+86 138"]]


def test_rows_and_columns_are_inserted_moved_and_deleted(sheet):
    sheet.update([["a", "b"], ["1", "2"]], "A1")
    sheet.insert_row(["x", "y"], index=2)
    assert sheet.get_all_values() == [["a", "b"], ["x", "y"], ["1", "2"]]
    sheet.delete_rows(2)
    sheet.insert_cols([["n"]], col=1)
    assert sheet.get_all_values() == [["n", "a", "b"], ["", "1", "2"]]


def test_format_freeze_notes_and_named_ranges(spreadsheet, sheet):
    sheet.format("A1:B1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 1}})
    sheet.freeze(rows=1)
    sheet.insert_note("A1", "必填")
    sheet.define_named_range("A1:B1", "标题")
    assert sheet.get_note("A1") == "必填"
    assert [one["name"] for one in spreadsheet.list_named_ranges()] == ["标题"]
    found = spreadsheet.fetch_sheet_metadata({"includeGridData": "true", "ranges": "A1"})["sheets"][0]
    assert found["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert found["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]["textFormat"] == {"bold": True}


def test_batch_update_with_metadata_that_follows_its_column(spreadsheet, sheet):
    place = {"dimensionRange": {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}
    mark = {"metadataKey": "sheetcrm", "metadataValue": "contacts.stage", "location": place, "visibility": "DOCUMENT"}
    spreadsheet.batch_update({"requests": [{"createDeveloperMetadata": {"developerMetadata": mark}}]})
    sheet.update([["", "阶段"]], "A1")
    sheet.insert_cols([["new"]], col=1)
    body = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "sheetcrm"}}], "majorDimension": "COLUMNS"}
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{spreadsheet.id}/values:batchGetByDataFilter"
    answer = spreadsheet.client.request("post", url, json=body).json()
    assert answer["valueRanges"][0]["valueRange"]["values"] == [["阶段"]]


def test_sharing_copying_exporting_importing(running, spreadsheet, sheet):
    sheet.update([["公司"], ["云帆"]], "A1")
    spreadsheet.share("bob@x.org", perm_type="user", role="writer", notify=False)
    assert {one["emailAddress"] for one in spreadsheet.list_permissions()} == {running.server.owner, "bob@x.org"}
    copy = running.client.copy(spreadsheet.id, title="副本", copy_permissions=True)
    assert copy.sheet1.get_all_values() == [["公司"], ["云帆"]]
    assert spreadsheet.export(gspread.utils.ExportFormat.CSV).decode() == "公司\r\n云帆"
    running.client.import_csv(copy.id, "a,b\n1,2\n")
    assert running.client.open_by_key(copy.id).sheet1.get_all_values() == [["a", "b"], ["1", "2"]]
    spreadsheet.remove_permissions("bob@x.org")
    running.client.del_spreadsheet(copy.id)
    assert [one.id for one in running.client.openall()] == [spreadsheet.id]


def test_what_the_server_cannot_do_it_refuses_by_name(spreadsheet):
    with pytest.raises(APIError, match="addSlicer"):
        spreadsheet.batch_update({"requests": [{"addSlicer": {"slicer": {}}}]})


def test_a_restart_keeps_everything(tmp_path):
    with testing.server(data=tmp_path) as running:
        spreadsheet = running.client.create("客户")
        gone = spreadsheet.add_worksheet("gone", rows=600, cols=5)
        gone.update([["old"]], "A500")
        spreadsheet.sheet1.update([["公司"], ["=1+1"]], "A1", value_input_option="USER_ENTERED")
        spreadsheet.sheet1.format("A1", {"textFormat": {"bold": True}})
        before = whole(spreadsheet)
    with testing.server(data=tmp_path) as running:
        spreadsheet = running.client.open("客户")
        assert whole(spreadsheet) == before
        spreadsheet.del_worksheet(spreadsheet.worksheet("gone"))
        add = {"addSheet": {"properties": {"sheetId": gone.id, "title": "again"}}}
        spreadsheet.batch_update({"requests": [add]})
    with testing.server(data=tmp_path) as running:
        assert running.client.open("客户").worksheet("again").get_all_values() == [[]]


def whole(spreadsheet):
    answer = spreadsheet.fetch_sheet_metadata({"includeGridData": "true"})
    return {key: part for key, part in answer.items() if key != "spreadsheetUrl"}


def test_requests_are_there_to_read_back(running, spreadsheet):
    spreadsheet.sheet1.update([["x"]], "A1")
    last = running.requests()[-1]
    assert (last.method, last.kind, last.status) == ("sheets.spreadsheets.values.update", "write", 200)
    assert b'"x"' in last.body


def test_googles_generated_client(running):
    from googleapiclient.discovery import build
    from googleapiclient.http import HttpRequest

    class Answer(dict):
        """What httplib2 calls a response."""

    class Http:
        """google-api-python-client's transport, on the same session."""

        def request(self, uri, method="GET", body=None, headers=None, **_):
            found = running.session.request(method, uri, data=body, headers=headers)
            answer = Answer({name.lower(): value for name, value in found.headers.items()})
            answer.status, answer.reason = found.status_code, found.reason
            return answer, found.content

    service = build("sheets", "v4", http=Http(), static_discovery=True, requestBuilder=HttpRequest)
    made = service.spreadsheets().create(body={"properties": {"title": "客户"}}).execute()
    values = service.spreadsheets().values()
    values.update(
        spreadsheetId=made["spreadsheetId"], range="Sheet1!A1:B1", valueInputOption="RAW", body={"values": [["a", 1]]}
    ).execute()
    assert values.get(
        spreadsheetId=made["spreadsheetId"], range="A1:B1", valueRenderOption="UNFORMATTED_VALUE"
    ).execute()["values"] == [["a", 1]]
