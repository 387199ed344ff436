"""Several people on one server: files by permission, cells by protection."""

from __future__ import annotations

import gspread
import pytest
import requests
from gspread.exceptions import APIError

from sheetcrm.server import access
from sheetcrm.server.adapter import InProcess, Redirect, mount
from sheetcrm.server.app import Server
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, do, everything, first_sheet, lines, put, span

OWNER, BOB = "ann@x.org", "bob@x.org"
PROTECTED = (
    "You are trying to edit a protected cell or object."
    " Please contact the spreadsheet owner to remove protection if you need to edit."
)


def client(server: Server, token: str, url: str | None) -> gspread.Client:
    """Unmodified gspread with a person's own token."""
    session = requests.Session()
    session.trust_env = False
    mount(session, Redirect(url) if url else InProcess(server))
    session.headers["Authorization"] = f"Bearer {token}"
    return gspread.Client(auth=None, session=session)


@pytest.fixture(params=["in process", "http"])
def people(request):
    """Two gspread clients on one server: the owner's and Bob's."""
    with Server(owner=OWNER) as server:
        if request.param == "in process":
            yield client(server, server.token, None), client(server, server.add_user(BOB), None)
            return
        with server.listen() as listener:
            yield client(server, server.token, listener.url), client(server, server.add_user(BOB), listener.url)


def test_a_private_file_is_nobody_elses_business(people):
    ann, bob = people
    spreadsheet = ann.create("客户")
    with pytest.raises(PermissionError):
        bob.open_by_key(spreadsheet.id)
    assert bob.openall() == []
    spreadsheet.share(BOB, perm_type="user", role="reader", notify=False)
    assert [one.id for one in bob.openall()] == [spreadsheet.id]
    spreadsheet.remove_permissions(BOB)
    with pytest.raises(PermissionError):
        bob.open_by_key(spreadsheet.id)


@pytest.mark.parametrize("role", ["reader", "commenter"])
def test_a_viewer_reads_and_does_not_write(people, role):
    ann, bob = people
    spreadsheet = ann.create("客户")
    spreadsheet.sheet1.update([["公司"]], "A1")
    spreadsheet.share(BOB, perm_type="user", role=role, notify=False)
    seen = bob.open_by_key(spreadsheet.id)
    assert seen.sheet1.get("A1") == [["公司"]]
    writes = [
        lambda: seen.sheet1.update([["x"]], "A1"),
        lambda: seen.sheet1.append_row(["x"]),
        lambda: seen.sheet1.batch_clear(["A1"]),
        lambda: seen.sheet1.format("A1", {"textFormat": {"bold": True}}),
        lambda: seen.add_worksheet("new", 1, 1),
        lambda: seen.sheet1.copy_to(spreadsheet.id),
    ]
    for write in writes:
        with pytest.raises(APIError) as refused:
            write()
        error = refused.value.response.json()["error"]
        assert error == {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}
    assert spreadsheet.sheet1.get_all_values() == [["公司"]]


def test_a_writer_writes_where_nothing_is_protected(people):
    ann, bob = people
    spreadsheet = ann.create("客户")
    spreadsheet.share(BOB, perm_type="user", role="writer", notify=False)
    spreadsheet.sheet1.add_protected_range("A1:B1", editor_users_emails=[])
    sheet = bob.open_by_key(spreadsheet.id).sheet1
    sheet.update([["x"]], "A2")
    with pytest.raises(APIError) as refused:
        sheet.update([["x"]], "B1")
    error = refused.value.response.json()["error"]
    assert error == {"code": 400, "message": PROTECTED, "status": "INVALID_ARGUMENT"}
    with pytest.raises(APIError) as refused:
        sheet.format("A1:A9", {"textFormat": {"bold": True}})
    assert refused.value.response.json()["error"]["message"] == f"Invalid requests[0].repeatCell: {PROTECTED}"
    spreadsheet.sheet1.update([["owner"]], "A1")
    assert sheet.get_all_values() == [["owner"], ["x"]]


def test_an_editor_of_the_range_writes(people):
    ann, bob = people
    spreadsheet = ann.create("客户")
    spreadsheet.share(BOB, perm_type="user", role="writer", notify=False)
    spreadsheet.sheet1.add_protected_range("A1:B1", editor_users_emails=["BOB@x.org"])
    bob.open_by_key(spreadsheet.id).sheet1.update([["x"]], "A1")
    assert spreadsheet.sheet1.get("A1") == [["x"]]


