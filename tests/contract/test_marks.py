"""Developer metadata, by which columns and tabs are known whatever people do to them."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief

REFERENCE = "Google's guide to developer metadata"
SO = "columns are found by their mark and never by position or title"


def mark(tab, column, key="contract", value="x"):
    """Mark a column; its id."""
    place = {"dimensionRange": tab.line("COLUMNS", column, column + 1)}
    body = {"metadataKey": key, "metadataValue": value, "location": place, "visibility": "DOCUMENT"}
    (reply,) = tab.book.batch({"createDeveloperMetadata": {"developerMetadata": body}})
    return reply["createDeveloperMetadata"]["developerMetadata"]["metadataId"]


def where(tab, number):
    """The first column (0-based) of a mark; None when it is gone."""
    asked = {"dataFilters": [{"developerMetadataLookup": {"metadataId": number}}]}
    found = tab.book.post("/developerMetadata:search", asked).get("matchedDeveloperMetadata", [])
    return found[0]["developerMetadata"]["location"]["dimensionRange"].get("startIndex", 0) if found else None


@pytest.mark.parametrize(
    ("edit", "at"),
    [
        pytest.param(
            lambda tab: {"insertDimension": {"range": tab.line("COLUMNS", 0, 2)}}, 4, id="columns put before it"
        ),
        pytest.param(
            lambda tab: {"deleteDimension": {"range": tab.line("COLUMNS", 0, 1)}}, 1, id="a column before it deleted"
        ),
        pytest.param(
            lambda tab: {"moveDimension": {"source": tab.line("COLUMNS", 2, 3), "destinationIndex": 0}}, 0, id="moved"
        ),
        pytest.param(
            lambda tab: {"deleteDimension": {"range": tab.line("COLUMNS", 2, 3)}}, None, id="deleted with its column"
        ),
    ],
)
@belief(
    "A mark on a column follows it when columns are inserted, moved or deleted, and goes with it.",
    seen=REFERENCE,
    so=SO,
)
def test_marks_follow_their_column(tab, edit, at):
    number = mark(tab, 2)
    tab.book.batch(edit(tab))
    assert where(tab, number) == at


@belief(
    "Cut and paste leaves the mark on the column that was emptied.",
    seen="reported from live probes (mmedum/google-sheets-mcp)",
    so="a column that was cut elsewhere is told as missing, and its data are not overwritten",
)
def test_marks_stay_when_cells_are_cut(tab):
    number = mark(tab, 2)
    tab.write("C1", ["x"])
    paste = {"destination": {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 6}, "pasteType": "PASTE_NORMAL"}
    tab.book.batch({"cutPaste": {"source": tab.span(0, 40, 2, 3), **paste}})
    assert (where(tab, number), tab.read("G1")) == (2, [["x"]])


@belief(
    "Values are read by mark: whole columns, as they stand now, with the filter that found each.",
    seen=REFERENCE,
    so="a column that moves between two requests is still itself",
)
def test_values_are_read_by_mark(tab):
    number = mark(tab, 2)
    tab.write("C1", ["head"], ["one"])
    tab.book.batch({"insertDimension": {"range": tab.line("COLUMNS", 0, 1)}})
    asked = {"dataFilters": [{"developerMetadataLookup": {"metadataId": number}}], "majorDimension": "COLUMNS"}
    (found,) = tab.book.post("/values:batchGetByDataFilter", asked)["valueRanges"]
    assert found["valueRange"]["values"] == [["head", "one"]]
    assert found["dataFilters"][0]["developerMetadataLookup"]["metadataId"] == number


@belief(
    "Keys of marks need not be unique.",
    seen=REFERENCE,
    so="one key for all columns, with the column's key as its value",
)
def test_keys_are_not_unique(tab):
    first, second = mark(tab, 0, key="twice", value="a"), mark(tab, 1, key="twice", value="b")
    assert (where(tab, first), where(tab, second)) == (0, 1)


@belief(
    "More than 30,000 characters of metadata on a tab, keys and values counted, are refused.",
    seen=REFERENCE,
    so="templates that need more are refused beforehand; what is remembered is packed",
)
def test_metadata_are_limited(tab):
    mark(tab, 0, key="k" * 100, value="v" * 20_000)
    place = {"dimensionRange": tab.line("COLUMNS", 1, 2)}
    more = {"metadataKey": "k", "metadataValue": "v" * 10_000, "location": place, "visibility": "DOCUMENT"}
    assert tab.book.refused({"createDeveloperMetadata": {"developerMetadata": more}})


@belief(
    "A mark on more than one row or column is refused.",
    seen="reported from live probes (mmedum/google-sheets-mcp)",
    so="every column has a mark of its own",
)
def test_a_mark_is_on_one_column(tab):
    place = {"dimensionRange": tab.line("COLUMNS", 0, 2)}
    wide = {"metadataKey": "k", "location": place, "visibility": "DOCUMENT"}
    assert "single row or column" in tab.book.refused({"createDeveloperMetadata": {"developerMetadata": wide}})


@belief(
    "A copy of a tab within its spreadsheet has marks of the same keys under other ids.",
    seen="*nobody* has told",
    so="a copied tab is not taken for the one that it was copied from",
)
def test_copied_tabs_have_other_marks(tab):
    number = mark(tab, 0, key="copied")
    copy = tab.book.far.number()
    tab.book.batch({"duplicateSheet": {"sourceSheetId": tab.id, "newSheetId": copy, "newSheetName": f"tab {copy}"}})
    asked = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "copied"}}]}
    found = tab.book.post("/developerMetadata:search", asked)["matchedDeveloperMetadata"]
    tab.book.batch({"deleteSheet": {"sheetId": copy}})
    ids = [one["developerMetadata"]["metadataId"] for one in found]
    assert ids.count(number) == 1
    assert len(ids) == len(set(ids))
