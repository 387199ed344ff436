"""A dashboard with charts and a pivot table, from the template to the spreadsheet, into its plan and back by undo."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from sheetcrm import provision
from sheetcrm.errors import Refused
from sheetcrm.journal import Journal
from sheetcrm.provision import Log
from sheetcrm.provision.selection import Selection
from sheetcrm.provision.undo import undo
from sheetcrm.schema.template import json_schema
from sheetcrm.yamlfile import read

from .bakery import Desk, actions, bakery

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TEAM = "  team:\n    title"
BOARD = """  board:
    title: {zh: 看板, en: Dashboard}
    content: page
    rows: 40
    columns:
      charts: {type: text, title: {zh: 图表, en: Charts}, width: 600}
      stage: {type: text, title: {zh: 阶段, en: Stage}}
      count: {type: formula, result: integer, filled: stage, title: {zh: 客户, en: Customers}, formula: 'COUNTIFS({customers.stage},{stage})'}
      pivot: {type: text, title: {zh: 汇总, en: Summary}}
    seeds: [{stage: {zh: 潜在, en: Lead}}, {stage: {zh: 成交, en: Won}}]
    charts:
      stages: {type: funnel, title: {zh: 漏斗, en: Funnel}, x: stage, y: count, rows: 2, at: {column: charts}}
      spent: {type: scorecard, title: {zh: 消费, en: Spent}, value: customers.spent, by: sum, at: {column: charts, row: 20}}
    pivots:
      stages: {source: customers, rows: stage, values: [{column: id, by: count}], at: {column: pivot}}
"""
CHANGES = {
    "another title": ("zh: 漏斗, en: Funnel", "zh: 销售漏斗, en: Funnel"),
    "another kind": ("type: funnel", "type: column"),
    "another place": ("at: {column: charts, row: 20}", "at: {column: charts, row: 22, x: 9}"),
    "one more": (
        "    pivots:\n",
        "      pie: {type: pie, title: {zh: 饼, en: Pie}, x: stage, y: count}\n    pivots:\n",
    ),
    "one less": (BOARD[BOARD.index("      spent: {type: score") : BOARD.index("    pivots:")], ""),
    "another summary": ("by: count}", "by: unique}"),
    "no summary": (BOARD[BOARD.index("    pivots:") :], ""),
    "a summary elsewhere": ("at: {column: pivot}", "at: {column: pivot, row: 9}"),
}


def board(folder, was="", now=""):
    return bakery(folder, was=TEAM, now=BOARD.replace(was, now) + TEAM if was else BOARD + TEAM)


@pytest.fixture
def desk(running, tmp_path):
    """A desk with a spreadsheet that has a dashboard."""
    made = Desk(running, running.client.create("Bread"), board(tmp_path))
    made.apply(samples=True)
    return made


def live(desk):
    fields = "sheets(properties.title,charts,data.rowData.values.pivotTable)"
    return [part for part in desk.describe(fields)["sheets"] if part["properties"]["title"] == "看板"]


def test_the_plan_after_it_is_empty_and_sheets_computes_what_is_shown(desk):
    assert desk.plan(samples=True).changes == ()
    assert desk.tab("看板").get("D2:E5") == [
        ["阶段", "客户编号"],
        ["成交", "1"],
        ["潜在", "1"],
        ["Grand Total", "2"],
    ]


def test_a_plan_tells_of_them(running, tmp_path):
    blank = Desk(running, running.client.create("Bread"), board(tmp_path))
    text = blank.plan().text()
    assert "BAR 漏斗: board.stage:2, board.count:2" in text
    assert "customers by stage: COUNTA of id, at pivot row 2" in text
    assert "by stage: COUNTA of id" in blank.plan().markdown()


@pytest.mark.parametrize("change", list(CHANGES))
def test_a_change_is_one_line_and_undo_takes_it_back(desk, tmp_path, change):
    before, newer = live(desk), board(tmp_path, *CHANGES[change])
    journal = Journal(tmp_path / "journal", desk.people.id)
    plan = desk.plan(newer)
    kinds = {kind.partition(".")[0] for _, address in actions(plan) for kind in [address.partition(".")[2]]}
    assert kinds - {"memory"} <= {"chart", "chart_place", "pivot"}
    provision.apply(desk.gateway, plan, log=Log(journal, "apply", NOW))
    assert desk.plan(newer).changes == ()
    _, write = next(iter(journal.writes()))
    found = undo(desk.gateway, write, newer.wanted(), ())
    provision.apply(desk.gateway, found.plan)
    assert (found.left, desk.plan().changes) == ((), ())
    assert live(desk)[0]["charts"] == before[0]["charts"]


def test_undo_leaves_what_people_changed_since(desk, tmp_path):
    newer = board(tmp_path, *CHANGES["another title"])
    journal = Journal(tmp_path / "journal", desk.people.id)
    provision.apply(desk.gateway, desk.plan(newer), log=Log(journal, "apply", NOW))
    chart = next(one for one in live(desk)[0]["charts"] if one["spec"]["title"] == "销售漏斗")
    desk.send({"updateChartSpec": {"chartId": chart["chartId"], "spec": {**chart["spec"], "title": "mine"}}})
    _, write = next(iter(journal.writes()))
    found = undo(desk.gateway, write, newer.wanted(), ())
    assert [(str(address), why) for address, why in found.left] == [("board.chart.stages", "people changed it since")]


def test_only_the_charts(desk, tmp_path):
    newer = bakery(
        tmp_path, was=TEAM, now=BOARD.replace("漏斗, en", "销售漏斗, en") + TEAM, was1="zh: 姓名", now1="zh: 名字"
    )
    plan = desk.plan(newer, selection=Selection(("board.chart.*",)))
    assert actions(plan) == {("update", "board.chart.stages"), ("update", "board.memory")}


def test_a_filled_cell_refuses_the_summary_and_everything_else_can_be_had_without_it(running, tmp_path):
    desk = Desk(running, running.client.create("Bread"), board(tmp_path, *CHANGES["no summary"]))
    desk.apply()
    desk.tab("看板").update([["mine"]], "D3")
    whole = board(tmp_path)
    with pytest.raises(Refused, match="D3 is filled"):
        desk.plan(whole).check()
    desk.apply(whole, selection=Selection(without=("board.pivot.*",)))
    assert desk.tab("看板").acell("D3").value == "mine"


def test_a_renamed_tab_key_keeps_its_charts(desk, tmp_path):
    renamed = BOARD.replace("  board:\n", "  dash:\n    was: [board]\n", 1)
    newer = bakery(tmp_path, was=TEAM, now=renamed + TEAM)
    assert "stages" not in str(actions(desk.apply(newer)))
    assert len(live(desk)[0]["charts"]) == 2
    assert desk.plan(newer).changes == ()


def test_editors_know_the_whole_of_it(tmp_path):
    board(tmp_path)
    assert list(Draft202012Validator(json_schema()).iter_errors(read(tmp_path / "bakery.yaml").data)) == []