def test_what_a_person_creates_is_theirs(people):
    ann, bob = people
    spreadsheet = bob.create("Bob's")
    assert spreadsheet.list_permissions()[0]["emailAddress"] == BOB
    with pytest.raises(PermissionError):
        ann.open_by_key(spreadsheet.id)


def shared(*protections) -> Spreadsheet:
    """A spreadsheet of five rows with protections by its owner, as somebody else sees it."""
    spreadsheet = book(*([f"a{row}", row, "x "] for row in range(5)), rows_in_grid=20, columns_in_grid=10)
    spreadsheet.owner = OWNER
    for one in protections:
        do(spreadsheet, {"addProtectedRange": {"protectedRange": one}})
    spreadsheet.caller = BOB
    return spreadsheet


MIDDLE = span(2, 4, 1, 3)
CELL = {"userEnteredValue": {"numberValue": 1}}
TOUCHING = [
    {"updateCells": {"range": span(3, 5, 0, 2), "rows": [], "fields": "*"}},
    {"updateCells": {"start": {"rowIndex": 2, "columnIndex": 0}, "rows": [{"values": [{}, CELL]}], "fields": "*"}},
    {"repeatCell": {"range": {"sheetId": 0}, "cell": CELL, "fields": "*"}},
    {"updateBorders": {"range": span(3, 4, 2, 3), "top": {"style": "SOLID"}}},
    {"mergeCells": {"range": span(3, 6, 2, 6)}},
    {"setDataValidation": {"range": span(2, 3, 1, 2)}},
    {"sortRange": {"range": span(0, 5, 0, 3), "sortSpecs": [{"dimensionIndex": 0}]}},
    {"findReplace": {"find": "x", "replacement": "y", "allSheets": True}},
    {"trimWhitespace": {"range": span(0, 5, 2, 3)}},
    {"deleteDuplicates": {"range": span(3, 9, 0, 2)}},
    {"randomizeRange": {"range": span(3, 9, 0, 2)}},
    {"textToColumns": {"source": span(3, 9, 2, 3), "delimiterType": "SPACE"}},
    {"textToColumns": {"source": span(0, 5, 0, 1), "delimiterType": "CUSTOM", "delimiter": "a"}},
    {"autoFill": {"sourceAndDestination": {"source": span(0, 2, 1, 2), "dimension": "ROWS", "fillLength": 1}}},
    {"pasteData": {"coordinate": {"rowIndex": 3}, "data": "a,b", "delimiter": ","}},
    {"copyPaste": {"source": span(0, 1, 0, 1), "destination": span(2, 3, 2, 3)}},
    {"cutPaste": {"source": span(2, 3, 2, 3), "destination": {"rowIndex": 9, "columnIndex": 0}}},
    {"cutPaste": {"source": span(0, 1, 0, 1), "destination": {"rowIndex": 2, "columnIndex": 2}}},
    {"insertRange": {"range": span(0, 1, 1, 2), "shiftDimension": "ROWS"}},
    {"deleteRange": {"range": span(2, 3, 0, 1), "shiftDimension": "COLUMNS"}},
    {"insertDimension": {"range": lines("ROWS", 3, 5)}},
    {"deleteDimension": {"range": lines("ROWS", 3, 9)}},
    {"deleteDimension": {"range": lines("COLUMNS", 0, 2)}},
    {"moveDimension": {"source": lines("ROWS", 2, 3), "destinationIndex": 8}},
    {"moveDimension": {"source": lines("ROWS", 8, 9), "destinationIndex": 3}},
    {"updateDimensionProperties": {"range": lines("ROWS", 2, 3), "properties": {"pixelSize": 9}, "fields": "pixelSize"}},
    {"updateSheetProperties": {"properties": {"gridProperties": {"rowCount": 3}}, "fields": "gridProperties.rowCount"}},
    {"deleteSheet": {"sheetId": 0}},
    {"addConditionalFormatRule": {"rule": {"ranges": [span(0, 9, 2, 3)], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}}},
    {"deleteProtectedRange": {"protectedRangeId": 7}},
    {"updateProtectedRange": {"protectedRange": {"protectedRangeId": 7, "description": "mine"}, "fields": "description"}},
]  # fmt: skip


