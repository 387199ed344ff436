"""A small template with every kind of trouble in it, and cells laid out as the API gives them."""

from __future__ import annotations

from datetime import date

import gspread

from sheetcrm import provision, sync
from sheetcrm.layout import Layout
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sync.extract import Values, extract, parse

SHOP = """
version: 1
title: {zh: 店, en: Shop}
country: CN
currency: CNY
team: {sheet: team, name: name, email: email}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    rules: [{type: at_least_one, of: [phone, email]}]
    columns:
      id: {type: id, title: {zh: 客户编号, en: Customer ID}, auto: "C{:03d}"}
      name: {type: text, title: {zh: 姓名, en: Name}, required: true}
      phone: {type: phone, title: {zh: 电话, en: Phone}, aliases: [Tel]}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      stage:
        type: choice
        title: {zh: 阶段, en: Stage}
        options: {lead: {zh: 潜在客户, en: Lead}, won: {zh: 成交, en: Won}}
      next:
        type: date
        title: {zh: 下次跟进, en: Next}
        rules: [{type: required, unless: {stage: [won]}}]
      spent: {type: money, title: {zh: 消费, en: Spent}}
      vip: {type: checkbox, title: {zh: 贵宾, en: VIP}}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      orders: {type: formula, title: {zh: 订单数, en: Orders}, result: integer, formula: "COUNTIFS({orders.customer},{id})"}
    samples:
      - {id: {zh: 示例-1, en: SAMPLE-1}, name: Ann, phone: "13800138000", stage: lead, next: +3d}
  orders:
    title: {zh: 订单, en: Orders}
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer ID}, required: true}
      product: {type: text, title: {zh: 产品, en: Product}}
      amount: {type: money, title: {zh: 金额, en: Amount}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}, required: true, unique: true}
      email: {type: email, title: {zh: 邮箱, en: E-mail}, required: true}
  help:
    title: {zh: 说明, en: Help}
    content: page
    columns:
      text: {type: text, title: {zh: 说明, en: Help}}
    seeds: [{text: {zh: 您好, en: Hello}}]
reminders:
  follow_up:
    type: date
    title: {zh: 跟进, en: Follow up}
    sheet: customers
    date: next
    owner: owner
"""


def described(template, language="en"):
    """An answer of `spreadsheets.get` for a freshly made spreadsheet, ids as indexes."""
    sheets = []
    for number, (key, spec) in enumerate(template.sheets.items()):
        columns = [
            {
                "developerMetadata": [
                    {"metadataId": 100 * number + at, "metadataKey": "sheetcrm", "metadataValue": f"{key}.{name}"}
                ]
            }
            for at, name in enumerate(spec.columns)
        ]
        properties = {
            "sheetId": number,
            "title": spec.title.say(language),
            "gridProperties": {"rowCount": 1000, "columnCount": len(columns)},
        }
        mark = {"metadataId": 9000 + number, "metadataKey": "sheetcrm", "metadataValue": key}
        sheets.append({"properties": properties, "developerMetadata": [mark], "data": [{"columnMetadata": columns}]})
    return {
        "spreadsheetId": "x1",
        "spreadsheetUrl": "https://sheets.test/x1",
        "properties": {"title": "Shop"},
        "sheets": sheets,
    }


class Sheets:
    """A spreadsheet of the template, without a wire: rows in, extracts out."""

    def __init__(self, template, language="en"):
        self.template, self.context = template, template.context(language)
        headers = {
            number: [column.title.say(language) for column in spec.columns.values()]
            for number, spec in enumerate(template.sheets.values())
        }
        self.layout = Layout.locate(described(template, language), template.wanted(), headers)
        self.parsed = {}

    def put(self, sheet, rows, columns=None):
        """Cells by row, in the order of `columns` (default: the sheet's inputs); short rows are filled with blanks."""
        spec = self.template.sheets[sheet]
        names = list(columns or spec.inputs)
        padded = [[*row, *[""] * (len(names) - len(row))] for row in rows]
        cells = {name: [row[at] for row in padded] for at, name in enumerate(names)}
        self.parsed[sheet] = parse(spec, sheet, cells, self.context)
        return self

    def extract(self, sheet):
        """What the sheet means, with what was put into the others."""
        return extract(self.parsed[sheet], Values(self.parsed), self.context, self.layout)


class Office:
    """A spreadsheet on a server: what we do to it, and what people do to it with plain gspread."""

    def __init__(self, template, running, identity=None):
        self.template, self.running = template, running
        self.id = identity or Drive(running.session).create("Shop")

    @property
    def gateway(self):
        """A fresh one, so that its counts are of one thing done."""
        return Gateway(self.running.session, self.id)

    def apply(self, language="en", **options):
        """Build or mend it."""
        plan = provision.plan(self.gateway, self.template, language, today=date(2026, 1, 1), **options)
        provision.apply(self.gateway, plan)
        return plan

    def tab(self, title):
        """A tab, as people have it."""
        return self.running.client.open_by_key(self.id).worksheet(title)

    def fill(self, title, rows, *, first=2):
        """Type rows into a tab, by header; blanks are left alone."""
        tab = self.tab(title)
        header = tab.row_values(1)
        cells = [
            gspread.Cell(first + at, header.index(name) + 1, value)
            for at, row in enumerate(rows)
            for name, value in row.items()
        ]
        tab.update_cells(cells, value_input_option="RAW")

    def read(self, **options):
        """What we make of it."""
        return sync.read(self.gateway, self.template, **options)

    def send(self, *requests):
        """Whatever else people can do."""
        return self.running.client.open_by_key(self.id).batch_update({"requests": list(requests)})
