"""Example rows come once, are known by their keys, and go without a trace."""

from __future__ import annotations

import pytest

from sheetcrm import provision
from sheetcrm.testing import Fault


def test_they_are_written_as_data(blank):
    blank.apply(samples=True)
    rows = blank.tab("客户").get("A2:D3", value_render_option="FORMULA")
    assert rows[0] == ["示例-1", "Ann", "潜在", 46350]
    assert rows[1][:3] == ["示例-2", "=Bob", "成交"]
    assert blank.tab("客户").acell("B3").value == "=Bob"


def test_they_come_below_what_people_have_and_only_once(desk):
    desk.tab("客户").update([["C1", "Zoe"]], "A4", raw=True)
    desk.apply(samples=True)
    assert desk.tab("客户").col_values(1) == ["客户编号", "", "", "C1", "示例-1", "示例-2"]
    assert desk.plan(samples=True).changes == ()


def test_one_that_people_deleted_is_the_only_one_that_comes_again(blank):
    blank.apply(samples=True)
    blank.tab("客户").delete_rows(2)
    plan = blank.plan(samples=True)
    assert [change.say() for change in plan.changes if change.address.kind == "samples"] == ["1 example row"]


def test_they_go_and_rows_of_people_stay(blank):
    blank.apply(samples=True)
    blank.tab("客户").update([["C1", "Zoe"]], "A4", raw=True)
    found = provision.find_samples(blank.gateway, blank.template)
    assert [(row.number, row.key) for row in found["customers"]] == [(2, "示例-1"), (3, "示例-2")]
    assert provision.remove_samples(blank.gateway, blank.template) == 2
    assert blank.tab("客户").col_values(1) == ["客户编号", "C1"]
    assert blank.plan().changes == ()
    assert provision.remove_samples(blank.gateway, blank.template) == 0


def test_every_row_is_computed_after_they_are_gone(blank):
    blank.apply(samples=True)
    provision.remove_samples(blank.gateway, blank.template)
    formulas = blank.tab("客户").get("E2:E100", value_render_option="FORMULA")
    assert len(formulas) == 99
    assert all(row[0].startswith("=IF(") for row in formulas)


@pytest.mark.parametrize("order", [{"drop": "before"}, {"drop": "after"}, {"status": 500}], ids=str)
def test_after_a_lost_answer_they_are_gone_and_nothing_else(blank, order):
    blank.apply(samples=True)
    blank.tab("客户").update([["C1", "Zoe"]], "A4", raw=True)
    blank.running.faults.add(Fault("sheets.spreadsheets.batchUpdate", **order))
    assert provision.remove_samples(blank.gateway, blank.template) == 2
    assert blank.tab("客户").col_values(1) == ["客户编号", "C1"]
