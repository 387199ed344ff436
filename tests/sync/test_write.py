"""Cells → requests: only those cells, as they are, in pieces that fit."""

import pytest

from sheetcrm import sync
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.write import BATCH_BYTES, Write, cell_data, cell_requests, chunks, room


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


@pytest.mark.parametrize(
    ("last", "count", "first", "kinds"),
    [
        pytest.param(1, 5, 2, [], id="an empty sheet"),
        pytest.param(1000, 0, 1001, [], id="a full grid and nothing new"),
        pytest.param(10, 989, 11, [], id="up to one blank row before the end"),
        pytest.param(10, 990, 11, ["insertDimension", "copyPaste", "copyPaste"], id="one row too many"),
        pytest.param(
            1000, 1, 1000, ["insertDimension", "copyPaste", "copyPaste"], id="a full grid: before its last row"
        ),
    ],
)
def test_room_for_new_rows(sheets, last, count, first, kinds):
    made = room(sheets.layout, "customers", last, count)
    assert made.first == first
    assert [next(iter(request)) for request in made.requests] == kinds


def test_rows_are_counted_on_from_where_the_grid_grew(sheets):
    made = room(sheets.layout, "customers", 1000, 3)
    assert (made.moved(2), made.moved(999), made.moved(1000)) == (2, 999, 1003)
    assert room(sheets.layout, "customers", 5, 3).moved(1000) == 1000


class Meddled(Gateway):
    """A gateway during whose every write a person is a little faster."""

    person = staticmethod(lambda: None)

    def batch(self, *arguments, **options):
        self.person()
        return super().batch(*arguments, **options)


def test_rows_that_a_person_moved_while_we_wrote_are_put_right_and_named(office, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,name,email,stage\nC001,Ann,a@x.org,won\nC002,Bea,b@x.org,won\n", encoding="utf-8")
    sync.load(office.gateway, office.template, "customers", path)
    path.write_text("id,name\nC001,Ann Lee\n", encoding="utf-8")
    gateway = Meddled(office.running.session, office.id)
    gateway.person = lambda: office.tab("Customers").sort((1, "des"), range="A2:I1000")
    done = sync.load(gateway, office.template, "customers", path)
    assert (set(done.righted), done.misplaced) == ({"C001", "C002"}, ())
    assert office.tab("Customers").get("A2:B3") == [["C002", "Bea"], ["C001", "Ann Lee"]]


def test_a_large_import_goes_in_several_batches_and_arrives_whole(office, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(
        "id,name,email,stage\n" + "".join(f"C{n},{'y' * 40_000},c{n}@x.org,won\n" for n in range(100)), encoding="utf-8"
    )
    gateway = office.gateway
    done = sync.load(gateway, office.template, "customers", path)
    assert (len(done.added), done.misplaced, gateway.counts.writes) == (100, (), 3)
    assert len(office.read().extracts["customers"].rows) == 100
