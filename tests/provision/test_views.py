"""Filter views and the basic filter: made, followed, and the team's from then on."""

from __future__ import annotations

import pytest

from sheetcrm import provision

from .bakery import actions, bakery, columns

VIEWS = """filter: true
    views:
      overdue:
        title: {zh: 逾期, en: Overdue}
        where: {next: {before: today}}
        unless: {stage: won}
        sort: [next, -name]
      open: {title: {zh: 进行中, en: Open}, where: {stage: [lead]}}
    rows: 100
    columns:
      id:"""
NOW = {"was": "rows: 100\n    columns:\n      id:", "now": VIEWS}


@pytest.fixture
def desk(blank, tmp_path):
    """A desk with a spreadsheet whose customers have a filter and two views."""
    blank.template = bakery(tmp_path, **NOW)
    blank.apply()
    return blank


def views(desk):
    found = desk.describe("sheets(properties.title,filterViews)")["sheets"][0].get("filterViews", [])
    return {view["title"]: view for view in found}


def basic(desk):
    return desk.describe("sheets.basicFilter")["sheets"][0].get("basicFilter")


def set_filter(desk, **settings):
    place = {"sheetId": desk.tab("客户").id, "startRowIndex": 0, "endRowIndex": 100, "endColumnIndex": 5}
    desk.send({"setBasicFilter": {"filter": {"range": place, **settings}}})


class TestViews:
    def test_they_are_made_as_the_template_says(self, desk):
        overdue = views(desk)["逾期"]
        assert overdue["sortSpecs"] == [
            {"dimensionIndex": 3, "sortOrder": "ASCENDING"},
            {"dimensionIndex": 1, "sortOrder": "DESCENDING"},
        ]
        assert {spec["columnIndex"]: spec["filterCriteria"] for spec in overdue["filterSpecs"]} == {
            2: {"hiddenValues": ["成交"]},
            3: {"condition": {"type": "DATE_BEFORE", "values": [{"relativeDate": "TODAY"}]}},
        }
        assert views(desk)["进行中"]["filterSpecs"][0]["filterCriteria"] == {"hiddenValues": ["", "成交"]}
        assert desk.plan().changes == ()

    def test_they_follow_columns_that_people_move_and_insert(self, desk):
        tab = desk.tab("客户")
        desk.send({"moveDimension": {"source": columns(tab.id, 2, 3), "destinationIndex": 0}})
        desk.send({"insertDimension": {"range": columns(tab.id, 1, 2)}})
        assert (desk.plan().changes, desk.plan().kept) == ((), ())

    def test_what_people_changed_in_one_is_kept_and_told(self, desk):
        changed = {"filterViewId": views(desk)["逾期"]["filterViewId"], "title": "我的逾期"}
        desk.send({"updateFilterView": {"filter": changed, "fields": "title"}})
        plan = desk.plan()
        assert plan.changes == ()
        assert "customers.filter_view.overdue" in plan.text()

    def test_a_formula_of_one_whose_row_was_deleted_is_put_right(self, blank, tmp_path):
        soon = VIEWS.replace("where: {next: {before: today}}", "where: {next: {within: 7}}")
        blank.template = bakery(tmp_path, **{**NOW, "now": soon})
        blank.apply(samples=True)
        blank.tab("客户").delete_rows(2)
        assert ("update", "customers.filter_view.overdue") in actions(blank.plan())
        blank.apply()
        assert (blank.plan().changes, blank.plan().kept) == ((), ())

    def test_the_rows_of_samples_go_and_views_that_look_at_the_first_row_go_on(self, blank, tmp_path):
        soon = VIEWS.replace("where: {next: {before: today}}", "where: {next: {within: 7}}")
        blank.template = bakery(tmp_path, **{**NOW, "now": soon})
        blank.apply(samples=True)
        before = views(blank)["逾期"]["filterSpecs"]
        provision.remove_samples(blank.gateway, blank.template)
        assert views(blank)["逾期"]["filterSpecs"] == before
        assert blank.plan().changes == ()

    def test_one_that_people_took_away_stays_away(self, desk):
        desk.send({"deleteFilterView": {"filterId": views(desk)["逾期"]["filterViewId"]}})
        assert desk.plan().changes == ()

    def test_what_only_the_template_changed_follows(self, desk, tmp_path):
        newer = bakery(tmp_path, was=NOW["was"], now=VIEWS.replace("unless: {stage: won}", "unless: {stage: lead}"))
        assert ("update", "customers.filter_view.overdue") in actions(desk.apply(newer))
        assert {"hiddenValues": ["潜在"]} in [spec["filterCriteria"] for spec in views(desk)["逾期"]["filterSpecs"]]
        assert desk.plan(newer).changes == ()

    def test_dropped_by_the_template_they_go_and_peoples_own_stay(self, desk, tmp_path):
        place = {"sheetId": desk.tab("客户").id, "startRowIndex": 0, "endRowIndex": 9, "endColumnIndex": 2}
        desk.send({"addFilterView": {"filter": {"title": "mine", "range": place}}})
        none = bakery(tmp_path)
        desk.apply(none)
        assert set(views(desk)) == {"mine"}
        assert basic(desk) is None
        assert desk.plan(none).changes == ()

    def test_one_of_that_title_that_people_made_is_theirs(self, blank, tmp_path):
        blank.apply()
        place = {"sheetId": blank.tab("客户").id, "startRowIndex": 0, "endRowIndex": 9, "endColumnIndex": 2}
        blank.send({"addFilterView": {"filter": {"title": "逾期", "range": place}}})
        blank.template = bakery(tmp_path, **NOW)
        plan = blank.apply()
        assert "customers.filter_view.overdue" in {str(change.address) for change in plan.kept}
        assert views(blank)["逾期"]["range"]["endRowIndex"] == 9
        blank.apply(bakery(tmp_path))
        assert set(views(blank)) == {"逾期"}

    def test_a_longer_grid_is_in_them(self, desk, tmp_path):
        desk.apply(bakery(tmp_path, was=NOW["was"], now=VIEWS.replace("rows: 100", "rows: 150")))
        assert views(desk)["逾期"]["range"]["endRowIndex"] == 150
        assert len(views(desk)["逾期"]["filterSpecs"]) == 2
        assert basic(desk)["range"]["endRowIndex"] == 150

    def test_rows_that_people_add_at_the_end_are_taken_in(self, desk):
        desk.tab("客户").add_rows(20)
        assert {"customers.filter", "customers.filter_view.overdue"} <= {address for _, address in actions(desk.plan())}
        desk.apply(allow={"many-changes"})
        assert views(desk)["逾期"]["range"]["endRowIndex"] == 120
        assert desk.plan().changes == ()


