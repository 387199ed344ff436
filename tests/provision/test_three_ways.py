"""What the template wants, what is there, what we last applied: a change of the template is not a change by people."""

from __future__ import annotations

import pytest

from .bakery import actions, bakery, columns, data_rows

NAME = "{type: text, title: {zh: 姓名, en: Name}, required: true}"


def header(desk, cell):
    return desk.tab("客户").acell(cell).value


def causes(changes):
    return {str(change.address): change.cause for change in changes}


class TestTheTemplateChanges:
    """What people left alone follows the template, looks and titles too."""

    @pytest.fixture
    def newer(self, tmp_path):
        now = "{type: text, title: {zh: 名字, en: Name}, required: true, width: 333, note: {zh: 全名, en: In full}}"
        return bakery(
            tmp_path,
            was=NAME,
            now=now,
            was1="title: {zh: 客户, en: Customers}",
            now1="title: {zh: 顾客, en: Customers}",
        )

    def test_titles_widths_and_notes_follow(self, desk, newer):
        plan = desk.apply(newer)
        assert causes(plan.changes)["customers.name.width"] == "template"
        assert desk.tab("顾客").acell("B1").value == "名字"
        assert "全名" in desk.tab("顾客").get_note("B1")
        assert desk.plan(newer).changes == ()

    def test_what_people_changed_stays_theirs(self, desk, newer):
        desk.tab("客户").update([["老板"]], "B1")
        desk.tab("客户").update_title("我的客户")
        plan = desk.apply(newer)
        assert causes(plan.kept) == {"customers.name.header": "both", "customers.title": "both"}
        assert desk.tab("我的客户").acell("B1").value == "老板"
        assert desk.plan(newer).changes == ()
        assert causes(desk.plan(newer).kept) == {"customers.name.header": "people", "customers.title": "people"}


class TestPeopleChange:
    def test_a_rule_is_put_back_and_said_to_be_theirs(self, desk):
        desk.send({"setDataValidation": {"range": data_rows(desk.tab("客户").id, 2)}})
        plan = desk.plan()
        assert causes(plan.changes) == {"customers.stage.validation": "people"}
        assert "(people changed it)" in plan.text()

    def test_it_stays_where_the_template_says_keep(self, desk, tmp_path):
        lenient = bakery(tmp_path, was="version: 1", now="version: 1\npolicy: {validation: keep}")
        rule = {"condition": {"type": "TEXT_IS_EMAIL"}}
        desk.send({"setDataValidation": {"range": data_rows(desk.tab("客户").id, 2), "rule": rule}})
        plan = desk.plan(lenient)
        assert (plan.changes, causes(plan.kept)) == ((), {"customers.stage.validation": "people"})

    def test_a_width_is_put_back_where_the_template_says_restore(self, desk, tmp_path):
        tidy = bakery(tmp_path, was="version: 1", now="version: 1\npolicy: {width: restore}")
        size = {"range": columns(desk.tab("客户").id, 1, 2), "properties": {"pixelSize": 20}, "fields": "pixelSize"}
        desk.send({"updateDimensionProperties": size})
        assert desk.plan().changes == ()
        assert actions(desk.plan(tidy)) == {("update", "customers.name.width")}

    def test_banding_that_they_took_away_stays_away_until_the_template_changes_it(self, desk, tmp_path):
        banding = desk.describe("sheets.bandedRanges.bandedRangeId")["sheets"][0]["bandedRanges"][0]
        desk.send({"deleteBanding": {"bandedRangeId": banding["bandedRangeId"]}})
        plan = desk.plan()
        assert (plan.changes, causes(plan.kept)) == ((), {"customers.banding": "people"})
        assert "taken away" in plan.text()
        louder = bakery(tmp_path, was="version: 1", now='version: 1\ntheme: {second: "#ddeeff"}')
        desk.apply(louder)
        assert desk.describe("sheets.bandedRanges")["sheets"][0]["bandedRanges"]


def test_a_note_that_the_template_drops_goes_unless_people_rewrote_it(desk, tmp_path):
    noted = bakery(tmp_path, was=NAME, now=NAME[:-1] + ", note: {zh: 注, en: Mind}}")
    desk.apply(noted)
    bare = bakery(tmp_path, was=NAME, now="{type: text, title: {zh: 姓名, en: Name}}")
    assert ("delete", "customers.name.note") in actions(desk.plan(bare))
    desk.tab("客户").insert_note("B1", "mine")
    assert ("delete", "customers.name.note") not in actions(desk.plan(bare))
    desk.apply(bare)
    assert desk.tab("客户").get_note("B1") == "mine"


def test_who_forgot_what_was_applied_takes_every_look_for_the_teams(desk, tmp_path):
    desk.send(
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "sheetcrm.made"}}}}
    )
    wider = bakery(tmp_path, was=NAME, now=NAME[:-1] + ", width: 333}")
    plan = desk.apply(wider)
    assert causes(plan.kept) == {"customers.name.width": "unknown"}
    assert desk.plan(wider).changes == ()


def test_a_policy_for_what_is_no_matter_of_taste_is_refused(tmp_path):
    with pytest.raises(Exception, match="no such kind of setting: column"):
        bakery(tmp_path, was="version: 1", now="version: 1\npolicy: {column: keep}")
