"""A spreadsheet moves from a template to a team's overlay of it; the template's upgrades still arrive."""

from __future__ import annotations

import pytest

from sheetcrm.schema import loader

from .bakery import BAKERY, actions

OVERLAY = """
extends: bakery
version: 2
sheets:
  customers:
    columns:
      birthday: {type: date, title: {zh: 生日, en: Birthday}, after: name}
      stage: {options: {lost: {zh: 流失, en: Lost}}}
"""


@pytest.fixture
def overlay(tmp_path):
    """A function that loads the team's own template over the bakery, each with parts of its text replaced."""

    def load(name="mine", text=OVERLAY, was="version: 1", now="version: 1"):
        (tmp_path / "bakery.yaml").write_text(BAKERY.replace(was, now, 1), encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return loader.load(tmp_path / f"{name}.yaml")

    return load


def mark(desk):
    (found,) = [
        one["metadataValue"]
        for one in desk.describe("developerMetadata")["developerMetadata"]
        if one["metadataKey"] == "sheetcrm.template"
    ]
    return found


def test_a_spreadsheet_moves_to_the_overlay_and_keeps_what_is_in_it(desk, overlay):
    desk.tab("客户").update([["C1", "Ann", "潜在", 46000]], "A2", raw=True)
    plan = desk.apply(overlay())
    assert {address for action, address in actions(plan) if action == "create"} >= {"customers.birthday.column"}
    assert not [address for action, address in actions(plan) if action == "delete"]
    assert desk.tab("客户").row_values(1) == ["客户编号", "姓名", "生日", "阶段", "下次", "消费"]
    assert desk.tab("客户").row_values(2)[:2] == ["C1", "Ann"]
    assert mark(desk) == '{"extends":[["bakery",1]],"language":"zh","template":"mine","version":2}'
    assert desk.plan(overlay()).changes == ()


def test_upgrades_of_the_base_arrive(desk, overlay):
    desk.apply(overlay())
    newer = overlay(was="version: 1", now="version: 2\ncurrency: EUR")
    plan = desk.apply(newer)
    assert "mine 1+2 zh → mine 2+2 zh" in plan.text()
    assert ("update", "customers.spent.number_format") in actions(plan)
    assert desk.tab("客户").row_values(1)[2] == "生日"
    assert desk.plan(newer).changes == ()


def test_going_back_is_refused_and_can_be_allowed_by_name(desk, overlay):
    desk.apply(overlay())
    back = desk.plan(desk.template)
    assert [refusal.flag for refusal in back.refusals] == ["back-to-base"]
    assert "made from mine, which extends bakery" in back.refusals[0].message
    desk.tab("客户").update([[46000]], "C2", raw=True)
    losing = desk.plan(desk.template, allow={"back-to-base"})
    assert [refusal.flag for refusal in losing.refusals] == ["data-loss"], "what people typed into its column"
    desk.apply(desk.template, allow={"back-to-base", "data-loss"})
    assert desk.tab("客户").row_values(1) == ["客户编号", "姓名", "阶段", "下次", "消费"]


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        pytest.param({}, {"text": OVERLAY.replace("version: 2", "version: 1")}, "made from version 2 of mine, this is version 1", id="an older overlay"),
        pytest.param({"was": "version: 1", "now": "version: 5"}, {}, "made from version 5 of bakery, this is version 1", id="an older base"),
        pytest.param({}, {"name": "theirs"}, "made from the template mine, not theirs", id="another overlay of the same base"),
    ],
)  # fmt: skip
def test_what_it_was_not_made_from_is_refused(desk, overlay, first, then, says):
    desk.apply(overlay(**first))
    plan = desk.plan(overlay(**then))
    assert says in plan.refusals[0].message
