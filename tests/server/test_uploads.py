"""Tables that are uploaded become spreadsheets; what cannot is refused by name."""

from __future__ import annotations

import json

import pytest
import requests

from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.server.app import Server
from sheetcrm.server.downloads import XLSX

FILES = "https://www.googleapis.com/upload/drive/v3/files"
SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
ORDERS = {"name": "Orders", "mimeType": SPREADSHEET}


@pytest.fixture
def server():
    with Server(owner="ann@x.org") as server:
        yield server


@pytest.fixture
def drive(server):
    with mount(requests.Session(), InProcess(server)) as session:
        yield session


def related(metadata, content, kind="text/csv", *, newline=b"\r\n", end=b"--"):
    """A body of uploadType=multipart and its headers."""
    said = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    lines = [
        b"--xyz", b"Content-Type: application/json; charset=UTF-8", b"", said,
        b"--xyz", b"Content-Type: " + kind.encode(), b"", content, b"--xyz" + end, b"",
    ]  # fmt: skip
    return {"data": newline.join(lines), "headers": {"Content-Type": 'multipart/related; boundary="xyz"'}}


def create(drive, metadata, content, *more, **how):
    return drive.post(FILES, params={"uploadType": "multipart"}, **related(metadata, content, *more, **how))


def rows(drive, file_id, option="UNFORMATTED_VALUE"):
    found = drive.get(f"{SHEETS}/{file_id}/values/A1:ZZ5000", params={"valueRenderOption": option}).json()
    return found.get("values", [])


def error(answer):
    found = answer.json()["error"]
    return answer.status_code, found["errors"][0]["reason"], found["message"]


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        pytest.param(b"a,b\n1,2.5\n", "text/csv", [["a", "b"], [1, 2.5]], id="numbers"),
        pytest.param("公司\r\n云帆\r\n".encode("utf-8-sig"), "text/csv", [["公司"], ["云帆"]], id="Excel's CSV: a BOM"),
        pytest.param(b'"a\r\n--b","c,d"', "text/csv", [["a\r\n--b", "c,d"]], id="newlines and dashes in quotes"),
        pytest.param(b"a\tb,c\n", "text/tab-separated-values", [["a", "b,c"]], id="tabs"),
        pytest.param(b"=1+1,'007\n", "text/csv; charset=utf-8", [[2, "007"]], id="as if typed in"),
        pytest.param(b"", "text/csv", [], id="nothing"),
        pytest.param(b"a\n\n\nb\n", "text/csv", [["a"], [], [], ["b"]], id="blank lines"),
        pytest.param(b"x\n" * 1500, "text/csv", [["x"]] * 1500, id="more rows than a new sheet has"),
    ],
)
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
def test_a_table_becomes_a_spreadsheet(drive, content, kind, expected, newline):
    made = create(drive, ORDERS, content, kind, newline=newline).json()
    assert made == {"kind": "drive#file", "id": made["id"], "name": "Orders", "mimeType": SPREADSHEET}
    assert rows(drive, made["id"]) == expected
    found = drive.get(f"{SHEETS}/{made['id']}").json()
    assert [sheet["properties"]["title"] for sheet in found["sheets"]] == ["Orders"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param("公司,é\n".encode("utf-16"), "text/csv", id="UTF-16 by its mark"),
        pytest.param("公司,é\n".encode("gb18030"), "text/csv; charset=gb18030", id="GB 18030, as the sender says"),
        pytest.param("公司,é\n".encode(), "text/csv; charset=frobs", id="UTF-8 whatever the sender says"),
    ],
)
def test_texts_come_in_many_encodings(drive, content, kind):
    made = create(drive, ORDERS, content, kind).json()["id"]
    assert rows(drive, made) == [["公司", "é"]]


def test_an_upload_into_a_spreadsheet_replaces_everything(drive):
    made = create(drive, ORDERS, b"old,old\nold,old").json()["id"]
    headers = {"Content-Type": "text/csv"}
    answer = drive.patch(f"{FILES}/{made}", params={"uploadType": "media"}, data=b"new", headers=headers)
    assert answer.json()["name"] == "Orders"
    assert rows(drive, made) == [["new"]]
    renamed = drive.patch(f"{FILES}/{made}", params={"uploadType": "multipart"}, **related({"name": "Twin"}, b"x"))
    assert (renamed.json()["name"], rows(drive, made)) == ("Twin", [["x"]])


