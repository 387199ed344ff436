"""How much Google takes: the last that fits is taken, the first that does not is refused, and never a 500."""

from __future__ import annotations

import json

import pytest

from sheetcrm.server.app import Server
from sheetcrm.server.errors import ApiError
from sheetcrm.server.methods import MAX_BODY
from sheetcrm.server.values import append
from tests.server.books import book, do, everything, first_sheet, lines, put, read, span

COLUMNS = "This action would increase the number of columns above the limit of 18278 columns."
CELLS = "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
LONG = "Your input contains more than the maximum of 50000 characters in a single cell."


def refusal(spreadsheet, request):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, request)
    assert everything(spreadsheet) == before
    return refused.value.code, refused.value.message.removeprefix(f"Invalid requests[0].{next(iter(request))}: ")


def text(value):
    return [{"values": [{"userEnteredValue": {"stringValue": value}}]}]


def widen(count):
    return {"updateSheetProperties": {"properties": {"gridProperties": {"columnCount": count}}, "fields": "gridProperties.columnCount"}}  # fmt: skip


def test_18278_columns_and_not_one_more():
    spreadsheet = book(["a"], rows_in_grid=2)
    do(spreadsheet, widen(18_278))
    assert put(spreadsheet, "ZZZ1", ["last"])["updatedRange"] == "Sheet1!ZZZ1"
    wide = [
        widen(18_279),
        {"appendDimension": {"dimension": "COLUMNS", "length": 1}},
        {"insertDimension": {"range": lines("COLUMNS", 0, 1)}},
        {"insertRange": {"range": span(0, 1, 0, 1), "shiftDimension": "COLUMNS"}},
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 1, "columnCount": 18_279}}}},
        {"appendCells": {"rows": [{"values": [{"note": "x"}] * 18_279}], "fields": "note"}},
        {"pasteData": {"coordinate": {"columnIndex": 18_277}, "data": "a,b", "delimiter": ","}},
    ]
    for request in wide:
        assert refusal(spreadsheet, request) == (400, COLUMNS)
    with pytest.raises(ApiError, match="18278"):
        append(spreadsheet, "A1", {"values": [["x"] * 18_279]}, value_input_option="RAW")
    with pytest.raises(ApiError, match="18278"):
        book(columns_in_grid=18_279)
    assert first_sheet(spreadsheet)["properties"]["gridProperties"]["columnCount"] == 18_278


def test_ten_million_cells_and_not_one_more():
    spreadsheet = book(["a"], rows_in_grid=1_000_000, columns_in_grid=10)
    big = [
        {"appendDimension": {"dimension": "ROWS", "length": 1}},
        {"appendDimension": {"dimension": "ROWS", "length": 2**31 - 1}},
        {"insertDimension": {"range": lines("ROWS", 0, 1)}},
        {"insertDimension": {"range": lines("ROWS", 0, 2**31 - 1)}},
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 1, "columnCount": 1}}}},
        {"duplicateSheet": {"sourceSheetId": 0}},
        widen(11),
        {"pasteData": {"coordinate": {"columnIndex": 9}, "data": "a,b", "delimiter": ","}},
    ]
    for request in big:
        assert refusal(spreadsheet, request) == (400, CELLS)
    put(spreadsheet, "J1000000", ["last"])
    with pytest.raises(ApiError, match="10000000"):
        append(spreadsheet, "J1000000", {"values": [["x"]]}, value_input_option="RAW")
    with pytest.raises(ApiError, match="10000000"):
        book(rows_in_grid=10_000_001, columns_in_grid=1)


@pytest.mark.parametrize("letter", ["x", "客"])
def test_50000_characters_and_not_one_more(letter):
    spreadsheet = book(["old"])
    fits = letter * 50_000
    put(spreadsheet, "A1", [fits], option="RAW")
    do(spreadsheet, {"updateCells": {"start": {"rowIndex": 1}, "rows": text(fits), "fields": "userEnteredValue"}})
    assert [len(row[0]) for row in read(spreadsheet)] == [50_000, 50_000]
    for option in ("RAW", "USER_ENTERED"):
        with pytest.raises(ApiError) as refused:
            put(spreadsheet, "A1", [fits + letter], option=option)
        assert (refused.value.code, refused.value.message) == (400, LONG)
    long = [
        {"updateCells": {"start": {}, "rows": text(fits + letter), "fields": "*"}},
        {"repeatCell": {"range": span(0, 1, 0, 1), "cell": text(fits + letter)[0]["values"][0], "fields": "*"}},
        {"appendCells": {"rows": text(fits + letter), "fields": "*"}},
        {"findReplace": {"find": letter, "replacement": letter * 2, "allSheets": True}},
        {"pasteData": {"coordinate": {}, "data": fits + letter, "delimiter": ","}},
    ]
    for request in long:
        assert refusal(spreadsheet, request) == (400, LONG)


