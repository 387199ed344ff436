"""The export links of the File menu: which sheet, which format, for whom."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from python_calamine import load_workbook

from sheetcrm.server.app import Server

AUTH = {"Authorization": "Bearer open-sesame"}
ROWS = [["a,b", "x"], ["1"], ["", "", "\u6c49"]]


@pytest.fixture
def server():
    with Server(token="open-sesame") as server:
        yield server


@pytest.fixture
def book(server):
    """The id of a spreadsheet with rows in its second sheet, whose id is 7."""
    cells = [{"values": [{"userEnteredValue": {"stringValue": text}} for text in row]} for row in ROWS]
    second = {"properties": {"title": "It's 2", "sheetId": 7}, "data": [{"rowData": cells}]}
    body = {"properties": {"title": "Stock"}, "sheets": [{"properties": {"title": "One"}}, second]}
    made = server.handle("POST", "/v4/spreadsheets", "", AUTH, json.dumps(body).encode())
    return made.json()["spreadsheetId"]


def export(server, book, query, headers=AUTH):
    return server.handle("GET", f"/spreadsheets/d/{book}/export", query, headers)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param("format=csv&gid=7", '"a,b",x,\r\n1,,\r\n,,\u6c49', id="csv"),
        pytest.param("format=tsv&gid=7", "a,b\tx\t\r\n1\t\t\r\n\t\t\u6c49", id="tsv"),
        pytest.param("format=csv", "", id="the first sheet when none is named"),
    ],
)
def test_a_sheet_as_people_see_it(server, book, query, text):
    answer = export(server, book, query)
    assert (answer.status, answer.body.decode()) == (200, text)


def test_all_sheets_as_one_excel_file(server, book):
    answer = export(server, book, "format=xlsx")
    assert 'filename="Stock.xlsx"' in answer.headers["Content-Disposition"]
    sheets = load_workbook(BytesIO(answer.body))
    assert sheets.sheet_names == ["One", "It's 2"]
    assert sheets.get_sheet_by_name("It's 2").to_python() == [["a,b", "x", ""], ["1", "", ""], ["", "", "\u6c49"]]


def test_it_is_a_file_with_a_name(server, book):
    answer = export(server, book, "format=csv&gid=7")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        "filename=\"Stock - It_s 2.csv\"; filename*=UTF-8''Stock%20-%20It%27s%202.csv"
        in (answer.headers["Content-Disposition"])
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param(
            "format=pdf", "this embedded server does not export pdf from here; it has csv, tsv and xlsx", id="a format"
        ),
        pytest.param("format=csv&gid=8", "No grid with id: 8", id="a sheet that is not there"),
        pytest.param("format=csv&gid=x", "No grid with id: x", id="no number"),
    ],
)
def test_what_is_not_there_is_refused_by_name(server, book, query, text):
    answer = export(server, book, query)
    assert (answer.status, answer.json()["error"]["message"]) == (400, text)


def test_a_pages_key_opens_it(server, book):
    key = server.page_url(book).split("key=")[1]
    assert export(server, book, f"format=csv&gid=7&key={key}", {}).status == 200


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        pytest.param("", {}, 401, id="nobody"),
        pytest.param("key=0", {}, 401, id="a wrong key"),
        pytest.param("", {"Authorization": "Bearer no"}, 401, id="a wrong token"),
        pytest.param("", {"Authorization": "Bearer simsim"}, 403, id="somebody else"),
    ],
)
def test_others_do_not_see_it(server, book, query, headers, status):
    server.add_user("bob@x.org", "simsim")
    assert export(server, book, query, headers).status == status
