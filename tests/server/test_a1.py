"""`'Sheet 1'!A2:C` ↔ a rectangle: what Google reads, what it refuses, how it writes a range back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import a1, ranges
from sheetcrm.server.errors import ApiError
from tests.server.books import book, do, put, span


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("Sheet1", "Sheet1!A1:Z1000", id="a title is the whole sheet"),
        pytest.param("'Sheet1'!A1", "Sheet1!A1", id="needless quotes go"),
        pytest.param("A1:A1", "Sheet1!A1", id="a range of one cell is a cell"),
        pytest.param("sheet1!b2:A1", "Sheet1!A1:B2", id="corners in any order, titles in any case"),
        pytest.param("Sheet1!A1:C", "Sheet1!A1:C1000", id="open at the bottom"),
        pytest.param("Sheet1!A1:1", "Sheet1!A1:Z1", id="open at the right"),
        pytest.param("Sheet1!A:B", "Sheet1!A1:B1000", id="columns"),
        pytest.param("Sheet1!2:3", "Sheet1!A2:Z3", id="rows"),
        pytest.param("Sheet1!$A$1:$B$2", "Sheet1!A1:B2", id="absolute"),
        pytest.param("Sheet1!A990:B2000", "Sheet1!A990:B1000", id="the end is cut to the grid"),
        pytest.param("Sheet1!R2C3:R4C5", "Sheet1!C2:E4", id="R1C1"),
        pytest.param("'it''s'!A1", "'it''s'!A1", id="a quote in a title"),
        pytest.param("客户!A1", "'客户'!A1", id="Chinese titles come back in quotes"),
        pytest.param("D3!A1", "'D3'!A1", id="a title that looks like a cell comes back in quotes"),
        pytest.param("area", "Sheet1!B2:C3", id="a named range"),
        pytest.param("Sheet1!area", "Sheet1!B2:C3", id="a named range with its sheet"),
        pytest.param("D3", "'Sheet1'!D3".replace("'", ""), id="a bare cell is on the first sheet"),
    ],
)
def test_normal_form(text, normal):
    spreadsheet = book()
    for title in ("it's", "客户"):
        do(spreadsheet, {"addSheet": {"properties": {"title": title}}})
    do(spreadsheet, {"addNamedRange": {"namedRange": {"name": "area", "range": span(1, 3, 1, 3)}}})
    if "D3!" in text:
        do(spreadsheet, {"addSheet": {"properties": {"title": "D3"}}})
    assert ranges.readable(ranges.find(spreadsheet, text)).name == normal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("Nope!A1", "Unable to parse range: Nope!A1", id="no such sheet"),
        pytest.param("'area'", "Unable to parse range: 'area'", id="quotes mean a sheet, never a named range"),
        pytest.param("AAAA1", "Unable to parse range: AAAA1", id="no such column"),
        pytest.param("'Sheet1", "Unable to parse range: 'Sheet1", id="quote left open"),
        pytest.param("Sheet1!", "Unable to parse range: Sheet1!", id="nothing after the mark"),
        pytest.param("A0", "Unable to parse range: A0", id="rows count from one"),
        pytest.param("", "Unable to parse range: ", id="nothing at all"),
        pytest.param(
            "Sheet1!ZZZ1",
            "Range (Sheet1!ZZZ1) exceeds grid limits. Max rows: 1000, max columns: 26",
            id="past the grid",
        ),
        pytest.param(
            "Sheet1!1001:2000",
            "Range (Sheet1!1001:2000) exceeds grid limits. Max rows: 1000, max columns: 26",
            id="rows past the grid",
        ),
    ],
)
def test_refused(text, message):
    spreadsheet = book()
    do(spreadsheet, {"addNamedRange": {"namedRange": {"name": "area", "range": span(1, 3, 1, 3)}}})
    with pytest.raises(ApiError) as refused:
        ranges.readable(ranges.find(spreadsheet, text))
    assert refused.value.body() == {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}


def test_a_named_range_goes_before_a_sheet_of_the_same_name():
    spreadsheet = book()
    do(
        spreadsheet,
        {"addSheet": {"properties": {"title": "both"}}},
        {"addNamedRange": {"namedRange": {"name": "both", "range": span(0, 1, 0, 1)}}},
    )
    assert ranges.readable(ranges.find(spreadsheet, "both")).name == "Sheet1!A1"
    assert ranges.readable(ranges.find(spreadsheet, "'both'")).name == "both!A1:Z1000"


@given(column=st.integers(0, a1.MAX_COLUMNS - 1))
def test_letters_there_and_back(column):
    assert a1.column_index(a1.letters(column)) == column


@given(title=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30))
def test_any_title_can_be_named_in_a_range(title):
    spreadsheet = book()
    do(spreadsheet, {"updateSheetProperties": {"properties": {"sheetId": 0, "title": title}, "fields": "title"}})
    answer = put(spreadsheet, a1.quoted(title) + "!B2", ["x"])
    assert ranges.readable(ranges.find(spreadsheet, answer["updatedRange"])).name == answer["updatedRange"]
