"""Files, as Sheets clients use Drive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.server.app import Server

DRIVE = "https://www.googleapis.com/drive/v3"
FILES = f"{DRIVE}/files"
UPLOAD = "https://www.googleapis.com/upload/drive/v2/files"
SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


class Clock:
    """Each look is a second later than the one before."""

    def __init__(self):
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(seconds=1)
        return self.time


def connected(server):
    return mount(requests.Session(), InProcess(server))


@pytest.fixture
def drive():
    with Server(owner="ann@x.org", now=Clock()) as server, connected(server) as session:
        yield session


@pytest.fixture
def file_id(drive):
    return create(drive, "客户")


def create(drive, name, **more):
    return drive.post(FILES, json={"name": name, "mimeType": SPREADSHEET, **more}).json()["id"]


def error(answer):
    found = answer.json()["error"]
    return answer.status_code, found["errors"][0]["reason"], found["message"]


def test_a_new_file_is_an_empty_spreadsheet(drive):
    answer = drive.post(FILES, json={"name": "客户", "mimeType": SPREADSHEET}).json()
    assert answer == {"kind": "drive#file", "id": answer["id"], "name": "客户", "mimeType": SPREADSHEET}
    found = drive.get(f"{SHEETS}/{answer['id']}").json()
    assert found["properties"]["title"] == "客户"
    assert [sheet["properties"]["title"] for sheet in found["sheets"]] == ["Sheet1"]


def test_a_program_finds_its_file_by_a_property_of_its_own(drive):
    body = {"name": "客户", "mimeType": SPREADSHEET, "appProperties": {"sheetcrm": "7"}}
    made = drive.post(FILES, params={"fields": "id,appProperties"}, json=body).json()
    assert made["appProperties"] == {"sheetcrm": "7"}
    query = "appProperties has {key='sheetcrm' and value='7'} and trashed=false"
    assert [one["id"] for one in drive.get(FILES, params={"q": query}).json()["files"]] == [made["id"]]


def test_a_file_shows_what_fields_ask_for(drive, file_id):
    answer = drive.get(f"{FILES}/{file_id}", params={"fields": "id,name,createdTime,owners(emailAddress)"}).json()
    assert answer == {
        "id": file_id,
        "name": "客户",
        "createdTime": answer["createdTime"],
        "owners": [{"emailAddress": "ann@x.org"}],
    }
    assert answer["createdTime"].endswith("Z")


def test_a_change_of_the_cells_is_a_change_of_the_file(drive, file_id):
    params = {"fields": "modifiedTime,version"}
    before = drive.get(f"{FILES}/{file_id}", params=params).json()
    drive.put(f"{SHEETS}/{file_id}/values/A1", params={"valueInputOption": "RAW"}, json={"values": [["x"]]})
    after = drive.get(f"{FILES}/{file_id}", params=params).json()
    assert after["modifiedTime"] > before["modifiedTime"]
    assert int(after["version"]) > int(before["version"])
    drive.get(f"{SHEETS}/{file_id}/values/A1")
    assert drive.get(f"{FILES}/{file_id}", params=params).json() == after


def test_the_files_name_and_the_spreadsheets_title_are_one(drive, file_id):
    drive.patch(f"{FILES}/{file_id}", json={"name": "商机"})
    assert drive.get(f"{SHEETS}/{file_id}").json()["properties"]["title"] == "商机"
    rename = {"updateSpreadsheetProperties": {"properties": {"title": "团队"}, "fields": "title"}}
    drive.post(f"{SHEETS}/{file_id}:batchUpdate", json={"requests": [rename]})
    assert drive.get(f"{FILES}/{file_id}").json()["name"] == "团队"


def test_the_list_is_searched_and_comes_in_pages(drive):
    for name in "abc":
        create(drive, name)
    assert [file["name"] for file in drive.get(FILES, params={"q": "name = 'b'"}).json()["files"]] == ["b"]
    first = drive.get(FILES, params={"pageSize": 2}).json()
    rest = drive.get(FILES, params={"pageSize": 2, "pageToken": first["nextPageToken"]}).json()
    assert [file["name"] for file in first["files"] + rest["files"]] == ["c", "b", "a"]
    assert "nextPageToken" not in rest


def test_what_was_put_in_the_bin_is_still_there_and_can_be_left_out(drive, file_id):
    drive.patch(f"{FILES}/{file_id}", json={"trashed": True})
    assert drive.get(FILES, params={"q": "trashed = false"}).json()["files"] == []
    assert drive.get(f"{SHEETS}/{file_id}").status_code == 200
    drive.patch(f"{FILES}/{file_id}", json={"trashed": False})
    assert len(drive.get(FILES, params={"q": "trashed = false"}).json()["files"]) == 1


def test_what_was_deleted_is_gone(drive, file_id):
    answer = drive.delete(f"{FILES}/{file_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert drive.get(f"{SHEETS}/{file_id}").status_code == 404
    assert error(drive.get(f"{FILES}/{file_id}")) == (404, "notFound", f"File not found: {file_id}.")


def test_a_copy_goes_its_own_way(drive, file_id):
    cell = {"params": {"valueInputOption": "RAW"}}
    drive.put(f"{SHEETS}/{file_id}/values/A1", json={"values": [["old"]]}, **cell)
    copy_id = drive.post(f"{FILES}/{file_id}/copy", json={"name": "副本"}).json()["id"]
    drive.put(f"{SHEETS}/{copy_id}/values/A1", json={"values": [["new"]]}, **cell)
    assert drive.get(f"{SHEETS}/{file_id}/values/A1").json()["values"] == [["old"]]
    assert drive.get(f"{SHEETS}/{copy_id}/values/A1").json()["values"] == [["new"]]
    assert drive.get(f"{FILES}/{copy_id}").json()["name"] == "副本"


@pytest.mark.parametrize(
    ("order", "names"),
    [
        pytest.param("", ["a", "C", "b"], id="last changed first"),
        pytest.param("name", ["a", "b", "C"], id="by name"),
        pytest.param("name_natural desc,createdTime", ["C", "b", "a"], id="from the end"),
        pytest.param("createdTime", ["b", "C", "a"], id="oldest first"),
        pytest.param("recency desc", ["a", "C", "b"], id="pygsheets: recency, the latest of a file's times"),
        pytest.param("folder,modifiedByMeTime", ["b", "C", "a"], id="folders first, of which there are none"),
    ],
)
def test_files_are_listed_in_the_order_asked_for(drive, order, names):
    for name in ("b", "C", "a"):
        create(drive, name)
    found = drive.get(FILES, params={"orderBy": order, "fields": "files(name)"}).json()["files"]
    assert [one["name"] for one in found] == names


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("GET", "/files?orderBy=quotaBytesUsed", None, id="an order that is not here"),
        pytest.param("POST", "/files", {"name": "a", "mimeType": SPREADSHEET, "properties": {"a": "b"}}, id="a field"),
        pytest.param("POST", "/files/{id}/copy", {"description": "a"}, id="a field of a copy"),
        pytest.param("GET", "/files?q=" + "(" * 5000, None, id="a query without end"),
        pytest.param("GET", "/files?q=trashed=false" + " or trashed=false" * 400, None, id="a query too long"),
    ],
)
def test_nothing_that_is_asked_for_is_passed_over_in_silence(drive, file_id, method, path, body):
    answer = drive.request(method, DRIVE + path.replace("{id}", file_id), json=body)
    assert error(answer)[:2] == (400, "invalid")


def test_a_file_goes_from_folder_to_folder(drive, file_id):
    def parents(**params):
        return drive.patch(f"{FILES}/{file_id}", params={**params, "fields": "parents"}).json()["parents"]

    assert parents(addParents="f1") == ["f1"]
    assert parents(addParents="f2", removeParents="f1") == ["f2"]
    assert parents(removeParents="f1") == ["f2"]
    assert parents(removeParents="f2") == ["root"]


def test_csv_out_is_the_first_sheet_as_people_see_it(drive, file_id):
    rows = [["公司", "金额"], ['say "hi"', "1,5"], ["short"]]
    drive.put(f"{SHEETS}/{file_id}/values/A1", params={"valueInputOption": "RAW"}, json={"values": rows})
    answer = drive.get(f"{FILES}/{file_id}/export", params={"mimeType": "text/csv"})
    assert answer.content.decode() == '公司,金额\r\n"say ""hi""","1,5"\r\nshort,'
    assert answer.headers["Content-Type"] == "text/csv"


