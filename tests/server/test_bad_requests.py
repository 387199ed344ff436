"""
Requests that once broke the server, each as small as it gets, over the wire.

What any request may do wrong is looked for in test_any_request.py; what it found stays here.
"""

from __future__ import annotations

import json

import pytest

from sheetcrm.server import parts
from sheetcrm.server.app import Server
from tests.server.books import lines, span

AUTH = {"Authorization": "Bearer t"}


@pytest.fixture
def server():
    with Server(token="t") as server:
        yield server


@pytest.fixture
def spreadsheet(server):
    made = server.handle("POST", "/v4/spreadsheets", headers=AUTH, body=b"{}").json()
    return f"/v4/spreadsheets/{made['spreadsheetId']}"


def send(server, verb, path, body=None, query=""):
    answer = server.handle(verb, path, query, AUTH, b"" if body is None else json.dumps(body).encode())
    return answer.status, answer.json()


def batch(server, spreadsheet, *requests):
    return send(server, "POST", f"{spreadsheet}:batchUpdate", {"requests": requests})


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"startColumnIndex": -5}, "startColumnIndex must be greater than or equal to 0, but was -5"),
        ({"startRowIndex": -1}, "startRowIndex must be greater than or equal to 0, but was -1"),
        ({"endRowIndex": -1}, "endRowIndex must be greater than or equal to 0, but was -1"),
    ],
)
def test_a_range_before_the_first_cell(server, spreadsheet, place, says):
    status, answer = batch(server, spreadsheet, {"unmergeCells": {"range": place}})
    assert (status, answer["error"]["message"]) == (400, f"Invalid requests[0].unmergeCells: {says}")
    status, answer = send(server, "POST", f"{spreadsheet}/values:batchGetByDataFilter", {"dataFilters": [{"gridRange": place}]})  # fmt: skip
    assert (status, answer["error"]["message"]) == (400, says)


@pytest.mark.parametrize("text", ["R[-9]C[-9]", "R0C1", "R1C0", "R[-1]", "A1:R0C0"])
def test_r1c1_before_the_first_cell(server, spreadsheet, text):
    status, answer = send(server, "GET", f"{spreadsheet}/values/{text}")
    assert (status, answer["error"]["message"]) == (400, f"Unable to parse range: {text}")


@pytest.mark.parametrize(
    ("criteria", "says"),
    [
        (True, "Invalid value at 'requests[0].set_basic_filter.filter.criteria' (Map), true"),
        ({"x": {}}, "Invalid value at 'requests[0].set_basic_filter.filter.criteria[0].key' (TYPE_INT32), \"x\""),
    ],
    ids=["no map", "a key that is no column"],
)
def test_criteria_by_column_that_are_none(server, spreadsheet, criteria, says):
    request = {"setBasicFilter": {"filter": {"range": span(0, 3, 0, 3), "criteria": criteria}}}
    status, answer = batch(server, spreadsheet, request)
    assert (status, answer["error"]["message"]) == (400, says)


def test_a_group_that_the_expression_does_not_have(server, spreadsheet):
    send(server, "PUT", f"{spreadsheet}/values/A1", {"values": [["a"]]}, "valueInputOption=RAW")
    request = {"findReplace": {"find": "a", "replacement": "$1", "searchByRegex": True, "allSheets": True}}
    assert batch(server, spreadsheet, request)[0] in {200, 400}


@pytest.mark.parametrize("moved", [(0, 1, 9), (1, 3, 9)], ids=["the column of the rows", "the column of the values"])
def test_a_column_moved_out_of_the_source_of_a_pivot_table(server, spreadsheet, moved):
    start, end, target = moved
    rows, sums = [{"sourceColumnOffset": 0, "sortOrder": "ASCENDING"}], [{"sourceColumnOffset": 2, "summarizeFunction": "SUM"}]  # fmt: skip
    table = {"source": span(0, 4, 0, 3), "rows": rows, "values": sums}
    cell = [{"values": [{"pivotTable": table}]}]
    assert batch(server, spreadsheet, {"updateCells": {"start": {"rowIndex": 9}, "rows": cell, "fields": "*"}})[0] == 200  # fmt: skip
    move = {"moveDimension": {"source": lines("COLUMNS", start, end), "destinationIndex": target}}
    assert batch(server, spreadsheet, move)[0] == 200
    assert send(server, "GET", spreadsheet, query="includeGridData=true")[0] == 200


