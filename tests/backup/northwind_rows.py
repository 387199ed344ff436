"""
A template and Northwind's files → a CSV file for each sheet that people fill.

Northwind has customers, employees and orders; the templates have other words.
So a column takes what suits its type: names, addresses, days and sums as they
stand in the files, options and marks in turn.  Whatever does not fit, such as
telephone numbers without a country code, stays as it is: people do that, too.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sheetcrm.schema.archive import key_of
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.template import SheetSpec, Template

Line = dict[str, str]
TEXTS = ("companyName", "contactName", "productName", "address", "shipName", "city", "contactTitle", "country")
NOT_FILLED = frozenset({"rates"})
"""What a template brings along itself."""


@dataclass(frozen=True)
class Row:
    """A line of Northwind on its way into a sheet: which one it is, and what the line says."""

    number: int
    line: Line
    master: Callable[[str], str]
    """The id that the row of the customer has in the sheet with that key."""

    def text(self, at: int) -> str:
        return self.line[TEXTS[at % len(TEXTS)]]

    def day(self, at: int) -> str:
        """The order's day; every further column is a week later."""
        return str(date.fromisoformat(self.line["orderDate"][:10]) + timedelta(weeks=at))


MADE: dict[str, Callable[[Row, int, Column], str]] = {
    "text": lambda row, at, _column: row.text(at),
    "person": lambda row, _at, _column: row.line["employee"],
    "email": lambda row, _at, _column: f"{row.line['customerID'].lower()}@northwind.example",
    "contact": lambda row, _at, _column: f"{row.line['customerID'].lower()}@northwind.example",
    "phone": lambda row, _at, _column: row.line["phone"],
    "date": lambda row, at, _column: row.day(at),
    "money": lambda row, _at, _column: row.line["freight"],
    "number": lambda row, _at, _column: row.line["quantity"],
    "integer": lambda row, _at, _column: str(1 + row.number % 3),
    "rating": lambda row, _at, _column: str(1 + row.number % 5),
    "percent": lambda row, _at, _column: f"{5 + row.number % 90}%",
    "duration": lambda row, _at, _column: f"{row.number % 9}:30",
    "checkbox": lambda row, _at, _column: "TRUE" if row.number % 2 else "FALSE",
    "currency": lambda row, _at, _column: ("USD", "EUR", "CNY")[row.number % 3],
    "reference": lambda row, _at, column: row.master(column.to),
}
"""By type of column what goes in; the number is of the column among those of its type."""


def filled(template: Template, source: Path, target: Path, language: str) -> Iterator[tuple[str, Path, int]]:
    """For each sheet, in an order in which rows are there before others refer to them: its key, the file, how many rows."""
    target.mkdir(parents=True, exist_ok=True)
    orders = list(_orders(source))
    customers = list({line["customerID"]: line for line in reversed(orders)}.values())
    archives = {key_of(key) for key, spec in template.sheets.items() if spec.archive}
    wanted = {key: spec for key, spec in template.sheets.items() if spec.content == "records"}
    for key in sorted(
        wanted.keys() - archives - NOT_FILLED, key=lambda one: (one != "team", len(_refers(wanted[one])), one)
    ):
        spec = wanted[key]
        lines = orders if _many(spec) else customers
        rows = _team(source, spec) if key == "team" else list(_rows(template, spec, lines, language))
        path = target / f"{key}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        yield key, path, len(rows)


def _refers(spec: SheetSpec) -> list[str]:
    """The columns that refer to other rows."""
    return [key for key, column in spec.columns.items() if column.type == "reference"]


def _many(spec: SheetSpec) -> bool:
    """Whether a customer may have any number of its rows."""
    return any(key != spec.key for key in _refers(spec))


def _rows(template: Template, spec: SheetSpec, lines: list[Line], language: str) -> Iterator[Line]:
    inputs = [key for key in spec.inputs if key not in ("quiet", "reminded")]
    for number, line in enumerate(lines):
        row = Row(number, line, lambda sheet, line=line: _master(template.sheets[sheet], line))
        seen: dict[str, int] = {}
        cells = {}
        for key in inputs:
            column = spec.columns[key]
            at = seen[column.type] = seen.get(column.type, -1) + 1
            if key == spec.key and column.type == "id":
                cells[key] = line["orderID"] if _many(spec) else _master(spec, line)
            elif column.type in ("choice", "choices"):
                cells[key] = _option(template, column, number, language)
            else:
                cells[key] = MADE[column.type](row, at, column)
        yield cells


def _master(spec: SheetSpec, line: Line) -> str:
    """The id of the customer's row: its letters, or its name where the sheet goes by names."""
    return line["customerID"] if spec.key == "id" else line["companyName"]


def _option(template: Template, column: Column, number: int, language: str) -> str:
    options = column.options
    if options is None:
        sheet, _, key = column.options_from.partition(".")
        options = template.sheets[sheet].columns[key].options
    titles = [option.title.say(language) for option in options.values()]
    return titles[number % len(titles)] if titles else ""


def _team(source: Path, spec: SheetSpec) -> list[Line]:
    people = {line["employeeID"]: line for line in _whole(source / "employees.csv")}
    roles = list(spec.columns["role"].options)
    return [
        {
            "name": _name(line),
            "email": f"{_name(line).lower().replace(' ', '.')}@northwind.example",
            "role": roles[number % len(roles)],
            "manager": _name(people[line["reportsTo"]]) if line["reportsTo"] in people else "",
            "mobile": line["homePhone"],
            "active": "TRUE",
        }
        for number, line in enumerate(people.values())
    ]


def _orders(source: Path) -> Iterator[Line]:
    """Every whole order with its customer, employee and first line, all in one."""
    people = {line["employeeID"]: _name(line) for line in _whole(source / "employees.csv")}
    customers = {line["customerID"]: line for line in _whole(source / "customers.csv")}
    products = {line["productID"]: line for line in _whole(source / "products.csv")}
    details = {line["orderID"]: line for line in reversed(list(_whole(source / "order-details.csv")))}
    for order in _whole(source / "orders.csv"):
        first = details[order["orderID"]]
        product = products.get(first["productID"], next(iter(products.values())))
        yield {**product, **customers[order["customerID"]], **order, **first, "employee": people[order["employeeID"]]}


def _whole(path: Path) -> Iterator[Line]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rest = csv.reader(file)
    yield from (dict(zip(header, cells, strict=True)) for cells in rest if len(cells) == len(header))


def _name(line: Line) -> str:
    return f"{line['firstName']} {line['lastName']}"
