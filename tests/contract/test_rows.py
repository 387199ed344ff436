"""Rows that are put in, pasted, sorted back; words that are replaced."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief

REFERENCE = "Google's reference"
UNTOLD = "*nobody* has told"


def checked(tab, top, bottom):
    rule = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "3"}]}}
    return {"setDataValidation": {"range": tab.span(top, bottom, 0, 1), "rule": rule}}


def bold(tab, top, bottom):
    look = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    return {"repeatCell": {"range": tab.span(top, bottom, 0, 1), "cell": look, "fields": "userEnteredFormat"}}


@belief(
    "A row put below another with `inheritFromBefore` looks like it and is blank.",
    seen=REFERENCE,
    so="new records stand in rows that look like their neighbours; their validation we paste ourselves",
)
def test_inserted_rows_look_like_the_one_above(tab):
    tab.write("A1", [5], [6])
    span = tab.line("ROWS", 1, 2)
    tab.book.batch(bold(tab, 0, 1), {"insertDimension": {"range": span, "inheritFromBefore": True}})
    (cell,) = tab.cells("A2", "userEnteredValue,userEnteredFormat.textFormat.bold")
    assert cell == {"userEnteredFormat": {"textFormat": {"bold": True}}}
    assert tab.read("A1:A3") == [[5], [], [6]]


@pytest.mark.parametrize(
    ("kind", "has"),
    [
        ("PASTE_DATA_VALIDATION", {"dataValidation"}),
        ("PASTE_FORMAT", {"userEnteredFormat"}),
        ("PASTE_FORMULA", {"userEnteredValue"}),
        ("PASTE_VALUES", {"userEnteredValue"}),
    ],
)
@belief(
    "Each kind of paste brings that and nothing else: rules, looks, formulas, values.",
    seen=REFERENCE,
    so="rows that we put in get looks and rules of the row above, and none of its values",
)
def test_a_paste_brings_only_its_kind(tab, kind, has):
    tab.type("A1", ["=2+3"])
    places = {"source": tab.span(0, 1, 0, 1), "destination": tab.span(1, 2, 0, 1)}
    tab.book.batch(checked(tab, 0, 1), bold(tab, 0, 1), {"copyPaste": {**places, "pasteType": kind}})
    (cell,) = tab.cells("A2", "userEnteredValue,userEnteredFormat.textFormat.bold,dataValidation")
    assert cell.keys() == has
    assert cell.get("userEnteredValue") in (
        None,
        {"formulaValue": "=2+3"} if kind == "PASTE_FORMULA" else {"numberValue": 5},
    )


@belief(
    "A header that was sorted into the data goes back into row 1 by a sort over a column of numbers; named ranges that begin in row 2 still begin there.",
    seen=UNTOLD,
    so="`apply` brings a header row back",
)
def test_a_header_is_sorted_back(tab):
    tab.write("A1", ["a", 2], ["b", 3], ["head", 1])
    number = tab.book.far.number()
    name = {"namedRangeId": str(number), "name": f"n_{number}", "range": tab.span(1, 3, 0, 1)}
    order = [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]
    tab.book.batch(
        {"addNamedRange": {"namedRange": name}}, {"sortRange": {"range": tab.span(0, 3, 0, 2), "sortSpecs": order}}
    )
    (held,) = [one for one in tab.book.get("namedRanges")["namedRanges"] if one["namedRangeId"] == str(number)]
    tab.book.batch({"deleteNamedRange": {"namedRangeId": str(number)}})
    assert (tab.read("A1:A3"), held["range"]["startRowIndex"]) == ([["head"], ["a"], ["b"]], 1)


@belief(
    "`findReplace` with `matchEntireCell` and `matchCase` changes whole cells only, and says how many.",
    seen=REFERENCE,
    so="options that are called otherwise now are reworded in the cells",
)
def test_whole_cells_are_replaced(tab):
    tab.write("A1", ["lead"], ["Lead"], ["lead, won"])
    wanted = {"find": "lead", "replacement": "potential", "matchEntireCell": True, "matchCase": True}
    (reply,) = tab.book.batch({"findReplace": {**wanted, "range": tab.span(0, 3, 0, 1)}})
    assert tab.read("A1:A3") == [["potential"], ["Lead"], ["lead, won"]]
    assert reply["findReplace"]["occurrencesChanged"] == 1


@belief(
    "`findReplace` by a regular expression takes `$1` for what was found in brackets, Chinese punctuation too.",
    seen=REFERENCE,
    so="the same in cells that have several options",
)
def test_words_in_lists_are_replaced(tab):
    tab.write("A1", ["won，lead、new"])
    wanted = {"find": "(^|[,，、;；\\s])lead($|[,，、;；\\s])", "replacement": "$1潜在$2", "searchByRegex": True}
    tab.book.batch({"findReplace": {**wanted, "matchCase": True, "range": tab.span(0, 1, 0, 1)}})
    assert tab.read("A1") == [["won，潜在、new"]]


@belief(
    "Formats of parts of a text, merges and pixel widths come back as they were written.",
    seen=REFERENCE,
    so="`restore` makes a spreadsheet that looks as it did",
)
def test_looks_come_back(tab):
    runs = [{"startIndex": 2, "format": {"bold": True}}]
    cell = {"userEnteredValue": {"stringValue": "客户名称"}, "textFormatRuns": runs}
    size = {"range": tab.line("COLUMNS", 0, 1), "properties": {"pixelSize": 173}, "fields": "pixelSize"}
    tab.book.batch(
        {
            "updateCells": {
                "range": tab.span(0, 1, 0, 1),
                "rows": [{"values": [cell]}],
                "fields": "userEnteredValue,textFormatRuns",
            }
        },
        {"mergeCells": {"range": tab.span(4, 6, 0, 2), "mergeType": "MERGE_ALL"}},
        {"updateDimensionProperties": size},
    )
    (held,) = tab.cells("A1", "textFormatRuns")
    assert {"startIndex": 2, "format": {"bold": True}} in held["textFormatRuns"]
    told = tab.told("merges,data.columnMetadata.pixelSize")
    assert told["merges"] == [tab.span(4, 6, 0, 2)]
    assert told["data"][0]["columnMetadata"][0]["pixelSize"] == 173


@belief(
    "A column that is appended to a grid is there for the next request of the same batch, and can be deleted by it.",
    seen=REFERENCE,
    so="columns that only help a batch never stay",
)
def test_a_helping_column_comes_and_goes(tab):
    tab.book.batch(
        {"appendDimension": {"sheetId": tab.id, "dimension": "COLUMNS", "length": 1}},
        {
            "updateCells": {
                "start": {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 12},
                "rows": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}],
                "fields": "userEnteredValue",
            }
        },
        {"deleteDimension": {"range": tab.line("COLUMNS", 12, 13)}},
    )
    assert tab.told("properties.gridProperties.columnCount")["properties"]["gridProperties"]["columnCount"] == 12
