"""A template changes; the spreadsheet follows, around what people did."""

from __future__ import annotations

import pytest

from .bakery import actions, bakery, columns, data_rows

STAGE = "      stage:\n"


def test_a_new_column_comes_where_the_template_has_it(desk, tmp_path):
    newer = bakery(tmp_path, was=STAGE, now="      phone: {type: phone, title: {zh: 电话, en: Phone}}\n" + STAGE)
    desk.tab("客户").update([["C1", "Ann", "潜在"]], "A2", raw=True)
    desk.apply(newer)
    assert desk.tab("客户").row_values(1) == ["客户编号", "姓名", "电话", "阶段", "下次", "消费"]
    assert desk.tab("客户").row_values(2)[:4] == ["C1", "Ann", "", "潜在"]
    assert desk.plan(newer).changes == ()


def test_a_new_column_comes_behind_a_column_that_people_moved(desk, tmp_path):
    desk.send({"moveDimension": {"source": columns(desk.tab("客户").id, 1, 2), "destinationIndex": 5}})
    newer = bakery(tmp_path, was=STAGE, now="      phone: {type: phone, title: {zh: 电话, en: Phone}}\n" + STAGE)
    desk.apply(newer)
    assert desk.tab("客户").row_values(1) == ["客户编号", "阶段", "下次", "消费", "姓名", "电话"]
    assert desk.plan(newer).changes == ()


def test_a_new_column_inherits_nothing_of_its_neighbour(desk, tmp_path):
    newer = bakery(
        tmp_path,
        was="      next: {type: date",
        now="      memo: {type: integer, title: {zh: 备忘, en: Memo}}\n      next: {type: date",
    )
    desk.apply(newer)
    fields = "sheets.data.rowData.values(dataValidation.condition.type,userEnteredFormat.horizontalAlignment)"
    cell = desk.describe(fields, "'客户'!D2:D2")["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell.get("dataValidation", {}).get("condition", {}).get("type") != "ONE_OF_LIST"
    assert desk.plan(newer).changes == ()


def test_a_new_last_column_is_coloured_and_guarded_like_the_others(desk, tmp_path):
    newer = bakery(
        tmp_path, was="    highlights:", now="      memo: {type: text, title: {zh: 备忘, en: Memo}}\n    highlights:"
    )
    desk.apply(newer)
    part = next(
        part
        for part in desk.describe("sheets(properties.title,bandedRanges.range,protectedRanges.range)")["sheets"]
        if part["properties"]["title"] == "客户"
    )
    assert part["bandedRanges"][0]["range"]["endColumnIndex"] == 6
    assert part["protectedRanges"][0]["range"].get("endColumnIndex", 6) == 6
    assert desk.plan(newer).changes == ()


def test_more_rows_get_what_the_others_have(desk, tmp_path):
    newer = bakery(tmp_path, was="rows: 100\n", now="rows: 250\n")
    assert ("update", "customers.grid") in actions(desk.plan(newer))
    desk.apply(newer)
    assert desk.tab("客户").row_count == 250
    assert desk.plan(newer).changes == ()


def test_a_new_option_is_in_the_dropdown(desk, tmp_path):
    newer = bakery(tmp_path, was="won: {zh: 成交", now="lost: {zh: 流失, en: Lost}, won: {zh: 成交")
    assert ("update", "customers.stage.validation") in actions(desk.plan(newer))
    desk.apply(newer)
    assert desk.plan(newer).changes == ()


def test_a_new_tab_with_formulas_into_it_comes_in_one_batch(desk, tmp_path):
    newer = bakery(
        tmp_path,
        was="  team:\n    title",
        now="""  visits:
    title: {zh: 拜访, en: Visits}
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer ID}}
      date: {type: date, title: {zh: 日期, en: Date}}
  team:
    title""",
        was1="SUMIFS({orders.amount},{orders.customer},{id})",
        now1="COUNTIFS({visits.customer},{id})",
    )
    desk.apply(newer)
    assert [tab.title for tab in desk.people.worksheets()] == ["客户", "订单", "团队", "拜访"]
    assert desk.plan(newer).changes == ()


class TestDropped:
    """A template that drops a rule takes it away; a colleague's own is never taken for it."""

    @pytest.fixture
    def plain(self, tmp_path):
        return bakery(tmp_path, was="      amount: {type: money", now="      amount: {type: text")

    def rule(self, desk, cell):
        fields = "sheets.data.rowData.values.dataValidation"
        data = desk.describe(fields, cell)["sheets"][0]["data"][0].get("rowData", [{}])
        return (data[0].get("values") or [{}])[0].get("dataValidation")

    def test_ours_goes(self, desk, plain):
        assert self.rule(desk, "'订单'!C2")
        assert ("delete", "orders.amount.validation") in actions(desk.plan(plain))
        desk.apply(plain)
        assert self.rule(desk, "'订单'!C2") is None
        assert desk.plan(plain).changes == ()

    def test_a_colleagues_stays(self, blank, plain):
        blank.apply(plain)
        mine = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "5"}]}}
        blank.send({"setDataValidation": {"range": data_rows(blank.tab("订单").id, 2), "rule": mine}})
        assert blank.plan(plain).changes == ()
        assert self.rule(blank, "'订单'!C2")