@pytest.mark.parametrize("body", [b"[" * 5000, b'{"a":' * 5000], ids=["lists", "messages"])
@pytest.mark.parametrize("path", ["/drive/v3/files", "/drive/v3/files/x/copy", "/v4/spreadsheets"])
def test_nested_too_deep(server, path, body):
    answer = server.handle("POST", path.replace("x", _file(server)), "", AUTH, body)
    assert answer.status == 400


def test_metadata_of_an_upload_nested_too_deep(server):
    parts = b"--b\r\n\r\n" + b"[" * 5000 + b"\r\n--b\r\n\r\na,b\r\n--b--"
    headers = {**AUTH, "Content-Type": "multipart/related; boundary=b"}
    answer = server.handle("POST", "/upload/drive/v3/files", "uploadType=multipart", headers, parts)
    assert answer.status == 400


def _file(server):
    return server.handle("POST", "/v4/spreadsheets", headers=AUTH, body=b"{}").json()["spreadsheetId"]


@pytest.mark.parametrize("theme", [{}, {"primaryFontFamily": "Arial"}])
def test_a_theme_without_colours(server, spreadsheet, theme):
    request = {"updateSpreadsheetProperties": {"properties": {"spreadsheetTheme": theme}, "fields": "spreadsheetTheme"}}
    assert batch(server, spreadsheet, request)[0] == 400
    band = {"addBanding": {"bandedRange": {"range": span(0, 3, 0, 3), "rowProperties": {"firstBandColor": {}, "secondBandColor": {}}}}}  # fmt: skip
    assert batch(server, spreadsheet, band)[0] == 200


@pytest.mark.parametrize("kind", ["PASTE_NORMAL", "PASTE_VALUES", "PASTE_FORMAT", "PASTE_DATA_VALIDATION"])
def test_a_merge_that_was_cut_is_gone_from_disk_too(server, spreadsheet, kind):
    assert batch(server, spreadsheet, {"mergeCells": {"range": span(0, 2, 0, 2)}})[0] == 200
    cut = {"cutPaste": {"source": span(0, 3, 0, 3), "destination": {"rowIndex": 5}, "pasteType": kind}}
    assert batch(server, spreadsheet, cut)[0] == 200
    spreadsheet_id = spreadsheet.rpartition("/")[2]
    with server._backend.library.opened(spreadsheet_id) as (held,):
        assert server.store.parts(spreadsheet_id) == parts.dump(held)


def test_a_sheet_of_a_data_source_is_refused_by_name(server, spreadsheet):
    properties = {"dataSourceSheetProperties": {"dataExecutionStatus": {"lastRefreshTime": "yesterday"}}}
    says = "this embedded server does not support sheets of a data source yet (Google does)"
    status, answer = batch(server, spreadsheet, {"addSheet": {"properties": properties}})
    assert (status, answer["error"]["message"]) == (400, f"Invalid requests[0].addSheet: {says}")
    update = {"updateSheetProperties": {"properties": properties, "fields": "*"}}
    status, answer = batch(server, spreadsheet, update)
    assert (status, answer["error"]["message"]) == (400, f"Invalid requests[0].updateSheetProperties: {says}")


WRONG_MASK = "Request contains an invalid argument."


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/values/A1", None),
        ("GET", "/values:batchGet", None),
        ("PUT", "/values/A1", {"values": [["x"]]}),
        ("POST", "/values/A1:append", {"values": [["x"]]}),
        ("POST", "/values/A1:clear", {}),
        ("POST", ":batchUpdate", {"requests": [{"addSheet": {}}]}),
        ("POST", "/sheets/0:copyTo", {"destinationSpreadsheetId": "x"}),
        ("POST", "/developerMetadata:search", {"dataFilters": [{"a1Range": "A1"}]}),
    ],
)
def test_a_mask_over_what_no_answer_has_and_nothing_is_done(server, spreadsheet, verb, path, body):
    before = send(server, "GET", spreadsheet, query="includeGridData=true")
    status, answer = send(server, verb, spreadsheet + path, body, "fields=nosuch.x")
    assert (status, answer["error"]["message"]) == (400, WRONG_MASK)
    text = "Error expanding 'fields' parameter. Cannot find matching fields for path 'nosuch'."
    assert answer["error"]["details"][0]["fieldViolations"] == [{"field": "nosuch", "description": text}]
    assert send(server, "GET", spreadsheet, query="includeGridData=true") == before


PROPERTIES = {"properties": {"sheetId": 0, "title": "a"}}
CELL = {"data": [{"rowData": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}]}]}


