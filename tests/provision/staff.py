"""A bakery whose customers have owners, and whose team has roles."""

from __future__ import annotations

from pathlib import Path

from sheetcrm.schema.template import Template

from .bakery import Desk, bakery

TEAM = "team: {sheet: team, name: name, email: email}"
COLUMNS = "      email: {type: email, title: {zh: 邮箱, en: E-mail}}\n"
MORE = """\
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {sales: {zh: 销售, en: Sales}, finance: {zh: 财务, en: Finance}}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
    samples:
      - {name: {zh: 示例, en: Sample}, email: sample@example.com, role: sales, active: true}
"""
OWNER = "      next: {type: date"
VIEWS = """\
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      next: {type: date"""
MINE = "{title: {zh: '{person}的客户', en: \"{person}'s customers\"}, each: person, of: owner}"
SALES = "{title: {zh: 销售的客户, en: Customers of sales}, of: owner, roles: [sales]}"
TITLE = "    title: {zh: 客户, en: Customers}\n"


def staffed(folder: Path, views: str = f"mine: {MINE}, sales: {SALES}", top: str = "") -> Template:
    """The template with these views of the customers, and with `top` as more settings of its own."""
    return bakery(
        folder,
        was=TEAM,
        now=f"team: {{sheet: team, name: name, email: email, role: role, active: active}}\n{top}",
        was1=COLUMNS,
        now1=MORE,
        was2=OWNER,
        now2=VIEWS,
        was3=TITLE,
        now3=f"{TITLE}    views: {{{views}}}\n",
    )


def hire(desk: Desk, *rows: list[object]) -> None:
    """The whole team, by name, e-mail, role and whether they are still there."""
    tab = desk.tab("团队")
    tab.batch_clear(["A2:D20"])
    tab.update([list(row) for row in rows], "A2", raw=True)


ANN = ["Ann", "ann@x.org", "销售", True]
BOB = ["Bob", "bob@x.org", "财务", True]
