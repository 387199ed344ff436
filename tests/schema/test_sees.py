"""What a role sees: which rows, and templates that say something that makes no sense."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sheetcrm.errors import TemplateError
from sheetcrm.schema import loader
from sheetcrm.schema.sees import Sees

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("says", "value", "shown"),
    [
        pytest.param({"where": {"x": ["a", "b"]}}, "b", True, id="one of the options"),
        pytest.param({"where": {"x": ["a"]}}, None, False, id="blank is no option"),
        pytest.param({"where": {"x": False}}, None, True, id="a box that was never ticked"),
        pytest.param({"where": {"x": {"before": "today"}}}, date(2026, 3, 30), True, id="before today"),
        pytest.param({"where": {"x": {"before": "today"}}}, TODAY, False, id="today is not before today"),
        pytest.param({"where": {"x": {"before": "today"}}}, None, False, id="no day is before none"),
        pytest.param({"where": {"x": {"after": "a week ago"}}}, date(2026, 3, 25), True, id="after a week ago"),
        pytest.param({"where": {"x": {"after": "a month ago"}}}, date(2026, 3, 1), True, id="a month before the 31st"),
        pytest.param(
            {"where": {"x": {"after": "a month ago"}}}, date(2026, 2, 28), False, id="is the last of February"
        ),
        pytest.param({"where": {"x": {"after": "a year ago"}}}, date(2025, 3, 31), False, id="a year ago"),
        pytest.param({"where": {"x": {"after": "2026-01-31"}}}, date(2026, 2, 1), True, id="a day"),
        pytest.param({"where": {"x": {"within": 7}}}, date(2026, 4, 7), True, id="within a week"),
        pytest.param({"where": {"x": {"within": 7}}}, date(2026, 4, 8), False, id="over a week"),
        pytest.param({"where": {"x": {"at_least": 5}}}, Decimal("5.00"), True, id="just enough"),
        pytest.param({"where": {"x": {"at_most": 5}}}, Decimal("5.01"), False, id="just too much"),
        pytest.param({"where": {"x": {"contains": "TEA"}}}, "green tea", True, id="contains, in any case"),
        pytest.param({"where": {"x": {"blank": True}}}, None, True, id="blank"),
        pytest.param({"where": {"x": {"blank": False}}}, (), False, id="a list of nothing is blank"),
        pytest.param({"unless": {"x": ["a"]}}, "a", False, id="unless"),
        pytest.param({"unless": {"x": ["a"]}}, None, True, id="unless, and blank"),
        pytest.param({"unless": {"x": ["a"]}}, ("b", "a"), False, id="one of several"),
        pytest.param({"of": "x"}, "Ann", True, id="of somebody who has the role"),
        pytest.param({"of": "x"}, "Eve", False, id="of somebody else"),
        pytest.param({"of": "x"}, None, False, id="of nobody"),
    ],
)
def test_shown(says, value, shown):
    sees = Sees.model_validate({"columns": ["x"], **says})
    assert sees.shows({"x": value}, frozenset({"Ann"}), TODAY) is shown


SHOP = """\
version: 1
title: {{zh: 店, en: Shop}}
team: {{sheet: team, name: name, email: email, role: role}}
sheets:
  orders:
    title: {{zh: 订单, en: Orders}}
    columns:
      what: {{type: text, title: {{zh: 货物, en: What}}}}
      stage: {{type: choice, title: {{zh: 阶段, en: Stage}}, options: {{open: {{zh: 待办, en: Open}}}}}}
  team:
    title: {{zh: 团队, en: Team}}
    key: name
    columns:
      name: {{type: text, title: {{zh: 姓名, en: Name}}}}
      email: {{type: email, title: {{zh: 邮箱, en: E-mail}}}}
      role: {{type: choice, title: {{zh: 角色, en: Role}}, options: {{store: {{zh: 仓库, en: Store}}}}}}
roles:
  store: {}
"""


def load(folder, role):
    file = folder / "shop.yaml"
    file.write_text(SHOP.format(role), encoding="utf-8")
    return loader.load(file)


def test_what_is_right(tmp_path):
    assert load(tmp_path, "{sees: {orders: {columns: [what], where: {stage: open}}}}").roles["store"].sees


@pytest.mark.parametrize(
    ("role", "message"),
    [
        pytest.param("{}", "say what the role edits:, what it sees:, or both", id="nothing"),
        pytest.param("{sees: {order: {columns: [what]}}}", "did you mean orders?", id="no such sheet"),
        pytest.param("{sees: {orders: {columns: [wat]}}}", "did you mean what?", id="no such column"),
        pytest.param("{sees: {orders: {columns: []}}}", "columns", id="no columns"),
        pytest.param(
            "{sees: {orders: {columns: [what], where: {stage: opn}}}}", "did you mean open?", id="no such option"
        ),
        pytest.param("{sees: {orders: {columns: [what], unless: {stat: open}}}}", "no such column", id="unless what"),
        pytest.param(
            "{sees: {orders: {columns: [what], where: {what: {before: today}}}}}", "is not a date", id="no date"
        ),
        pytest.param(
            "{sees: {orders: {columns: [what], where: {stage: {contains: o}}}}}", "has options", id="words of options"
        ),
        pytest.param("{sees: {orders: {columns: [what], of: what}}}", "not a column of type person", id="no person"),
        pytest.param("{sees: {orders: {columns: [what], were: {}}}}", "did you mean where?", id="a slip"),
    ],
)
def test_what_makes_no_sense(tmp_path, role, message):
    with pytest.raises(TemplateError) as refused:
        load(tmp_path, role)
    assert message in str(refused.value)