@pytest.mark.parametrize("request_", TOUCHING, ids=lambda one: next(iter(one)))
def test_a_request_that_touches_a_protected_range_is_refused(request_):
    spreadsheet = shared({"range": MIDDLE, "protectedRangeId": 7})
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, request_)
    assert (refused.value.code, refused.value.message) == (
        400,
        f"Invalid requests[0].{next(iter(request_))}: {PROTECTED}",
    )
    assert everything(spreadsheet) == before


@pytest.mark.parametrize("request_", TOUCHING[:-3], ids=lambda one: next(iter(one)))
def test_a_protection_that_only_warns_refuses_nothing(request_):
    spreadsheet = shared({"range": MIDDLE, "protectedRangeId": 7, "warningOnly": True})
    if "deleteSheet" in request_:
        do(spreadsheet, {"addSheet": {}})
    do(spreadsheet, request_)


@pytest.mark.parametrize(
    "request_",
    [
        {"repeatCell": {"range": span(0, 2, 0, 10), "cell": CELL, "fields": "*"}},
        {"insertDimension": {"range": lines("ROWS", 2, 3)}},
        {"insertDimension": {"range": lines("ROWS", 4, 5)}},
        {"deleteDimension": {"range": lines("ROWS", 0, 2)}},
        {"findReplace": {"find": "a0", "replacement": "y", "allSheets": True}},
        {"appendCells": {"rows": [{"values": [CELL]}], "fields": "*"}},
        {"autoFill": {"range": span(0, 9, 0, 5)}},
        {"addNamedRange": {"namedRange": {"name": "n", "range": MIDDLE}}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_request_beside_a_protected_range_is_carried_out(request_):
    do(shared({"range": MIDDLE}), request_)


def test_a_protected_column_keeps_rows_together():
    spreadsheet = shared({"range": {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}})
    for request in (
        {"insertDimension": {"range": lines("ROWS", 0, 1)}},
        {"appendDimension": {"dimension": "ROWS", "length": 1}},
    ):
        with pytest.raises(ApiError, match="protected"):
            do(spreadsheet, request)


def test_a_protected_sheet_with_holes():
    spreadsheet = shared({"range": {"sheetId": 0}, "unprotectedRanges": [span(0, 2, 0, 2), span(2, 4, 0, 2)]})
    put(spreadsheet, "Sheet1!A1:B4", ["x", "y"])
    put(spreadsheet, "A2", ["x"], ["y"])
    for range_ in ("C1", "A5", "B4:C4"):
        with pytest.raises(ApiError, match="protected"):
            put(spreadsheet, range_, ["x", "y"])
    rename = {"updateSheetProperties": {"properties": {"title": "new"}, "fields": "title"}}
    with pytest.raises(ApiError, match="protected"):
        do(spreadsheet, rename)


def test_only_those_who_may_edit_see_who_else_may():
    spreadsheet = shared({"range": MIDDLE, "editors": {"users": ["cy@x.org"]}, "protectedRangeId": 7})
    assert first_sheet(spreadsheet)["protectedRanges"] == [
        {"protectedRangeId": 7, "range": {key: part for key, part in MIDDLE.items() if part}}
    ]
    with access.acting(spreadsheet, "cy@x.org"):
        seen = first_sheet(spreadsheet)["protectedRanges"][0]
    assert (seen["requestingUserCanEdit"], seen["editors"]) == (True, {"users": [OWNER, "cy@x.org"]})


def test_whoever_protects_a_range_may_edit_it():
    spreadsheet = shared()
    do(spreadsheet, {"addProtectedRange": {"protectedRange": {"range": MIDDLE, "editors": {"users": ["cy@x.org"]}}}})
    put(spreadsheet, "B3", ["mine"])
    with access.acting(spreadsheet, "dan@x.org"), pytest.raises(ApiError, match="protected"):
        put(spreadsheet, "B3", ["his"])


def test_a_whole_domain_may_edit():
    spreadsheet = shared({"range": MIDDLE, "editors": {"domainUsersCanEdit": True}})
    put(spreadsheet, "B3", ["mine"])
    with access.acting(spreadsheet, "bob@elsewhere.org"), pytest.raises(ApiError, match="protected"):
        put(spreadsheet, "B3", ["his"])
