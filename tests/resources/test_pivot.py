"""Pivot tables: found wherever people put them, never over what people filled, following the template where nobody changed them."""

from __future__ import annotations

import pytest

from sheetcrm.layout import Wanted
from sheetcrm.provision.diff import Past, diff
from sheetcrm.provision.live import read
from sheetcrm.provision.objections import objections
from sheetcrm.provision.plan import make
from sheetcrm.resources import Address, Column, Grid, Group, Header, Memory, Pivot, Summary, Tab
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.testing import server

WANTED = {
    "t": Wanted(("表",), {"id": ("号",), "region": ("区",), "size": ("量",)}),
    "board": Wanted(("看板",), {"note": ("注",), "pivot": ("汇总",)}),
}


def sheet(key, title, rows, columns):
    after = ""
    yield Address(key, "", "tab"), Tab(title)
    yield Address(key, "", "grid"), Grid(rows)
    for column, text in columns.items():
        yield Address(key, column, "column"), Column(after)
        yield Address(key, column, "header"), Header(text)
        after = column


GROUND = {
    **dict(sheet("t", "表", 50, {"id": "号", "region": "区", "size": "量"})),
    **dict(sheet("board", "看板", 30, {"note": "注", "pivot": "汇总"})),
}
PIVOT = Address("board", "", "pivot.regions")
REGIONS = Pivot("pivot", 2, "t", (Group("region"),), (), (Summary("size", "SUM", "合计"),), "id", room=2)


def state(pivot=REGIONS):
    return {**GROUND, PIVOT: pivot}


class Desk:
    """A spreadsheet with three records."""

    def __init__(self, running):
        self.book = running.client.create("x")
        self.gateway = Gateway(running.session, self.book.id)
        self.settle(GROUND)
        self.book.worksheet("表").update([["a", "东", 3], ["b", "西", 4], ["c", "东", 5]], "A2")

    def plan(self, desired):
        live = read(self.gateway, desired, WANTED)
        past = Past.of(live.state, {}, ())
        desired = {**desired, **Memory.of(desired, past.digests, ())}
        difference = diff(live.state, desired, past)
        refusals = objections(self.gateway, live, desired, difference, ())
        return difference, make(live, difference, refusals)

    def settle(self, desired):
        difference, plan = self.plan(desired)
        assert plan.refusals == ()
        if plan.requests:
            self.gateway.batch(plan.requests)
        return difference

    def live(self, desired):
        return read(self.gateway, desired, WANTED).state.get(PIVOT)

    def seen(self, place="B2:D5"):
        return self.book.worksheet("看板").get(place)

    def put(self, cell, table):
        row, column = int(cell[1:]) - 1, ord(cell[0]) - ord("A")
        start = {"sheetId": self.book.worksheet("看板").id, "rowIndex": row, "columnIndex": column}
        rows = [{"values": [{"pivotTable": table} if table else {}]}]
        self.book.batch_update({"requests": [{"updateCells": {"start": start, "rows": rows, "fields": "pivotTable"}}]})

    def table(self, cell="B2"):
        fields = "sheets.data.rowData.values.pivotTable"
        part = self.book.fetch_sheet_metadata({"fields": fields, "ranges": [f"看板!{cell}"]})["sheets"][0]
        row = part.get("data", [{}])[0].get("rowData", [{}])[0]
        return (row.get("values") or [{}])[0].get("pivotTable")


@pytest.fixture
def desk():
    with server() as running:
        yield Desk(running)


KINDS = [
    pytest.param(REGIONS, id="sums by region"),
    pytest.param(
        Pivot("note", 4, "t", (Group("region", False, True), Group("id")), (), (Summary("id", "COUNTA"),)),
        id="two groups",
    ),
    pytest.param(
        Pivot(
            "pivot", 9, "t", (Group("id"),), (Group("region", False),), (Summary("size", "SUM"), Summary("id", "MAX"))
        ),
        id="across",
    ),
    pytest.param(
        Pivot("pivot", 2, "t", (Group("size", unit="YEAR_MONTH"),), (), (Summary("id", "COUNTUNIQUE"),), "region"),
        id="by month",
    ),
]


@pytest.mark.parametrize("pivot", KINDS)
def test_what_is_made_reads_back(desk, pivot):
    desk.settle(state(pivot))
    assert desk.live(state(pivot)) == pivot
    assert desk.settle(state(pivot)).changes == ()


@pytest.mark.parametrize("pivot", KINDS)
def test_any_becomes_any_other_when_the_template_says_so(desk, pivot):
    desk.settle(state(Pivot("note", 7, "t", (Group("size"),), (), (Summary("region", "COUNTA"),))))
    desk.settle(state(pivot))
    assert desk.live(state(pivot)) == pivot
    assert desk.table("A7") is None


def test_sheets_computes_it_and_blank_rows_make_no_line(desk):
    desk.settle(state())
    assert desk.seen() == [["区", "合计"], ["东", "8"], ["西", "4"], ["Grand Total", "12"]]


def test_it_gets_the_columns_that_it_needs_and_they_are_nobodys(desk):
    desk.settle(state())
    assert desk.book.worksheet("看板").col_count == 3
    assert desk.settle(state()).changes == ()


