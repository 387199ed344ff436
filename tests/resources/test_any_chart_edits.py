"""Whatever people do to charts between whatever templates: theirs stays, nothing comes twice, the next plan is empty."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.resources import Address, Chart, ChartPlace, Drawn, Series
from sheetcrm.testing import server

from .test_chart import GROUND, Desk

COLUMNS = st.sampled_from(["t.a", "t.b", "t.c", "t.b:12"])
DRAWN = st.builds(
    Drawn,
    type=st.sampled_from(["COLUMN", "BAR", "LINE", "AREA"]),
    title=st.sampled_from(["", "销售", "二"]),
    x=COLUMNS,
    series=st.lists(st.builds(Series, COLUMNS), min_size=1, max_size=3).map(tuple),
    legend=st.sampled_from(["NO_LEGEND", "BOTTOM_LEGEND"]),
)
PLACE = st.builds(
    ChartPlace, st.sampled_from(["a", "b", "c"]), st.integers(1, 9), st.integers(0, 9), st.just(0), st.just(300), st.just(200)
)  # fmt: skip
TEMPLATE = st.dictionaries(st.sampled_from(["one", "two"]), st.tuples(DRAWN, PLACE), max_size=2)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["retitle", "move", "take away", "add", "insert a column", "add rows"]), st.integers(0, 9)
    ),
    max_size=4,
)


def desired(template):
    state = dict(GROUND)
    for key, (drawn, place) in template.items():
        state[Address("t", "", f"chart.{key}")] = Chart(drawn, place)
        state[Address("t", "", f"chart_place.{key}")] = place
    return state


class People:
    """Who edit charts; what they made or wrote, they want to see again."""

    def __init__(self, desk):
        self.desk = desk
        self.titles: dict[int, str] = {}
        self.gone: set[int] = set()

    def do(self, what, number):
        charts = self.desk.charts()
        sheet = self.desk.book.worksheet("表")
        if what == "insert a column":
            place = {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
            self.desk.send({"insertDimension": {"range": place}})
        elif what == "add rows":
            sheet.add_rows(number + 1)
        elif what == "add":
            self.add(sheet.id, number)
        elif charts:
            self.edit(what, charts[number % len(charts)], number)

    def add(self, sheet, number):
        place = {"sheetId": sheet, "startRowIndex": 0, "endRowIndex": 5, "startColumnIndex": 0, "endColumnIndex": 1}
        series = [{"series": {"sourceRange": {"sources": [place]}}, "targetAxis": "LEFT_AXIS"}]
        spec = {"title": f"own {number}", "basicChart": {"chartType": "LINE", "series": series}}
        position = {"overlayPosition": {"anchorCell": {"sheetId": sheet}}}
        answer = self.desk.send({"addChart": {"chart": {"spec": spec, "position": position}}})
        self.titles[answer["replies"][0]["addChart"]["chart"]["chartId"]] = spec["title"]

    def edit(self, what, chart, number):
        chosen = chart["chartId"]
        if what == "retitle":
            self.titles[chosen] = f"mine {number}"
            spec = {**chart["spec"], "title": self.titles[chosen]}
            self.desk.send({"updateChartSpec": {"chartId": chosen, "spec": spec}})
        elif what == "move":
            anchor = {"sheetId": self.desk.book.worksheet("表").id, "rowIndex": number}
            moved = {"objectId": chosen, "newPosition": {"overlayPosition": {"anchorCell": anchor}}}
            self.desk.send({"updateEmbeddedObjectPosition": {**moved, "fields": "anchorCell"}})
        else:
            self.titles.pop(chosen, None)
            self.desk.send({"deleteEmbeddedObject": {"objectId": chosen}})


@given(st.lists(st.tuples(TEMPLATE, EDITS), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_edits_between_any_templates(steps):
    with server() as running:
        desk = Desk(running)
        people = People(desk)
        for template, edits in steps:
            desk.settle(desired(template))
            titles = {chart["chartId"]: chart["spec"].get("title") for chart in desk.charts()}
            assert people.titles.items() <= titles.items()
            assert len(titles) <= len(people.titles) + 2
            assert desk.settle(desired(template)).changes == ()
            for what, number in edits:
                people.do(what, number)