def test_a_title_of_100_characters_and_not_one_more():
    spreadsheet = book()
    title = "客" * 100
    do(spreadsheet, {"addSheet": {"properties": {"title": title}}})
    for request in (
        {"addSheet": {"properties": {"title": title + "户"}}},
        {"updateSheetProperties": {"properties": {"title": "x" * 101}, "fields": "title"}},
        {"duplicateSheet": {"newSheetName": "x" * 101}},
    ):
        assert refusal(spreadsheet, request) == (400, "The sheet name cannot be greater than 100 characters.")
    do(spreadsheet, {"addSheet": {"properties": {"title": "x" * 95}}})


def test_a_copy_of_a_sheet_with_a_long_title_has_one_that_fits():
    spreadsheet = book()
    do(spreadsheet, {"updateSheetProperties": {"properties": {"title": "x" * 100}, "fields": "title"}})
    do(spreadsheet, {"duplicateSheet": {"sourceSheetId": 0}})
    assert len(everything(spreadsheet)["sheets"]) == 2


@pytest.fixture
def call():
    """Send a body to a method of one spreadsheet; (status, answer)."""
    with Server(token="t") as server:
        headers = {"Authorization": "Bearer t"}
        made = server.handle("POST", "/v4/spreadsheets", headers=headers, body=b"{}").json()

        def send(verb: str, rest: str, body: bytes, query: str = ""):
            answer = server.handle(verb, f"/v4/spreadsheets/{made['spreadsheetId']}{rest}", query, headers, body)
            return answer.status, answer.json()

        yield send


def test_10001_requests_in_a_batch(call):
    one = {"repeatCell": {"range": span(0, 1, 0, 1), "cell": {"note": "x"}, "fields": "note"}}
    status, answer = call("POST", ":batchUpdate", json.dumps({"requests": [one] * 10_001}).encode())
    assert (status, len(answer["replies"])) == (200, 10_001)
    status, answer = call("POST", ":batchUpdate", json.dumps({"requests": [one] * 10_000 + [{"nosuch": {}}]}).encode())
    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert "Unknown name \"nosuch\" at 'requests[10000]': Cannot find field." in answer["error"]["message"]
    bad = {"deleteSheet": {"sheetId": 9}}
    status, answer = call("POST", ":batchUpdate", json.dumps({"requests": [one] * 10_000 + [bad]}).encode())
    assert (status, answer["error"]["message"]) == (400, "Invalid requests[10000].deleteSheet: No sheet with id: 9")


def test_a_body_of_ten_megabytes(call):
    rows = [["x" * 45_000] for _ in range(240)]
    body = json.dumps({"values": rows}).encode()
    assert len(body) > 10_485_760
    status, answer = call("PUT", "/values/A1", body, "valueInputOption=RAW")
    assert (status, answer["updatedCells"]) == (200, 240)
    for broken in (body[:-1], b"x" * 10_485_760, b"[" * 10_485_760, b'{"values":[[{}]]}' + b" " * 10_485_760):
        status, answer = call("PUT", "/values/A1", broken, "valueInputOption=RAW")
        assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_body_that_is_too_large(call):
    status, answer = call("PUT", "/values/A1", bytes(MAX_BODY + 1), "valueInputOption=RAW")
    message = f"Request payload size exceeds the limit: {MAX_BODY} bytes."
    assert (status, answer) == (400, {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}})


@pytest.mark.parametrize(
    "text", ["A" + "1" * 5_000, "A1:B" + "9" * 5_000, "R" + "1" * 5_000, "R1C[" + "1" * 5_000 + "]", "A" * 5_000]
)
def test_a_range_with_more_digits_or_letters_than_any_number_has(call, text):
    status, answer = call("GET", f"/values/{text}", b"")
    assert (status, answer["error"]["message"]) == (400, f"Unable to parse range: {text}")