@pytest.mark.parametrize(
    ("mask", "sheet"),
    [
        pytest.param("sheets.properties(sheetId,title)", PROPERTIES, id="parentheses"),
        pytest.param("sheets(properties(sheetId,title))", PROPERTIES, id="parentheses in parentheses"),
        pytest.param("sheets(properties/sheet_id,properties.title)", PROPERTIES, id="slash, dot and snake case"),
        pytest.param("sheets/properties/sheetId,sheets/properties/title", PROPERTIES, id="paths that meet"),
        pytest.param("sheets.data.rowData.values.userEnteredValue", CELL, id="down to a value"),
        pytest.param("sheets.data.row_data.values.user_entered_value.*", CELL, id="all of a value"),
        pytest.param("sheets(properties(sheetId,title),data/rowData/values(userEnteredValue))", PROPERTIES | CELL, id="both"),
    ],
)  # fmt: skip
def test_masks_in_every_notation(server, spreadsheet, mask, sheet):
    rename = {"updateSheetProperties": {"properties": {"title": "a"}, "fields": "title"}}
    assert batch(server, spreadsheet, rename)[0] == 200
    send(server, "PUT", f"{spreadsheet}/values/A1", {"values": [["x"]]}, "valueInputOption=RAW")
    assert send(server, "GET", spreadsheet, query=f"fields={mask}") == (200, {"sheets": [sheet]})


@pytest.mark.parametrize("mask", ["sheets(", "sheets)", ",", "a..b", "sheets properties", "%ff", "(((", "a(" * 2000])
def test_a_mask_that_cannot_be_read(server, spreadsheet, mask):
    status, answer = send(server, "GET", spreadsheet, query=f"fields={mask}")
    assert (status, answer["error"]["message"]) == (400, WRONG_MASK)


NOTHING_LISTED = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param(None, NOTHING_LISTED, id="none"),
        pytest.param("", NOTHING_LISTED, id="empty"),
        pytest.param("nosuch", "Invalid field: nosuch", id="an unknown field"),
        pytest.param("Title", "Invalid field: Title", id="other capitals"),
        pytest.param("properties.title", "Invalid field: properties", id="from the root of the request"),
        pytest.param("title.x", "Invalid field: title.x", id="below a text"),
        pytest.param("gridProperties.nosuch", "Invalid field: gridProperties.nosuch", id="an unknown field further down"),
        pytest.param("title(", WRONG_MASK, id="not a mask"),
    ],
)  # fmt: skip
def test_the_mask_of_an_update(server, spreadsheet, fields, says):
    request = {"updateSheetProperties": {"properties": {"title": "x"}, "fields": fields}}
    status, answer = batch(server, spreadsheet, request)
    assert (status, answer["error"]["message"]) == (400, f"Invalid requests[0].updateSheetProperties: {says}")


@pytest.mark.parametrize("fields", ["title", "grid_properties/row_count,title", "title,gridProperties(rowCount)"])
def test_masks_of_an_update_in_every_notation(server, spreadsheet, fields):
    properties = {"title": "x", "gridProperties": {"rowCount": 5, "columnCount": 3}}
    assert batch(server, spreadsheet, {"updateSheetProperties": {"properties": properties, "fields": fields}})[0] == 200
    sheet = send(server, "GET", spreadsheet, query="fields=sheets.properties")[1]["sheets"][0]["properties"]
    rows = 5 if "row" in fields else 1000
    assert (sheet["title"], sheet["gridProperties"]) == ("x", {"rowCount": rows, "columnCount": 26})


def test_answers_in_anything_but_json_are_refused_by_name(server, spreadsheet):
    status, answer = send(server, "GET", f"{spreadsheet}/values/A1", query="alt=proto")
    assert (status, answer["error"]["message"]) == (400, "this embedded server does not support alt=proto yet (Google does)")  # fmt: skip


LIMITS = "exceeds grid limits. Max rows: 1000, max columns: 26"


