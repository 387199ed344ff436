"""Charts: what people did to one stays, what the template says of one they left alone follows, what others made is not ours."""

from __future__ import annotations

import pytest

from sheetcrm.layout import Wanted
from sheetcrm.provision.diff import Past, diff
from sheetcrm.provision.live import read
from sheetcrm.provision.plan import make
from sheetcrm.resources import Address, Chart, ChartPlace, Column, Drawn, Grid, Header, Memory, Series, Tab
from sheetcrm.resources.chart_spec import merged, place_of
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.testing import server

WANTED = {"t": Wanted(("表",), {"a": ("甲",), "b": ("乙",), "c": ("丙",)})}
GROUND = {
    Address("t", "", "tab"): Tab("表"),
    Address("t", "", "grid"): Grid(50),
    Address("t", "a", "column"): Column(""),
    Address("t", "a", "header"): Header("甲"),
    Address("t", "b", "column"): Column("a"),
    Address("t", "b", "header"): Header("乙"),
    Address("t", "c", "column"): Column("b"),
    Address("t", "c", "header"): Header("丙"),
}
CHART, PLACE = Address("t", "", "chart.sales"), Address("t", "", "chart_place.sales")
HERE = ChartPlace("c", 3, 10, 0, 400, 300)
SALES = Drawn("COLUMN", "销售", "t.a:12", (Series("t.b:12", color="#3f72a4"),), legend="NO_LEGEND")


def state(drawn=SALES, place=HERE):
    return {**GROUND, CHART: Chart(drawn, place), PLACE: place}


class Desk:
    """A spreadsheet that `book` shows to people."""

    def __init__(self, running):
        self.book = running.client.create("x")
        self.gateway = Gateway(running.session, self.book.id)

    def settle(self, desired):
        live = read(self.gateway, desired, WANTED)
        past = Past.of(live.state, {}, ())
        difference = diff(live.state, {**desired, **Memory.of(desired, past.digests, ())}, past)
        self.gateway.batch(make(live, difference, ()).requests)
        return difference

    def live(self, desired):
        return read(self.gateway, desired, WANTED).state

    def charts(self):
        sheets = self.book.fetch_sheet_metadata({"fields": "sheets(properties,charts)"})["sheets"]
        return [chart for sheet in sheets for chart in sheet.get("charts", [])]

    def send(self, *requests):
        return self.book.batch_update({"requests": list(requests)})

    def retitle(self, title, **more):
        chart = self.charts()[0]
        self.send({"updateChartSpec": {"chartId": chart["chartId"], "spec": {**chart["spec"], "title": title, **more}}})

    def move(self, row):
        anchor = {"sheetId": self.book.worksheet("表").id, "rowIndex": row - 1, "columnIndex": 0}
        position = {"overlayPosition": {"anchorCell": anchor}}
        moved = {"objectId": self.charts()[0]["chartId"], "newPosition": position, "fields": "anchorCell"}
        self.send({"updateEmbeddedObjectPosition": moved})


@pytest.fixture
def desk():
    with server() as running:
        yield Desk(running)


KINDS = [
    pytest.param(SALES, id="columns"),
    pytest.param(Drawn("BAR", "x", "t.a", (Series("t.b", labels=True), Series("t.c")), "PERCENT_STACKED"), id="bars"),
    pytest.param(
        Drawn("LINE", "x", "t.a", (Series("t.b"),), axes=(("BOTTOM_AXIS", "月"), ("LEFT_AXIS", "元"))), id="axes"
    ),
    pytest.param(
        Drawn("COMBO", "x", "t.a", (Series("t.b", "COLUMN"), Series("t.c", "LINE", "#aa0000", right=True))), id="combo"
    ),
    pytest.param(Drawn("AREA", "", "t.a", (Series("t.b"),), "STACKED", "BOTTOM_LEGEND"), id="area without a title"),
    pytest.param(Drawn("pieChart", "x", "t.a:3", (Series("t.b:3"),), legend="LABELED_LEGEND", hole=0.5), id="donut"),
    pytest.param(Drawn("scorecardChart", "x", "", (Series("t.b@5"),)), id="one cell"),
    pytest.param(
        Drawn("scorecardChart", "x", "", (Series("t.b"),), aggregate="SUM", prefix="¥", suffix=" 万"), id="a sum"
    ),
]


@pytest.mark.parametrize("drawn", KINDS)
def test_what_is_made_reads_back(desk, drawn):
    desk.settle(state(drawn))
    found = desk.live(state(drawn))
    assert (found[CHART], found[CHART].place, found[PLACE]) == (Chart(drawn), HERE, HERE)
    assert desk.settle(state(drawn)).changes == ()


