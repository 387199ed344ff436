"""A plan that loses data, or much at once, is refused unless it is asked for by name."""

from __future__ import annotations

import pytest

from sheetcrm import provision
from sheetcrm.errors import Refused

from .bakery import actions, bakery

NEXT = "      next: {type: date, title: {zh: 下次, en: Next}}\n"


@pytest.fixture
def without_next(tmp_path):
    """The template, its column `next` and the examples that use it left out."""
    return bakery(
        tmp_path,
        was=NEXT,
        now="",
        was1=", next: +3d",
        now1="",
        was2="version: 1",
        now2="version: 2",
    )


def test_a_dropped_column_with_data_is_refused(desk, without_next):
    desk.tab("客户").update([["C1", "Ann", "潜在", 46000], ["C2", "Bob", "", 46001]], "A2", raw=True)
    plan = desk.plan(without_next)
    assert [refusal.flag for refusal in plan.refusals] == ["data-loss"]
    assert str(plan.refusals[0]) == (
        "refused: would delete data in customers.next (2 rows); add --allow-data-loss, or keep the column in the template"
    )
    assert plan.requests == ()
    with pytest.raises(Refused, match=r"customers\.next"):
        provision.apply(desk.gateway, plan)


def test_asked_for_by_name_it_goes_and_the_rest_stays(desk, without_next):
    desk.tab("客户").update([["C1", "Ann", "潜在", 46000]], "A2", raw=True)
    plan = desk.apply(without_next, allow={"data-loss"})
    assert ("delete", "customers.next.column") in actions(plan)
    assert desk.tab("客户").row_values(1) == ["客户编号", "姓名", "阶段", "消费"]
    assert desk.tab("客户").row_values(2)[:3] == ["C1", "Ann", "潜在"]
    assert desk.plan(without_next).changes == ()


def test_a_dropped_column_without_data_just_goes(desk, without_next):
    assert desk.plan(without_next).refusals == ()


def test_a_column_that_people_added_is_never_deleted(desk, without_next):
    desk.tab("客户").add_cols(1)
    desk.tab("客户").update([["mine"], ["x"]], "F1")
    desk.apply(without_next)
    assert desk.tab("客户").row_values(1)[-1] == "mine"


def test_a_dropped_tab_with_data_is_refused_and_can_be_allowed(desk, tmp_path):
    orders = """  orders:
    title: {zh: 订单, en: Orders}
    rows: 100
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer ID}, required: true}
      amount: {type: money, title: {zh: 金额, en: Amount}}
"""
    spent = """      spent: {type: formula, result: money, title: {zh: 消费, en: Spent}, formula: "SUMIFS({orders.amount},{orders.customer},{id})"}
"""
    without = bakery(tmp_path, was=orders, now="", was1=spent, now1="")
    desk.tab("订单").update([["C1", 5]], "B2", raw=True)
    assert "data in orders (1 row)" in desk.plan(without).text()
    desk.apply(without, allow={"data-loss", "many-changes"})
    assert [tab.title for tab in desk.people.worksheets()] == ["客户", "团队"]
    assert desk.plan(without).changes == ()


def test_a_typed_column_that_becomes_computed_is_refused_while_it_has_data(desk, tmp_path):
    computed = bakery(
        tmp_path,
        was=NEXT,
        now='      next: {type: formula, result: date, title: {zh: 下次, en: Next}, formula: "TODAY()"}\n',
        was1=", next: +3d",
        now1="",
        was2="version: 1",
        now2="version: 2",
    )
    desk.tab("客户").update([["C1", "Ann", "潜在", 46000]], "A2", raw=True)
    assert "write a formula over data in customers.next (1 row)" in desk.plan(computed).text()
    assert desk.plan(computed, allow={"data-loss"}).refusals == ()


def test_much_at_once_is_refused(desk, tmp_path):
    other = bakery(tmp_path, was="type: date", now="type: percent", was1=", next: +3d", now1="")
    for title in ("客户", "订单", "团队"):
        whole = {"sheetId": desk.tab(title).id, "startRowIndex": 1}
        wrong = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.000"}}}
        rule = {"condition": {"type": "TEXT_IS_URL"}, "strict": True}
        desk.send(
            {"repeatCell": {"range": whole, "cell": wrong, "fields": "userEnteredFormat.numberFormat"}},
            {"setDataValidation": {"range": whole, "rule": rule}},
        )
    plan = desk.plan(other)
    assert [refusal.flag for refusal in plan.refusals] == ["many-changes"]
    assert desk.plan(other, allow={"many-changes"}).refusals == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"language": "en"}, "is in zh", id="another language"),
        pytest.param({"version": 7}, "version 7", id="made by a newer version"),
        pytest.param({"template": "pipeline"}, "made from the template pipeline", id="another template"),
    ],
)
def test_a_spreadsheet_made_otherwise_is_refused_whatever_is_allowed(desk, change, says):
    import json

    made = {
        "template": "bakery",
        "version": 1,
        "language": "zh",
        **{k: v for k, v in change.items() if k != "language"},
    }
    lookup = {"developerMetadataLookup": {"metadataKey": "sheetcrm.template"}}
    new = {"metadataValue": json.dumps(made)}
    desk.send(
        {"updateDeveloperMetadata": {"dataFilters": [lookup], "developerMetadata": new, "fields": "metadataValue"}}
    )
    plan = desk.plan(language=change.get("language", "zh"), allow={"data-loss", "many-changes"})
    assert plan.refusals
    assert says in plan.refusals[0].message