@pytest.mark.parametrize(
    ("metadata", "kind", "text"),
    [
        pytest.param(ORDERS, "application/pdf", "not application/pdf", id="PDF"),
        pytest.param({"name": "a.csv"}, "text/csv", "keeps spreadsheets only, not text/csv", id="a file to be kept"),
        pytest.param({"mimeType": "text/plain"}, "text/csv", "keeps spreadsheets only", id="another kind of file"),
    ],
)
def test_what_is_no_table_is_refused_by_name(drive, metadata, kind, text):
    status, reason, message = error(create(drive, metadata, b"a,b", kind))
    assert (status, reason) == (400, "invalid")
    assert text in message
    assert drive.get("https://www.googleapis.com/drive/v3/files").json()["files"] == []


@pytest.mark.parametrize("way", ["", "frobs"])
def test_other_ways_of_uploading_are_refused_by_name(drive, way):
    answer = drive.post(FILES, params={"uploadType": way}, **related(ORDERS, b"a"))
    assert error(answer)[:2] == (400, "invalid")
    assert "uploadType=media, multipart or resumable" in error(answer)[2]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(related(ORDERS, b"a", end=b""), id="no end"),
        pytest.param({**related(ORDERS, b"a"), "headers": {"Content-Type": "multipart/related"}}, id="no boundary"),
        pytest.param({**related(ORDERS, b"a"), "headers": {"Content-Type": "text/csv"}}, id="no multipart"),
        pytest.param({**related(ORDERS, b"a"), "data": b""}, id="nothing"),
        pytest.param({**related(ORDERS, b"a"), "data": b"--xyz\r\n\r\n--xyz--"}, id="one part"),
        pytest.param(related(b"{", b"a"), id="metadata that are no JSON"),
        pytest.param(related(b"[]", b"a"), id="metadata that are a list"),
    ],
)
def test_a_body_that_cannot_be_read_is_400(drive, how):
    assert drive.post(FILES, params={"uploadType": "multipart"}, **how).status_code == 400


def test_an_excel_file_becomes_a_spreadsheet_and_back(drive):
    made = create(drive, ORDERS, b"0012,=1+1\n'0012,2026-09-05\n").json()["id"]
    export = f"https://www.googleapis.com/drive/v3/files/{made}/export"
    exported = drive.get(export, params={"mimeType": XLSX})
    assert exported.headers["Content-Type"] == XLSX
    twin = create(drive, {**ORDERS, "name": "Twin"}, exported.content, XLSX).json()
    assert twin["name"] == "Twin"
    assert rows(drive, twin["id"], "FORMULA") == [[12, "=1+1"], ["0012", 46270]]
    assert rows(drive, twin["id"], "FORMATTED_VALUE") == [["12", "2"], ["0012", "2026-09-05"]]
    headers = {"Content-Type": XLSX}
    drive.put(
        FILES.replace("v3", "v2") + f"/{made}", params={"uploadType": "media"}, data=exported.content, headers=headers
    )
    assert rows(drive, made, "FORMULA") == [[12, "=1+1"], ["0012", 46270]]


@pytest.mark.parametrize("content", [b"", b"PK", b"a,b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"], ids=repr)
def test_what_is_no_excel_file_is_400_and_changes_nothing(drive, content):
    made = create(drive, ORDERS, b"a").json()["id"]
    headers = {"Content-Type": XLSX}
    answer = drive.patch(f"{FILES}/{made}", params={"uploadType": "media"}, data=content, headers=headers)
    assert error(answer)[:2] == (400, "invalid")
    assert "The content cannot be read as an Excel file (.xlsx): it " in error(answer)[2]
    assert rows(drive, made) == [["a"]]


def begin(drive, metadata, kind="text/csv", **more):
    headers = {"X-Upload-Content-Type": kind}
    return drive.post(FILES, params={"uploadType": "resumable"}, json=metadata, headers=headers, **more)


def send(drive, begun, content, first=0, total=None):
    text = f"bytes {first}-{first + len(content) - 1}/{total or first + len(content)}"
    return drive.put(begun.headers["Location"], data=content, headers={"Content-Range": text})


