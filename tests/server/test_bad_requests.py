"""
Requests that once broke the server, each as small as it gets, over the wire.

What any request may do wrong is looked for in test_any_request.py; what it found stays here.
"""

from __future__ import annotations

import json

import pytest

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