@pytest.mark.parametrize(
    ("verb", "path", "body", "says"),
    [
        pytest.param("GET", "/values/Nosuch!A1", None, "Unable to parse range: Nosuch!A1", id="an unknown sheet"),
        pytest.param("GET", "/values/AAAA1", None, "Unable to parse range: AAAA1", id="a range that does not parse"),
        pytest.param("GET", "/values/ZZZ1", None, f"Range (Sheet1!ZZZ1) {LIMITS}", id="a range beyond the grid"),
        pytest.param("PUT", "/values/A1001", {"values": [["x"]]}, f"Range (Sheet1!A1001) {LIMITS}", id="a write beyond the grid"),
        pytest.param("PUT", "/values/A1:B1", {"values": [["x"], ["y"]]}, "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]", id="a write below its range"),
        pytest.param("PUT", "/values/A1:B1", {"values": [["x", "y", "z"]]}, "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]", id="a write beside its range"),
        pytest.param("PUT", "/values/A1", {"range": "B1", "values": [["x"]]}, "Request range[A1] does not match value's range[B1]", id="two ranges"),
        pytest.param("PUT", "/values/A1", {"values": "x"}, "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"x\"", id="values that are no rows"),
        pytest.param("PUT", "/values/A1", {"values": [["x", ["y"]]]}, "Invalid values[0][1]: list_value {\n}\n", id="a list for a cell"),
        pytest.param("PUT", "/values/A1", {"valuess": []}, "Invalid JSON payload received. Unknown name \"valuess\" at 'data': Cannot find field.", id="an unknown field"),
        pytest.param("POST", ":batchUpdate", {}, "Must specify at least one request.", id="no requests"),
    ],
)  # fmt: skip
def test_calls_that_google_refuses(server, spreadsheet, verb, path, body, says):  # noqa: PLR0917 - a table
    status, answer = send(server, verb, spreadsheet + path, body, "valueInputOption=RAW" if verb == "PUT" else "")
    assert (status, answer["error"]["message"], answer["error"]["status"]) == (400, says, "INVALID_ARGUMENT")


BAND = {"range": span(0, 3, 0, 3), "rowProperties": {"firstBandColor": {"red": 1}, "secondBandColor": {"green": 1}}}


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        pytest.param({"addSheet": {"properties": {"title": "a"}}}, {"addSheet": {"properties": {"title": "A"}}}, 'A sheet with the name "A" already exists. Please enter another name.', id="a title twice"),
        pytest.param({"addSheet": {"properties": {"sheetId": 5}}}, {"addSheet": {"properties": {"sheetId": 5}}}, "Sheet with id 5 already exists", id="an id twice"),
        pytest.param({"addSheet": {"properties": {"sheetId": 5}}}, {"deleteSheet": {"sheetId": 6}}, "No sheet with id: 6", id="an unknown sheet"),
        pytest.param({"addNamedRange": {"namedRange": {"name": "n", "range": span(0, 1, 0, 1)}}}, {"deleteSheet": {}}, "You can't remove all the sheets in a document.", id="the last sheet deleted"),
        pytest.param({"addSheet": {"properties": {"hidden": True}}}, {"updateSheetProperties": {"properties": {"hidden": True}, "fields": "hidden"}}, "You can't hide all the sheets in a document.", id="all sheets hidden"),
        pytest.param({"mergeCells": {"range": span(0, 3, 0, 3)}}, {"mergeCells": {"range": span(1, 4, 1, 4)}}, "You must select all cells in a merged range to merge or unmerge them.", id="merges that overlap"),
        pytest.param({"addBanding": {"bandedRange": BAND}}, {"addBanding": {"bandedRange": BAND}}, "You cannot add alternating background colors to a range that already has alternating background colors.", id="bandings that overlap"),
        pytest.param({"addTable": {"table": {"name": "a", "range": span(0, 3, 0, 3)}}}, {"addTable": {"table": {"name": "b", "range": span(1, 4, 0, 3)}}}, "You cannot add a table to a range that already has a table.", id="tables that overlap"),
        pytest.param({"addNamedRange": {"namedRange": {"name": "n", "range": span(0, 1, 0, 1)}}}, {"addNamedRange": {"namedRange": {"name": "N", "range": span(0, 1, 0, 1)}}}, "Cannot add named range with name N, a named range with that name already exists.", id="a name twice"),
        pytest.param({"addSheet": {"properties": {"sheetId": 5}}}, {"deleteEmbeddedObject": {"objectId": 6}}, "No embedded object with id: 6", id="an unknown chart"),
    ],
)  # fmt: skip
def test_batches_that_google_refuses_change_nothing(server, spreadsheet, first, second, says):
    before = send(server, "GET", spreadsheet, query="includeGridData=true")
    status, answer = batch(server, spreadsheet, first, second)
    message = f"Invalid requests[1].{next(iter(second))}: {says}"
    assert (status, answer["error"]) == (400, {"code": 400, "message": message, "status": "INVALID_ARGUMENT"})
    assert send(server, "GET", spreadsheet, query="includeGridData=true") == before


def test_formulas_in_a_circle_are_ref_and_no_hang(server, spreadsheet):
    send(server, "PUT", f"{spreadsheet}/values/A1", {"values": [["=B1", "=C1+1", "=A1"]]}, "valueInputOption=USER_ENTERED")  # fmt: skip
    assert send(server, "GET", f"{spreadsheet}/values/A1:C1")[1]["values"] == [["#REF!"] * 3]
