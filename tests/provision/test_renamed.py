"""Keys and options that the template calls otherwise: `was:` says what they were, and nothing is lost on the way."""

from __future__ import annotations

import pytest

from .bakery import actions, bakery

STAGE = "      stage:\n"
LEAD = "lead: {zh: 潜在, en: Lead, color: grey}"


class TestAColumn:
    @pytest.fixture
    def renamed(self, tmp_path):
        now = "      phase:\n        was: [stage]\n"
        return bakery(
            tmp_path, was=STAGE, now=now, was1="column: stage", now1="column: phase", was2="stage: lead", now2="phase: lead",
            was3="stage: won", now3="phase: won",
        )  # fmt: skip

    def test_it_stays_itself_with_its_cells(self, desk, renamed):
        desk.tab("客户").update([["C1", "Ann", "潜在"]], "A2", raw=True)
        plan = desk.apply(renamed)
        assert not [change for change in plan.changes if change.action != "update"]
        assert desk.tab("客户").row_values(2)[:3] == ["C1", "Ann", "潜在"]
        assert desk.plan(renamed).changes == ()

    def test_it_is_found_by_its_new_key_from_then_on(self, desk, renamed, tmp_path):
        desk.apply(renamed)
        desk.tab("客户").update([["哪一步"]], "C1")
        forgotten = bakery(
            tmp_path, was=STAGE, now="      phase:\n", was1="column: stage", now1="column: phase",
            was2="stage: lead", now2="phase: lead", was3="stage: won", now3="phase: won",
        )  # fmt: skip
        assert desk.plan(forgotten).changes == ()

    def test_a_template_that_does_not_say_what_it_was_would_delete_it(self, desk, tmp_path):
        forgotten = bakery(
            tmp_path, was=STAGE, now="      phase:\n", was1="column: stage", now1="column: phase",
            was2="stage: lead", now2="phase: lead", was3="stage: won", now3="phase: won",
        )  # fmt: skip
        assert ("delete", "customers.stage.column") in actions(desk.plan(forgotten))


def test_a_sheet_stays_itself_with_what_guards_it(desk, tmp_path):
    renamed = bakery(
        tmp_path, was="  orders:\n", now="  purchases:\n    was: [orders]\n",
        was1="{orders.amount},{orders.customer}", now1="{purchases.amount},{purchases.customer}",
    )  # fmt: skip
    desk.tab("订单").update([["C1", 5]], "B2", raw=True)
    plan = desk.apply(renamed)
    assert not [change for change in plan.changes if change.action != "update"]
    assert [tab.title for tab in desk.people.worksheets()] == ["客户", "订单", "团队"]
    assert desk.plan(renamed).changes == ()


class TestAnOption:
    @pytest.fixture
    def reworded(self, tmp_path):
        now = "lead: {zh: 潜在客户, en: Lead, was: [潜在], color: grey}"
        return bakery(tmp_path, was=LEAD, now=now)

    def test_cells_with_the_old_word_get_the_new_one(self, desk, reworded):
        desk.tab("客户").update([["C1", "潜在", "潜在"], ["C2", "Bob", "成交"]], "A2", raw=True)
        plan = desk.apply(reworded)
        assert "潜在 → 潜在客户 in cells" in plan.text()
        assert desk.tab("客户").get("A2:C3") == [["C1", "潜在", "潜在客户"], ["C2", "Bob", "成交"]]
        assert desk.plan(reworded).changes == ()

    def test_an_old_word_that_comes_back_still_means_the_option(self, reworded):
        column = reworded.sheets["customers"].columns["stage"]
        assert column.parse(["潜在", "潜在客户"], reworded.context("zh")) == (["lead", "lead"], {})

    def test_several_in_a_cell(self, blank, tmp_path):
        was = "      next: {type: date"
        old = "      likes: {type: choices, title: L, options: {a: 甲, b: 乙, ab: 甲乙}}\n" + was
        new = "      likes: {type: choices, title: L, options: {a: {title: 新甲, was: [甲]}, b: 乙, ab: 甲乙}}\n" + was
        blank.apply(bakery(tmp_path, was=was, now=old))
        blank.tab("客户").update([["甲, 乙"], ["乙、甲"], ["甲乙"], ["甲"]], "D2", raw=True)
        newer = bakery(tmp_path, was=was, now=new)
        blank.apply(newer)
        assert blank.tab("客户").get("D2:D5") == [["新甲, 乙"], ["乙、新甲"], ["甲乙"], ["新甲"]]
        assert blank.plan(newer).changes == ()


class TestAListThatTheTeamExtends:
    TEAM = "  team:\n    title"
    LISTS = """  lists:
    title: {zh: 选项, en: Options}
    content: lists
    rows: 6
    columns:
      source: {type: list, title: {zh: 来源, en: Source}, options: {web: 网站, fair: 展会OPTIONS}}
  team:
    title"""

    def lists(self, tmp_path, more=""):
        return bakery(tmp_path, was=self.TEAM, now=self.LISTS.replace("OPTIONS", more))

    def test_a_new_option_of_the_template_comes_behind_the_teams_own(self, blank, tmp_path):
        blank.apply(self.lists(tmp_path))
        tab = blank.tab("选项")
        tab.update([["网站"], ["抖音"]], "A2")
        newer = self.lists(tmp_path, ", phone: 电话, wechat: 微信, x: X, y: Y")
        plan = blank.apply(newer)
        assert "电话, 微信, X, Y" in plan.text()
        assert tab.col_values(1) == ["来源", "网站", "抖音", "电话", "微信", "X", "Y"], "展会 was taken out by the team"
        assert blank.plan(newer).changes == ()

    def test_an_option_that_the_team_took_out_stays_out(self, blank, tmp_path):
        template = self.lists(tmp_path)
        blank.apply(template)
        blank.tab("选项").batch_clear(["A3"])
        assert blank.plan(template).changes == ()
