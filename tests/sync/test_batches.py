"""Cells → requests: only those cells, as they are, in pieces that fit."""

import pytest

from sheetcrm.sync.batches import BATCH_BYTES, Write, cell_data, cell_requests, chunks


@pytest.mark.parametrize(
    ("cell", "data"),
    [
        pytest.param("0012", {"userEnteredValue": {"stringValue": "0012"}}, id="text stays text"),
        pytest.param("=1+1", {"userEnteredValue": {"stringValue": "=1+1"}}, id="text that looks like a formula"),
        pytest.param(0, {"userEnteredValue": {"numberValue": 0}}, id="zero is not blank"),
        pytest.param(12.5, {"userEnteredValue": {"numberValue": 12.5}}, id="a number"),
        pytest.param(False, {"userEnteredValue": {"boolValue": False}}, id="an empty box is not blank"),
        pytest.param(None, {}, id="blank"),
        pytest.param("", {}, id="empty text is blank"),
    ],
)
def test_cell_data(cell, data):
    assert cell_data(cell) == data


def test_rows_that_follow_each_other_share_a_request_and_others_are_not_touched(sheets):
    writes = [Write(7, {"name": "G"}), Write(2, {"name": "B", "spent": 1}), Write(3, {"name": "C"})]
    places = [
        (
            one["updateCells"]["start"]["rowIndex"],
            one["updateCells"]["start"]["columnIndex"],
            len(one["updateCells"]["rows"]),
        )
        for one in cell_requests(sheets.layout, "customers", writes)
    ]
    assert places == [(1, 1, 2), (6, 1, 1), (1, 6, 1)]


def test_nothing_to_write_is_no_request(sheets):
    assert cell_requests(sheets.layout, "customers", []) == []


def test_large_writes_are_cut_between_rows():
    writes = [Write(row, {"name": "x" * 50_000}) for row in range(2, 102)]
    pieces = list(chunks(writes))
    assert [write for piece in pieces for write in piece] == writes
    assert 3 < len(pieces) < 6
    assert all(sum(50_000 for _ in piece) <= BATCH_BYTES for piece in pieces)


def test_one_row_is_never_cut(sheets):
    [piece] = chunks([Write(2, {str(at): "x" * 50_000 for at in range(60)})])
    assert len(piece) == 1
