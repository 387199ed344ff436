"""A small team's spreadsheet as it would be read: a template, rows given by column key, and no server."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sheetcrm.layout import Layout, Wanted
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.sync.extract import Values, extract, parse
from sheetcrm.sync.records import Reading

ID = "1officeOfTheTests0000000000"
EPOCH = date(1899, 12, 30)
TEMPLATE = """
version: 1
title: {zh: 客户进度, en: Pipeline}
team: {sheet: team, name: name, email: email, manager: manager, active: active}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    columns:
      id: {type: id, title: {zh: 编号, en: ID}, auto: "C{:03d}"}
      name: {type: text, title: {zh: 名称, en: Name}}
      stage: {type: choice, title: {zh: 阶段, en: Stage}, options: {lead: {zh: 潜在, en: Lead}, won: {zh: 成交, en: Won}, lost: {zh: 流失, en: Lost}}}
      next: {type: date, title: {zh: 下次跟进, en: Next follow-up}}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      amount: {type: money, title: {zh: 金额, en: Amount}}
      paper: {type: date, title: {zh: 资质到期, en: Licence until}}
      call: {type: checkbox, title: {zh: 致电, en: Call}}
    samples:
      - {id: {zh: 示例-1, en: SAMPLE-1}, name: Sample, stage: lead, next: +0d, owner: {zh: 示例员工, en: Sam Sample}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      manager: {type: person, title: {zh: 上级, en: Manager}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
    samples:
      - {name: {zh: 示例员工, en: Sam Sample}, email: sam@example.com, active: true}
reminders:
  follow_up:
    type: date
    title: {zh: 客户跟进, en: Customers to follow up}
    sheet: customers
    date: next
    owner: owner
    before: [3, 1]
    overdue: {every: 7, times: 2}
    unless: {stage: [won, lost]}
    show: [name, stage, amount, call]
  paper:
    type: date
    title: {zh: 资质快到期, en: Licences that run out}
    sheet: customers
    date: paper
    owner: owner
    before: [30]
    on_day: false
    show: [name]
"""
TEAM = (
    {"name": "Ann", "email": "ann@example.com", "active": True},
    {"name": "Bob", "email": "bob@example.com", "active": True, "manager": "Ann"},
    {"name": "Eve", "email": "eve@example.com", "active": True},
)


@cache
def template() -> Template:
    """The template of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.yaml"
        path.write_text(TEMPLATE, encoding="utf-8")
        return loader.load(path)


def day(when: date) -> int:
    """The number that a cell holds for that day."""
    return (when - EPOCH).days


def reading(
    customers: Sequence[Mapping[str, Any]],
    team: Sequence[Mapping[str, Any]] = TEAM,
    *,
    language: str = "en",
    title: str = "Office",
) -> Reading:
    """What `sync.read` would say of these rows; a date may be given for the cell that holds it."""
    return reading_of(template(), {"customers": customers, "team": team}, language=language, title=title)


def reading_of(
    made: Template, given: Mapping[str, Sequence[Mapping[str, Any]]], *, language: str, title: str
) -> Reading:
    """The same for any template; sheets that are not given are not there."""
    context = made.context(language)
    layout = _layout(made, language, title)
    parsed = {
        key: parse(made.sheets[key], key, _columns(made.sheets[key].columns, rows), context)
        for key, rows in given.items()
    }
    extracts = {key: extract(parsed[key], Values(parsed), context, layout) for key in parsed}
    return Reading(layout, language, made, extracts)


def _columns(keys: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    cells = {key: [row.get(key, "") for row in rows] for key in keys}
    return {key: [day(cell) if isinstance(cell, date) else cell for cell in column] for key, column in cells.items()}


def _layout(made: Template, language: str, title: str) -> Layout:
    wanted = {
        key: Wanted(made.titles(key), {column: made.titles(key, column) for column in spec.columns})
        for key, spec in made.sheets.items()
    }
    sheets = [
        {
            "properties": {
                "sheetId": at,
                "title": spec.title.say(language),
                "index": at,
                "gridProperties": {"rowCount": 1000, "columnCount": 20},
            }
        }
        for at, spec in enumerate(made.sheets.values())
    ]
    headers = {
        at: [column.title.say(language) for column in spec.columns.values()]
        for at, spec in enumerate(made.sheets.values())
    }
    url = f"https://docs.google.com/spreadsheets/d/{ID}/edit"
    return Layout.locate(
        {"spreadsheetId": ID, "spreadsheetUrl": url, "properties": {"title": title}, "sheets": sheets}, wanted, headers
    )