@pytest.mark.parametrize("drawn", KINDS)
def test_any_chart_becomes_any_other_when_the_template_says_so(desk, drawn):
    desk.settle(state(Drawn("LINE", "old", "t.c", (Series("t.a"), Series("t.b")))))
    desk.settle(state(drawn))
    assert desk.live(state(drawn))[CHART] == Chart(drawn)
    assert len(desk.charts()) == 1


def test_the_header_names_the_series_and_the_place_goes_along_with_its_column(desk):
    desk.settle(state())
    basic = desk.charts()[0]["spec"]["basicChart"]
    place = basic["series"][0]["series"]["sourceRange"]["sources"][0]
    assert (basic["headerCount"], place["startRowIndex"], place["endRowIndex"]) == (1, 0, 13)
    sheet = desk.book.worksheet("表").id
    columns = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    desk.send({"moveDimension": {"source": columns, "destinationIndex": 0}})
    difference = desk.settle(state())
    assert {change.address.kind for change in difference.changes} <= {"column"}
    assert desk.live(state())[CHART] == Chart(SALES)


class TestPeople:
    def test_their_title_stays_whatever_the_template_says_then(self, desk):
        desk.settle(state())
        desk.retitle("我们的")
        assert [(change.address, change.cause) for change in desk.settle(state()).kept] == [(CHART, "people")]
        newer = Drawn("BAR", "neu", "t.a", (Series("t.b"),))
        assert [(change.address, change.cause) for change in desk.settle(state(newer)).kept] == [(CHART, "both")]
        assert desk.charts()[0]["spec"]["title"] == "我们的"

    def test_one_that_they_moved_stays_there_and_still_gets_new_series(self, desk):
        desk.settle(state())
        desk.move(20)
        newer = Drawn("COLUMN", "销售", "t.a", (Series("t.b"), Series("t.c")))
        difference = desk.settle(state(newer))
        assert [change.address for change in difference.kept] == [PLACE]
        assert desk.live(state(newer))[CHART] == Chart(newer)
        assert desk.live(state(newer))[PLACE].row == 20

    def test_one_that_they_retitled_still_follows_to_a_new_place(self, desk):
        desk.settle(state())
        desk.retitle("我们的")
        there = ChartPlace("b", 9, 0, 0, 500, 200)
        desk.settle(state(place=there))
        assert desk.live(state(place=there))[PLACE] == there
        assert desk.charts()[0]["spec"]["title"] == "我们的"

    def test_what_they_took_away_stays_away_until_the_template_changes_and_comes_back_in_its_place(self, desk):
        desk.settle(state())
        desk.send({"deleteEmbeddedObject": {"objectId": desk.charts()[0]["chartId"]}})
        difference = desk.settle(state())
        assert (difference.changes, [change.address for change in difference.kept]) == ((), [CHART])
        newer = Drawn("BAR", "neu", "t.a", (Series("t.b"),))
        desk.settle(state(newer))
        assert desk.live(state(newer))[PLACE] == HERE
        assert desk.settle(state(newer)).changes == ()

    def test_fonts_and_whatever_else_they_set_survive_what_the_template_changes(self, desk):
        desk.settle(state())
        spec = desk.charts()[0]["spec"]
        axis = {"position": "LEFT_AXIS", "viewWindowOptions": {"viewWindowMin": 5.0, "viewWindowMode": "EXPLICIT"}}
        theirs = {**spec["basicChart"], "axis": [axis], "compareMode": "CATEGORY"}
        desk.retitle("销售", subtitle="nur wir", basicChart=theirs)
        titled = Drawn(**{**SALES.__dict__, "title": "新", "axes": (("LEFT_AXIS", "元"),)})
        desk.settle(state(titled))
        spec = desk.charts()[0]["spec"]
        assert (spec["title"], spec["subtitle"], spec["basicChart"]["compareMode"]) == ("新", "nur wir", "CATEGORY")
        assert spec["basicChart"]["axis"] == [{**axis, "title": "元"}]

    def test_one_that_they_made_a_histogram_or_that_looks_elsewhere_is_theirs(self, desk):
        desk.settle(state(Drawn("COLUMN", "x", "t.a", (Series("t.b"),))))
        chart = desk.charts()[0]
        data = chart["spec"]["basicChart"]["series"][0]["series"]
        spec = {"title": "x", "histogramChart": {"series": [{"data": data}]}}
        desk.send({"updateChartSpec": {"chartId": chart["chartId"], "spec": spec}})
        taller = {**state(Drawn("COLUMN", "x", "t.a", (Series("t.b"),))), Address("t", "", "grid"): Grid(80)}
        assert [change.address for change in desk.settle(taller).kept] == [CHART]
        assert "histogramChart" in desk.charts()[0]["spec"]

    def test_charts_of_their_own_are_never_touched(self, desk):
        desk.settle(GROUND)
        sheet = desk.book.worksheet("表").id
        column = {"sheetId": sheet, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 2}
        series = [{"series": {"sourceRange": {"sources": [column]}}, "targetAxis": "LEFT_AXIS"}]
        spec = {"title": "mine", "basicChart": {"chartType": "LINE", "series": series}}
        position = {"overlayPosition": {"anchorCell": {"sheetId": sheet}}}
        desk.send({"addChart": {"chart": {"spec": spec, "position": position}}})
        mine = desk.charts()
        desk.settle(state())
        desk.settle(GROUND)
        assert desk.charts() == mine

    def test_rows_that_they_add_at_the_end_are_charted_too(self, desk):
        whole = Drawn("COLUMN", "x", "t.a", (Series("t.b"),))
        desk.settle(state(whole))
        desk.book.worksheet("表").add_rows(30)
        assert CHART in [change.address for change in desk.settle(state(whole)).changes]
        place = desk.charts()[0]["spec"]["basicChart"]["series"][0]["series"]["sourceRange"]["sources"][0]
        assert place["endRowIndex"] == 80
        assert desk.settle(state(whole)).changes == ()

    def test_a_chart_on_a_tab_of_its_own_is_still_itself(self, desk):
        desk.settle(state())
        chart = desk.charts()[0]
        desk.send({"updateEmbeddedObjectPosition": {"objectId": chart["chartId"], "newPosition": {"newSheet": True}}})
        difference = desk.settle(state())
        assert (difference.changes, [change.address for change in difference.kept]) == ((), [PLACE])


