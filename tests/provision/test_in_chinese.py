"""A plan, and what speaks against it, is told in Chinese to an admin who reads Chinese."""

from __future__ import annotations

from datetime import date
from itertools import combinations, groupby

import pytest

from sheetcrm import provision
from sheetcrm.messages import speaking
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway
from tests.chinese import in_english, is_chinese

from .bakery import bakery


@pytest.fixture(autouse=True)
def chinese():
    """The admin reads Chinese."""
    with speaking("zh"):
        yield


@pytest.mark.parametrize("name", loader.names())
def test_whatever_a_template_makes_or_changes_is_said_in_chinese(running, name):
    gateway = Gateway(running.session, running.client.create(name).id)
    plan = provision.plan(gateway, loader.named(name), "zh", samples=True, today=date(2026, 6, 15))
    assert in_english(plan.text()) == in_english(plan.markdown()) == []
    made = sorted((change.resource for change in plan.changes), key=lambda one: one.kind)
    pairs = [pair for _, same in groupby(made, key=lambda one: one.kind) for pair in list(combinations(same, 2))[:20]]
    assert [text for one, other in pairs if in_english(text := one.say(other))] == []


def test_what_people_changed_what_is_kept_and_what_is_refused(desk, tmp_path):
    tab = desk.tab("客户")
    tab.update([["C1", "Ann", "潜在", 46000], ["C2", "Bob", "", 46001]], "A2", raw=True)
    tab.update([["Name"]], "B1")
    tab.freeze(rows=0)
    desk.people.batch_update({"requests": [{"clearBasicFilter": {"sheetId": tab.id}}]})
    dropped = bakery(
        tmp_path,
        was="      next: {type: date, title: {zh: 下次, en: Next}}\n",
        now="",
        was1=", next: +3d",
        now1="",
        was2="version: 1",
        now2="version: 2",
    )
    plan = desk.plan(dropped)
    said = plan.text()
    assert in_english(said) == in_english(plan.markdown()) == []
    assert "已拒绝：会删除 customers.next 中的数据（2 行）" in said
    assert "保留大家的改动：" in said
    assert all(map(is_chinese, (refusal["text"] for refusal in plan.json()["refusals"])))


def test_an_older_template_another_one_and_another_language_are_refused(desk, tmp_path):
    desk.apply(bakery(tmp_path, was="version: 1", now="version: 2"))
    for template, language in [(desk.template, "zh"), (loader.named("pipeline"), "zh"), (desk.template, "en")]:
        plan = provision.plan(desk.gateway, template, language, today=date(2026, 6, 15))
        assert plan.refusals
        assert all(is_chinese(str(refusal)) for refusal in plan.refusals)
