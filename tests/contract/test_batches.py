"""Several requests together."""

from __future__ import annotations

import pytest

from tests.contract.beliefs import belief
from tests.contract.far_end import Tab

REFERENCE = "Google's reference of batchUpdate"
THREADS = "users' threads"


@belief(
    "A batch is all or nothing: when its last request is refused, none of the others was carried out.",
    seen=REFERENCE,
    so="`apply` sends a whole plan as one batch",
)
def test_all_or_nothing(tab):
    cell = {"values": [{"userEnteredValue": {"stringValue": "x"}}]}
    good = {"updateCells": {"range": tab.span(0, 1, 0, 1), "rows": [cell], "fields": "userEnteredValue"}}
    said = tab.book.refused(good, {"deleteNamedRange": {"namedRangeId": "nobody has that"}})
    assert said.startswith("Invalid requests[1].deleteNamedRange:")
    assert tab.read("A1") == []


@belief(
    "A request may use a tab that an earlier request of the same batch made under an id of our choice.",
    seen="Google's guide to batches",
    so="a spreadsheet is provisioned by one call",
)
def test_ids_are_ours_to_choose(book):
    number = book.far.number()
    place = {"sheetId": number, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    text = {"values": [{"userEnteredValue": {"stringValue": "made"}}]}
    made, *_ = book.batch(
        {"addSheet": {"properties": {"sheetId": number, "title": f"tab {number}"}}},
        {"updateCells": {"range": place, "rows": [text], "fields": "userEnteredValue"}},
        {"deleteSheet": {"sheetId": number}},
    )
    assert made["addSheet"]["properties"]["sheetId"] == number


def named(tab, number):
    return {
        "addNamedRange": {
            "namedRange": {"namedRangeId": str(number), "name": f"n_{number}", "range": tab.span(0, 2, 0, 2)}
        }
    }


def protected(tab, number):
    return {"addProtectedRange": {"protectedRange": {"protectedRangeId": number, "range": tab.span(0, 2, 0, 2)}}}


def banded(tab, number):
    colours = {"firstBandColorStyle": {"rgbColor": {"red": 1}}, "secondBandColorStyle": {"rgbColor": {"blue": 1}}}
    return {
        "addBanding": {
            "bandedRange": {"bandedRangeId": number, "range": tab.span(0, 4, 0, 2), "rowProperties": colours}
        }
    }


def view(tab, number):
    return {
        "addFilterView": {"filter": {"filterViewId": number, "title": f"v {number}", "range": tab.span(0, 4, 0, 2)}}
    }


def slicer(tab, number):
    corner = {"anchorCell": {"sheetId": tab.id, "rowIndex": 5, "columnIndex": 5}}
    spec = {"dataRange": tab.span(0, 4, 0, 2), "columnIndex": 0, "title": "s"}
    return {"addSlicer": {"slicer": {"slicerId": number, "spec": spec, "position": {"overlayPosition": corner}}}}


@pytest.mark.parametrize("made", [named, protected, banded, view, slicer], ids=lambda made: made.__name__)
@belief(
    "Named, protected and banded ranges, filter views and slicers take ids of our choice.",
    seen="Google's discovery document",
    so="what we made is found again by its id, whatever people rename",
)
def test_ids_of_things_are_ours_to_choose(tab, made):
    number = tab.book.far.number()
    (reply,) = tab.book.batch(made(tab, number))
    assert str(number) in str(reply)
    fields = "namedRanges,sheets(protectedRanges,bandedRanges,filterViews,slicers)"
    assert str(number) in str(tab.book.get(fields))
    if made is named:
        tab.book.batch({"deleteNamedRange": {"namedRangeId": str(number)}})


@belief(
    "Two tabs of one title are refused with a sentence that names the title.",
    seen=THREADS,
    so="messages are made from Google's own words",
)
def test_titles_are_unique(tab):
    said = tab.book.refused({"addSheet": {"properties": {"title": tab.title}}})
    assert tab.title in said
    assert "already exists" in said


@belief(
    "The last tab of a spreadsheet cannot be deleted.",
    seen=THREADS,
    so="a blank first tab goes only after ours are there",
)
def test_the_last_tab_stays(far):
    assert "remove all" in far.make().refused({"deleteSheet": {"sheetId": 0}})


@belief(
    "`moveDimension` reads its destination against the order before the move.",
    seen="reported from live probes (mmedum/google-sheets-mcp)",
    so="plans put columns in order",
)
def test_moves_count_before_the_move(tab):
    tab.write("A1", ["a", "b", "c", "d"])
    tab.book.batch({"moveDimension": {"source": tab.line("COLUMNS", 0, 1), "destinationIndex": 3}})
    assert tab.read("A1:D1") == [["b", "c", "a", "d"]]


@belief(
    "A batch of no requests is refused, and so is a change that names no fields.",
    seen=THREADS,
    so="nothing is sent when there is nothing to do",
)
def test_nothing_is_refused(tab):
    assert "Must specify at least one request" in tab.book.refused()
    said = tab.book.refused({"updateSheetProperties": {"properties": {"sheetId": tab.id, "title": "x"}, "fields": ""}})
    assert "At least one field must be listed" in said


@belief(
    "A field that the API does not know is refused by its name.",
    seen=REFERENCE,
    so="the embedded server refuses our typos as Google would",
)
def test_typos_are_refused(tab):
    assert 'Unknown name "frobnicate"' in tab.book.refused({"addSheet": {"frobnicate": 1}})


@belief(
    "`includeSpreadsheetInResponse` tells, in the answer of the batch itself, what the cells hold after it.",
    seen=REFERENCE,
    so="a save sees from its own answer where its cells landed",
)
def test_a_batch_tells_what_is_there_now(tab):
    cell = {"values": [{"userEnteredValue": {"stringValue": "now"}}]}
    put = {"updateCells": {"range": tab.span(1, 2, 1, 2), "rows": [cell], "fields": "userEnteredValue"}}
    body = {"requests": [put], "includeSpreadsheetInResponse": True, "responseIncludeGridData": True}
    answer = tab.book.post(":batchUpdate", {**body, "responseRanges": [tab.at("B2")]})
    held = [one for one in answer["updatedSpreadsheet"]["sheets"] if one["properties"]["sheetId"] == tab.id]
    assert held[0]["data"][0]["rowData"][0]["values"][0]["userEnteredValue"] == {"stringValue": "now"}


@belief(
    "One batch can make a hidden tab, copy whole rows into it and delete them where they were; the tab is read like any other.",
    seen="*nobody* has told",
    so="rows that are deleted or moved are looked at again in the moment in which they go (docs/sync.md)",
)
def test_rows_go_into_a_hidden_tab_and_away_in_one_batch(tab):
    number = tab.book.far.number()
    tab.write("A1", ["head"], ["one"], ["two"])
    size = {"rowCount": 1, "columnCount": 14}
    source = {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": 2}
    target = {"sheetId": number, "startRowIndex": 0, "endRowIndex": 1}
    properties = {"sheetId": number, "title": f"tab {number}", "hidden": True, "gridProperties": size}
    tab.book.batch(
        {"addSheet": {"properties": properties}},
        {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}},
        {"deleteDimension": {"range": tab.line("ROWS", 1, 2)}},
    )
    taken = Tab(tab.book, number).read("A1")
    tab.book.batch({"deleteSheet": {"sheetId": number}})
    assert (taken, tab.read("A1:A3")) == ([["one"]], [["head"], ["two"]])
