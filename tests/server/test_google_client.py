"""Every method of Sheets v4, and those of Drive v3 that are here, through Google's own generated client."""

from __future__ import annotations

import json
from pathlib import Path

import googleapiclient
import pytest
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload

from sheetcrm import testing
from sheetcrm.testing import Fault

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RAW = {"valueInputOption": "RAW"}


@pytest.fixture(params=["in process", "http"])
def running(request):
    with testing.server(http=request.param == "http", sleep=lambda seconds: None) as running:
        yield running


@pytest.fixture
def sheets(running):
    return running.google("sheets", "v4").spreadsheets()


@pytest.fixture
def drive(running):
    return running.google("drive", "v3")


@pytest.fixture
def book(running):
    """The id of a spreadsheet with a tab of two rows, whose row 2 is marked."""
    made = running.seed("Orders", [["item", "count"], ["tea", 2]])
    location = {"dimensionRange": {"sheetId": made.sheet1.id, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}
    mark = {"metadataId": 7, "metadataKey": "row", "location": location, "visibility": "DOCUMENT"}
    made.batch_update({"requests": [{"createDeveloperMetadata": {"developerMetadata": mark}}]})
    running.forget_requests()
    return made.id


MARKED = [{"developerMetadataLookup": {"metadataId": 7}}]


def test_spreadsheets_create(sheets):
    made = sheets.create(
        body={"properties": {"title": "客户"}}, fields="properties.title,sheets.properties.title"
    ).execute()
    assert made == {"properties": {"title": "客户"}, "sheets": [{"properties": {"title": "Sheet1"}}]}


def test_spreadsheets_get(sheets, book):
    found = sheets.get(spreadsheetId=book, ranges=["A1:A2"], includeGridData=True).execute()
    assert [row["values"][0]["formattedValue"] for row in found["sheets"][0]["data"][0]["rowData"]] == ["item", "tea"]


def test_spreadsheets_get_by_data_filter(sheets, book):
    found = sheets.getByDataFilter(spreadsheetId=book, body={"dataFilters": MARKED, "includeGridData": True}).execute()
    assert found["sheets"][0]["data"][0]["startRow"] == 1


def test_spreadsheets_batch_update(sheets, book):
    answer = sheets.batchUpdate(
        spreadsheetId=book, body={"requests": [{"addSheet": {"properties": {"title": "new", "sheetId": 5}}}]}
    ).execute()
    assert answer["spreadsheetId"] == book
    assert answer["replies"][0]["addSheet"]["properties"]["sheetId"] == 5


def test_sheets_copy_to(sheets, running, book):
    other = running.seed("Other", [])
    sheet_id = running.client.open_by_key(book).sheet1.id
    copied = (
        sheets.sheets()
        .copyTo(spreadsheetId=book, sheetId=sheet_id, body={"destinationSpreadsheetId": other.id})
        .execute()
    )
    assert copied["title"] == "Copy of Sheet1"


def test_values_get(sheets, book):
    found = sheets.values().get(spreadsheetId=book, range="Sheet1", valueRenderOption="UNFORMATTED_VALUE").execute()
    assert found["values"] == [["item", "count"], ["tea", 2]]


def test_values_batch_get(sheets, book):
    found = (
        sheets.values().batchGet(spreadsheetId=book, ranges=["A1", "Sheet1!B:B"], majorDimension="COLUMNS").execute()
    )
    assert [one["values"] for one in found["valueRanges"]] == [[["item"]], [["count", "2"]]]


def test_values_batch_get_by_data_filter(sheets, book):
    found = sheets.values().batchGetByDataFilter(spreadsheetId=book, body={"dataFilters": MARKED}).execute()
    assert found["valueRanges"][0]["valueRange"]["values"] == [["tea", "2"]]


def test_values_update(sheets, book):
    answer = (
        sheets.values()
        .update(
            spreadsheetId=book,
            range="B2",
            body={"values": [["=1+2"]]},
            valueInputOption="USER_ENTERED",
            includeValuesInResponse=True,
        )
        .execute()
    )
    assert (answer["updatedRange"], answer["updatedData"]["values"]) == ("Sheet1!B2", [["3"]])


def test_values_batch_update(sheets, book):
    body = {**RAW, "data": [{"range": "A2", "values": [["milk"]]}, {"range": "B2", "values": [[3]]}]}
    assert sheets.values().batchUpdate(spreadsheetId=book, body=body).execute()["totalUpdatedCells"] == 2


def test_values_batch_update_by_data_filter(sheets, book):
    body = {**RAW, "data": [{"dataFilter": MARKED[0], "values": [["milk", 3]]}]}
    answer = sheets.values().batchUpdateByDataFilter(spreadsheetId=book, body=body).execute()
    assert answer["totalUpdatedCells"] == 2


def test_values_append(sheets, book):
    answer = sheets.values().append(spreadsheetId=book, range="A1", body={"values": [["milk", 3]]}, **RAW).execute()
    assert (answer["tableRange"], answer["updates"]["updatedRange"]) == ("Sheet1!A1:B2", "Sheet1!A3:B3")


def test_values_clear(sheets, book):
    assert sheets.values().clear(spreadsheetId=book, range="A2:B2").execute()["clearedRange"] == "Sheet1!A2:B2"


def test_values_batch_clear(sheets, book):
    answer = sheets.values().batchClear(spreadsheetId=book, body={"ranges": ["A1", "B2"]}).execute()
    assert answer["clearedRanges"] == ["Sheet1!A1", "Sheet1!B2"]


def test_values_batch_clear_by_data_filter(sheets, book):
    answer = sheets.values().batchClearByDataFilter(spreadsheetId=book, body={"dataFilters": MARKED}).execute()
    assert answer["clearedRanges"] == ["Sheet1!A2:Z2"]


def test_developer_metadata_get(sheets, book):
    assert sheets.developerMetadata().get(spreadsheetId=book, metadataId=7).execute()["metadataKey"] == "row"


def test_developer_metadata_search(sheets, book):
    answer = sheets.developerMetadata().search(spreadsheetId=book, body={"dataFilters": MARKED}).execute()
    assert [one["developerMetadata"]["metadataId"] for one in answer["matchedDeveloperMetadata"]] == [7]


def test_no_method_of_sheets_is_forgotten(running):
    """Every method of the discovery document has a route of its own name."""
    from sheetcrm.server.methods import ROUTES

    path = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "sheets.v4.json"

    def methods(resource):
        found = {method["id"] for method in resource.get("methods", {}).values()}
        return found.union(*(methods(one) for one in resource.get("resources", {}).values()))

    names = methods(json.loads(path.read_text(encoding="utf-8")))
    assert len(names) == 17
    assert names == {route.name for route in ROUTES}


def test_an_error_is_httperror_with_googles_text(sheets, book):
    with pytest.raises(HttpError) as raised:
        sheets.values().get(spreadsheetId=book, range="Nope!A1").execute()
    assert (raised.value.resp.status, raised.value.reason) == (400, "Unable to parse range: Nope!A1")


def test_the_client_tries_again_when_it_is_told_to(sheets, running, book, monkeypatch):
    monkeypatch.setattr("googleapiclient.http.time.sleep", lambda seconds: None, raising=False)
    running.faults.add(Fault(status=503, times=1))
    running.faults.add(Fault(drop="before", times=1))
    assert sheets.values().get(spreadsheetId=book, range="A1").execute(num_retries=3)["values"] == [["item"]]
    assert [call.status for call in running.requests("*values.get")] == [503, 0, 200]


def test_a_broken_connection_is_an_error_of_the_connection(sheets, running, book):
    for fault in (Fault(drop="after"), Fault(truncate=3)):
        running.faults.add(fault)
        with pytest.raises(ConnectionError):
            sheets.values().get(spreadsheetId=book, range="A1").execute()


def test_with_credentials_at_an_address_of_its_own(tmp_path, monkeypatch):
    """Google's client with nothing of ours in it: httplib2, a service-account file, an endpoint."""
    # Newer ones ask a host of Google's where the account may be used; no test leaves this machine.
    lookup = "_is_regional_access_boundary_lookup_required"
    monkeypatch.setattr(service_account.Credentials, lookup, lambda self: False, raising=False)
    with testing.server(http=True) as running:
        path = running.service_account(tmp_path / "account.json")
        scopes = ["https://www.googleapis.com/auth/spreadsheets"]
        account = service_account.Credentials.from_service_account_file(path, scopes=scopes)
        options = {"api_endpoint": f"{running.url}/"}
        with build("sheets", "v4", credentials=account, client_options=options, static_discovery=True) as service:
            made = service.spreadsheets().create(body={"properties": {"title": "a"}}).execute()
        assert made["properties"]["title"] == "a"


def test_drive_files(drive, book):
    assert drive.about().get(fields="user").execute()["user"]["me"] is True
    copy = drive.files().copy(fileId=book, body={"name": "copy"}).execute()["id"]
    assert drive.files().update(fileId=copy, body={"name": "twin"}).execute()["name"] == "twin"
    names = [one["name"] for one in drive.files().list(q="trashed = false", fields="files(name)").execute()["files"]]
    assert sorted(names) == ["Orders", "twin"]
    assert drive.files().export(fileId=copy, mimeType="text/csv").execute() == b"item,count\r\ntea,2"
    assert drive.comments().list(fileId=copy, fields="comments").execute() == {"comments": []}
    drive.files().delete(fileId=copy).execute()
    with pytest.raises(HttpError, match="File not found"):
        drive.files().get(fileId=copy).execute()


def test_drive_permissions(drive, book):
    grant = {"type": "user", "role": "reader", "emailAddress": "bob@example.com"}
    made = drive.permissions().create(fileId=book, body=grant, sendNotificationEmail=False).execute()["id"]
    drive.permissions().update(fileId=book, permissionId=made, body={"role": "writer"}).execute()
    assert drive.permissions().get(fileId=book, permissionId=made, fields="role,emailAddress").execute() == {
        "role": "writer",
        "emailAddress": "bob@example.com",
    }
    drive.permissions().delete(fileId=book, permissionId=made).execute()
    assert len(drive.permissions().list(fileId=book).execute()["permissions"]) == 1


def test_a_csv_file_becomes_a_spreadsheet(drive, running):
    media = MediaInMemoryUpload("公司,金额\n云帆,12\n".encode(), mimetype="text/csv")
    made = drive.files().create(body={"name": "客户", "mimeType": SPREADSHEET}, media_body=media).execute()
    assert made["mimeType"] == SPREADSHEET
    sheet = running.client.open_by_key(made["id"]).sheet1
    assert (sheet.title, sheet.get_all_values()) == ("客户", [["公司", "金额"], ["云帆", "12"]])
    media = MediaInMemoryUpload(b"a\tb\n1\t2\n", mimetype="text/tab-separated-values")
    drive.files().update(fileId=made["id"], media_body=media).execute()
    assert running.client.open_by_key(made["id"]).sheet1.get_all_values() == [["a", "b"], ["1", "2"]]


def test_an_excel_file_goes_out_and_comes_in_in_pieces(drive, running, book):
    content = drive.files().export(fileId=book, mimeType=XLSX).execute()
    media = MediaInMemoryUpload(content, mimetype=XLSX, resumable=True, chunksize=256 * 1024)
    made = drive.files().create(body={"name": "Twin", "mimeType": SPREADSHEET}, media_body=media).execute()
    assert running.client.open_by_key(made["id"]).sheet1.get_all_values() == [["item", "count"], ["tea", "2"]]
    media = MediaInMemoryUpload(b"a,b\n" * 100_000, mimetype="text/csv", resumable=True, chunksize=256 * 1024)
    upload = drive.files().update(fileId=made["id"], media_body=media)
    status, answer = upload.next_chunk()
    assert (status.resumable_progress, answer) == (256 * 1024, None)
    while answer is None:
        status, answer = upload.next_chunk()
    assert running.client.open_by_key(made["id"]).sheet1.row_count == 100_000