class TestBasicFilter:
    def test_it_takes_in_header_and_data(self, desk):
        assert basic(desk)["range"] == {
            "sheetId": desk.tab("客户").id,
            "startRowIndex": 0,
            "endRowIndex": 100,
            "startColumnIndex": 0,
            "endColumnIndex": 5,
        }

    def test_what_people_filter_and_sort_by_stays_when_it_is_stretched_over_a_new_column(self, desk, tmp_path):
        desk.send({"insertDimension": {"range": columns(desk.tab("客户").id, 3, 4), "inheritFromBefore": True}})
        place = {"startRowIndex": 0, "endRowIndex": 100, "startColumnIndex": 0, "endColumnIndex": 6}
        theirs = [
            {"columnIndex": 3, "filterCriteria": {"hiddenValues": ["own"]}},
            {"columnIndex": 4, "filterCriteria": {"hiddenValues": ["next"]}},
        ]
        chosen = {"range": {"sheetId": desk.tab("客户").id, **place}, "filterSpecs": theirs}
        desk.send({"setBasicFilter": {"filter": {**chosen, "sortSpecs": [{"dimensionIndex": 1}]}}})
        more = VIEWS.replace("rows: 100", "rows: 150")
        new = "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n      next: {type: date"
        newer = bakery(tmp_path, was=NOW["was"], now=more, was1="      next: {type: date", now1=new)
        desk.apply(newer)
        row = desk.tab("客户").row_values(1)
        found = {
            row[spec["columnIndex"]] if spec["columnIndex"] < len(row) else "": spec
            for spec in basic(desk)["filterSpecs"]
        }
        assert found["下次"]["filterCriteria"] == {"hiddenValues": ["next"]}
        assert {"hiddenValues": ["own"]} in [spec["filterCriteria"] for spec in found.values()]
        assert basic(desk)["range"]["endRowIndex"] == 150
        assert desk.plan(newer).changes == ()

    def test_taken_away_by_people_it_stays_away(self, desk):
        desk.send({"clearBasicFilter": {"sheetId": desk.tab("客户").id}})
        assert desk.plan().changes == ()

    def test_a_range_that_people_chose_is_theirs(self, desk, tmp_path):
        place = {"sheetId": desk.tab("客户").id, "startRowIndex": 4, "endRowIndex": 9, "endColumnIndex": 2}
        desk.send({"setBasicFilter": {"filter": {"range": place}}})
        assert desk.plan().changes == ()
        desk.apply(bakery(tmp_path, was=NOW["was"], now=VIEWS.replace("rows: 100", "rows: 150")))
        assert basic(desk)["range"]["endRowIndex"] == 9


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ("{title: X, where: {stge: lead}}", "where.stge: no such column in customers: stge; did you mean stage?"),
        ("{title: X, where: {stage: leed}}", "where.stage: no such option of stage: leed; did you mean lead?"),
        ("{title: X, where: {name: lead}}", "where.name: name has no options to choose from"),
        ("{title: X, where: {name: {before: today}}}", "where.name: name is not a date"),
        ("{title: X, where: {next: {before: noon}}}", "noon is not a day"),
        ("{title: X, where: {next: {before: today, blank: true}}}", "say one thing"),
        ("{title: X, where: {next: {}}}", "say one thing"),
        ("{title: X, sort: [nxt]}", "sort.0: no such column in customers: nxt; did you mean next?"),
        ("{title: X, each: person}", "needs of: the column with the person"),
        ("{title: X, of: name, each: person}", "of: name is not a column of type person"),
    ],
)
def test_a_view_that_cannot_be(tmp_path, view, message):
    from sheetcrm.errors import TemplateError

    with pytest.raises(TemplateError, match=r"bakery\.yaml:") as raised:
        bakery(
            tmp_path,
            was="rows: 100\n    columns:\n      id:",
            now=f"rows: 100\n    views: {{x: {view}}}\n    columns:\n      id:",
        )
    assert message in str(raised.value)