def test_an_upload_in_pieces_is_taken_up_where_it_broke_off(drive):
    begun = begin(drive, ORDERS)
    assert send(drive, begun, b"a,b", total=7).headers["Range"] == "bytes=0-2"
    asked = drive.put(begun.headers["Location"], headers={"Content-Range": "bytes */7"})
    assert (asked.status_code, asked.headers["Range"]) == (308, "bytes=0-2")
    assert send(drive, begun, b"xx", first=5, total=9).status_code == 308, "a gap is not filled with nothing"
    assert send(drive, begun, b",b\n1", first=1, total=7).status_code == 308, "what came twice counts once"
    made = send(drive, begun, b",2", first=5).json()
    assert rows(drive, made["id"]) == [["a", "b"], [1, 2]]
    assert send(drive, begun, b"2", first=6).status_code == 404, "it is over"


def test_an_upload_in_pieces_replaces_a_spreadsheet(drive):
    made = create(drive, ORDERS, b"old").json()["id"]
    headers = {"X-Upload-Content-Type": "text/csv"}
    begun = drive.patch(f"{FILES}/{made}", params={"uploadType": "resumable"}, json={"name": "New"}, headers=headers)
    answer = drive.put(begun.headers["Location"], data=b"new")
    assert (answer.json()["name"], rows(drive, made)) == ("New", [["new"]])


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        pytest.param(ORDERS, "image/png", id="a picture"),
        pytest.param({"name": "a"}, "text/csv", id="a file to be kept"),
    ],
)
def test_an_upload_in_pieces_is_refused_before_its_content_is_sent(drive, metadata, kind):
    assert error(begin(drive, metadata, kind))[:2] == (400, "invalid")


def test_an_upload_in_pieces_belongs_to_who_began_it_whoever_sends_it(server, drive):
    begun = begin(drive, ORDERS)
    nobody = {"Authorization": "Bearer frobs"}
    made = drive.put(begun.headers["Location"], data=b"a", headers=nobody).json()
    assert rows(drive, made["id"]) == [["a"]]
    guessed = f"{FILES}?uploadType=resumable&upload_id=guess"
    assert drive.put(guessed, data=b"a", headers=nobody).status_code == 404


def test_who_may_no_longer_write_does_not_end_an_upload(server, drive):
    made = create(drive, ORDERS, b"old").json()["id"]
    grants = f"https://www.googleapis.com/drive/v3/files/{made}/permissions"
    grant = drive.post(grants, json={"type": "user", "role": "writer", "emailAddress": "bob@x.org"}).json()["id"]
    headers = {"X-Upload-Content-Type": "text/csv", "Authorization": f"Bearer {server.add_user('bob@x.org')}"}
    begun = drive.patch(f"{FILES}/{made}", params={"uploadType": "resumable"}, headers=headers)
    drive.delete(f"{grants}/{grant}")
    assert drive.put(begun.headers["Location"], data=b"new").status_code == 404
    assert rows(drive, made) == [["old"]]


@pytest.mark.parametrize("text", ["bytes 0-9/3", "frobs", "bytes 0-1/2"])
def test_a_range_that_is_not_that_of_the_bytes_is_400(drive, text):
    begun = begin(drive, ORDERS)
    assert drive.put(begun.headers["Location"], data=b"a", headers={"Content-Range": text}).status_code == 400


def test_a_reader_may_not_upload(server, drive):
    made = create(drive, ORDERS, b"a").json()["id"]
    grant = {"type": "user", "role": "reader", "emailAddress": "bob@x.org"}
    drive.post(f"https://www.googleapis.com/drive/v3/files/{made}/permissions", json=grant)
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {server.add_user('bob@x.org')}"}
    answer = drive.patch(f"{FILES}/{made}", params={"uploadType": "media"}, data=b"b", headers=headers)
    assert error(answer)[:2] == (403, "insufficientFilePermissions")
    assert rows(drive, made) == [["a"]]


def test_a_cell_that_is_too_long_leaves_the_spreadsheet_as_it_was(drive):
    made = create(drive, ORDERS, b"a").json()["id"]
    answer = drive.patch(
        f"{FILES}/{made}", params={"uploadType": "media"}, data=b"x" * 50_001, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 400
    assert rows(drive, made) == [["a"]]
