"""A small template, and a desk at which an admin plans and applies while colleagues edit through plain gspread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import gspread

from sheetcrm import provision
from sheetcrm.provision import Plan
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.testing import Running

TODAY = date(2026, 11, 21)

BAKERY = """
version: 1
title: {zh: 面包店, en: Bakery}
team: {sheet: team, name: name, email: email}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    rows: 100
    columns:
      id: {type: id, title: {zh: 客户编号, en: Customer ID}}
      name: {type: text, title: {zh: 姓名, en: Name}, required: true}
      stage:
        type: choice
        title: {zh: 阶段, en: Stage}
        options: {lead: {zh: 潜在, en: Lead, color: grey}, won: {zh: 成交, en: Won, color: green}}
      next: {type: date, title: {zh: 下次, en: Next}}
      spent: {type: formula, result: money, title: {zh: 消费, en: Spent}, formula: "SUMIFS({orders.amount},{orders.customer},{id})"}
    highlights: [{type: state, column: stage}]
    samples:
      - {id: {zh: 示例-1, en: SAMPLE-1}, name: Ann, stage: lead, next: +3d}
      - {id: {zh: 示例-2, en: SAMPLE-2}, name: "=Bob", stage: won}
  orders:
    title: {zh: 订单, en: Orders}
    rows: 100
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer ID}, required: true}
      amount: {type: money, title: {zh: 金额, en: Amount}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 20
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}, required: true, unique: true}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
"""


def bakery(folder: Path, **replaced: str) -> Template:
    """The template with parts of its text replaced: `was="…", now="…"`, numbered when there are several."""
    text = BAKERY
    for name, was in replaced.items():
        if name.startswith("was"):
            assert was in text
            text = text.replace(was, replaced["now" + name[3:]])
    file = folder / "bakery.yaml"
    file.write_text(text, encoding="utf-8")
    return loader.load(file)


@dataclass
class Desk:
    """One spreadsheet: `people` edit it, `gateway` is ours."""

    running: Running
    people: gspread.Spreadsheet
    template: Template
    language: str = "zh"

    @property
    def gateway(self) -> Gateway:
        """A new one, which has counted nothing yet."""
        return Gateway(self.running.session, self.people.id)

    def plan(self, template: Template | None = None, **options: Any) -> Plan:
        """Plan, with the desk's template unless another is given."""
        language = options.pop("language", self.language)
        return provision.plan(self.gateway, template or self.template, language, today=TODAY, **options)

    def apply(self, template: Template | None = None, **options: Any) -> Plan:
        """Plan and apply; the plan."""
        plan = self.plan(template, **options)
        provision.apply(self.gateway, plan)
        return plan

    def tab(self, title: str) -> gspread.Worksheet:
        """A tab by its title, as people see it now."""
        return self.people.worksheet(title)

    def send(self, *requests: dict[str, Any]) -> dict[str, Any]:
        """What people do where gspread has no method for it."""
        return self.people.batch_update({"requests": list(requests)})

    def describe(self, fields: str, *ranges: str) -> dict[str, Any]:
        """What people can see."""
        return self.people.fetch_sheet_metadata({"fields": fields, "ranges": list(ranges)})


def actions(plan: Plan) -> set[tuple[str, str]]:
    """What a plan does, without order: (action, address)."""
    return {(change.action, str(change.address)) for change in plan.changes}


def columns(sheet_id: int, start: int, end: int) -> dict[str, Any]:
    """A DimensionRange of columns, 0-based, half-open."""
    return {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def data_rows(sheet_id: int, column: int, end: int = 100) -> dict[str, Any]:
    """A GridRange of the data rows of a column."""
    place = {"startRowIndex": 1, "endRowIndex": end, "startColumnIndex": column, "endColumnIndex": column + 1}
    return {"sheetId": sheet_id, **place}