def test_rows_that_the_template_adds_are_charted_too_and_a_bounded_one_stays(desk):
    whole = Drawn("COLUMN", "x", "t.a", (Series("t.b"),))
    other = Address("t", "", "chart.some")
    desk.settle({**state(whole), other: Chart(SALES, HERE)})
    desk.settle({**state(whole), other: Chart(SALES, HERE), Address("t", "", "grid"): Grid(80)})
    ends = [chart["spec"]["basicChart"]["domains"][0]["domain"]["sourceRange"]["sources"][0] for chart in desk.charts()]
    assert [place["endRowIndex"] for place in ends] == [80, 13]


def test_a_chart_in_a_copy_with_other_ids_is_known_by_what_it_shows(desk):
    desk.settle(state())
    chart = desk.charts()[0]
    desk.send({"deleteEmbeddedObject": {"objectId": chart["chartId"]}})
    desk.send({"addChart": {"chart": {key: part for key, part in chart.items() if key != "chartId"}}})
    assert desk.settle(state()).changes == ()
    newer = Drawn("BAR", "neu", "t.a", (Series("t.b"),))
    desk.settle(state(newer))
    assert [chart["spec"]["title"] for chart in desk.charts()] == ["neu"]


def test_what_is_dropped_is_taken_away_unless_people_changed_it(desk):
    desk.settle(state())
    assert [change.action for change in desk.settle(GROUND).changes] == ["delete", "update"]
    assert desk.charts() == []
    desk.settle(state())
    desk.retitle("我们的")
    assert [change.address for change in desk.settle(GROUND).kept] == [CHART]
    assert len(desk.charts()) == 1


def test_a_line_of_a_plan_says_what_changes():
    assert Chart(SALES).say() == "COLUMN 销售: t.a:12, t.b:12"
    assert Chart(SALES).say(Chart(Drawn(**{**SALES.__dict__, "legend": ""}))) == "COLUMN 销售: t.a:12, t.b:12, looks"
    assert (
        HERE.say(ChartPlace("a", 3, 0, 0, 400, 300)) == "a row 3, 400 x 300 pixels → c row 3 + 10, 0, 400 x 300 pixels"
    )


def test_a_source_that_is_not_ours_names_no_column():
    assert [place_of(one) for one in ("t.a", "t.a:3", "t.a@3", "other cells", "t.a from row 3", "")] == [
        "t.a", "t.a", "t.a", "", "", "",
    ]  # fmt: skip


def test_merging_keeps_theirs_and_drops_what_a_chart_no_longer_has():
    live = {"title": "x", "fontName": "Arial", "pieChart": {"pieHole": 0.5}, "color": {"red": 1}}
    assert merged(live, {"title": "y", "basicChart": {}}) == {"title": "y", "fontName": "Arial", "basicChart": {}}
