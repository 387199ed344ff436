"""Field masks in every notation → what an answer shows, what a request replaces."""

from __future__ import annotations

import pytest

from sheetcrm.server import masks
from sheetcrm.server.errors import ApiError

BOOK = {
    "spreadsheetId": "x",
    "sheets": [
        {"properties": {"sheetId": 0, "title": "a"}, "merges": [{"endRowIndex": 1}]},
        {"properties": {"sheetId": 1, "title": "b"}},
    ],
}


@pytest.mark.parametrize(
    ("mask", "shown"),
    [
        pytest.param("spreadsheetId", {"spreadsheetId": "x"}, id="one field"),
        pytest.param("*", BOOK, id="everything"),
        pytest.param("sheets.properties.title", {"sheets": [{"properties": {"title": "a"}}, {"properties": {"title": "b"}}]}, id="dots"),
        pytest.param("sheets/properties/title", {"sheets": [{"properties": {"title": "a"}}, {"properties": {"title": "b"}}]}, id="slashes"),
        pytest.param(
            "spreadsheetId, sheets(properties(title),merges)",
            {"spreadsheetId": "x", "sheets": [{"properties": {"title": "a"}, "merges": [{"endRowIndex": 1}]}, {"properties": {"title": "b"}}]},
            id="parentheses and blanks",
        ),
        pytest.param("sheets.properties.sheet_id", {"sheets": [{"properties": {"sheetId": 0}}, {"properties": {"sheetId": 1}}]}, id="snake case"),
        pytest.param("sheets.properties.*,sheets.properties.title", {"sheets": [{"properties": one["properties"]} for one in BOOK["sheets"]]}, id="the wider of two wins"),
        pytest.param("sheets.properties.hidden", {"sheets": [{"properties": {}}, {"properties": {}}]}, id="nothing there leaves empty messages"),
    ],
)  # fmt: skip
def test_shown(mask, shown):
    assert masks.apply(BOOK, mask) == shown


@pytest.mark.parametrize(
    "mask", ["sheets(", "sheets)", "a,,b", ".", "a b", "sheets(properties", "", "a(" * 9999, "a." * 9999 + "a"]
)
def test_unreadable(mask):
    with pytest.raises(ApiError):
        masks.parse(mask)


@pytest.mark.parametrize(
    ("mask", "after"),
    [
        pytest.param("bold", {"bold": True, "italic": True, "size": 9}, id="one field set"),
        pytest.param("italic", {"size": 9}, id="a named field that is missing is cleared"),
        pytest.param("*", {"bold": True}, id="everything replaced"),
        pytest.param("font.name", {"italic": True, "size": 9}, id="clearing below what is not there"),
    ],
)
def test_merged(mask, after):
    assert masks.merged({"italic": True, "size": 9}, {"bold": True}, masks.parse(mask)) == after