def test_csv_out_passes_a_chart_by_that_stands_first(drive, file_id):
    drive.put(f"{SHEETS}/{file_id}/values/A1", params={"valueInputOption": "RAW"}, json={"values": [["a"]]})
    cells = {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    data = {"sourceRange": {"sources": [cells]}}
    chart = {"spec": {"scorecardChart": {"keyValueData": data}}, "position": {"sheetId": 7}}
    first = {"properties": {"sheetId": 7, "index": 0}, "fields": "index"}
    requests = [{"addChart": {"chart": chart}}, {"updateSheetProperties": first}]
    assert drive.post(f"{SHEETS}/{file_id}:batchUpdate", json={"requests": requests}).ok
    assert drive.get(f"{FILES}/{file_id}/export", params={"mimeType": "text/csv"}).content == b"a"


def test_csv_in_replaces_everything(drive, file_id):
    drive.post(f"{SHEETS}/{file_id}:batchUpdate", json={"requests": [{"addSheet": {"properties": {"title": "old"}}}]})
    data = "公司,金额\n云帆,12\n=1+1,'0012\n".encode()
    params = {"uploadType": "media", "convert": True}
    answer = drive.put(f"{UPLOAD}/{file_id}", data=data, params=params, headers={"Content-Type": "text/csv"})
    assert answer.json()["id"] == file_id
    found = drive.get(f"{SHEETS}/{file_id}").json()
    assert [sheet["properties"]["title"] for sheet in found["sheets"]] == ["客户"]
    values = drive.get(f"{SHEETS}/{file_id}/values/客户", params={"valueRenderOption": "UNFORMATTED_VALUE"}).json()[
        "values"
    ]
    assert values == [["公司", "金额"], ["云帆", 12], [2, "0012"]]


def test_sharing(drive, file_id):
    permissions = f"{FILES}/{file_id}/permissions"
    made = drive.post(permissions, json={"type": "user", "role": "writer", "emailAddress": "bob@x.org"}).json()
    listed = drive.get(permissions, params={"fields": "permissions"}).json()["permissions"]
    assert [(one["emailAddress"], one["role"]) for one in listed] == [("ann@x.org", "owner"), ("bob@x.org", "writer")]
    assert drive.delete(f"{permissions}/{made['id']}").status_code == 204
    assert len(drive.get(permissions).json()["permissions"]) == 1


def test_about(drive):
    assert drive.get(f"{DRIVE}/about", params={"fields": "user(emailAddress,me)"}).json() == {
        "user": {"emailAddress": "ann@x.org", "me": True}
    }


@pytest.mark.parametrize(
    ("method", "path", "more", "answer"),
    [
        pytest.param("GET", "/files/nosuch", {}, (404, "notFound", "File not found: nosuch."), id="unknown file"),
        pytest.param(
            "DELETE", "/files/nosuch", {}, (404, "notFound", "File not found: nosuch."), id="delete an unknown file"
        ),
        pytest.param(
            "GET", "/files?q=frobs%3D1", {}, (400, "invalid", "Invalid Value"), id="a query that makes no sense"
        ),
        pytest.param("GET", "/files?pageSize=0", {}, (400, "invalid", "Invalid value '0'"), id="a page of nothing"),
        pytest.param(
            "GET",
            "/files/{id}?fields=frobs",
            {},
            (400, "invalidParameter", "Invalid field selection frobs"),
            id="an unknown field",
        ),
        pytest.param(
            "GET",
            "/files/{id}?alt=media",
            {},
            (403, "fileNotDownloadable", "Only files with binary content"),
            id="download",
        ),
        pytest.param(
            "GET",
            "/files/{id}/export?mimeType=application/pdf",
            {},
            (400, "invalid", "This embedded server exports text/csv"),
            id="export as PDF",
        ),
        pytest.param(
            "POST",
            "/files",
            {"json": {"name": "a", "mimeType": "text/plain"}},
            (400, "invalid", "This embedded server keeps"),
            id="no spreadsheet",
        ),
        pytest.param("POST", "/files", {"data": "{"}, (400, "parseError", "Parse Error"), id="no JSON"),
        pytest.param(
            "PATCH",
            "/files/{id}",
            {"json": {"starred": True}},
            (400, "invalid", "This embedded server cannot change starred"),
            id="starred",
        ),
        pytest.param(
            "POST",
            "/files/{id}/permissions",
            {"json": {"role": "reader"}},
            (400, "invalid", "The permission type"),
            id="sharing with nobody",
        ),
        pytest.param("POST", "/files/{id}/watch", {}, (501, "notImplemented", "POST /drive/v3/files/"), id="watching"),
        pytest.param(
            "GET", "/changes", {}, (501, "notImplemented", "GET /drive/v3/changes is not supported"), id="changes"
        ),
        pytest.param(
            "GET", "/about", {}, (400, "required", "The 'fields' parameter is required"), id="about without fields"
        ),
    ],
)
def test_refusals_have_drives_shape(drive, file_id, method, path, more, answer):  # noqa: PLR0917 - a case is one line
    status, reason, text = error(drive.request(method, DRIVE + path.format(id=file_id), **more))
    assert (status, reason) == answer[:2]
    assert text.startswith(answer[2])


@pytest.mark.parametrize(
    ("role", "reading", "writing", "on_drive"),
    [
        pytest.param(None, 403, 403, 404, id="not shared"),
        pytest.param("reader", 200, 403, 200, id="shared for reading"),
        pytest.param("writer", 200, 200, 200, id="shared for writing"),
    ],
)
def test_somebody_elses_file(tmp_path, role, reading, writing, on_drive):
    with Server(tmp_path, owner="ann@x.org") as server, connected(server) as ann:
        file_id = create(ann, "Ann's")
        if role:
            ann.post(f"{FILES}/{file_id}/permissions", json={"type": "user", "role": role, "emailAddress": "bob@x.org"})
    with Server(tmp_path, owner="bob@x.org") as server, connected(server) as bob:
        assert bob.get(f"{SHEETS}/{file_id}").status_code == reading
        answer = bob.post(f"{SHEETS}/{file_id}/values/A1:clear")
        assert answer.status_code == writing
        if writing == 403:
            assert answer.json()["error"] == {
                "code": 403,
                "message": "The caller does not have permission",
                "status": "PERMISSION_DENIED",
            }
        assert bob.get(f"{FILES}/{file_id}").status_code == on_drive
        assert bob.delete(f"{FILES}/{file_id}").status_code == (404 if on_drive == 404 else 403)


def test_the_owner_is_among_the_editors_of_what_is_protected(tmp_path):
    with Server(tmp_path, owner="ann@x.org") as server, connected(server) as ann:
        file_id = create(ann, "a")
        protect = {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}}
        assert ann.post(f"{SHEETS}/{file_id}:batchUpdate", json={"requests": [protect]}).status_code == 200
    with Server(tmp_path, owner="ann@x.org") as server, connected(server) as ann:
        (sheet,) = ann.get(f"{SHEETS}/{file_id}").json()["sheets"]
        assert sheet["protectedRanges"][0]["editors"]["users"] == ["ann@x.org"]