def test_it_goes_along_with_its_column_and_with_the_columns_that_it_reads(desk):
    desk.settle(state())
    ids = {title: desk.book.worksheet(title).id for title in ("表", "看板")}
    for title, index in (("看板", 1), ("表", 2)):
        columns = {"sheetId": ids[title], "dimension": "COLUMNS", "startIndex": index, "endIndex": index + 1}
        moved = {"moveDimension": {"source": columns, "destinationIndex": 0}}
        desk.book.batch_update({"requests": [moved]})
    assert desk.live(state()) == REGIONS


class TestPeople:
    def test_what_they_changed_stays_whatever_the_template_says_then(self, desk):
        desk.settle(state())
        table = desk.table()
        desk.put("B2", {**table, "values": [{**table["values"][0], "summarizeFunction": "MAX"}]})
        assert [(change.address, change.cause) for change in desk.settle(state()).kept] == [(PIVOT, "people")]
        newer = Pivot("pivot", 2, "t", (Group("id"),), (), (Summary("size", "SUM"),), room=2)
        assert [(change.address, change.cause) for change in desk.settle(state(newer)).kept] == [(PIVOT, "both")]
        assert desk.table()["values"][0]["summarizeFunction"] == "MAX"

    def test_one_that_they_put_elsewhere_stays_there(self, desk):
        desk.settle(state())
        table = desk.table()
        desk.put("B2", None)
        desk.put("A12", table)
        assert [change.address for change in desk.settle(state()).kept] == [PIVOT]
        assert (desk.table("B2"), desk.table("A12")) == (None, table)

    def test_what_they_took_away_stays_away_until_the_template_changes(self, desk):
        desk.settle(state())
        desk.put("B2", None)
        difference = desk.settle(state())
        assert (difference.changes, [change.address for change in difference.kept]) == ((), [PIVOT])
        newer = Pivot("pivot", 2, "t", (Group("region"),), (), (Summary("id", "COUNTA"),), room=2)
        desk.settle(state(newer))
        assert desk.live(state(newer)) == newer

    def test_their_own_are_never_touched(self, desk):
        place = {"sheetId": desk.book.worksheet("表").id, "startRowIndex": 0, "endRowIndex": 4}
        desk.put("A9", {"source": place, "rows": [{"sourceColumnOffset": 1, "sortOrder": "ASCENDING"}]})
        mine = desk.table("A9")
        desk.settle(state())
        desk.settle(GROUND)
        assert desk.table("A9") == mine

    def test_cells_that_they_filled_are_named_and_nothing_is_done(self, desk):
        desk.book.worksheet("看板").add_cols(1)
        desk.book.worksheet("看板").update([["mine"]], "C6")
        _, plan = desk.plan(state())
        assert [str(refusal) for refusal in plan.refusals] == [
            "refused: There is no room for a pivot table at B2 of 看板: C6 is filled. "
            "Empty it, or move what you wrote to another column."
        ]
        assert plan.requests == ()
        desk.book.worksheet("看板").update([[""]], "C6")
        desk.settle(state())
        assert desk.live(state()) == REGIONS

    def test_what_they_write_below_one_that_is_there_refuses_nothing(self, desk):
        desk.settle(state())
        desk.book.worksheet("看板").update([["mine"]], "B20")
        _, plan = desk.plan(state())
        assert (plan.refusals, plan.changes) == ((), ())

    def test_rows_that_they_add_at_the_end_are_read_too(self, desk):
        desk.settle(state())
        desk.book.worksheet("表").add_rows(10)
        assert PIVOT in [change.address for change in desk.settle(state()).changes]
        assert desk.table()["source"]["endRowIndex"] == 60
        assert desk.settle(state()).changes == ()


def test_rows_that_the_template_adds_are_read_too(desk):
    desk.settle(state())
    desk.settle({**state(), Address("t", "", "grid"): Grid(80)})
    assert desk.table()["source"]["endRowIndex"] == 80


def test_a_column_before_those_that_it_reads_changes_nothing(desk):
    desk.settle(state())
    wider = {**state(), Address("t", "new", "column"): Column("id"), Address("t", "new", "header"): Header("新")}
    desk.settle(wider)
    assert desk.live(wider) == REGIONS
    assert desk.seen()[1] == ["东", "8"]


def test_what_is_dropped_is_taken_away_unless_people_changed_it(desk):
    desk.settle(state())
    assert [change.action for change in desk.settle(GROUND).changes] == ["delete", "update"]
    assert desk.table() is None
    desk.settle(state())
    table = desk.table()
    desk.put("B2", {**table, "values": [{**table["values"][0], "name": "mine"}]})
    assert [change.address for change in desk.settle(GROUND).kept] == []
    assert desk.table()["values"][0]["name"] == "mine"


def test_a_line_of_a_plan_says_what_changes():
    assert REGIONS.say() == "t by region: SUM of size, at pivot row 2"
    renamed = Pivot("pivot", 2, "t", (Group("region"),), (), (Summary("size", "SUM"),), "id")
    assert REGIONS.say(renamed) == "t by region: SUM of size, at pivot row 2, settings"
